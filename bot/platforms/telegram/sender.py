"""Sends parts to Telegram."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram.error import EndPointNotFound, InvalidToken, TelegramError

from bot.domain.delivery import Outcome, Rejected, Scope, Sent, Tag, Unfit, Unsent
from bot.domain.destination import Destination
from bot.domain.throttling import ScopeEvidence
from bot.platforms.telegram.calls import MOST_PAYLOADS, EncodedPayloads, call, call_encoded
from bot.platforms.telegram.outcomes import is_already_so, is_unparsable, outcome_of
from bot.platforms.telegram.request import AnswerLost
from bot.ports.sender import Capabilities, LengthUnit, OnlySends
from formatters.parts import Json, Part

CHAT_PACE = 1.0
"""Messages a second to one chat: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""

MOST_PAID_A_SECOND = 1000.0
"""https://core.telegram.org/bots/api#sendmessage, allow_paid_broadcast"""
GROUP_PACE = 20
"""Messages a minute to one group: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""

_BASIC_GROUP = 13
"""Characters of a basic group's id at most; those of supergroups and channels are -100 and ten digits or more."""

DELETABLE_FOR = timedelta(hours=48)
"""https://core.telegram.org/bots/api#deletemessage; editing the bot's own messages has no such limit."""


class TelegramSender(OnlySends):
    """A `Sender`. Bots cannot read what is in a chat, so an unknown message cannot be looked up."""

    def __init__(self, bot: Bot, *, pace: float = CHAT_PACE, paid: bool = False) -> None:
        """`paid` messages cost Stars and may be a thousand a second: see `MOST_PAID_A_SECOND`."""
        self._bot = bot
        self._paid: dict[str, Json] = {"allow_paid_broadcast": True} if paid else {}
        self._encoded = EncodedPayloads()
        self._previewing: dict[int, tuple[Part, Part]] = {}
        """Parts, by their identity, each with what it is for readers who want previews: made, and encoded, once."""
        self._evidence = ScopeEvidence()
        self.capabilities = Capabilities(
            pace=pace,
            pace_of_groups=GROUP_PACE,
            silent=True,
            edit=True,
            delete_within=DELETABLE_FOR,
            callbacks=True,
            links=True,
            unit=LengthUnit.UTF16_UNITS,
        )

    async def send(
        self,
        part: Part,
        *,
        to: Destination,
        silent: bool,
        under: str | None,
        previews: bool = False,
        tag: Tag | None = None,
    ) -> Outcome:
        """Send the part; if Telegram cannot parse its markup, send its plain text instead."""
        del under, tag
        if _is_rich(part):
            return await self._judged(self._send_rich(part, to, silent=silent), to)
        if previews:
            part = self._with_previews(part)
        return await self._judged(self._send(part, to, silent=silent), to)

    async def _judged(self, request: Awaitable[Outcome], to: Destination) -> Outcome:
        """Return the outcome of a request; of a refusal, with whom it concerns."""
        begun = self._evidence.begin()
        return self._evidence.judge(await request, place=to.chat, begun=begun, likely=likely_scope(to))

    async def _send(self, part: Part, to: Destination, *, silent: bool) -> Outcome:
        try:
            message_id = await self._post(part.payload, to, silent=silent)
        except TelegramError as error:
            if not is_unparsable(error):
                return outcome_of(error, to)
            try:
                message_id = await post(self._bot, {**plain(part), **self._paid}, to, silent=silent)
            except TelegramError as second:
                return outcome_of(second, to)
        return Sent(message_id)

    async def edit(self, part: Part, message_id: str, *, to: Destination, previews: bool = False) -> Outcome:
        """Show the part in the message's place; if Telegram cannot parse its markup, its plain text."""
        if previews and not _is_rich(part):
            part = self._with_previews(part)
        return await self._judged(self._shown(part, message_id, to), to)

    async def _shown(self, part: Part, message_id: str, to: Destination) -> Outcome:
        try:
            await self._edit(part.payload, message_id, to)
        except TelegramError as error:
            if _is_rich(part) or not is_unparsable(error):
                return Sent(message_id) if is_already_so(error) else outcome_of(error, to)
            try:
                await self._edit(plain(part), message_id, to)
            except TelegramError as second:
                return Sent(message_id) if is_already_so(second) else outcome_of(second, to)
        return Sent(message_id)

    async def delete(self, message_id: str, *, to: Destination) -> Outcome:
        """Delete the message for everybody."""
        return await self._judged(self._deleted(message_id, to), to)

    async def _deleted(self, message_id: str, to: Destination) -> Outcome:
        try:
            await call(self._bot, "deleteMessage", _message(message_id, to))
        except TelegramError as error:
            return Sent(message_id) if is_already_so(error) else outcome_of(error, to)
        return Sent(message_id)

    def has_links(self, to: Destination) -> bool:
        """Return whether it is a channel or a supergroup: https://core.telegram.org/api/links#message-links."""
        return _link_root(to) is not None

    async def link(self, message_id: str, *, to: Destination, under: str | None) -> str | None:
        """Return the message's address, which leads those who may read it there."""
        del under
        return message_link(message_id, to)

    def _with_previews(self, part: Part) -> Part:
        """Return the part for a reader who wants a preview of its first link."""
        known = self._previewing.get(id(part))
        if known is None:
            if len(self._previewing) >= MOST_PAYLOADS:
                self._previewing.clear()
            payload = {**part.payload, "link_preview_options": {"is_disabled": False}}
            # the part is kept too, so that no other one gets its id
            known = self._previewing[id(part)] = (part, replace(part, payload=payload))
        return known[1]

    async def _edit(self, payload: Mapping[str, Json], message_id: str, to: Destination) -> None:
        body = self._encoded.body(_message(message_id, to), payload)
        await call_encoded(self._bot, "editMessageText", body)

    async def _post(self, payload: Mapping[str, Json], to: Destination, *, silent: bool) -> str:
        """Post what is posted to everybody."""
        body = self._encoded.body({**place_of(to, silent=silent), **self._paid}, payload)
        return _message_id(await call_encoded(self._bot, method_of(payload), body))

    async def _send_rich(self, part: Part, to: Destination, *, silent: bool) -> Outcome:
        """Send a rich message. What classic messages would survive, too, is an outcome as any; the rest is unfit."""
        try:
            return Sent(await self._post(part.payload, to, silent=silent))
        except (EndPointNotFound, InvalidToken):
            return await self._unknown_method(to)
        except TelegramError as error:
            outcome = outcome_of(error, to)
            return Unfit(outcome.reason) if isinstance(outcome, Rejected) else outcome

    async def _unknown_method(self, to: Destination) -> Outcome:
        """Tell a server that knows no rich messages from a token that is refused: both answer 404."""
        try:
            await self._bot.get_me()
        except InvalidToken as error:
            return outcome_of(error, to)
        except TelegramError as error:
            return Unsent(error.message)
        return Unfit("this Bot API server knows no rich messages")


