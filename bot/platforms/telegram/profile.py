"""What Telegram knows about the bot and its chats."""

from __future__ import annotations

from telegram import Bot
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.domain.destination import Destination
from bot.domain.errors import PlatformError
from bot.domain.subscription import Place
from bot.platforms.telegram.sender import chat_id

REFUSED = (
    "DIGESTBOT_TELEGRAM_TOKEN: Telegram does not accept this token; copy the present one from @BotFather (/mybots)"
)


class TelegramProfile:
    """A `Profile`. Needs no connection: it asks when it is asked."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def user_name(self) -> str:
        """Return the bot's user name. https://core.telegram.org/bots/api#getme"""
        try:
            return str((await self._bot.get_me()).username)
        except InvalidToken as error:
            raise PlatformError(REFUSED) from error
        except TelegramError as error:
            raise PlatformError(f"Telegram cannot be asked for the bot's name: {error.message}") from error

    async def place(self, destination: Destination) -> Place | None:
        """Return what kind of place it is. https://core.telegram.org/bots/api#getchat"""
        try:
            chat = await self._bot.get_chat(chat_id(destination))
        except (BadRequest, Forbidden):
            return None
        except TelegramError as error:
            raise PlatformError(f"Telegram cannot be asked about {destination}: {error.message}") from error
        return place_of_chat(chat.type, topic=bool(destination.thread))


def place_of_chat(kind: str, *, topic: bool) -> Place:
    """Return what kind of place a chat is. https://core.telegram.org/bots/api#chat"""
    if kind == ChatType.PRIVATE:
        return Place.PRIVATE
    if topic:
        return Place.TOPIC
    return Place.CHANNEL if kind == ChatType.CHANNEL else Place.GROUP
