"""What Telegram knows about the bot."""

from __future__ import annotations

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.domain.errors import PlatformError

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
