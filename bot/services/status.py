"""How it stands, for the owners: today's run, the subscribers, the readers' votes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.domain.issues import ListedIssue
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.ports.figures import Figures, Run, Subscribers
from bot.ports.keepsakes import Keepsakes, VoteCount
from bot.ports.ledger import Ledger
from bot.services.holding import Holding
from bot.services.library import Library

_LATELY = timedelta(days=7)
_MOST_VOTES = 10
"""Items whose votes are shown."""


@dataclass(frozen=True, slots=True)
class IssueStatus:
    """How one issue of today stands."""

    known: ListedIssue
    released_at: datetime | None
    run: Run


@dataclass(frozen=True, slots=True)
class Status:
    """How it stands at one instant, which is in the digest's zone."""

    now: datetime
    day: date
    release: datetime
    deadline: datetime
    held: bool
    issues: tuple[IssueStatus, ...]
    """Those of today, the digest first."""
    subscribers: Subscribers
    votes: tuple[tuple[ListedIssue, VoteCount], ...]
    """Of the newest issues with votes."""
    refused: int
    """Posts that cannot be read."""


@dataclass(frozen=True, slots=True)
class Watchtower:
    """Looks at everything; changes nothing."""

    library: Library
    ledger: Ledger
    figures: Figures
    keepsakes: Keepsakes
    timetable: Timetable
    clock: Clock

    async def status(self) -> Status:
        """Return how it stands now."""
        now = self.clock.now()
        today = self.timetable.today(now)
        issues = tuple(
            [
                IssueStatus(known, await self.ledger.released_at(known.key), await self.figures.run(known.key))
                for known in self.library.listed_of(today, today)
            ]
        )
        return Status(
            now=now.astimezone(self.timetable.zone),
            day=today,
            release=self.timetable.release_on(today),
            deadline=self.timetable.deadline_on(today),
            held=await Holding(self.ledger).holds(today),
            issues=issues,
            subscribers=await self.figures.subscribers(since=now - _LATELY, now=now),
            votes=await self._votes(),
            refused=len(self.library.refused),
        )

    async def _votes(self) -> tuple[tuple[ListedIssue, VoteCount], ...]:
        counts = await self.keepsakes.votes(limit=_MOST_VOTES)
        named = ((self.library.listed_by_ref(count.item.ref), count) for count in counts)
        return tuple((listed, count) for listed, count in named if listed is not None)
