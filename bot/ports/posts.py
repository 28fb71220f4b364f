"""Where posts come from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from bot.domain.issues import Listed
from formatters.errors import Diagnostic
from formatters.issue import Issue


@dataclass(frozen=True, slots=True)
class Scan:
    """What the source holds right now."""

    issues: tuple[Listed, ...]
    """Every post that could be read and has come to rest."""
    refused: tuple[tuple[PurePath, tuple[Diagnostic, ...]], ...]
    """Posts that could not be read, each with its errors."""
    settling: int
    """How many files were changed within the last seconds and do not count yet."""
    changed: bool
    """Whether `issues` or `refused` differ from the scan before."""


class PostSource(Protocol):
    """A place that holds posts."""

    async def scan(self) -> Scan:
        """Return the present content; cheap when nothing changed.

        Raises PostsError if the place itself cannot be read.
        """
        ...

    async def load(self, listed: Listed) -> Issue | None:
        """Return the content of an issue of the last scan; None if it has just gone.

        Raises DatabaseError if it cannot be fetched.
        """
        ...
