"""The services over a real ledger, with time, posts and platforms in the test's hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import PurePath
from zoneinfo import ZoneInfo

from bot.domain.delivery import Delivery, DeliveryReport, DeliveryState, Outcome, Sent, Tag, UnknownPolicy
from bot.domain.destination import EVERY_LANE, Destination, Platform
from bot.domain.errors import PlatformError
from bot.domain.issues import KnownIssue, Listed, ref_of
from bot.domain.person import Person
from bot.domain.subscription import Place
from bot.domain.timetable import Timetable
from bot.languages import words_of
from bot.owning import owning
from bot.ports.ledger import DeliveryFilter, Ledger
from bot.ports.posts import Scan
from bot.ports.sender import Capabilities, OnlySends
from bot.services.acquaintance import Acquaintance
from bot.services.bot_name import BotName
from bot.services.browsing import Browsing
from bot.services.catching_up import CatchingUp
from bot.services.conversation import Conversation
from bot.services.correct import Corrector
from bot.services.drain import Drain
from bot.services.feedback import Feedback
from bot.services.forgetting import Forgetting
from bot.services.lanes import LaneHolder
from bot.services.library import Library
from bot.services.outlet import Outlet
from bot.services.preferring import Preferring
from bot.services.publish import DailyWatch, Publisher
from bot.services.query import Query
from bot.services.recent_answers import RecentAnswers
from bot.services.related import Relating
from bot.services.rendering import Renderer
from bot.services.saving import Saving
from bot.services.subscribing import Subscribing
from bot.services.throttling import Throttle
from bot.storage.changes import SqlChanges
from bot.storage.engine import Database
from bot.storage.keepsakes import SqlKeepsakes
from bot.storage.lanes import SqlLanes
from bot.storage.ledger import SqlLedger
from bot.storage.messages import SqlMessages
from bot.storage.passages import SqlSearch
from bot.storage.subscriptions import SqlSubscriptions
from formatters.errors import Diagnostic
from formatters.issue import Issue
from formatters.parts import Part
from formatters.reading import read_post
from tests import written_posts

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 2, 12)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
KEY = str(TODAY)
CHANNEL = Destination(Platform.SLACK, "C0000000001")
_numbers = count(1)
SENT = Sent("")
"""In a script: accept the part and name the message."""


def at(text: str) -> datetime:
    """Return an instant of Shanghai, such as "08:00" of today or "2026-02-13 08:00"."""
    return datetime.fromisoformat(text if " " in text else f"{TODAY} {text}").replace(tzinfo=SHANGHAI).astimezone(UTC)


def chat(number: int | str = 1001) -> Destination:
    return Destination(Platform.TELEGRAM, str(number))


def known(text: str, key: str) -> KnownIssue:
    issue = read_post(text.encode(), name=f"{key}.md", home=SHANGHAI).issue
    return KnownIssue(key, ref_of(key), issue, f"hash of {key}", PurePath(f"posts/{key}.md"))


def digest(day: date = TODAY, *, items: int = 2, draft: bool = False, trends: bool = True) -> KnownIssue:
    return known(written_posts.digest(day, items=items, draft=draft, trends=trends), str(day))


def essay(day: date = TODAY) -> KnownIssue:
    return known(written_posts.essay(day), f"essay-{day}")


class ManualClock:
    """Stands still until somebody waits, and then jumps: waiting takes no real time."""

    def __init__(self, now: datetime) -> None:
        self._began = self._now = now

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> float:
        return (self._now - self._began).total_seconds()

    def set(self, text: str) -> None:
        self._now = at(text)

    def advance(self, *, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)

    def is_set(self, *, seconds: float) -> None:
        """Show a time that is so much later, or earlier, though none passed: somebody set the machine's clock."""
        self._began += timedelta(seconds=seconds)
        self.advance(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds=seconds)
        await asyncio.sleep(0)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        for _ in range(3):  # whoever is about to set it may do so
            if event.is_set():
                return
            await asyncio.sleep(0)
        self.advance(seconds=seconds)
        event.set()


class Shelf:
    """A source of posts that holds what it is given."""

    def __init__(self) -> None:
        self.issues: list[KnownIssue] = []
        self.settling = 0
        self.refused: tuple[tuple[PurePath, tuple[Diagnostic, ...]], ...] = ()
        self._shown: tuple[KnownIssue, ...] | None = None

    def forget(self) -> None:
        """Show everything anew, as to another process."""
        self._shown = None

    async def scan(self) -> Scan:
        before, self._shown = self._shown, tuple(self.issues)
        return Scan(self._shown, self.refused, self.settling, changed=before != self._shown)

    async def load(self, listed: Listed) -> Issue | None:
        return next((one.issue for one in self.issues if one.content_hash == listed.content_hash), None)


