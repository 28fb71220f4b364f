"""Erasing what is kept about a chat."""

from __future__ import annotations

import structlog

from bot.domain.destination import Destination
from bot.ports.subscriptions import Subscriptions

_log = structlog.get_logger(__name__)


class Forgetting:
    """Erases."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions

    async def forget(self, destination: Destination) -> bool:
        """Erase what is kept about a chat, all its threads; False, with nothing done, if the settings name it."""
        fixed = await self._subscriptions.active_fixed()
        if any((one.destination.platform, one.destination.chat) == (destination.platform, destination.chat)
               for one in fixed):  # fmt: skip
            return False
        await self._subscriptions.erase_chat(destination.platform, destination.chat)
        _log.info("a chat was forgotten", platform=destination.platform)
        return True
