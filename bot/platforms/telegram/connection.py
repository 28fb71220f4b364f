"""The bot's line to Telegram: one application, which polls or is called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from telegram import Bot, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ContextTypes

from bot.domain.errors import PlatformError
from bot.languages import Language
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.commands import ALLOWED_UPDATES, TelegramCommands
from bot.platforms.telegram.paced_bot import PacedBot
from bot.platforms.telegram.profile import REFUSED
from bot.platforms.telegram.request import AiohttpRequest, Timeouts
from bot.platforms.telegram.webhook import TelegramWebhook
from bot.ports.web import WebRoute
from bot.services.conversation import Conversation

_log = structlog.get_logger(__name__)

_POLL = 25
"""Seconds that Telegram holds a poll open."""
_POOL = 256
"""Connections, opened as they are needed: more than are ever in flight, so that a reader's answer waits for none."""
_MOST_WAITING = 1000
"""Pushed updates that wait to be handled: what comes beyond it stays with Telegram, which pushes it again."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


def telegram_bot(token: str, api_url: str) -> PacedBot:
    """Return a bot that can send; to be initialized before use. `api_url` is the server's root."""
    return PacedBot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=AiohttpRequest(connections=_POOL),
        get_updates_request=AiohttpRequest(connections=1, timeouts=Timeouts(read=10)),
    )


class TelegramConnection:
    """Gets updates and answers them: polls, or is called where there is a public address."""

    def __init__(
        self, bot: Bot, conversation: Conversation, default: Language, *, public_url: str | None = None
    ) -> None:
        self._application: TelegramApplication = (
            Application.builder()
            .bot(bot)
            .context_types(ContextTypes(context=ReaderContext))
            .concurrent_updates(True)
            .job_queue(None)
            .build()
        )
        self._webhook = TelegramWebhook(bot, public_url, self._accept) if public_url else None
        self._commands = TelegramCommands(conversation, default)
        self._commands.register(self._application)

    @property
    def routes(self) -> tuple[WebRoute, ...]:
        """Return what is to be served for Telegram."""
        return (self._webhook.route,) if self._webhook else ()

    async def start(self) -> None:
        """Connect, register the commands, and begin to answer.

        Waits for a server that cannot be reached. Raises PlatformError if the token or the public address is refused.
        """
        await initialized(self._application)
        await self._application.start()
        if self._webhook is not None:
            await _persistently(self._webhook.register)
        else:
            await self._poll()
        try:
            await self._commands.publish_menu(self._application)
        except TelegramError as error:
            _log.warning("the command menu could not be registered", problem=error.message)

    async def rest(self) -> None:
        """Poll no more, and answer what has been received."""
        updater = self._application.updater
        if updater is not None and updater.running:
            await updater.stop()
        if self._application.running:
            await self._application.stop()

    async def stop(self) -> None:
        """Answer what has been received, and disconnect."""
        await self.rest()
        await self._application.shutdown()

    async def _poll(self) -> None:
        """Begin to poll, which first takes a webhook away; what Telegram holds comes by the first poll."""
        updater = self._application.updater
        if updater is None:
            raise AssertionError("the application was built with an updater")
        await updater.start_polling(
            timeout=_POLL, bootstrap_retries=-1, allowed_updates=ALLOWED_UPDATES, error_callback=self._polling_failed
        )

    def _accept(self, update: Update) -> bool:
        queue = self._application.update_queue
        if not self._application.running or queue.qsize() >= _MOST_WAITING:
            return False
        queue.put_nowait(update)
        return True

    def _polling_failed(self, error: TelegramError) -> None:
        _ = self._application.create_task(self._application.process_error(None, error))


async def initialized(connecting: Application | Bot) -> None:  # type: ignore[type-arg]
    """Connect, however long it takes. Raises PlatformError if the token is refused."""
    await _persistently(connecting.initialize)


async def _persistently(call: Callable[[], Awaitable[None]]) -> None:
    pause = _FIRST_PAUSE
    while True:
        try:
            await call()
        except InvalidToken as error:
            raise PlatformError(REFUSED) from error
        except TelegramError as error:
            _log.warning("Telegram cannot be reached; trying again", problem=error.message, seconds=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return
