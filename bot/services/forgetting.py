"""Erasing what is kept about a chat."""

from __future__ import annotations

from enum import StrEnum

import structlog

from bot.domain.destination import Destination
from bot.domain.person import Person
from bot.ports.subscriptions import Subscriptions
from bot.services.membership import Membership
from bot.services.preferring import Preferring
from bot.services.saving import Saving

_log = structlog.get_logger(__name__)


class Forgotten(StrEnum):
    """What came of it."""

    ALL = "all"
    ALL_BUT_OWNER = "all but that they are an owner"
    NOTHING = "nothing"
    """The settings name the chat."""


class Forgetting:
    """Erases."""

    def __init__(
        self, subscriptions: Subscriptions, saving: Saving, preferring: Preferring, membership: Membership
    ) -> None:
        self._subscriptions = subscriptions
        self._saving = saving
        self._preferring = preferring
        self._membership = membership

    async def forget(self, destination: Destination) -> Forgotten:
        """Erase what is kept about a chat, all its threads, unless the settings name it.

        A private chat's number is its person's: what they saved and voted on anywhere is erased, too,
        and that they were invited. An owner stays one, or could not operate the bot any more.
        """
        chat = Person(destination.platform, destination.chat)
        for fixed in await self._subscriptions.active_fixed():
            if (fixed.destination.platform, fixed.destination.chat) == (chat.platform, chat.id):
                return Forgotten.NOTHING
        await self._subscriptions.erase_chat(chat.platform, chat.id)
        await self._saving.erase(chat)
        await self._membership.forget(chat)
        self._preferring.forget_languages()
        _log.info("a chat was forgotten", platform=destination.platform)
        return Forgotten.ALL_BUT_OWNER if await self._membership.is_owner(chat) else Forgotten.ALL
