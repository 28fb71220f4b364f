"""Sends parts to Telegram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.error import TelegramError

from bot.domain.delivery import Outcome, Sent
from bot.domain.destination import Destination
from bot.platforms.telegram.outcomes import is_unparsable, outcome_of
from bot.ports.sender import Capabilities
from formatters.parts import Json, Part

MESSAGES_A_SECOND = 28.0
"""For all chats together. Telegram allows about 30: https://core.telegram.org/bots/faq#broadcasting-to-users"""

CHAT_PACE = 1.0
"""Messages a second to one chat: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""

GROUP_PACE = 20
"""Messages a minute to one group: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""


class TelegramSender:
    """A `Sender`."""

    def __init__(self, bot: Bot, *, pace: float = CHAT_PACE) -> None:
        self._bot = bot
        self.capabilities = Capabilities(threads=False, pace=pace, pace_of_groups=GROUP_PACE)

    async def send(self, part: Part, *, to: Destination, silent: bool, under: str | None) -> Outcome:
        """Send the part; if Telegram cannot parse its markup, send its plain text instead."""
        del under
        try:
            message = await post(self._bot, part.payload, to, silent=silent)
        except TelegramError as error:
            if not is_unparsable(error):
                return outcome_of(error, to)
            try:
                message = await post(self._bot, plain(part), to, silent=silent)
            except TelegramError as second:
                return outcome_of(second, to)
        return Sent(str(message.message_id))


def plain(part: Part) -> Mapping[str, Json]:
    """Return the payload of a part without markup."""
    return {**{name: value for name, value in part.payload.items() if name != "parse_mode"}, "text": part.text}


async def post(bot: Bot, payload: Mapping[str, Json], to: Destination, *, silent: bool = False) -> Message:
    """Send a rendered payload as one message."""
    chat = to.chat if to.chat.startswith("@") else int(to.chat)
    call = call_of(payload, chat=chat, thread=int(to.thread) if to.thread else None, silent=silent)
    return await bot.send_message(**arguments_of(call["payload"]))


def call_of(
    payload: Mapping[str, Json], *, chat: int | str, thread: int | None = None, silent: bool = False
) -> dict[str, Any]:
    """Return the API call that sends a payload: its `method` and the whole decoded `payload`."""
    place = {"chat_id": chat} | ({"message_thread_id": thread} if thread else {})
    return {
        "method": "sendMessage",
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
