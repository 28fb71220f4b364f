"""Posts in a folder on this machine."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path, PurePath

from bot.domain.errors import PostsError
from bot.domain.issues import KnownIssue, ref_of
from bot.ports.posts import Scan
from bot.posts.writing import AS_IT_COMES, Writing
from formatters.errors import Diagnostic, PostError, Severity
from formatters.reading import MAX_BYTES, Reading, read_post

QUIET = 5.0
"""Seconds that a file must stay unchanged before it counts: whoever writes it may not be done."""


@dataclass(frozen=True, slots=True)
class _Signature:
    """What tells that a file is the one that was read before."""

    inode: int
    size: int
    changed_ns: int
    """Of the content, as its writer states it."""
    touched_ns: int
    """Of content, name or permissions, as the system saw it: an unreadable file that was mended is read again."""


@dataclass(slots=True)
class _Entry:
    signature: _Signature
    seen_at: float
    """On the monotonic clock, when this signature was seen first."""
    settled: bool = False
    result: KnownIssue | tuple[Diagnostic, ...] | None = None


class PostDirectory:
    """Every `.md` file below a folder. A file is read once and kept until it changes."""

    def __init__(
        self,
        root: Path,
        home: tzinfo,
        *,
        writing: Writing = AS_IT_COMES,
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
        self._monotonic = monotonic
        self._wall_clock = wall_clock
        self._entries: dict[Path, _Entry] = {}
        self._closed: dict[Path, str] = {}
        """Folders below the root that cannot be read, each with the reason."""
        self._first = True
        self._abandoned = threading.Event()

    async def scan(self) -> Scan:
        """Return every readable post that has come to rest. Raises PostsError if the folder cannot be read."""
        try:
            return await asyncio.to_thread(self.scan_now)
        except asyncio.CancelledError:
            self._abandoned.set()  # a thread cannot be cancelled: it stops after the file in hand
            raise

    def scan_now(self) -> Scan:
        """Do the same, blocking."""
        closed: dict[Path, str] = {}
        present = dict(self._files(closed))
        changed = self._first or closed != self._closed or any(path not in present for path in self._entries)
        self._closed = closed
        self._entries = {path: entry for path, entry in self._entries.items() if path in present}
        for path, signature in present.items():
            if self._abandoned.is_set():
                break
            changed |= self._look_at(path, signature)
        self._first = False
        issues, refused = self._results()
        settling = sum(not entry.settled for entry in self._entries.values())
        return Scan(issues=issues, refused=refused, settling=settling, changed=changed)

    def _files(self, closed: dict[Path, str]) -> Iterator[tuple[Path, _Signature]]:
        def note(error: OSError) -> None:
            if Path(error.filename) == self._root:
                raise error
            if not isinstance(error, FileNotFoundError):  # it was there a moment ago
                closed[Path(error.filename)] = error.strerror or "unknown reason"

        try:
            if not self._root.is_dir():
                raise PostsError(
                    f"{self._setting}: {str(self._root)!r} is not a folder; name the folder that holds your .md posts"
                )
            for path in post_files(self._root, closed=note):
                if (signature := _signature(path)) is not None:
                    yield path, signature
        except OSError as error:
            raise PostsError(
                f"{self._setting}: {str(self._root)!r} cannot be read ({error.strerror}); check its permissions"
            ) from error

    def _look_at(self, path: Path, signature: _Signature) -> bool:
        """Bring the entry of one file up to date; return whether what it yields changed."""
        entry = self._entries.get(path)
        now = self._monotonic()
        if entry is None or entry.signature != signature:
            previous = entry.result if entry else None
            entry = self._entries[path] = _Entry(signature, now, result=previous)
            # At start there is no telling how long a file has been at rest but by its own date.
            if self._first and self._wall_clock() - signature.changed_ns / 1e9 >= self._quiet:
                entry.settled = True
                entry.result = self._read(path)
                return True
        if not entry.settled and now - entry.seen_at >= self._quiet:
            entry.settled = True
            entry.result = self._read(path)
            return True
        return False

    def _read(self, path: Path) -> KnownIssue | tuple[Diagnostic, ...]:
        loaded = load(path, self._root, self._home, self._writing)
        return loaded.known or loaded.diagnostics

    def _results(self) -> tuple[tuple[KnownIssue, ...], tuple[tuple[PurePath, tuple[Diagnostic, ...]], ...]]:
        by_key: dict[str, KnownIssue] = {}
        refused: list[tuple[PurePath, tuple[Diagnostic, ...]]] = []
        for path in sorted(self._entries):
            match self._entries[path].result:
                case KnownIssue() as known if (other := by_key.get(known.key)) is not None:
                    refused.append((path, (same_key(path, other),)))
                case KnownIssue() as known:
                    by_key[known.key] = known
                case None:
                    pass
                case diagnostics:
                    refused.append((path, diagnostics))
        for folder, reason in self._closed.items():
            told = _refused(str(folder), f"the folder cannot be read ({reason})", "check its permissions")
            refused.append((folder, told.diagnostics))
        return tuple(by_key.values()), tuple(refused)


def post_files(root: Path, *, closed: Callable[[OSError], None]) -> Iterator[Path]:
    """Yield what may be a post below `root`: `.md` files, in order, but for hidden ones and those in hidden folders.

    Links to folders are not followed. `closed` is told of each folder that cannot be read.
    """
    for folder, folders, names in os.walk(root, onerror=closed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(".md") and not name.startswith("."):
                yield Path(folder, name)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of reading one file."""

    known: KnownIssue | None
    """None if the post was refused."""
    diagnostics: tuple[Diagnostic, ...]
    """Errors if it was refused, else warnings."""
    reading: Reading | None = None
    """How the post was understood; None if it was refused."""


