"""What owners are told without asking. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

FAILING_SHARE = 20
"""Owners are told where one of so many deliveries failed …"""
FAILING_MANY = 100
"""… or so many, however many there are."""
_WEEK = 7
_THIRD = 3


@dataclass(frozen=True, slots=True)
class MissingPost:
    """A day's watch ended without a post."""

    day: date
    days: int
    """How many days in a row, this one included."""

    @property
    def key(self) -> str:
        """What tells this alert from all others, in the ledger."""
        return f"alert-missing-{self.day}"


@dataclass(frozen=True, slots=True)
class LatePost:
    """A post of today came when the watch was over, and so is not sent by itself."""

    title: str
    issue_key: str

    @property
    def key(self) -> str:
        """What tells this alert from all others."""
        return f"alert-late-{_digest(self.issue_key)}"


@dataclass(frozen=True, slots=True)
class ManyFailures:
    """Too many deliveries of an issue failed."""

    title: str
    issue_key: str
    failed: int
    total: int
    reason: str | None
    """The most frequent one."""

    @property
    def key(self) -> str:
        """What tells this alert from all others: ten times as many failures are another one."""
        return f"alert-failures-{_digest(self.issue_key)}-{len(str(self.failed))}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A post that cannot be read."""

    name: str
    line: int
    problem: str
    advice: str

    @property
    def digest(self) -> str:
        """Tells it from others; another problem of the same post is another refusal."""
        return _digest(f"{self.name}\n{self.line}\n{self.problem}")


@dataclass(frozen=True, slots=True)
class RefusedPosts:
    """Posts that were refused since the last such alert; never empty."""

    refusals: tuple[Refusal, ...]
    day: date

    @property
    def key(self) -> str:
        """What tells this alert from all others: the same post may be refused on another day for the same reason."""
        return f"alert-refused-{self.day}-{_digest(','.join(one.digest for one in self.refusals))}"


Alert = MissingPost | LatePost | ManyFailures | RefusedPosts


def is_alerted_on(days: int) -> bool:
    """Return whether owners are told on this day in a row without a post: the first, the third, then weekly."""
    return days in {1, _THIRD} or (days > _THIRD and (days - _THIRD) % _WEEK == 0)


def are_many(failed: int, total: int) -> bool:
    """Return whether so many failures are worth an alert."""
    return failed > 0 and (failed >= FAILING_MANY or failed * FAILING_SHARE >= total)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
