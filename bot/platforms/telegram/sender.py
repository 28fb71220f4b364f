"""Sends parts to Telegram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import EndPointNotFound, InvalidToken, TelegramError

from bot.domain.delivery import Outcome, Rejected, Scope, Sent, Unfit, Unsent
from bot.domain.destination import Destination
from bot.domain.throttling import ScopeEvidence
from bot.platforms.telegram.calls import EncodedPayloads, call, call_encoded
from bot.platforms.telegram.outcomes import is_unparsable, outcome_of
from bot.platforms.telegram.request import AnswerLost
from bot.ports.sender import Capabilities
from formatters.parts import Json, Part

MESSAGES_A_SECOND = 28.0
"""For all chats together. Telegram allows about 30: https://core.telegram.org/bots/faq#broadcasting-to-users"""

CHAT_PACE = 1.0
"""Messages a second to one chat: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""


class TelegramSender:
    """A `Sender`."""

    def __init__(self, bot: Bot, *, pace: float = CHAT_PACE) -> None:
        self._bot = bot
        self._encoded = EncodedPayloads()
        self._evidence = ScopeEvidence()
        self.capabilities = Capabilities(threads=False, pace=pace)

    async def send(
        self, part: Part, *, to: Destination, silent: bool, under: str | None, previews: bool = False
    ) -> Outcome:
        """Send the part; if Telegram cannot parse its markup, send its plain text instead."""
        del under
        begun = self._evidence.begin()
        if "rich_message" in part.payload:
            outcome = await self._send_rich(part, to, silent=silent)
        else:
            if previews:
                part = replace(part, payload=_with_previews(part.payload))
            outcome = await self._send(part, to, silent=silent)
        return self._evidence.judge(outcome, place=to.chat, begun=begun, likely=likely_scope(to))

    async def _send(self, part: Part, to: Destination, *, silent: bool) -> Outcome:
        try:
            message_id = await self._post(part.payload, to, silent=silent)
        except TelegramError as error:
            if not is_unparsable(error):
                return outcome_of(error, to)
            try:
                message_id = await post(self._bot, plain(part), to, silent=silent)
            except TelegramError as second:
                return outcome_of(second, to)
        return Sent(message_id)

    async def _post(self, payload: Mapping[str, Json], to: Destination, *, silent: bool) -> str:
        """Post what is posted to everybody."""
        body = self._encoded.body(place_of(to, silent=silent), payload)
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


def _with_previews(payload: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return a payload that lets Telegram preview the first link of its text."""
    return {**payload, "link_preview_options": {"is_disabled": False}}


def plain(part: Part) -> Mapping[str, Json]:
    """Return the payload of a part without markup."""
    return {**{name: value for name, value in part.payload.items() if name != "parse_mode"}, "text": part.text}


def chat_id(destination: Destination) -> int | str:
    """Return the chat as the Bot API names it: a number, or @username."""
    return destination.chat if destination.chat.startswith("@") else int(destination.chat)


async def post(bot: Bot, payload: Mapping[str, Json], to: Destination, *, silent: bool = False) -> str:
    """Send a rendered payload as one message and return its id."""
    return _message_id(await call(bot, method_of(payload), {**place_of(to, silent=silent), **payload}))


def place_of(to: Destination, *, silent: bool) -> dict[str, Json]:
    """Return the parameters that a payload goes with."""
    return _place(chat_id(to), int(to.thread) if to.thread else None, silent=silent)


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


def arguments_of(payload: Mapping[str, Json]) -> dict[str, Any]:
    """Return a payload as python-telegram-bot's arguments for sending or editing a message."""
    arguments: dict[str, Any] = dict(payload)
    if "reply_markup" in arguments:
        arguments["reply_markup"] = InlineKeyboardMarkup.de_json(arguments["reply_markup"], None)
    if "link_preview_options" in arguments:
        arguments["link_preview_options"] = LinkPreviewOptions.de_json(arguments["link_preview_options"], None)
    return arguments
