"""Posts in a folder on this machine."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path, PurePath

import structlog

from bot.domain.errors import PostsError
from bot.domain.issues import KnownIssue, Listed, ListedIssue, listed
from bot.ports.archive import Archive, ArchivedPost, ReadPost
from bot.ports.posts import Scan
from bot.posts.loading import load, place_below, refused, same_key, storable
from bot.posts.reader_version import reader_version
from bot.posts.writing import AS_IT_COMES, Writing
from formatters.errors import Diagnostic
from formatters.issue import Issue

_log = structlog.get_logger(__name__)

QUIET = 5.0
"""Seconds that a file must stay unchanged before it counts: whoever writes it may not be done."""
_BATCH = 100
"""Posts that are read, and kept in the archive, at once: so much is lost if the process is stopped."""
_TELL_EVERY = 5.0
"""Seconds between two lines of the log about how far reading has come."""

_Result = Listed | tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Entry:
    signature: str
    """What tells that a file is the one that was read before."""
    seen_at: float
    """On the monotonic clock, when this signature was seen first."""
    settled: bool = False
    unread: bool = True
    content_hash: str = ""
    result: _Result | None = None


class PostDirectory:
    """Every `.md` file below a folder. A file is read once and kept until it changes: in `archive`, or in memory."""

    def __init__(
        self,
        root: Path,
        home: tzinfo,
        *,
        writing: Writing = AS_IT_COMES,
        archive: Archive | None = None,
        quiet: float = QUIET,
        setting: str = "DIGESTBOT_POSTS",
        monotonic: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """A file counts once it is unchanged for `quiet` seconds. Messages blame `setting` for the folder.

        `wall_clock` is the file system's, in seconds: it tells how old a file's last change is.
        """
        self._quiet = quiet
        self._setting = setting
        self._root = root
        self._home = home
        self._writing = writing
        self._archive = archive
        self._reader = reader_version(writing, home) if archive else ""
        self._monotonic = monotonic
        self._wall_clock = wall_clock
        self._entries: dict[str, _Entry] = {}
        self._closed: dict[str, str] = {}
        """Folders below the root that cannot be read, each with the reason."""
        self._first = True
        self._changed = True
        """Whether something changed since the last scan that came to its end."""
        self._gone: set[str] = set()
        """Files that are gone and not yet forgotten by the archive."""
        self._scan = Scan((), (), 0, changed=True)
        self._abandoned = threading.Event()

    async def scan(self) -> Scan:
        """Return every readable post that has come to rest; read only what changed.

        Raises PostsError if the folder cannot be read, DatabaseError if the archive cannot be used.
        """
        try:
            if self._archive is None:
                return await asyncio.to_thread(self.scan_now)
            return await self._scan_with(self._archive)
        except asyncio.CancelledError:
            self._abandoned.set()  # a thread cannot be cancelled: it stops after the file in hand
            raise

    def scan_now(self) -> Scan:
        """Do the same, blocking and without an archive."""
        self._take(self._read(self._look()))
        return self._result()

    async def load(self, listed: Listed) -> Issue | None:
        """Return the content of an issue of the last scan; None if it has just gone."""
        if isinstance(listed, KnownIssue):
            return listed.issue
        entry = self._entries.get(str(listed.path))
        if entry is not None and isinstance(entry.result, KnownIssue):
            return entry.result.issue
        return await self._archive.issue(self._place(str(listed.path)), listed.content_hash) if self._archive else None

    # --- with an archive -----------------------------------------------------------------------------------------

    async def _scan_with(self, archive: Archive) -> Scan:
        if self._first and not self._entries:
            archived = await archive.posts(self._reader)
            await asyncio.to_thread(self._remember, archived)
        due = await asyncio.to_thread(self._look)
        told = self._monotonic()
        if len(due) > _BATCH:
            _log.info("reading posts", read=0, of=len(due))
        for start in range(0, len(due), _BATCH):
            read = await asyncio.to_thread(self._read, due[start : start + _BATCH])
            await self._keep(archive, read)
            if self._monotonic() - told >= _TELL_EVERY:
                told = self._monotonic()
                _log.info("reading posts", read=min(start + _BATCH, len(due)), of=len(due))
        if self._gone:
            await archive.forget([self._place(path) for path in self._gone])
            self._gone.clear()
        return self._result()

    def _remember(self, archived: Sequence[ArchivedPost]) -> None:
        """Take over what the archive holds as if it had been read before."""
        for post in archived:
            path = Path(self._root, post.place)
            result: _Result = post.diagnostics if post.listed is None else replace(post.listed, path=path)
            self._entries[str(path)] = _Entry(post.signature, 0.0, True, False, post.content_hash, result)

    async def _keep(self, archive: Archive, read: Sequence[tuple[str, ReadPost]]) -> None:
        same = [
            (path, one)
            for path, one in read
            if self._entries[path].content_hash == one.archived.content_hash and one.archived.content_hash
        ]
        await archive.sign({one.archived.place: one.archived.signature for _, one in same})
        known = {path for path, _ in same}
        if new := [(path, one) for path, one in read if path not in known]:
            await archive.keep([one for _, one in new], self._reader)
        for path, _ in same:
            self._entries[path].unread = False
        self._take(new, with_content=False)

    # --- looking and reading -------------------------------------------------------------------------------------

    def _look(self) -> list[str]:
        """Bring the entries in step with the folder, without opening a file; return which are to be read."""
        closed: dict[str, str] = {}
        present = dict(self._files(closed))
        self._changed |= closed != self._closed
        self._closed = closed
        for path in [path for path in self._entries if path not in present]:
            del self._entries[path]
            self._gone.add(path)
            self._changed = True
        self._gone.difference_update(present)
        now, wall = self._monotonic(), self._wall_clock()
        due = []
        for path, (signature, changed_at) in present.items():
            entry = self._entries.get(path)
            if entry is None:
                entry = self._entries[path] = _Entry(signature, now)
            elif entry.signature != signature:
                entry.signature, entry.seen_at, entry.settled, entry.unread = signature, now, False, True
            if not entry.unread:
                continue
            # At start there is no telling how long a file has been at rest but by its own date.
            entry.settled |= now - entry.seen_at >= self._quiet or (self._first and wall - changed_at >= self._quiet)
            if entry.settled:
                due.append(path)
        self._first = False
        return due

    def _files(self, closed: dict[str, str]) -> Iterator[tuple[str, tuple[str, float]]]:
        """Yield each file's path, its signature, and when it was changed in seconds of the file system's clock."""

        def note(error: OSError) -> None:
            if Path(error.filename) == self._root:
                raise error
            if not isinstance(error, FileNotFoundError):  # it was there a moment ago
                closed[str(error.filename)] = error.strerror or "unknown reason"

        try:
            if not self._root.is_dir():
                raise PostsError(
                    f"{self._setting}: {str(self._root)!r} is not a folder; name the folder that holds your .md posts"
                )
            for path in _post_paths(self._root, closed=note):
                if (status := _status(path)) is not None:
                    yield path, status
        except OSError as error:
            raise PostsError(
                f"{self._setting}: {str(self._root)!r} cannot be read ({error.strerror}); check its permissions"
            ) from error

    def _read(self, paths: Sequence[str]) -> list[tuple[str, ReadPost]]:
        """Read files; what the archive holds already is not read as a post again."""
        read: list[tuple[str, ReadPost]] = []
        for path in paths:
            if self._abandoned.is_set():
                break
            entry = self._entries[path]
            known_hash = entry.content_hash if self._archive else ""
            loaded = load(Path(path), self._root, self._home, self._writing, known_hash=known_hash)
            archived = ArchivedPost(
                self._place(path),
                entry.signature,
                loaded.content_hash,
                listed(loaded.known) if loaded.known else None,
                () if loaded.known else loaded.diagnostics,
            )
            read.append((path, ReadPost(archived, loaded.known.issue if loaded.known else None)))
        return read

    def _take(self, read: Sequence[tuple[str, ReadPost]], *, with_content: bool = True) -> None:
        """Let what was read count."""
        for path, one in read:
            entry, archived = self._entries[path], one.archived
            entry.unread, entry.content_hash = False, archived.content_hash
            if archived.listed is None:
                entry.result = archived.diagnostics
            elif with_content and one.issue is not None:
                own = archived.listed
                entry.result = KnownIssue(own.key, own.ref, one.issue, own.content_hash, own.path)
            else:
                entry.result = archived.listed
            self._changed = True

    def _result(self) -> Scan:
        settling = sum(not entry.settled for entry in self._entries.values())
        if not self._changed:
            return replace(self._scan, settling=settling, changed=False)
        issues, refused_posts = self._results()
        self._scan = Scan(issues=issues, refused=refused_posts, settling=settling, changed=True)
        self._changed = False
        return self._scan

    def _results(self) -> tuple[tuple[Listed, ...], tuple[tuple[PurePath, tuple[Diagnostic, ...]], ...]]:
        by_key: dict[str, Listed] = {}
        found: list[tuple[PurePath, tuple[Diagnostic, ...]]] = []
        for path in sorted(self._entries):
            match self._entries[path].result:
                case (KnownIssue() | ListedIssue()) as one if (other := by_key.get(one.key)) is not None:
                    found.append((Path(path), (same_key(Path(path), other),)))
                case (KnownIssue() | ListedIssue()) as one:
                    by_key[one.key] = one
                case tuple() as diagnostics:
                    found.append((Path(path), diagnostics))
                case _:
                    pass
        for folder, reason in self._closed.items():
            told = refused(folder, f"the folder cannot be read ({reason})", "check its permissions")
            found.append((Path(folder), told.diagnostics))
        return tuple(by_key.values()), tuple(found)

    def _place(self, path: str) -> str:
        return storable((place_below(self._root, Path(path)) or Path(path)).as_posix())


def post_files(root: Path, *, closed: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield what may be a post below `root`: `.md` files, in order, but for hidden ones and those in hidden folders.

    Links to folders are not followed. `closed` is told of each folder that cannot be read.
    """
    return map(Path, _post_paths(root, closed=closed))


def _post_paths(root: Path, *, closed: Callable[[OSError], None]) -> Iterator[str]:
    for folder, folders, names in os.walk(root, onerror=closed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(".md") and not name.startswith("."):
                yield f"{folder}{os.sep}{name}"  # a Path takes ten times as long, every second, of every post


def _status(path: str) -> tuple[str, float] | None:
    """Return a file's signature, and when its content was changed; None for what is no regular file, or is gone.

    The time of the last change to the inode is part of it: a file whose permissions were mended is read again.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 - see _post_paths
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    signature = f"{status.st_ino}:{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"
    return signature, status.st_mtime
