"""What the local platforms have on record: which message arrived where, and which answers never reached the bot."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.calls import Call
from bot.sandbox.server import Sandbox
from bot.sandbox.slack_workspace import Channel, SlackMessage
from bot.sandbox.telegram_chats import Chat, Message
from tests.chaos.issues import PartName, part_named_in

SENDING = ("sendMessage", "chat.postMessage")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A part that a platform accepted. `order` numbers what one platform accepted, in that order."""

    name: PartName
    message_id: str
    order: int
    rang: bool


@dataclass(frozen=True, slots=True)
class TelegramPlace:
    """A chat or a topic of one."""

    address: str
    """As the ledger writes it, such as telegram:-100123/45."""
    chat: Chat
    topic: int | None = None

    @property
    def ended(self) -> bool:
        """Whether the reader turned the bot away."""
        return self.chat.blocked

    def arrivals(self) -> list[Arrival]:
        """Return the delivered parts in order, deleted ones included; answers to a reader are none."""
        messages = (message for message in self.chat.log.values() if message.by_bot and message.topic == self.topic)
        return [
            Arrival(name, str(message.id), message.order, not message.silent)
            for message in messages
            if not _is_answer(message) and (name := part_named_in(message.text)) is not None
        ]

    def is_at(self, call: Call) -> bool:
        """Return whether the call was for this place."""
        chat = str(call.parameters.get("chat_id"))
        named = {str(self.chat.id), f"@{self.chat.username}"}
        return chat in named and call.parameters.get("message_thread_id") == self.topic


@dataclass(frozen=True, slots=True)
class SlackPlace:
    """A channel; the first message of an issue stands in it, the others in its thread."""

    address: str
    channel: Channel
    ended: bool = False

    def arrivals(self) -> list[Arrival]:
        """Return the delivered parts in order, deleted ones included."""
        messages = (message for message in self.channel.log.values() if message.author.is_bot and not message.only_for)
        return [
            Arrival(name, message.ts, message.order, not message.is_reply)
            for message in messages
            if (name := part_named_in(_slack_text(message))) is not None
        ]

    def is_at(self, call: Call) -> bool:
        """Return whether the call was for this place."""
        return call.parameters.get("channel") == self.channel.id


Place = TelegramPlace | SlackPlace


def _is_answer(message: Message) -> bool:
    """Return whether a reader asked for it: delivered parts have buttons with addresses only."""
    markup = message.versions[0].markup or {"inline_keyboard": ()}
    return any("callback_data" in button for row in markup["inline_keyboard"] for button in row)


def _slack_text(message: SlackMessage) -> str:
    return json.dumps(message.blocks, ensure_ascii=False) if message.blocks else message.text


def part_named_by(call: Call) -> PartName | None:
    """Return the part that a call brings, None if it brings none or was never read."""
    content: Any = call.parameters.get("blocks") or call.parameters.get("text") or ""
    return part_named_in(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))


def sending_calls(sandbox: Sandbox) -> list[Call]:
    """Return every request to send a message, in order of arrival at either platform."""
    calls = [*sandbox.telegram.calls.of(*SENDING), *sandbox.slack.calls.of(*SENDING)]
    return sorted(calls, key=lambda call: call.at)


def lost(call: Call) -> bool:
    """Return whether the platform withheld what became of the call: no answer, or an error that does not say."""
    if call.done is None:
        return False
    return call.status is None or (call.status >= 500 and call.status != 503)


def lost_parts(places: Iterable[Place], calls: Iterable[Call]) -> tuple[set[tuple[str, PartName]], int]:
    """Return the parts whose answer the platforms withheld, with their places, and how many calls were never read."""
    withheld = [call for call in calls if lost(call)]
    named = {
        (place.address, name)
        for call in withheld
        if (name := part_named_by(call)) is not None
        for place in places
        if place.is_at(call)
    }
    return named, sum(not call.parameters for call in withheld)
