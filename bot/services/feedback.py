"""What readers think of an item, told by an emoji on the message that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import assert_never

import structlog

from bot.domain.destination import Destination
from bot.domain.person import Person
from bot.ports.messages import Messages, SentPart
from bot.services.library import Library
from bot.services.saving import Saving
from formatters.actions import Keep, Vote
from formatters.editions import matched, subjects_of

_log = structlog.get_logger(__name__)

_ITEM = re.compile(r"item-(\d{1,6})(?:\.\d+)?", re.ASCII)


class Sign(StrEnum):
    """What an emoji means."""

    UP = "up"
    DOWN = "down"
    SAVE = "save"


class Feedback:
    """Counts signs with the votes and saved items of buttons: they are the same."""

    def __init__(self, messages: Messages, saving: Saving, library: Library) -> None:
        self._messages = messages
        self._saving = saving
        self._library = library

    async def give(self, sign: Sign, person: Person, message: Iterable[tuple[Destination, str]], *, on: bool) -> bool:
        """Take a sign on a message, or take it back; return whether the message shows an item.

        `message` names the message: a chat and the message's id there, for each name that the chat has. A vote
        replaces an earlier one; to take back one that was replaced changes nothing.
        """
        found = None
        for place, message_id in message:
            found = found or await self._messages.shown(place, message_id)
        number = await self._number_now(found) if found else None
        if found is None or number is None:
            return False
        match sign:
            case Sign.SAVE:
                await self._saving.keep(Keep(found.ref, number, on), person)
            case Sign.UP | Sign.DOWN:
                await self._vote(found.ref, number, person, up=sign is Sign.UP, on=on)
            case _:
                assert_never(sign)
        _log.debug("feedback", sign=sign, on=on, issue=found.ref, item=number)
        return True

    async def _number_now(self, shown: SentPart) -> int | None:
        """Return the number that the item has in the post by now, which may have given the one shown to another."""
        part = _ITEM.fullmatch(shown.part)
        if part is None:
            return None
        number, delivered = int(part[1]), [subject.number for subject in shown.subjects]
        listed = self._library.listed_by_ref(shown.ref)
        known = await self._library.load(listed) if listed else None
        if known is None or number not in delivered:
            return number
        now = matched(shown.subjects, subjects_of(known.issue)).get(delivered.index(number))
        return None if now is None else known.issue.items[now].number

    async def _vote(self, ref: str, number: int, person: Person, *, up: bool, on: bool) -> None:
        own = await self._saving.own(ref, number, person, bot="")
        if on or (own is not None and own.up is up):
            await self._saving.vote(Vote(ref, number, up if on else None), person)