@dataclass(frozen=True, slots=True)
class Request:
    """One part on its way to a platform."""

    part: str
    to: Destination
    silent: bool
    under: str | None
    at: datetime
    previews: bool


class ScriptedSender(OnlySends):
    """Answers each request with the next outcome of its script, then accepts everything."""

    def __init__(self, clock: ManualClock, *, threads: bool = False) -> None:
        self.capabilities = Capabilities(threads=threads, pace=1.0)
        self.requests: list[Request] = []
        self.on_request: Callable[[int], None] = lambda count: None
        """Called with the number of requests so far, before each is answered."""
        self._clock = clock
        self._script: list[Outcome | Exception] = []

    def will(self, *outcomes: Outcome | Exception) -> None:
        self._script += outcomes

    async def send(
        self,
        part: Part,
        *,
        to: Destination,
        silent: bool,
        under: str | None,
        previews: bool = False,
        tag: Tag | None = None,
    ) -> Outcome:
        del tag
        self.requests.append(Request(part.name, to, silent, under, self._clock.now(), previews))
        self.on_request(len(self.requests))
        await asyncio.sleep(0)
        outcome = self._script.pop(0) if self._script else SENT
        if isinstance(outcome, Exception):
            raise outcome
        return Sent(f"m{len(self.requests)}") if isinstance(outcome, Sent) else outcome

    @property
    def parts(self) -> list[str]:
        return [request.part for request in self.requests]


class SomeProfile:
    """A platform that tells the bot's name, unless it cannot be reached."""

    def __init__(self) -> None:
        self.name = "digest_bot"
        self.places: dict[Destination, Place] = {}
        self.reachable = True

    async def user_name(self) -> str:
        if not self.reachable:
            raise PlatformError("it cannot be reached")
        return self.name

    async def place(self, destination: Destination) -> Place | None:
        if not self.reachable:
            raise PlatformError("it cannot be reached")
        return self.places.get(destination)


