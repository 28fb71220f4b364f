"""Each platform, wired from the settings: what sends, what answers, and what is served for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from pydantic import SecretStr

from bot.domain.destination import Destination, Platform
from bot.languages import Language
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.profile import Profile
from bot.ports.sender import Sender
from bot.ports.web import WebRoute
from bot.services.bot_name import BotName
from bot.services.conversation import Conversation
from bot.settings import Settings
from bot.storage.engine import Database
from bot.storage.ledger import SqlLedger

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient
    from telegram import Bot

    from bot.platforms.slack.installations import Installations, States
    from bot.platforms.slack.installing import Installing
    from bot.platforms.slack.workspaces import Workspaces
    from bot.platforms.telegram.paced_bot import PacedBot


class Connection(Protocol):
    """A platform's line: readers are answered from `start` to `stop`."""

    @property
    def routes(self) -> tuple[WebRoute, ...]:
        """Return what is to be served for it, before `start` too."""
        ...

    async def start(self) -> None:
        """Connect; wait for a server that cannot be reached; raise PlatformError if a token is refused."""
        ...

    async def rest(self) -> None:
        """Listen to readers no more; another process does. What was received is answered."""
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...


@dataclass(frozen=True, slots=True)
class Line:
    """One platform."""

    platform: Platform
    connection: Connection
    sender: Sender
    rate: float
    """Messages a second, for all chats of one account together."""
    close: Callable[[], Awaitable[None]]
    """Closes what the sender opened: who only sends never starts the connection, nor stops it."""


# Each SDK takes about a second to import: a bot without the platform does without it.


def telegram_bot(settings: Settings) -> PacedBot | None:
    """Return the bot of the settings' token. To be called in a running event loop."""
    if settings.telegram_token is None:
        return None
    from bot.platforms.telegram.connection import telegram_bot

    return telegram_bot(settings.telegram_token.get_secret_value(), settings.telegram_api_url)


def telegram_profile(bot: Bot | None) -> Profile | None:
    """Return who knows what Telegram tells of the bot."""
    if bot is None:
        return None
    from bot.platforms.telegram.profile import TelegramProfile

    return TelegramProfile(bot)


def bot_name(ledger: Ledger, bot: Bot | None, profile: Profile | None) -> BotName:
    """Return who knows the bot's user name."""
    # the number before the colon is the bot's id
    return BotName(ledger, profile, bot=bot.token.partition(":")[0] if bot else "")


def lines(
    settings: Settings,
    bot: PacedBot | None,
    conversation: Conversation,
    database: Database,
    clock: Clock,
    *,
    pace: float,
    before_answer: Callable[[Destination], Awaitable[None]],
) -> Iterator[Line]:
    """Yield the platforms that the settings ask for; `bot` is Telegram's. `pace` is in messages a second to one chat.

    `before_answer` waits until an answer to a reader may leave, where answers count for the platform's limits.
    To be called in a running event loop.
    """
    if bot:
        bot.pace_answers(before_answer)
        yield _telegram(settings, bot, conversation, pace)
    if settings.uses_slack:
        yield _slack(settings, conversation, database, clock, pace)


def _telegram(settings: Settings, bot: Bot, conversation: Conversation, pace: float) -> Line:
    from bot.platforms.telegram.connection import TelegramConnection
    from bot.platforms.telegram.sender import TelegramSender

    connection = TelegramConnection(
        bot, conversation, cast("Language", settings.language), public_url=settings.public_url
    )
    paid = settings.telegram_paid_rate
    sender = TelegramSender(bot, pace=pace, paid=paid is not None)
    return Line(Platform.TELEGRAM, connection, sender, paid or settings.telegram_rate, bot.request.shutdown)


def _slack(settings: Settings, conversation: Conversation, database: Database, clock: Clock, pace: float) -> Line:
    from bot.platforms.slack.connection import SlackConnection
    from bot.platforms.slack.installations import States
    from bot.platforms.slack.notices import Notices
    from bot.platforms.slack.sender import MESSAGES_A_SECOND, SlackSender
    from bot.platforms.slack.web_api import slack_client, slack_session

    session = slack_session()
    client = slack_client(_value(settings.slack_bot_token), settings.slack_api_url, session)
    workspaces, installations = slack_workspaces(settings, client, database)
    language = cast("Language", settings.language)
    notices = Notices(
        client,
        workspaces,
        SqlLedger(database),
        language,
        own_installer=settings.slack_installer,
        command=settings.slack_command,
        seconds=1 / pace,
    )
    sender = SlackSender(client, pace=pace, workspaces=workspaces, notices=notices)

    async def close() -> None:
        await notices.stop()
        await session.close()

    connection = SlackConnection(
        client,
        conversation,
        language,
        sender,
        workspaces,
        app_token=_value(settings.slack_app_token),
        signing_secret=_value(settings.slack_signing_secret),
        command=settings.slack_command,
        installations=installations,
        installing=_installing(
            settings, client, workspaces, installations=installations, states=lambda: States(database, clock.now)
        ),
    )
    return Line(Platform.SLACK, connection, sender, MESSAGES_A_SECOND, close)


def slack_installations(settings: Settings, database: Database) -> Installations | None:
    """Return where the app was installed by OAuth; None unless it may be."""
    if settings.slack_client_id is None:
        return None
    from bot.platforms.slack.encryption import cipher_of
    from bot.platforms.slack.installations import Installations

    cipher = cipher_of(key.get_secret_value() for key in settings.encryption_keys)
    return Installations(settings.slack_client_id, database, cipher)


def slack_workspaces(
    settings: Settings, client: AsyncWebClient, database: Database
) -> tuple[Workspaces, Installations | None]:
    """Return the tokens by workspace, and the installations that some come from."""
    from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

    from bot.platforms.slack.workspaces import Workspaces

    installations = slack_installations(settings, database)
    rotator = AsyncTokenRotator(
        client_id=settings.slack_client_id or "",
        client_secret=_value(settings.slack_client_secret) or "",
        client=client,
    )
    workspaces = Workspaces(own_token=client.token, installations=installations, rotator=rotator)
    return workspaces, installations


def _installing(
    settings: Settings,
    client: AsyncWebClient,
    workspaces: Workspaces,
    *,
    installations: Installations | None,
    states: Callable[[], States],
) -> Installing | None:
    if installations is None or settings.slack_client_id is None or settings.public_url is None:
        return None
    from bot.platforms.slack.installing import Installing

    return Installing(
        client=client,
        installations=installations,
        states=states(),
        workspaces=workspaces,
        client_id=settings.slack_client_id,
        client_secret=_value(settings.slack_client_secret) or "",
        public_url=settings.public_url,
        language=cast("Language", settings.language),
        command=settings.slack_command,
    )


def _value(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
