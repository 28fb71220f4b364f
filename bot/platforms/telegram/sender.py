"""Sends parts to Telegram."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import EndPointNotFound, InvalidToken, TelegramError

from bot.domain.delivery import Outcome, Rejected, Sent, Unfit, Unsent
from bot.domain.destination import Destination
from bot.platforms.telegram.outcomes import is_unparsable, outcome_of
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
        self.capabilities = Capabilities(threads=False, pace=pace)

    async def send(
        self, part: Part, *, to: Destination, silent: bool, under: str | None, previews: bool = False
    ) -> Outcome:
        """Send the part; if Telegram cannot parse its markup, send its plain text instead."""
        del under
        if _is_rich(part.payload):
            return await self._send_rich(part, to, silent=silent)
        if previews:
            part = replace(part, payload=_with_previews(part.payload))
        try:
            message_id = await post(self._bot, part.payload, to, silent=silent)
        except TelegramError as error:
            if not is_unparsable(error):
                return outcome_of(error, to)
            try:
                message_id = await post(self._bot, plain(part), to, silent=silent)
            except TelegramError as second:
                return outcome_of(second, to)
        return Sent(str(message_id))

    async def _send_rich(self, part: Part, to: Destination, *, silent: bool) -> Outcome:
        """Send a rich message. What classic messages would survive, too, is an outcome as any; the rest is unfit."""
        try:
            return Sent(str(await post(self._bot, part.payload, to, silent=silent)))
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


def _with_previews(payload: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return a payload that lets Telegram preview the first link of its text."""
    return {**payload, "link_preview_options": {"is_disabled": False}}


def plain(part: Part) -> Mapping[str, Json]:
    """Return the payload of a part without markup."""
    return {**{name: value for name, value in part.payload.items() if name != "parse_mode"}, "text": part.text}


def chat_id(destination: Destination) -> int | str:
    """Return the chat as the Bot API names it: a number, or @username."""
    return destination.chat if destination.chat.startswith("@") else int(destination.chat)


async def post(bot: Bot, payload: Mapping[str, Json], to: Destination, *, silent: bool = False) -> int:
    """Send a rendered payload as one message; return the message's id."""
    call = call_of(payload, chat=chat_id(to), thread=int(to.thread) if to.thread else None, silent=silent)
    if call["method"] == "sendMessage":
        return (await bot.send_message(**arguments_of(call["payload"]))).message_id
    # python-telegram-bot 22 has no method for it
    sent: dict[str, Any] = await bot.do_api_request(call["method"], api_kwargs=call["payload"])
    return int(sent["message_id"])


def _is_rich(payload: Mapping[str, Json]) -> bool:
    return "rich_message" in payload


def call_of(
    payload: Mapping[str, Json], *, chat: int | str, thread: int | None = None, silent: bool = False
) -> dict[str, Any]:
    """Return the API call that sends a payload: its `method` and the whole decoded `payload`."""
    place = {"chat_id": chat} | ({"message_thread_id": thread} if thread else {})
    return {
        "method": "sendRichMessage" if _is_rich(payload) else "sendMessage",
        "payload": {**place, **payload, **({"disable_notification": True} if silent else {})},
    }


def arguments_of(payload: Mapping[str, Json]) -> dict[str, Any]:
    """Return a payload as python-telegram-bot's arguments for sending or editing a message."""
    arguments: dict[str, Any] = dict(payload)
    if "reply_markup" in arguments:
        arguments["reply_markup"] = InlineKeyboardMarkup.de_json(arguments["reply_markup"], None)
    if "link_preview_options" in arguments:
        arguments["link_preview_options"] = LinkPreviewOptions.de_json(arguments["link_preview_options"], None)
    return arguments