class Newsroom:
    """Everything but a process: each part can be put together anew, as after a restart."""

    def __init__(self, database: Database, *, now: str = "07:00") -> None:
        self.clock = ManualClock(at(now))
        self.shelf = Shelf()
        self.ledger: Ledger = SqlLedger(database)
        self.database = database
        self.subscriptions = SqlSubscriptions(database)
        self.timetable = Timetable(time(8), time(12), SHANGHAI)
        self.profile = SomeProfile()
        self.telegram = ScriptedSender(self.clock)
        self.slack = ScriptedSender(self.clock, threads=True)
        self.unknown = UnknownPolicy.SKIP
        self.named_owners: tuple[Person, ...] = ()
        self.by_invitation = False
        self.restart()

    def restart(self) -> None:
        """Forget what only memory held."""
        self.shelf.forget()
        self.library = Library(self.shelf, self.ledger, self.clock)
        self.bot_name = BotName(self.ledger, self.profile, bot="1")
        self.publisher = Publisher(
            self.ledger, self.subscriptions, Renderer(words_of), self.clock, bot_name=self.bot_name, home=SHANGHAI
        )
        self.watch = DailyWatch(self.library, self.publisher, self.ledger, self.timetable, self.clock)
        self.subscribing = Subscribing(
            subscriptions=self.subscriptions,
            ledger=self.ledger,
            library=self.library,
            publisher=self.publisher,
            timetable=self.timetable,
            clock=self.clock,
        )
        self.preferring = Preferring(self.subscriptions, self.ledger, self.timetable, self.clock)
        self.catching_up = CatchingUp(
            subscriptions=self.subscriptions,
            ledger=self.ledger,
            library=self.library,
            timetable=self.timetable,
            clock=self.clock,
        )
        self.owning = owning(
            self.database,
            named=self.named_owners,
            by_invitation=self.by_invitation,
            language="zh",
            timetable=self.timetable,
            ledger=self.ledger,
            subscriptions=self.subscriptions,
            library=self.library,
            publisher=self.publisher,
            corrector=Corrector(
                SqlChanges(self.database),
                self.publisher,
                self.library,
                {Platform.TELEGRAM: self.telegram, Platform.SLACK: self.slack},
                clock=self.clock,
                zone=SHANGHAI,
            ),
            bot_name=self.bot_name,
            clock=self.clock,
            wake_drain=lambda: None,
        )
        self.acquaintance = Acquaintance(self.subscriptions, self.subscribing, self.bot_name, self.profile)

    def conversation(self) -> Conversation:
        """Return everything that answers readers; nothing is wired to a platform."""
        keepsakes = SqlKeepsakes(self.database)
        saving = Saving(keepsakes, self.library, self.clock)
        return Conversation(
            query=Query(self.library, self.timetable, self.clock),
            browsing=Browsing(self.library, SqlSearch(self.database), self.timetable, self.clock),
            saving=saving,
            subscribing=self.subscribing,
            preferring=self.preferring,
            relating=Relating(self.library, SqlSearch(self.database), self.timetable, self.clock),
            feedback=Feedback(SqlMessages(self.database), saving, self.library),
            site=None,
            catching_up=self.catching_up,
            forgetting=Forgetting(self.subscriptions, saving, self.preferring, self.owning.membership),
            renderer=Renderer(words_of),
            publisher=self.publisher,
            operating=self.owning.operating,
            throttle=Throttle(self.clock),
            recent=RecentAnswers(self.clock),
            wake_drain=lambda: None,
        )

    # --- readers -------------------------------------------------------------------------------------------------

    async def subscribe(
        self, *destinations: Destination, joined: str = "2026-02-01 09:00", language: str = "zh"
    ) -> None:
        for destination in destinations:
            await self.subscriptions.subscribe(destination, language=language, now=at(joined))

    async def fix(self, *destinations: Destination) -> None:
        await self.subscriptions.set_fixed(destinations, language="zh", now=self.clock.now())

    # --- the day -------------------------------------------------------------------------------------------------

    async def start(self, now: str) -> None:
        """Begin as a process does that starts at this hour."""
        self.clock.set(now)
        self.restart()
        await self.library.refresh()
        await self.watch.start()

    async def look(self, now: str = "") -> bool:
        if now:
            self.clock.set(now)
        await self.library.refresh()
        return await self.watch.look()

    async def planned(self, key: str = KEY) -> list[Destination]:
        """Return where the issue was planned to go, in order."""
        return sorted(report.destination for report in await self.reports(key))

    async def reports(self, key: str = KEY) -> list[DeliveryReport]:
        return await self.ledger.reports(DeliveryFilter(issue_key=key, limit=1000))

    async def report(self, to: Destination = CHANNEL, key: str = KEY) -> DeliveryReport:
        (report,) = await self.ledger.reports(DeliveryFilter(issue_key=key, destination=to))
        return report

    # --- deliveries ----------------------------------------------------------------------------------------------

    async def take_lanes(self) -> int:
        """Do what a new process does first; return how many parts the one before left in doubt."""
        lanes = SqlLanes(self.database, self.clock, alone=True)
        self.lanes = LaneHolder(lanes, self.clock, f"process {next(_numbers)}")
        return await self.lanes.beat()

    async def publish(self, issue: KnownIssue, *destinations: Destination) -> None:
        """Plan an issue for these destinations."""
        self.shelf.issues.append(issue)
        await self.library.refresh()
        for destination in destinations:
            await self.publisher.send_to(issue, destination, language="zh")

    async def claim(self) -> list[Delivery]:
        """Lease what is due, as a drain does."""
        return await self.ledger.claim(EVERY_LANE, holder=self.lanes.worker, now=self.clock.now(), limit=99)

    def drain(self) -> Drain:
        """Return a drain that has not begun."""
        senders = {Platform.TELEGRAM: self.telegram, Platform.SLACK: self.slack}
        outlets = {platform: Outlet(sender, 100.0, self.clock) for platform, sender in senders.items()}
        return Drain(self.ledger, self.subscriptions, outlets, self.clock, self.lanes, unknown=self.unknown)

    @asynccontextmanager
    async def draining(self) -> AsyncIterator[Drain]:
        """Let a drain work until the block ends."""
        drain = self.drain()
        running = asyncio.create_task(drain.run())
        try:
            yield drain
        finally:
            drain.stop()
            await asyncio.wait_for(running, 10)

    async def deliver_due(self) -> None:
        """Carry out what is due now, and stop, as a process does that is asked to end."""
        async with self.draining():
            await self.quiet()

    async def quiet(self) -> None:
        """Return once nothing is due at this moment and nothing is being sent."""
        async with asyncio.timeout(10):
            while True:
                if not await self._is_busy():
                    return
                await asyncio.sleep(0.002)

    async def deliver_all(self) -> None:
        """Carry out whatever there is, however late it seems to be due."""
        async with self.draining(), asyncio.timeout(10):
            while await self.ledger.unfinished():
                await asyncio.sleep(0.002)

    async def _is_busy(self) -> bool:
        due = await self.ledger.next_due()  # asked first: what is claimed meanwhile is then seen as leased
        if due is not None and due <= self.clock.now():
            return True
        return bool(await self.ledger.reports(DeliveryFilter(state=DeliveryState.LEASED)))


def states(reports: Iterable[DeliveryReport]) -> list[DeliveryState]:
    return [report.state for report in reports]
