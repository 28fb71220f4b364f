"""The composition root: the only module that knows every adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.domain.destination import Destination, Platform
from bot.domain.errors import DatabaseError, PlatformError, PostsError, SettingsError
from bot.domain.timetable import Timetable
from bot.languages import words_of
from bot.lines import Connection, bot_name, lines, telegram_bot, telegram_profile
from bot.owning import Owning, owning
from bot.ports.keepsakes import Keepsakes
from bot.ports.ledger import Ledger
from bot.ports.sender import Sender
from bot.ports.subscriptions import Subscriptions
from bot.posts.directory import QUIET, PostDirectory
from bot.scheduling.clock import SystemClock
from bot.services.acquaintance import Acquaintance
from bot.services.browsing import Browsing
from bot.services.catching_up import CatchingUp
from bot.services.conversation import Conversation
from bot.services.correct import Corrector
from bot.services.drain import Drain
from bot.services.explaining import Explaining
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
from bot.services.site import Site
from bot.services.subscribing import Subscribing
from bot.services.throttling import Throttle
from bot.settings import NO_POSTS, Settings
from bot.storage.archive import SqlArchive
from bot.storage.budget import SqlBudget
from bot.storage.changes import SqlChanges
from bot.storage.engine import Database, open_database
from bot.storage.keepsakes import SqlKeepsakes
from bot.storage.lanes import SqlLanes
from bot.storage.ledger import SqlLedger
from bot.storage.messages import SqlMessages
from bot.storage.migrations import migrate
from bot.storage.passages import SqlSearch
from bot.storage.subscriptions import SqlSubscriptions
from bot.storage.workers import worker_id
from bot.web.address import path_of

if TYPE_CHECKING:
    from bot.web.server import WebServer

_log = structlog.get_logger(__name__)

_CHECK_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a command works with, wired to one database and one posts folder."""

    settings: Settings
    clock: SystemClock
    ledger: Ledger
    subscriptions: Subscriptions
    keepsakes: Keepsakes
    library: Library
    renderer: Renderer
    publisher: Publisher
    watch: DailyWatch
    drain: Drain
    owning: Owning
    lanes: LaneHolder
    conversation: Conversation
    senders: dict[Platform, Sender]
    connections: dict[Platform, Connection]
    database: Database
    corrector: Corrector
    explaining: Explaining
    acquaintance: Acquaintance | None
    """None without Telegram."""

    @property
    def timetable(self) -> Timetable:
        """The daily hours."""
        return self.settings.timetable


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database and bring its schema up to date."""
    async with open_database(settings.database_url.get_secret_value()) as database:
        await migrate(database)
        yield database


@asynccontextmanager
async def opened_services(
    settings: Settings,
    clock: SystemClock,
    database: Database,
    *,
    quiet: float = QUIET,
    chat_pace: float = 1.0,
) -> AsyncIterator[Services]:
    """Wire everything that `settings` ask for; nothing is connected yet.

    A post counts once its file is unchanged for `quiet` seconds. `chat_pace` is in messages a second to one chat
    or channel; both platforms ask for 1.
    """
    async with AsyncExitStack() as stack:
        ledger, subscriptions = SqlLedger(database), SqlSubscriptions(database)
        timetable = settings.timetable
        source = PostDirectory(
            settings.posts_folder,
            settings.timezone,
            writing=settings.writing,
            archive=SqlArchive(database),
            quiet=quiet,
        )
        library = Library(source, ledger, clock)
        keepsakes = SqlKeepsakes(database)
        rendering = Renderer(words_of)
        bot = telegram_bot(settings)
        profile = telegram_profile(bot)
        name = bot_name(ledger, bot, profile)
        publisher = Publisher(ledger, subscriptions, rendering, clock, bot_name=name, home=settings.timezone)
        senders: dict[Platform, Sender] = {}
        outlets: dict[Platform, Outlet] = {}
        lanes = LaneHolder(
            SqlLanes(database, clock, alone=database.path is not None, unknown=settings.unknown), clock, worker_id()
        )
        drain = Drain(ledger, subscriptions, outlets, clock, lanes, unknown=settings.unknown)
        subscribing = Subscribing(
            subscriptions=subscriptions,
            ledger=ledger,
            library=library,
            publisher=publisher,
            timetable=timetable,
            clock=clock,
        )
        saving = Saving(keepsakes, library, clock)
        corrector = Corrector(SqlChanges(database), publisher, library, senders, clock=clock, zone=settings.timezone)
        owners = owning(
            database,
            named=settings.owners if bot else (),
            by_invitation=settings.access == "invite",
            language=settings.language,
            timetable=timetable,
            ledger=ledger,
            subscriptions=subscriptions,
            library=library,
            publisher=publisher,
            corrector=corrector,
            bot_name=name,
            clock=clock,
            wake_drain=drain.wake,
        )
        preferring = Preferring(subscriptions, ledger, timetable, clock)
        conversation = Conversation(
            query=Query(library, timetable, clock),
            browsing=Browsing(library, SqlSearch(database), timetable, clock),
            saving=saving,
            subscribing=subscribing,
            relating=Relating(library, SqlSearch(database), timetable, clock),
            feedback=Feedback(SqlMessages(database), saving, library),
            site=Site(settings.site_url, library, timetable, clock) if settings.site_url else None,
            preferring=preferring,
            catching_up=CatchingUp(
                subscriptions=subscriptions, ledger=ledger, library=library, timetable=timetable, clock=clock
            ),
            forgetting=Forgetting(subscriptions, saving, preferring, owners.membership),
            renderer=rendering,
            publisher=publisher,
            operating=owners.operating,
            throttle=Throttle(clock),
            recent=RecentAnswers(clock),
            wake_drain=drain.wake,
        )
        connections: dict[Platform, Connection] = {}
        # one process needs no row in the database to keep its pace
        budget_of = None if database.path else partial(SqlBudget, database, clock)

        async def before_answer(to: Destination) -> None:
            await outlets[to.platform].reply(to)

        for line in lines(settings, bot, conversation, database, clock, pace=chat_pace, before_answer=before_answer):
            stack.push_async_callback(line.close)
            senders[line.platform] = line.sender
            outlets[line.platform] = Outlet(line.sender, line.rate, clock, budget_of=budget_of)
            connections[line.platform] = line.connection
        yield Services(
            settings=settings,
            clock=clock,
            ledger=ledger,
            subscriptions=subscriptions,
            keepsakes=keepsakes,
            library=library,
            renderer=rendering,
            publisher=publisher,
            watch=DailyWatch(library, publisher, ledger, timetable, clock),
            drain=drain,
            owning=owners,
            lanes=lanes,
            conversation=conversation,
            senders=senders,
            connections=connections,
            database=database,
            corrector=corrector,
            explaining=Explaining(ledger, subscriptions, clock, settings.timezone),
            acquaintance=Acquaintance(subscriptions, subscribing, name, profile) if profile else None,
        )


class App:
    """The running bot: answers readers, watches posts, delivers."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._looking = asyncio.Lock()
        self._posts_missing = False
        self._connected: set[Platform] = set()
        self.web = self._web_server() if services.settings.public_url is not None else None
        """What platforms call, where there is a public address; it listens while the bot runs."""
        self.ready = asyncio.Event()
        """Set when every platform is connected."""

    def _web_server(self) -> WebServer:
        from bot.web.application import web_application
        from bot.web.server import WebServer

        settings = self._services.settings
        routes = [route for connection in self._services.connections.values() for route in connection.routes]
        prefix = path_of(settings.public_url or "")
        return WebServer(web_application(routes, self._checks, prefix=prefix), settings.listen)

    async def _checks(self) -> dict[str, str]:
        """Return what works and what does not, for whoever watches over the bot."""
        try:
            async with asyncio.timeout(_CHECK_SECONDS), self._services.database.reading() as connection:
                await connection.exec_driver_sql("SELECT 1")
                database = "ok"
        except (DatabaseError, TimeoutError):
            database = "unavailable"
        platforms = {
            platform.value: "ok" if platform in self._connected else "connecting"
            for platform in self._services.connections
        }
        return {"database": database, **platforms}

    async def run(self, stop: asyncio.Event, *, announce: Callable[[], Awaitable[None]]) -> None:
        """Run until `stop` is set; what is in flight then gets its outcome.

        `announce` is called once everything is loaded, before the first delivery. To be called by the
        process that holds the database. Raises PlatformError if a token is refused, PostsError if the
        posts folder cannot be read at start.
        """
        services = self._services
        if self.web is not None:
            await self.web.start()
        try:
            await self._run(stop, announce)
        finally:
            if self.web is not None:
                await self.web.stop()
            await asyncio.gather(*(connection.stop() for connection in services.connections.values()))

    async def _run(self, stop: asyncio.Event, announce: Callable[[], Awaitable[None]]) -> None:
        from bot.scheduling.embedded import EmbeddedScheduler

        services = self._services
        stopping = asyncio.create_task(stop.wait())
        preparing = asyncio.create_task(prepare(services))
        await asyncio.wait({preparing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not preparing.done():  # told to stop while reading thousands of posts
            preparing.cancel()
            await asyncio.wait({preparing})
            return
        await preparing
        await services.watch.start()
        await announce()
        scheduler = EmbeddedScheduler(services.timetable, services.clock, self.look)
        beating = asyncio.create_task(services.lanes.run(services.drain.wake))
        draining = asyncio.create_task(services.drain.run())
        connecting = asyncio.create_task(self._lead())
        try:
            await self.look()
            scheduler.start()
            running = {beating, draining, connecting, stopping}
            while not stopping.done():
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    await task  # raises what ended it
        finally:
            services.drain.stop()
            await scheduler.stop(self._looking)
            connecting.cancel()
            stopping.cancel()
            await asyncio.wait({draining, connecting})
            beating.cancel()
            await services.lanes.leave()

    async def _lead(self) -> None:
        """Listen to readers while this process is the one that does."""
        services = self._services
        while True:
            if not services.lanes.leads:
                _log.info("standing by: another process listens to readers")
                await services.lanes.until_leading()
            await asyncio.gather(*(self._start(*line) for line in services.connections.items()))
            if services.acquaintance:
                await services.acquaintance.learn()
            self.ready.set()
            _log.info("ready")
            await services.lanes.until_leading(leading=False)
            self._connected.clear()
            await asyncio.gather(*(connection.rest() for connection in services.connections.values()))

    async def _start(self, platform: Platform, connection: Connection) -> None:
        await connection.start()
        self._connected.add(platform)

    async def look(self) -> None:
        """Read changed posts and release what is due; never raises, as the scheduler will call again."""
        async with self._looking:
            if not self._services.lanes.leads:
                return
            try:
                await self._services.library.refresh()
                self._posts_missing = False
                released = await self._services.watch.look()
                corrected = await self._services.corrector.look()
                if await self._services.owning.look() or released or corrected:
                    self._services.drain.wake()
            except PostsError as error:
                if not self._posts_missing:
                    _log.error("the posts cannot be read; trying again", problem=str(error))
                self._posts_missing = True
            except DatabaseError as error:
                _log.error("the ledger cannot be used; trying again", problem=str(error))
            except PlatformError as error:
                _log.error("an issue could not be planned for everybody; trying again", problem=str(error))


async def prepare(services: Services) -> None:
    """Void what a process before left behind, read the posts, and take over the settings' destinations."""
    await services.lanes.beat()
    await services.library.refresh()
    await take_over_fixed(services)


async def take_over_fixed(services: Services) -> None:
    """Make the settings' destinations the fixed subscriptions."""
    settings = services.settings
    await services.subscriptions.set_fixed(
        settings.fixed_destinations,
        language=settings.language,
        now=services.clock.now(),
        styles=settings.fixed_styles,
    )


NO_PLATFORM = (
    "Neither Telegram nor Slack is configured; set DIGESTBOT_TELEGRAM_TOKEN, or DIGESTBOT_SLACK_BOT_TOKEN with"
    " DIGESTBOT_SLACK_APP_TOKEN. To see the bot at work without any account: digestbot demo"
)


def require_what_delivering_needs(settings: Settings) -> None:
    """Raise SettingsError, naming everything that is missing, unless there are posts and a platform."""
    missing = [] if settings.telegram_token or settings.uses_slack else [NO_PLATFORM]
    if settings.posts is None:
        missing.append(NO_POSTS)
    if missing:
        raise SettingsError("\n".join(missing))
