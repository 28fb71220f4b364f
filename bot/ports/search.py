"""Finding passages by their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.domain.search_words import Phrase


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that holds everything that was asked for."""

    key: str
    """The issue's."""
    place: int
    """Which of the issue's passages, from 0."""


class Search(Protocol):
    """Full text over every issue that is kept."""

    async def find(self, phrases: Sequence[Phrase], *, until: date, offset: int, limit: int) -> list[Hit]:
        """Return passages that hold every phrase: first those that hold them in the title, then newest first.

        Of one day, an issue's passages in their order. Left out: drafts, and issues without a date or dated after
        `until`. Raises DatabaseError if the store fails.
        """
        ...
