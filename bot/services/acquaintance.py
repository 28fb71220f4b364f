"""What the platform tells of the bot and its places, asked for once it can be reached."""

from __future__ import annotations

import structlog

from bot.domain.destination import Platform
from bot.domain.errors import PlatformError
from bot.domain.subscription import Place
from bot.ports.profile import Profile
from bot.ports.subscriptions import Subscriptions
from bot.services.bot_name import BotName
from bot.services.subscribing import Subscribing

_log = structlog.get_logger(__name__)


class Acquaintance:
    """Learns the bot's present name, and what kind of places the settings name, in Telegram.

    Of readers' chats both are known from what they send.
    """

    def __init__(
        self, subscriptions: Subscriptions, subscribing: Subscribing, bot_name: BotName, profile: Profile
    ) -> None:
        self._subscriptions = subscriptions
        self._subscribing = subscribing
        self._bot_name = bot_name
        self._profile = profile

    async def learn(self) -> None:
        """Ask for everything. Without an answer what is known stays as it is, and the next start asks again."""
        try:
            await self._bot_name.learn()
            for subscription in await self._subscriptions.active_fixed():
                destination = subscription.destination
                if destination.platform is not Platform.TELEGRAM or subscription.preferences.place is Place.TOPIC:
                    continue
                if (place := await self._profile.place(destination)) is not None:
                    await self._subscribing.found_place(destination, place)
        except PlatformError as error:
            _log.warning("Telegram told nothing of the bot and its chats", problem=str(error))
