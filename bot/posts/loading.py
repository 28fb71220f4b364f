"""One post file to an issue with its identity."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from bot.domain.issues import KnownIssue, Listed, ref_of
from bot.posts.writing import AS_IT_COMES, Writing
from formatters.errors import Diagnostic, PostError, Severity
from formatters.reading import MAX_BYTES, Reading, read_post


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of reading one file."""

    known: KnownIssue | None
    """None if the post was refused."""
    diagnostics: tuple[Diagnostic, ...]
    """Errors if it was refused, else warnings."""
    reading: Reading | None = None
    """How the post was understood; None if it was refused."""
    content_hash: str = ""
    """SHA-256 of the file; empty where it could not be read."""


def load(path: Path, root: Path, home: tzinfo, writing: Writing = AS_IT_COMES, *, known_hash: str = "") -> Loaded:
    """Read one post, whose identity is its slug or its place below `root`. Never raises for what is in the file.

    Of a file whose content has `known_hash` already, nothing but that is told.
    """
    name = str(path)
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        return refused(name, f"the file cannot be read ({error.strerror})", "check that it exists and its permissions")
    if data is None:
        return refused(
            name, f"the file is larger than {MAX_BYTES // 2**20} MiB", "a post is text; move other files elsewhere"
        )
    content_hash = hashlib.sha256(data).hexdigest()
    if content_hash == known_hash:
        return Loaded(None, (), content_hash=content_hash)
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
        return Loaded(None, error.diagnostics, content_hash=content_hash)
    key = reading.issue.slug or _key_of(path, root)
    known = KnownIssue(key=key, ref=ref_of(key), issue=reading.issue, content_hash=content_hash, path=path)
    return Loaded(known, reading.diagnostics, reading, content_hash)


def refused(name: str, problem: str, advice: str) -> Loaded:
    """Return what comes of a file that cannot be used at all."""
    return Loaded(None, (Diagnostic(Severity.ERROR, name, 1, problem, advice),))


def same_key(path: Path, other: Listed) -> Diagnostic:
    """Return the error of a post whose identity is that of another one."""
    return Diagnostic(
        Severity.ERROR,
        str(path),
        1,
        f"its identity {other.key!r} is that of {other.path} too",
        "give one of them a slug of its own in the front matter",
    )


def _key_of(path: Path, root: Path) -> str:
    relative = place_below(root, path) or Path(path.name)
    return unicodedata.normalize("NFC", storable(relative.with_suffix("").as_posix()))


def storable(name: str) -> str:
    """Return a file's name as text that any database takes: names may hold bytes that are no UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def place_below(root: Path, path: Path) -> Path | None:
    """Return the path relative to `root`, however both are written; None if it is elsewhere."""
    for way in (Path, Path.absolute, Path.resolve):
        if way(path).is_relative_to(way(root)):
            return way(path).relative_to(way(root))
    return None
