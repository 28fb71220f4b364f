"""A conversation written down as the people in it see it: what they type and press, and all that the bot shows.

`make golden` (or `python -m tests.scenario.transcript`) holds the conversations of `conversations.py` again and keeps
them in `tests/fixtures/conversations`; read the difference before you commit it.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from bot.platforms.telegram import owner_buttons
from bot.platforms.telegram.menu_actions import decode_menu
from bot.sandbox.limits import SlackLimits, TelegramLimits
from bot.sandbox.server import Sandbox
from bot.sandbox.telegram_chats import Chat, Message
from bot.sandbox.telegram_people import Person
from formatters.actions import decode
from tests.scenario.world import Bot, World

FOLDER = Path(__file__).parents[1] / "fixtures" / "conversations"

_BETWEEN = timedelta(seconds=20)
_SECRET = re.compile(r"(\b1-[jw]-|\bannouncement-\d+-)\w+")


class Transcript:
    """Lets people act, one after the other, at hours that are the same each time; and keeps what they tried."""

    def __init__(self, world: World, bot: Bot) -> None:
        self._telegram = world.sandbox.telegram
        self._clock = bot.services.clock
        self._instant: datetime = self._clock.now()
        self.lines: list[str] = []

    def heading(self, text: str) -> None:
        """Begin a part."""
        self.lines += ["", f"== {text}", ""]

    async def ask(
        self, person: Person, text: str, *, chat: Chat | None = None, topic: int | None = None, answers: int = 1
    ) -> Message:
        """Write, and return the last of so many answers."""
        self._go_on()
        place = chat or person.chat
        before = len(place.log)
        self.lines.append(f"{_where(person, place, topic)}: {_masked(text)}")
        await person.ask(text, chat=chat, topic=topic)
        shown = await self._telegram.changes.until(
            lambda: found if len(found := _since(place, before)) >= answers else None, within=60, what=text
        )
        for message in shown:
            self._show(message)
        return shown[-1]

    async def ask_all(self, person: Person, *texts: str, chat: Chat | None = None, topic: int | None = None) -> Message:
        """Write one after the other, each answered once; return the last answer."""
        *first, last = texts
        for text in first:
            await self.ask(person, text, chat=chat, topic=topic)
        return await self.ask(person, last, chat=chat, topic=topic)

    async def press_all(self, person: Person, message: Message, *wanted: object) -> None:
        """Press buttons below one message, one after the other."""
        for one in wanted:
            await self.press(person, message, one)

    async def press(self, person: Person, message: Message, wanted: object) -> Message:
        """Press the first button that is, or stands for, `wanted`; return the message that shows what came of it."""
        button = next((one for one in message.buttons if _is(one, wanted)), None)
        if button is None:
            raise LookupError(f"{wanted} is none of {[one['text'] for one in message.buttons]} below {message.text!r}")
        return await self.press_data(person, message, button["callback_data"], label=button["text"])

    async def press_data(self, person: Person, message: Message, data: str, *, label: str = "") -> Message:
        """Press a button of these data, whether it is there or not."""
        self._go_on()
        before, version = len(message.chat.log), message.versions[-1]
        private_before = len(person.chat.log)
        self.lines.append(
            f"{_where(person, message.chat, message.topic)} presses [{_masked(label or data)}], {kind_of(data)}"
        )
        press = await self._telegram.press(person.account, message, data).answered()
        if press.text:
            self.lines.append(f"    {'!' if press.alert else '~'} {press.text}")
        if press.url:
            self.lines.append(f"    → {press.url}")
        shown = message
        if message.versions[-1] is not version:
            self.lines.append("    (in place)")
            self._show(message)
        for place, since in {
            id(message.chat): (message.chat, before),
            id(person.chat): (person.chat, private_before),
        }.values():
            for new in _since(place, since):
                self._show(new)
                shown = new
        return shown

    async def look_up(self, person: Person, words: str) -> None:
        """Ask in line."""
        self._go_on()
        self.lines.append(f"{person.account.first_name} looks up “{words}”")
        offered = await person.look_up(words)
        self.lines += [f"    {result['title']} | {result['description']}" for result in offered.results]
        if offered.button:
            self.lines.append(f"    [{offered.button['text']}]")

    async def arrives(self, person: Person, why: str, count: int) -> Message:
        """Note what came by itself: the private chat has so many messages of the bot then."""
        before = len(person.messages)
        self.lines.append(f"({why})")
        messages = await person.receives(count)
        for message in messages[before:] or messages[-1:]:
            self._show(message)
        return messages[-1]

    @property
    def text(self) -> str:
        """All of it, as a file holds it."""
        return "\n".join(self.lines).strip() + "\n"

    def _go_on(self) -> None:
        """Let the same time pass between two acts, however long the last one took."""
        self._instant += _BETWEEN
        self._clock.shift += self._instant - self._clock.now()

    def _show(self, message: Message) -> None:
        self.lines += [f"    | {_masked(line)}".rstrip() for line in message.text.split("\n")]
        for entity in message.entities:
            if entity["type"] == "text_link" and "start=" in entity["url"]:
                self.lines.append(f"    | → {_masked(entity['url'])}")
        rows: Sequence[Any] = message.markup["inline_keyboard"] if message.markup else []
        for row in rows:
            self.lines.append("    " + " ".join(f"[{one['text']}{' ↗' if 'url' in one else ''}]" for one in row))


def _since(place: Chat, before: int) -> list[Message]:
    return [message for message in list(place.log.values())[before:] if message.by_bot and not message.deleted]


def _where(person: Person, chat: Chat, topic: int | None) -> str:
    if chat is person.chat:
        return person.account.first_name
    return f"{person.account.first_name} in {chat.title}{f', {chat.topics[topic]}' if topic else ''}"


def _masked(text: str) -> str:
    return _SECRET.sub(r"\1…", text)


def _meaning(data: str) -> object:
    menu = decode_menu(data)
    return menu.action if menu else decode(data) or owner_buttons.decode(data)


def kind_of(data: str) -> str:
    """Return the name of what a button of these data does; `nothing` for one that is not understood."""
    match _meaning(data):
        case None:
            return "nothing"
        case Enum() as member:
            return f"{type(member).__name__}.{member.name}"
        case action:
            return type(action).__name__


def _is(button: dict[str, Any], wanted: object) -> bool:
    if "callback_data" not in button:
        return False
    meaning = _meaning(button["callback_data"])
    return isinstance(meaning, wanted) if isinstance(wanted, type) else wanted in (meaning, button["text"])


async def _hold_all() -> None:
    from tests.scenario.conversations import CONVERSATIONS, LANGUAGES

    FOLDER.mkdir(exist_ok=True)
    for name, hold in CONVERSATIONS.items():
        for language in LANGUAGES:
            with tempfile.TemporaryDirectory() as folder:
                posts = Path(folder) / "posts"
                posts.mkdir()
                async with Sandbox(telegram_limits=TelegramLimits.off(), slack_limits=SlackLimits.off()) as sandbox:
                    channel = sandbox.slack.channel("daily")
                    held = await hold(World(sandbox, posts, Path(folder) / "digestbot.db", channel), language)
            (FOLDER / f"{name}-{language}.txt").write_text(held.text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(asyncio.run(_hold_all()))