def likely_scope(to: Destination) -> Scope:
    """Return whom a 429 likely concerns. Private chats have no slow mode, and our pace keeps their own limit."""
    return Scope.CHAT if to.chat.startswith(("-", "@")) else Scope.PLATFORM


def _is_rich(part: Part) -> bool:
    """Return whether it is a rich message: it has no previews, and is too long for its plain text to take its place."""
    return "rich_message" in part.payload


def plain(part: Part) -> Mapping[str, Json]:
    """Return the payload of a part without markup."""
    return {**{name: value for name, value in part.payload.items() if name != "parse_mode"}, "text": part.text}


def chat_id(destination: Destination) -> int | str:
    """Return the chat as the Bot API names it: a number, or @username."""
    return destination.chat if destination.chat.startswith("@") else int(destination.chat)


async def post(bot: Bot, payload: Mapping[str, Json], to: Destination, *, silent: bool = False) -> str:
    """Send a rendered payload as one message and return its id."""
    return _message_id(await call(bot, method_of(payload), {**place_of(to, silent=silent), **payload}))


async def show_instead(bot: Bot, payload: Mapping[str, Json], message_id: str, to: Destination) -> None:
    """Show a rendered payload in a message's place."""
    await call(bot, "editMessageText", {**_message(message_id, to), **payload})


def place_of(to: Destination, *, silent: bool) -> dict[str, Json]:
    """Return the parameters that a payload goes with."""
    return _place(chat_id(to), int(to.thread) if to.thread else None, silent=silent)


def _message(message_id: str, to: Destination) -> dict[str, Json]:
    return {"chat_id": chat_id(to), "message_id": int(message_id)}


def message_link(message_id: str, to: Destination) -> str | None:
    """Return a message's address, which leads those who may read it there; None where messages have none."""
    root = _link_root(to)
    return None if root is None else f"{root}{f'/{to.thread}' if to.thread else ''}/{message_id}"


def _link_root(to: Destination) -> str | None:
    """Return what the addresses of a place's messages begin with; None in private chats and basic groups."""
    if to.chat.startswith("@"):
        return f"https://t.me/{to.chat[1:]}"
    return f"https://t.me/c/{to.chat[4:]}" if to.chat.startswith("-100") and len(to.chat) > _BASIC_GROUP else None


def method_of(payload: Mapping[str, Json]) -> str:
    """Return the method that sends a payload."""
    return "sendRichMessage" if "rich_message" in payload else "sendMessage"


def call_of(
    payload: Mapping[str, Json], *, chat: int | str, thread: int | None = None, silent: bool = False
) -> dict[str, Any]:
    """Return the API call that sends a payload: its `method` and the whole decoded `payload`."""
    return {"method": method_of(payload), "payload": {**_place(chat, thread, silent=silent), **payload}}


def _place(chat: int | str, thread: int | None, *, silent: bool) -> dict[str, Json]:
    place: dict[str, Json] = {"chat_id": chat}
    if thread:
        place["message_thread_id"] = thread
    if silent:
        place["disable_notification"] = True
    return place


def _message_id(result: Any) -> str:
    try:
        return str(result["message_id"])
    except (KeyError, TypeError) as error:
        raise AnswerLost("the answer names no message") from error
