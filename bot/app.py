"""The composition root: the only module that knows every adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import structlog
from pydantic import SecretStr

from bot.domain.destination import Platform
from bot.domain.errors import DatabaseError, PlatformError, PostsError, SettingsError
from bot.domain.timetable import Timetable
from bot.languages import Language, words_of
from bot.ports.keepsakes import Keepsakes
from bot.ports.ledger import Ledger
from bot.ports.profile import Profile
from bot.ports.sender import Sender
from bot.ports.subscriptions import Subscriptions
from bot.posts.directory import QUIET, PostDirectory
from bot.scheduling.clock import SystemClock
from bot.services.acquaintance import Acquaintance
from bot.services.bot_name import BotName
from bot.services.browsing import Browsing
from bot.services.conversation import Conversation
from bot.services.drain import Drain
from bot.services.keeping import Keeping
from bot.services.library import Library
from bot.services.publish import DailyWatch, Publisher
from bot.services.query import Query
from bot.services.rendering import Renderer
from bot.services.subscribing import Subscribing
from bot.services.throttling import Throttle
from bot.settings import NO_POSTS, Settings
from bot.storage.archive import SqlArchive
from bot.storage.engine import Database, open_database
from bot.storage.keepsakes import SqlKeepsakes
from bot.storage.ledger import SqlLedger
from bot.storage.migrations import migrate
from bot.storage.passages import SqlSearch
from bot.storage.subscriptions import SqlSubscriptions

if TYPE_CHECKING:
    import aiohttp
    from telegram import Bot

_log = structlog.get_logger(__name__)


class Connection(Protocol):
    """A platform's line: readers are answered from `start` to `stop`."""

    async def start(self) -> None:
        """Connect; wait for a server that cannot be reached; raise PlatformError if a token is refused."""
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...


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
    conversation: Conversation
    senders: dict[Platform, Sender]
    connections: tuple[Connection, ...]
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
        telegram = _telegram_bot(settings, settings.telegram_token) if settings.telegram_token else None
        profile = _profile(telegram) if telegram else None
        # the number before the colon is the bot's id
        bot_name = BotName(ledger, profile, bot=telegram.token.partition(":")[0] if telegram else "")
        publisher = Publisher(ledger, subscriptions, rendering, clock, bot_name=bot_name)
        senders: dict[Platform, Sender] = {}
        rates: dict[Platform, float] = {}
        drain = Drain(ledger, subscriptions, senders, clock, platform_rates=rates)
        subscribing = Subscribing(
            subscriptions=subscriptions,
            ledger=ledger,
            library=library,
            publisher=publisher,
            timetable=timetable,
            clock=clock,
        )
        conversation = Conversation(
            query=Query(library, timetable, clock),
            browsing=Browsing(library, SqlSearch(database), timetable, clock),
            keeping=Keeping(keepsakes, library, clock),
            subscribing=subscribing,
            renderer=rendering,
            publisher=publisher,
            throttle=Throttle(clock),
            wake_drain=drain.wake,
        )
        lines: list[_Line] = []
        if telegram:
            lines.append(_telegram(settings, telegram, conversation, chat_pace))
        if settings.slack_bot_token and settings.slack_app_token:
            lines.append(_slack(settings, _slack_session(), conversation, chat_pace))
        for line in lines:
            stack.push_async_callback(line.close)
            senders[line.platform], rates[line.platform] = line.sender, line.rate
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
            conversation=conversation,
            senders=senders,
            connections=tuple(line.connection for line in lines),
            acquaintance=Acquaintance(subscriptions, subscribing, bot_name, profile) if profile else None,
        )


@dataclass(frozen=True, slots=True)
class _Line:
    platform: Platform
    connection: Connection
    sender: Sender
    rate: float
    """Messages a second, for all chats together."""
    close: Callable[[], Awaitable[None]]
    """Closes what the sender opened: who only sends never starts the connection, nor stops it."""


# Each SDK takes about a second to import: a bot without the platform does without it.


def _telegram_bot(settings: Settings, token: SecretStr) -> Bot:
    from bot.platforms.telegram.connection import telegram_bot

    return telegram_bot(token.get_secret_value(), settings.telegram_api_url)


def _profile(bot: Bot) -> Profile:
    from bot.platforms.telegram.profile import TelegramProfile

    return TelegramProfile(bot)


def _telegram(settings: Settings, bot: Bot, conversation: Conversation, pace: float) -> _Line:
    from bot.platforms.telegram.connection import TelegramConnection
    from bot.platforms.telegram.sender import MESSAGES_A_SECOND, TelegramSender

    connection = TelegramConnection(bot, conversation, cast("Language", settings.language))
    return _Line(Platform.TELEGRAM, connection, TelegramSender(bot, pace=pace), MESSAGES_A_SECOND, bot.request.shutdown)


def _slack_session() -> aiohttp.ClientSession:
    from bot.platforms.slack.connection import slack_session

    return slack_session()


def _slack(settings: Settings, session: aiohttp.ClientSession, conversation: Conversation, pace: float) -> _Line:
    from bot.platforms.slack.connection import SlackConnection, slack_client
    from bot.platforms.slack.sender import MESSAGES_A_SECOND, SlackSender

    bot_token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else ""
    app_token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
    client = slack_client(bot_token, settings.slack_api_url, session)
    sender = SlackSender(client, pace=pace)
    connection = SlackConnection(client, app_token, conversation, cast("Language", settings.language), sender)
    return _Line(Platform.SLACK, connection, sender, MESSAGES_A_SECOND, session.close)


class App:
    """The running bot: answers readers, watches posts, delivers."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._looking = asyncio.Lock()
        self._posts_missing = False
        self.ready = asyncio.Event()
        """Set when every platform is connected."""

    async def run(self, stop: asyncio.Event, *, announce: Callable[[], Awaitable[None]]) -> None:
        """Run until `stop` is set; what is in flight then gets its outcome.

        `announce` is called once everything is loaded, before the first delivery. To be called by the
        process that holds the database. Raises PlatformError if a token is refused, PostsError if the
        posts folder cannot be read at start.
        """
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
        draining = asyncio.create_task(services.drain.run())
        connecting = asyncio.create_task(self._connect())
        try:
            await self.look()
            scheduler.start()
            running = {draining, connecting, stopping}
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
            await asyncio.gather(*(connection.stop() for connection in services.connections))

    async def _connect(self) -> None:
        await asyncio.gather(*(connection.start() for connection in self._services.connections))
        if self._services.acquaintance:
            await self._services.acquaintance.learn()
        self.ready.set()
        _log.info("ready")

    async def look(self) -> None:
        """Read changed posts and release what is due; never raises, as the scheduler will call again."""
        async with self._looking:
            try:
                await self._services.library.refresh()
                self._posts_missing = False
                if await self._services.watch.look():
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
    now = services.clock.now()
    in_doubt = await services.ledger.recover(now=now)
    if in_doubt:
        _log.warning(
            "messages were in flight when the bot last ended; they may have arrived and are not sent again",
            parts=in_doubt,
            advice="list them with: digestbot deliveries --troubled",
        )
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
    missing = [] if settings.telegram_token or settings.slack_bot_token else [NO_PLATFORM]
    if settings.posts is None:
        missing.append(NO_POSTS)
    if missing:
        raise SettingsError("\n".join(missing))
