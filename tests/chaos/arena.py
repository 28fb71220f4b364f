"""Where it happens: local platforms with readers, a database, the bot's processes, and a diary of it all."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.delivery import DeliveryReport
from bot.domain.destination import Destination, Platform
from bot.ports.ledger import DeliveryFilter
from bot.sandbox.server import Sandbox
from bot.sandbox.telegram_people import Person
from bot.storage.engine import open_database
from bot.storage.ledger import SqlLedger
from bot.storage.migrations import migrate
from bot.storage.subscriptions import SqlSubscriptions
from tests.chaos.issues import write_issue
from tests.chaos.members import BOT, Member
from tests.chaos.record import Place, SlackPlace, TelegramPlace, lost_parts, sending_calls
from tests.chaos.stores import Store
from tests.chaos.verdict import Doubt, Violation, Witness, judge
from tests.scenario.processes import environment, zone_at_noon

LATENCY = 0.03
"""Seconds that every call takes."""
ITEMS = 3
PARTS = ITEMS + 2
_TOPIC = 7
_PAUSE = 0.3
"""Seconds until a process that ended is started again, as a supervisor does."""
_EXIT_DATABASE = 4


@dataclass(slots=True)
class Arena:
    """What disturbances act on."""

    rng: random.Random
    """Of the plan: the same seed is the same plan."""
    weather: random.Random
    """Of what strikes this call and not that: asked in the order in which calls happen to arrive."""
    sandbox: Sandbox
    store: Store
    folder: Path
    today: date
    environment: dict[str, str]
    program: tuple[str, ...] = BOT
    places: list[Place] = field(default_factory=list)
    readers: list[Person] = field(default_factory=list)
    guests: list[Person] = field(default_factory=list)
    """Not subscribed: they ask."""
    members: list[Member] = field(default_factory=list)
    """All that ever ran, the present ones last."""
    diary: list[tuple[float, str]] = field(default_factory=list)
    doubt: Doubt = field(default_factory=Doubt)
    issues: int = 0
    kills: int = 0
    shift: float = 0.0
    """Seconds that the bot's clock is ahead of the machine's."""
    most_in_flight: int = 0
    by_itself: list[Violation] = field(default_factory=list)
    """Processes that ended though nobody ended them."""
    _meanwhile: set[asyncio.Task[None]] = field(default_factory=set)

    def note(self, text: str) -> None:
        """Write into the diary."""
        self.diary.append((time.monotonic(), text))

    # --- processes -----------------------------------------------------------------------------------------------

    @property
    def running(self) -> list[Member]:
        """The processes that are there and not frozen."""
        return [member for member in self.members if member.wanted and member.alive and not member.frozen]

    def start(self) -> Member:
        """Start one more process."""
        member = Member(f"bot-{len(self.members) + 1}", self.program, self.environment, self.folder)
        self.members.append(member)
        self.note(f"{member.name} starts")
        return member

    def set_clock(self, shift: float) -> None:
        """Let the clock of every process, and of those to come, be so many seconds ahead of the machine's."""
        self.shift = shift
        changed = self.folder / "clock.new"
        changed.write_text(str(shift))
        changed.rename(self.folder / "clock")

    def replace_ended(self) -> None:
        """Start a process for each that ended by itself, as a supervisor does."""
        for member in self.members:
            if member.wanted and not member.alive:
                member.wanted = False
                code = member.process.returncode
                self.note(f"{member.name} ended by itself with {code}: {' / '.join(member.lines('', 2))}")
                if code != _EXIT_DATABASE:
                    told = f"{member.name} ended with {code}: {' / '.join(member.lines('', 3))}"
                    self.by_itself.append(Violation("the bot goes on", None, told))
                self.meanwhile(self._start_later())

    async def _start_later(self) -> None:
        await asyncio.sleep(_PAUSE)
        self.start()

    async def remember_in_flight(self) -> None:
        """Note which parts may be unknown, now that a process was stopped in the middle."""
        in_flight = await self.store.in_flight()
        self.most_in_flight = max(self.most_in_flight, len(in_flight))
        self.doubt.in_flight |= in_flight

    # --- time ----------------------------------------------------------------------------------------------------

    def meanwhile(self, happening: Coroutine[Any, Any, None]) -> None:
        """Let something happen while the rest goes on; `quiet` waits for it."""
        task = asyncio.create_task(happening)
        self._meanwhile.add(task)

    async def supervise(self) -> None:
        """Look after the processes, until cancelled."""
        while True:
            self.replace_ended()
            await asyncio.sleep(0.05)

    async def quiet(self) -> None:
        """Wait for all that was begun, and let the platforms be well."""
        while self._meanwhile:
            await asyncio.gather(*self._meanwhile)
            self._meanwhile = {task for task in self._meanwhile if not task.done()}
        self.sandbox.telegram.faults.clear()
        self.sandbox.slack.faults.clear()
        await self.sandbox.come_back()
        self.note("all is quiet")

    # --- work ----------------------------------------------------------------------------------------------------

    def publish(self) -> None:
        """Put one more issue of today into the folder."""
        self.issues += 1
        write_issue(self.folder / "posts", self.issues, self.today, items=ITEMS)
        self.note(f"issue {self.issues} is written")

    @property
    def outstanding(self) -> int:
        """How many parts no platform has accepted yet."""
        wanted = sum(not place.ended for place in self.places) * self.issues * PARTS
        return wanted - sum(len(place.arrivals()) for place in self.places if not place.ended)

    async def at_work(self, within: float = 10.0) -> None:
        """Return once one more request to send has arrived, or after so many seconds."""
        before, deadline = len(sending_calls(self.sandbox)), time.monotonic() + within
        while len(sending_calls(self.sandbox)) == before and time.monotonic() < deadline:
            await asyncio.sleep(0.02)

    async def reports(self) -> list[DeliveryReport]:
        """Return all that the ledger knows."""
        async with open_database(self.store.url) as database:
            return await SqlLedger(database).reports(DeliveryFilter(limit=100_000))

    async def settled(self, within: float) -> None:
        """Return once the ledger has nothing left to do, or after so many seconds: the verdict tells what is left."""
        deadline = time.monotonic() + within
        async with open_database(self.store.url) as database:
            ledger = SqlLedger(database)
            while time.monotonic() < deadline:
                planned = {report.issue_key for report in await ledger.reports(DeliveryFilter(limit=100_000))}
                if len(planned) >= self.issues and not await ledger.unfinished():
                    return
                await asyncio.sleep(0.2)
        self.note(f"not settled within {within:g} s")

    async def verdict(self) -> list[Violation]:
        """Return every promise that was not kept."""
        guests = [TelegramPlace(f"telegram:{guest.id}", guest.chat) for guest in self.guests]
        withheld, unnamed = lost_parts([*self.places, *guests], sending_calls(self.sandbox))
        self.doubt.withheld |= withheld
        self.doubt.unnamed += unnamed
        witnesses = [Witness(place.address, place.arrivals(), place.ended) for place in self.places]
        witnesses += [Witness(place.address, place.arrivals(), place.ended, guest=True) for place in guests]
        reports = await self.reports()
        return [*self.by_itself, *judge(witnesses, reports, self.doubt, issues=self.issues, parts=PARTS)]


