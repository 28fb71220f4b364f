"""The bot's line to Telegram: one application, long polling."""

from __future__ import annotations

import asyncio

import structlog
from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application
from telegram.request import HTTPXRequest

from bot.domain.errors import PlatformError
from bot.languages import Language
from bot.platforms.telegram.application import TelegramApplication
from bot.platforms.telegram.commands import ALLOWED_UPDATES, TelegramCommands
from bot.platforms.telegram.profile import REFUSED
from bot.platforms.telegram.request import CausalRequest
from bot.services.conversation import Conversation

_log = structlog.get_logger(__name__)

_POLL = 25
"""Seconds that Telegram holds a poll open."""
_POOL = 16
"""Connections. The transport grows slower, not faster, with a larger pool."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


def telegram_bot(token: str, api_url: str) -> Bot:
    """Return a bot that can send; to be initialized before use. `api_url` is the server's root."""
    return Bot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=_request(),
        get_updates_request=_polling_request(),
    )


class TelegramConnection:
    """Polls for updates and answers them."""

    def __init__(self, bot: Bot, conversation: Conversation, default: Language) -> None:
        self._application: TelegramApplication = (
            Application.builder().bot(bot).concurrent_updates(True).job_queue(None).build()
        )
        self._commands = TelegramCommands(conversation, default)
        self._commands.register(self._application)

    async def start(self) -> None:
        """Connect, register the commands, and begin to answer.

        Waits for a server that cannot be reached. Raises PlatformError if the token is refused.
        """
        await initialized(self._application)
        await self._application.start()
        updater = self._application.updater
        if updater is None:
            raise AssertionError("the application was built with an updater")
        await updater.start_polling(
            timeout=_POLL, bootstrap_retries=-1, allowed_updates=ALLOWED_UPDATES, error_callback=self._polling_failed
        )
        try:
            await self._commands.publish_menu(self._application)
        except TelegramError as error:
            _log.warning("the command menu could not be registered", problem=error.message)

    async def stop(self) -> None:
        """Answer what has been received, and disconnect."""
        updater = self._application.updater
        if updater is not None and updater.running:
            await updater.stop()
        if self._application.running:
            await self._application.stop()
        await self._application.shutdown()

    def _polling_failed(self, error: TelegramError) -> None:
        _ = self._application.create_task(self._application.process_error(None, error))


async def initialized(connecting: Application | Bot) -> None:  # type: ignore[type-arg]
    """Connect, however long it takes. Raises PlatformError if the token is refused."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await connecting.initialize()
        except InvalidToken as error:
            raise PlatformError(REFUSED) from error
        except TelegramError as error:
            _log.warning("Telegram cannot be reached; trying again", problem=error.message, seconds=pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return


def _request() -> CausalRequest:
    return CausalRequest(
        connection_pool_size=_POOL, connect_timeout=5, read_timeout=20, write_timeout=20, pool_timeout=10
    )


def _polling_request() -> HTTPXRequest:
    return HTTPXRequest(connection_pool_size=1, connect_timeout=5, read_timeout=10)