def load(path: Path, root: Path, home: tzinfo, writing: Writing = AS_IT_COMES) -> Loaded:
    """Read one post, whose identity is its slug or its place below `root`. Never raises for what is in the file."""
    name = str(path)
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        return _refused(name, f"the file cannot be read ({error.strerror})", "check that it exists and its permissions")
    if data is None:
        return _refused(
            name, f"the file is larger than {MAX_BYTES // 2**20} MiB", "a post is text; move other files elsewhere"
        )
    try:
        reading = read_post(
            data,
            name=name,
            home=home,
            site_url=writing.site_url,
            dialect=writing.dialect,
            dialects=writing.dialects,
        )
    except PostError as error:
        return Loaded(None, error.diagnostics)
    key = reading.issue.slug or _key_of(path, root)
    content_hash = hashlib.sha256(data).hexdigest()
    known = KnownIssue(key=key, ref=ref_of(key), issue=reading.issue, content_hash=content_hash, path=path)
    return Loaded(known, reading.diagnostics, reading)


def _refused(name: str, problem: str, advice: str) -> Loaded:
    return Loaded(None, (Diagnostic(Severity.ERROR, name, 1, problem, advice),))


def same_key(path: Path, other: KnownIssue) -> Diagnostic:
    """Return the error of a post whose identity is that of another one."""
    return Diagnostic(
        Severity.ERROR,
        str(path),
        1,
        f"its identity {other.key!r} is that of {other.path} too",
        "give one of them a slug of its own in the front matter",
    )


def _signature(path: Path) -> _Signature | None:
    """Return None for what is no regular file, or is gone again."""
    try:
        status = path.stat()
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return _Signature(status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _key_of(path: Path, root: Path) -> str:
    relative = place_below(root, path) or Path(path.name)
    return unicodedata.normalize("NFC", relative.with_suffix("").as_posix())


def place_below(root: Path, path: Path) -> Path | None:
    """Return the path relative to `root`, however both are written; None if it is elsewhere."""
    for way in (Path, Path.absolute, Path.resolve):
        if way(path).is_relative_to(way(root)):
            return way(path).relative_to(way(root))
    return None
