"""What changes an issue that was delivered: corrections and recalls, as the ledger plans them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.domain.delivery import DeliveryState
from bot.domain.destination import Platform
from bot.ports.ledger import Plan
from formatters.editions import Subject
from formatters.parts import Part
from formatters.views import Style


@dataclass(frozen=True, slots=True)
class Lineage:
    """What an issue was first delivered as, and what its newest correction made of it."""

    id: int
    issue_key: str
    platform: Platform
    style: Style | Literal["overview"]
    language: str
    content_hash: str
    """Of the post that it shows now."""
    parts: tuple[Part, ...]
    """As they are now."""
    subjects: tuple[Subject, ...] | None
    """Of its items; None if it was planned by a version that did not note them, and cannot be corrected."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a lineage is to become."""

    content_hash: str
    parts: tuple[Part, ...]
    """With the notice that takes the place of what cannot be deleted."""
    subjects: tuple[Subject, ...]


class Changes(Protocol):
    """Durable, as the ledger. Methods raise DatabaseError if the store fails."""

    async def issues_since(self, since: datetime) -> list[str]:
        """Return the keys of issues of which something was planned since then, and that were not recalled."""
        ...

    async def lineages(self, issue_key: str, *, since: datetime | None = None) -> list[Lineage]:
        """Return what an issue was delivered as, by age; of those planned `since` then if that is given."""
        ...

    async def reach(self, lineage: Lineage, *, since: datetime | None = None) -> dict[DeliveryState, int]:
        """Return how many deliveries of a lineage are in each state; of those planned `since` then if that is given."""
        ...

    async def refresh(self, lineage: Lineage, plan: Plan, *, now: datetime) -> int:
        """Let deliveries that have not begun show the newer rendition of `plan`; return how many."""
        ...

    async def correct(self, lineage: Lineage, target: Target, *, now: datetime, since: datetime | None) -> int:
        """Plan a correction for every delivery of the lineage that is not gone; return how many were planned.

        A correction that waits is overtaken by it. A reader who left keeps what was sent. A plan that is interrupted
        is completed by `complete`.
        """
        ...

    async def complete(self, *, now: datetime) -> int:
        """Complete plans that a process which is gone left behind; return how many deliveries were added."""
        ...

    async def recall(
        self, issue_key: str, notices: Mapping[tuple[Platform, str], Part], *, now: datetime
    ) -> tuple[int, int]:
        """Plan that an issue is taken back everywhere; return how many deliveries do so, and how many are stopped.

        From now on nothing of it is sent. `notices`, by platform and language, take the place of what cannot be
        deleted.
        """
        ...
