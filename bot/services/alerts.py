"""What owners are told without asking: a missing post, deliveries that fail, a post that is refused.

An alert is a delivery: it is in the ledger under a key that says what it is about, so that each owner gets it once,
also over restarts and however often it is looked for. What it is about is judged anew from clock, library and ledger.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime

import structlog

from bot.domain.alerts import (
    Alert,
    LatePost,
    ManyFailures,
    MissingPost,
    Refusal,
    RefusedPosts,
    are_many,
    is_alerted_on,
)
from bot.domain.destination import Destination
from bot.domain.membership import Member
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.ports.figures import Figures
from bot.ports.ledger import DeliveryFilter, Ledger
from bot.services.holding import Holding
from bot.services.library import Library
from bot.services.membership import Membership
from bot.services.notices import Notices
from bot.services.publish import CLOSED, STARTED

_log = structlog.get_logger(__name__)

_MISSING_SINCE = "missing-since"
"""The mark that holds the first of the days in a row without a post; empty where there was one."""
_REFUSED = "refused-told"
"""The mark that holds the digests of refusals that owners were told about, as JSON."""
_COUNT_EVERY = 30.0
"""Seconds. Counting what failed reads all deliveries of an issue."""
_REFUSED_EVERY = 600.0
"""Seconds. Somebody who is writing a post saves it often, with another fault each time."""

Phrase = Callable[[Alert, str], str]
"""Says an alert in a language."""


class Alerts:
    """Tells the owners. `look` may be called at any moment, any number of times."""

    def __init__(
        self,
        *,
        membership: Membership,
        notices: Notices,
        figures: Figures,
        library: Library,
        ledger: Ledger,
        timetable: Timetable,
        clock: Clock,
        phrase: Phrase,
        language: str,
    ) -> None:
        """`language` is that of owners whose own nobody knows."""
        self._membership = membership
        self._notices = notices
        self._figures = figures
        self._library = library
        self._ledger = ledger
        self._holding = Holding(ledger)
        self._timetable = timetable
        self._clock = clock
        self._phrase = phrase
        self._language = language
        self._told: set[str] = set()
        self._judged: date | None = None
        self._counted_at: float | None = None
        self._was_busy = False
        self._refused_at: float | None = None

    async def look(self) -> int:
        """Tell what there is to tell; return how many messages to owners were planned."""
        owners = await self._membership.owners()
        if not owners:
            return 0
        now = self._clock.now()
        today = self._timetable.today(now)
        found = [*await self._of_the_day(today, now), *await self._failures(today)]
        added = sum([await self._tell(alert, owners) for alert in found])
        return added + await self._tell_refused(owners, today)

    async def _tell(self, alert: Alert, owners: list[Member]) -> int:
        """Plan an alert for every owner, once a process: planning again would add nothing."""
        if alert.key in self._told:
            return 0
        texts = [(*addressed, self._phrase(alert, addressed[1])) for addressed in await self._addressed(owners)]
        added = await self._notices.to_each(alert.key, texts)
        self._told.add(alert.key)
        if added:
            _log.warning("owners are told", alert=alert.key, owners=added)
        return added

    async def _addressed(self, owners: list[Member]) -> list[tuple[Destination, str]]:
        """Return where each owner is told, and in which language."""
        return [
            (
                Destination(owner.person.platform, owner.person.id),
                await self._membership.language_of(owner) or self._language,
            )
            for owner in owners
        ]

    async def _of_the_day(self, today: date, now: datetime) -> list[Alert]:
        """Return what is wrong with the day, once its watch is over."""
        deadline = self._timetable.deadline_on(today)
        if self._judged == today or now < deadline:
            return []
        if await self._ledger.marked(CLOSED) != today.isoformat() or await self._holding.holds(today):
            return []
        started = await self._ledger.marked(STARTED)
        if started is None or datetime.fromisoformat(started) >= deadline:
            return []  # this day was over before the first start ever
        issues = self._library.listed_of(today, today)
        if not issues:
            return await self._missing(today)
        late: list[Alert] = [
            LatePost(known.title, known.key) for known in issues if await self._ledger.released_at(known.key) is None
        ]
        if len(late) < len(issues) and await self._ledger.marked(_MISSING_SINCE):
            await self._ledger.mark(_MISSING_SINCE, "")
        if not late:
            self._judged = today
        return late

    async def _missing(self, today: date) -> list[Alert]:
        since = await self._ledger.marked(_MISSING_SINCE)
        if not since:
            await self._ledger.mark(_MISSING_SINCE, today.isoformat())
        days = (today - (date.fromisoformat(since) if since else today)).days + 1
        return [MissingPost(today, days)] if is_alerted_on(days) else []

    async def _failures(self, today: date) -> list[Alert]:
        """Return issues of today of which too many deliveries failed: every half minute, and once all is over."""
        busy = await self._ledger.next_due() is not None
        over, self._was_busy = self._was_busy and not busy, busy
        elapsed = self._clock.elapsed()
        if self._counted_at is not None and not over and elapsed - self._counted_at < _COUNT_EVERY:
            return []
        self._counted_at = elapsed
        found: list[Alert] = []
        for known in self._library.listed_of(today, today):
            if not await self._ledger.reports(DeliveryFilter(issue_key=known.key, troubled=True, limit=1)):
                continue
            run = await self._figures.run(known.key)
            if are_many(run.failed, run.total):
                found.append(ManyFailures(known.title, known.key, run.failed, run.total, run.reason))
        return found

    async def _tell_refused(self, owners: list[Member], today: date) -> int:
        refusals = tuple(
            Refusal(path.name, errors[0].line, errors[0].problem, errors[0].advice)
            for path, errors in self._library.refused
            if errors
        )
        told = set(json.loads(await self._ledger.marked(_REFUSED) or "[]"))
        present = {one.digest for one in refusals}
        new = tuple(one for one in refusals if one.digest not in told)
        elapsed = self._clock.elapsed()
        if new and self._refused_at is not None and elapsed - self._refused_at < _REFUSED_EVERY:
            return 0
        added = 0
        if new:
            self._refused_at = elapsed
            added = await self._tell(RefusedPosts(new, today), owners)
        if told != present:
            await self._ledger.mark(_REFUSED, json.dumps(sorted(present)))
        return added
