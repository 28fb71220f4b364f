"""Which way of reading posts this is: what was read in another way has to be read again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import tzinfo
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from bot.posts.writing import Writing

_READS = (
    *("formatters/reading", "formatters/document.py", "formatters/issue.py", "formatters/stored_form.py"),
    *("bot/domain/passages.py", "bot/domain/search_words.py", "bot/storage/passages.py"),
)


def reader_version(writing: Writing, home: tzinfo) -> str:
    """Return a name for how posts are read and made findable: by this code, with these settings."""
    told = "\n".join((_own_version(), str(home), *_told(writing)))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@cache
def _own_version() -> str:
    return code_version([files(package).joinpath(path) for package, _, path in (one.partition("/") for one in _READS)])


def code_version(places: Iterable[Traversable]) -> str:
    """Return a hash of the code and the data in these files and folders."""
    found = hashlib.sha256()
    for place in places:
        for file in _files(place):
            found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def _files(place: Traversable) -> Iterator[Traversable]:
    if place.is_file():
        yield place
        return
    for entry in sorted(place.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _files(entry)
        elif entry.name.endswith((".py", ".toml")):
            yield entry


def _told(value: object) -> Iterator[str]:
    """Yield what a setting says, down to the patterns of a dialect."""
    if isinstance(value, re.Pattern):
        yield value.pattern
    elif isinstance(value, tuple):
        for one in value:
            yield from _told(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield f"{field.name}:"
            yield from _told(getattr(value, field.name))
    else:
        yield repr(value)
