"""Numbers for the owners."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.destination import Platform


@dataclass(frozen=True, slots=True)
class Run:
    """What became of one issue's daily deliveries, in numbers of destinations."""

    sent: int
    """Over, with every part's outcome known and good."""
    pending: int
    """Waiting, or being sent."""
    failed: int
    """Dead or expired, or gone where the settings name the place; or sent but for a part that was refused."""
    gone: int
    """Readers who blocked the bot or left."""
    unknown: int
    """Over, with a part of which nobody knows whether it arrived."""
    reason: str | None
    """Why most of the failed ones failed."""

    @property
    def total(self) -> int:
        """Everybody it concerns."""
        return self.sent + self.pending + self.failed + self.gone + self.unknown


@dataclass(frozen=True, slots=True)
class Subscribers:
    """Who subscribes, in numbers."""

    active: Mapping[Platform, int]
    paused: int
    """Of the active ones."""
    languages: Mapping[str, int]
    """Of the active ones, by language."""
    joined: int
    """Since the instant asked about; who returned counts too."""
    left: int


class Figures(Protocol):
    """Counts what is in the ledger. Methods raise DatabaseError if the store fails."""

    async def run(self, issue_key: str) -> Run:
        """Return what became of an issue's daily deliveries."""
        ...

    async def subscribers(self, *, since: datetime, now: datetime) -> Subscribers:
        """Return how many there are, and how many came and went since an instant."""
        ...
