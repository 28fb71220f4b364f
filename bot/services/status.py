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


class Watchtower:
    """Looks at everything; changes nothing."""

    def __init__(
        self,
        library: Library,
        ledger: Ledger,
        figures: Figures,
        keepsakes: Keepsakes,
        timetable: Timetable,
        clock: Clock,
    ) -> None:
        self._keepsakes = keepsakes
        self._library = library
        self._ledger = ledger
        self._figures = figures
        self._timetable = timetable
        self._clock = clock
        self._holding = Holding(ledger)

    async def status(self) -> Status:
        """Return how it stands now."""
        now = self._clock.now()
        today = self._timetable.today(now)
        issues = tuple(
            [
                IssueStatus(known, await self._ledger.released_at(known.key), await self._figures.run(known.key))
                for known in self._library.listed_of(today, today)
            ]
        )
        return Status(
            now=now.astimezone(self._timetable.zone),
            day=today,
            release=self._timetable.release_on(today),
            deadline=self._timetable.deadline_on(today),
            held=await self._holding.holds(today),
            issues=issues,
            subscribers=await self._figures.subscribers(since=now - _LATELY, now=now),
            votes=await self._votes(),
            refused=len(self._library.refused),
        )

    async def _votes(self) -> tuple[tuple[ListedIssue, VoteCount], ...]:
        counts = await self._keepsakes.votes(limit=_MOST_VOTES)
        named = ((self._library.listed_by_ref(count.item.ref), count) for count in counts)
        return tuple((listed, count) for listed, count in named if listed is not None)
