"""The archive: what posts held when they were last read, so that each is read once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.issues import ListedIssue
from formatters.errors import Diagnostic
from formatters.issue import Issue


@dataclass(frozen=True, slots=True)
class ArchivedPost:
    """What came of reading one file."""

    place: str
    """The file below the posts folder, with `/`."""
    signature: str
    """What told the file from every other version of it, without opening it."""
    content_hash: str
    """SHA-256 of the file; empty where it could not be read."""
    listed: ListedIssue | None
    """None if the post was refused. Its path is `place`, its ref that of its key."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """Why it was refused."""


@dataclass(frozen=True, slots=True)
class ReadPost:
    """One file that was just read."""

    archived: ArchivedPost
    issue: Issue | None
    """None if the post was refused."""


class Archive(Protocol):
    """Durable. Methods raise DatabaseError if the store fails."""

    async def posts(self, reader: str) -> list[ArchivedPost]:
        """Return everything that was kept by this reader. What another reader kept is forgotten.

        A reader is a way to read posts, by whatever name; the same post read in another way may be another issue.
        """
        ...

    async def keep(self, posts: Sequence[ReadPost], reader: str) -> None:
        """Keep what was read, in place of what was kept of the same files, and make it findable."""
        ...

    async def sign(self, signatures: Mapping[str, str]) -> None:
        """Give posts, by place, another signature: their content is as it was."""
        ...

    async def forget(self, places: Collection[str]) -> None:
        """Forget the posts of files that are gone."""
        ...

    async def issue(self, place: str, content_hash: str) -> Issue | None:
        """Return what a file held, or None if that content is not kept."""
        ...