@asynccontextmanager
async def arena(store: Store, folder: Path, *, seed: int, readers: int, guests: int = 3) -> AsyncIterator[Arena]:
    """Set the scene: nothing runs yet, and no issue is written."""
    zone, today = zone_at_noon()
    (folder / "posts").mkdir()
    async with Sandbox(latency=LATENCY) as sandbox:
        telegram, slack = sandbox.telegram, sandbox.slack
        people = [telegram.user(name=f"Reader {number}") for number in range(1, readers + 1)]
        asking = [telegram.user(name=f"Guest {number}") for number in range(1, guests + 1)]
        channel = telegram.channel("Daily", username="daily_ai")
        forum = telegram.supergroup("Readers", topics={_TOPIC: "AI"})
        slack_channel = slack.channel("daily-digest")
        await subscribe(store.url, people)
        given = environment(
            sandbox,
            folder / "posts",
            folder,
            CHAOS_CLOCK=str(folder / "clock"),
            DIGESTBOT_DATABASE_URL=store.bots_url,
            DIGESTBOT_TELEGRAM_CHATS=f"@daily_ai,{forum.id}/{_TOPIC}",
            DIGESTBOT_SLACK_BOT_TOKEN=slack.bot_token,
            DIGESTBOT_SLACK_APP_TOKEN=slack.app_token,
            DIGESTBOT_SLACK_API_URL=sandbox.slack_api_url,
            DIGESTBOT_SLACK_CHANNEL=slack_channel.id,
        )
        assert given["DIGESTBOT_TIMEZONE"] == zone
        place = Arena(
            rng=random.Random(seed),
            weather=random.Random(seed),
            sandbox=sandbox,
            store=store,
            folder=folder,
            today=today,
            # a killed process leaves no report of what it covered, or half of one
            environment={name: value for name, value in given.items() if not name.startswith("COVERAGE")},
            places=[
                *(TelegramPlace(f"telegram:{person.id}", person.chat) for person in people),
                TelegramPlace("telegram:@daily_ai", channel),
                TelegramPlace(f"telegram:{forum.id}/{_TOPIC}", forum, _TOPIC),
                SlackPlace(f"slack:{slack_channel.id}", slack_channel),
            ],
            readers=people,
            guests=asking,
        )
        place.set_clock(0)
        supervising = asyncio.create_task(place.supervise())
        try:
            yield place
        finally:
            supervising.cancel()
            for member in place.members:
                if member.alive:
                    await member.kill()


async def subscribe(url: str, people: list[Person]) -> None:
    """Let people have joined yesterday."""
    async with open_database(url) as database:
        await migrate(database)
        subscriptions = SqlSubscriptions(database)
        for person in people:
            await subscriptions.subscribe(
                Destination(Platform.TELEGRAM, str(person.id)),
                language="zh",
                now=datetime.now(UTC) - timedelta(days=1),
            )
