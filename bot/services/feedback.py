"""What readers think of an item, told by an emoji on the message that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never

import structlog

from bot.domain.destination import Destination
from bot.domain.person import Person
from bot.ports.messages import Messages
from bot.services.saving import Saving
from formatters.actions import Keep, Vote

_log = structlog.get_logger(__name__)

_ITEM = re.compile(r"item-(\d{1,6})(?:\.\d+)?", re.ASCII)


class Sign(StrEnum):
    """What an emoji means."""

    UP = "up"
    DOWN = "down"
    SAVE = "save"


class Feedback:
    """Counts signs with the votes and saved items of buttons: they are the same."""

    def __init__(self, messages: Messages, saving: Saving) -> None:
        self._messages = messages
        self._saving = saving

    async def give(self, sign: Sign, person: Person, message: Iterable[tuple[Destination, str]], *, on: bool) -> bool:
        """Take a sign on a message, or take it back; return whether the message shows an item.

        `message` names the message: a chat and the message's id there, for each name that the chat has. A vote
        replaces an earlier one; to take back one that was replaced changes nothing.
        """
        found = None
        for place, message_id in message:
            found = found or await self._messages.shown(place, message_id)
        part = _ITEM.fullmatch(found.part) if found else None
        if found is None or part is None:
            return False
        number = int(part[1])
        match sign:
            case Sign.SAVE:
                await self._saving.keep(Keep(found.ref, number, on), person)
            case Sign.UP | Sign.DOWN:
                await self._vote(found.ref, number, person, up=sign is Sign.UP, on=on)
            case _:
                assert_never(sign)
        _log.debug("feedback", sign=sign, on=on, issue=found.ref, item=number)
        return True

    async def _vote(self, ref: str, number: int, person: Person, *, up: bool, on: bool) -> None:
        own = await self._saving.own(ref, number, person, bot="")
        if on or (own is not None and own.up is up):
            await self._saving.vote(Vote(ref, number, up if on else None), person)
