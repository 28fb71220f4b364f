"""Erasing what is kept about a chat."""

from __future__ import annotations

import structlog

from bot.domain.destination import Destination
from bot.domain.person import Person
from bot.ports.keepsakes import Keepsakes
from bot.ports.subscriptions import Subscriptions
from bot.services.membership import Membership

_log = structlog.get_logger(__name__)


class Forgetting:
    """Erases."""

    def __init__(self, subscriptions: Subscriptions, keepsakes: Keepsakes, membership: Membership) -> None:
        self._subscriptions = subscriptions
        self._keepsakes = keepsakes
        self._membership = membership

    async def forget(self, destination: Destination) -> bool:
        """Erase what is kept about a chat, all its threads; False, with nothing done, if the settings name it.

        A private chat's number is its person's: what they saved and voted on anywhere is erased, too,
        and that they were invited. An owner stays one.
        """
        chat = (destination.platform, destination.chat)
        for fixed in await self._subscriptions.active_fixed():
            if (fixed.destination.platform, fixed.destination.chat) == chat:
                return False
        await self._subscriptions.erase_chat(*chat)
        await self._keepsakes.erase(Person(*chat))
        await self._membership.forget(Person(*chat))
        _log.info("a chat was forgotten", platform=destination.platform)
        return True
