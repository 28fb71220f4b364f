"""From an issue to planned deliveries: by the clock, or because somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import structlog

from bot.domain.delivery import DAILY
from bot.domain.destination import Destination, Platform
from bot.domain.issues import KnownIssue
from bot.domain.subscription import Place, default_style, place_of
from bot.domain.timetable import Timetable
from bot.ports.changes import Lineage
from bot.ports.clock import Clock
from bot.ports.ledger import OVERVIEW, Audience, EveryActive, FixedOnly, Ledger, Only, Plan, Slots
from bot.ports.subscriptions import Subscriptions
from bot.services.bot_name import BotName
from bot.services.holding import Holding
from bot.services.library import Library
from bot.services.rendering import Renderer
from formatters.editions import subjects_of
from formatters.parts import Part
from formatters.views import OverviewView, Style, View, delivered

_log = structlog.get_logger(__name__)

STARTED = "started"
"""The mark that a bot with this database has run before."""
CLOSED = "watch-closed"
"""The mark that holds the last day whose watch is over."""


class Publisher:
    """Plans deliveries. Planning twice adds nothing, so every method may be repeated.

    Methods that plan raise PlatformError where a style needs the bot's own name and nobody can be asked for it.
    """

    def __init__(
        self,
        ledger: Ledger,
        subscriptions: Subscriptions,
        renderer: Renderer,
        clock: Clock,
        *,
        bot_name: BotName,
        home: ZoneInfo,
    ) -> None:
        """`home` is the zone of destinations that named none."""
        self._ledger = ledger
        self._subscriptions = subscriptions
        self._renderer = renderer
        self._clock = clock
        self._bot_name = bot_name
        self._home = home

    async def release(self, known: KnownIssue) -> int:
        """Plan the issue for everybody who subscribed by its release, at their slots; return how many were added."""
        released_at = await self._ledger.release(known.key, now=self._clock.now())
        return await self._plan(known, EveryActive(joined_by=released_at), released_at)

    async def release_to_fixed(self, known: KnownIssue) -> int:
        """Plan the issue for destinations of the settings that came after its release."""
        released_at = await self._ledger.released_at(known.key)
        return await self._plan(known, FixedOnly(), released_at or self._clock.now())

    async def publish(self, known: KnownIssue) -> int:
        """Plan the issue for everybody who is subscribed now, due now or at their slots; return how many were added."""
        now = self._clock.now()
        await self._ledger.release(known.key, now=now)
        return await self._plan(known, EveryActive(joined_by=now), now)

    async def send_to(self, known: KnownIssue, to: Destination, *, language: str, occasion: str = DAILY) -> int:
        """Plan the issue for one destination, in its style; return 1, or 0 if it has such a delivery already."""
        plan = await self._whole(
            known, to.platform, await self.style_of(to), language, audience=Only(to), occasion=occasion
        )
        return await self._ledger.plan(plan, now=self._clock.now())

    async def send_all(self, known: KnownIssue, to: Destination, *, language: str, occasion: str) -> int:
        """Plan the whole issue for one destination, as `send_to` does, but never as mere headlines."""
        style = await self.style_of(to)
        if style in {Style.COMPACT, Style.HEADLINES}:
            style = Style.ITEMS
        plan = await self._whole(known, to.platform, style, language, audience=Only(to), occasion=occasion)
        return await self._ledger.plan(plan, now=self._clock.now())

    async def style_of(self, to: Destination) -> Style:
        """Return the style that a destination prefers; without a subscription, the default of its place."""
        subscription = await self._subscriptions.find(to)
        return subscription.preferences.style if subscription else default_style(to.platform, place_of(to))

    async def size(self, known: KnownIssue, platform: Platform, style: Style, language: str) -> int:
        """Return how many messages the issue is on a platform."""
        view = await self._delivered(known, style)
        return len(self._renderer.render(view, platform, language, style).parts)

    async def overview(self, known: KnownIssue, to: Destination) -> View:
        """Return the overview for somebody who joined after the release.

        In Telegram's groups its headlines open in the private chat, as buttons that act would act for everybody.
        """
        subscription = await self._subscriptions.find(to)
        place = subscription.preferences.place if subscription else place_of(to)
        if to.platform is Platform.TELEGRAM and place is not Place.PRIVATE:
            return await self._delivered(known, Style.HEADLINES)
        return OverviewView(known.issue, known.ref)

    async def overview_delivered(
        self, known: KnownIssue, view: View, to: Destination, *, language: str, message_id: str
    ) -> None:
        """Note that the issue's overview, sent as an answer, is this destination's daily delivery."""
        plan = self._plan_of(
            known, view, platform=to.platform, style=OVERVIEW, language=language, audience=Only(to), occasion=DAILY
        )
        await self._ledger.count_as_delivered(plan, message_id=message_id, now=self._clock.now())

    async def plan_like(self, known: KnownIssue, lineage: Lineage) -> Plan:
        """Return the plan that delivers the issue in the form of a lineage; its audience is nobody."""
        return self._plan_of(
            known,
            await self.view_of(known, lineage.style),
            platform=lineage.platform,
            style=lineage.style,
            language=lineage.language,
            audience=FixedOnly(),
            occasion=DAILY,
        )

    async def view_of(self, known: KnownIssue, style: Style | Literal["overview"]) -> View:
        """Return what a delivery in this style shows."""
        return OverviewView(known.issue, known.ref) if style == OVERVIEW else await self._delivered(known, style)

    def render(
        self, view: View, platform: Platform, style: Style | Literal["overview"], language: str
    ) -> tuple[Part, ...]:
        """Return the parts of a view, in the form of a style."""
        form = Style.ITEMS if style == OVERVIEW else style
        return self._renderer.render(view, platform, language, form).parts

    async def _plan(self, known: KnownIssue, audience: EveryActive | FixedOnly, release: datetime) -> int:
        added, slots = 0, Slots(release, self._home)
        try:
            # headlines last: they need the bot's name, and nobody else shall wait for it
            groups = sorted(await self._subscriptions.audiences(), key=lambda one: (one[1] is Style.HEADLINES, one))
            for platform, style, language in groups:
                plan = await self._whole(known, platform, style, language, audience=audience, occasion=DAILY)
                added += await self._ledger.plan(replace(plan, slots=slots), now=self._clock.now())
        finally:
            if added:
                _log.info("deliveries planned", issue=known.key, deliveries=added)
        return added

    async def _delivered(self, known: KnownIssue, style: Style) -> View:
        name = await self._bot_name.get() if style is Style.HEADLINES else ""
        return delivered(known.issue, style, ref=known.ref, bot=name)

    async def _whole(
        self, known: KnownIssue, platform: Platform, style: Style, language: str, *, audience: Audience, occasion: str
    ) -> Plan:
        return self._plan_of(
            known,
            await self._delivered(known, style),
            platform=platform,
            style=style,
            language=language,
            audience=audience,
            occasion=occasion,
        )

    def _plan_of(
        self,
        known: KnownIssue,
        view: View,
        *,
        platform: Platform,
        style: Style | Literal["overview"],
        language: str,
        audience: Audience,
        occasion: str,
    ) -> Plan:
        form = Style.ITEMS if style == OVERVIEW else style
        spare = self._renderer.render(view, platform, language).parts if form is Style.RICH else ()
        return Plan(
            issue_key=known.key,
            content_hash=known.content_hash,
            platform=platform,
            style=style,
            language=language,
            parts=self.render(view, platform, style, language),
            occasion=occasion,
            audience=audience,
            subjects=subjects_of(known.issue),
            spare=spare,
        )


@dataclass(slots=True)
class _Day:
    """What the watch remembers of the present day."""

    date: date
    closed: bool
    completed: set[str]
    """Keys of issues whose plan this process has carried through."""
    late: set[str]
    """Keys of issues that came after the deadline and were told about."""


class DailyWatch:
    """Releases today's issues between the daily hour and the deadline.

    `look` may be called at any moment and any number of times; it decides by clock and ledger alone:

    - before the daily hour nothing happens;
    - until the deadline, today's issues go out as they appear;
    - the first look after the deadline takes what there is (a bot that was down catches up on the
      same day) and closes the day; after that nothing goes out by itself;
    - a day that an owner holds back sends nothing, and its deadline passes;
    - at the very first start, a day whose deadline is over is closed at once: nothing older is sent.
    """

    def __init__(
        self, library: Library, publisher: Publisher, ledger: Ledger, timetable: Timetable, clock: Clock
    ) -> None:
        self._library = library
        self._publisher = publisher
        self._ledger = ledger
        self._timetable = timetable
        self._clock = clock
        self._holding = Holding(ledger)
        self._day: _Day | None = None

    async def start(self) -> None:
        """Note the first start; to be called once before the first look."""
        now = self._clock.now()
        if await self._ledger.marked(STARTED) is None:
            today = self._timetable.today(now)
            if now >= self._timetable.deadline_on(today):
                await self._ledger.mark(CLOSED, today.isoformat())
            await self._ledger.mark(STARTED, now.isoformat())

    async def look(self) -> bool:
        """Release what is due; return whether deliveries may have been added."""
        now = self._clock.now()
        today = self._timetable.today(now)
        if now < self._timetable.release_on(today):
            return False
        day = await self._remember(today)
        over = now >= self._timetable.deadline_on(today)
        if await self._holding.holds(today):
            await self._hold_back(day, over=over)
            return False
        added = False
        for known in await self._library.of_day(today):
            if known.key in day.completed:
                continue
            released = await self._ledger.released_at(known.key)
            if released is None and day.closed:
                self._tell_late(day, known)
                continue
            added = True
            await self._publisher.release(known)
            if not over:
                await self._publisher.release_to_fixed(known)
            day.completed.add(known.key)
        if over and not day.closed and not self._library.settling:
            await self._close(day)
        return added

    async def _hold_back(self, day: _Day, *, over: bool) -> None:
        """Put off what is planned, also what came to be planned while the hold began; a deadline passes as ever."""
        now, due = self._clock.now(), await self._ledger.next_due()
        if due is not None and due <= now:
            for known in self._library.listed_of(day.date, day.date):
                await self._ledger.hold(known.key, now=now)
        if over and not day.closed:
            await self._ledger.mark(CLOSED, day.date.isoformat())
            day.closed = True

    async def _remember(self, today: date) -> _Day:
        if self._day is None or self._day.date != today:
            closed = await self._ledger.marked(CLOSED) == today.isoformat()
            self._day = _Day(today, closed, set(), set())
        return self._day

    async def _close(self, day: _Day) -> None:
        await self._ledger.mark(CLOSED, day.date.isoformat())
        day.closed = True
        if not day.completed:
            _log.warning(
                "no issue by the deadline; nothing more goes out by itself today",
                day=day.date.isoformat(),
                advice="once the post is there, send it with: digestbot publish",
            )

    def _tell_late(self, day: _Day, known: KnownIssue) -> None:
        if known.key not in day.late:
            day.late.add(known.key)
            _log.warning(
                "an issue came after the deadline and is not sent by itself",
                issue=known.key,
                advice=f"send it with: digestbot publish {known.path}",
            )

    async def next_release(self) -> datetime:
        """Return when the next issue may go out: now while today's is still to come, else the next daily hour."""
        now = self._clock.now()
        today = self._timetable.today(now)
        if now >= self._timetable.release_on(today) and not (await self._remember(today)).closed:
            issues = await self._library.of_day(today)
            released = [known for known in issues if await self._ledger.released_at(known.key) is not None]
            awaited = now < self._timetable.deadline_on(today) and not issues
            if awaited or len(released) < len(issues):
                return now.astimezone(self._timetable.zone)
        return self._timetable.next_release(now)
