"""In groups, a question that was just answered is led to that answer: nobody needs the same page twice in a row."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram.error import BadRequest

from bot.domain.destination import Destination
from bot.languages.settings_phrases import settings_phrases_of
from bot.platforms.telegram.replies import Payload, Reader
from formatters.parts import Json

_RECENT = timedelta(minutes=10)
_MOST = 10_000
"""Places whose last answer is remembered, in memory: after a restart a question is answered once more."""


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    message_id: str
    at: datetime


class RecentAnswers:
    """Shows a payload, unless the very same stands a little above."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Destination, _Answer] = OrderedDict()

    async def show(self, reader: Reader, payload: Payload, now: datetime) -> None:
        """Answer in a group: with the payload, or with a link to it where it was shown in the last ten minutes."""
        place, text = reader.destination, str(payload["text"])
        before = self._answers.get(place)
        if before is not None and before.text == text and now - before.at < _RECENT:
            try:
                await reader.show(_leading_to(before.message_id, reader))
            except BadRequest:
                del self._answers[place]  # the answer was deleted
            else:
                return
        self._answers[place] = _Answer(text, await reader.show(payload), now)
        self._answers.move_to_end(place)
        if len(self._answers) > _MOST:
            self._answers.popitem(last=False)


def _leading_to(message_id: str, reader: Reader) -> Payload:
    phrases = settings_phrases_of(reader.language)
    payload: dict[str, Json] = {
        "text": phrases.answered_above(),
        "reply_parameters": {"message_id": int(message_id)},
        "link_preview_options": {"is_disabled": True},
    }
    if link := message_link(reader.destination, message_id):
        button = {"text": phrases.show_it(), "url": link}
        payload["reply_markup"] = {"inline_keyboard": [[button]]}
    return payload


def message_link(place: Destination, message_id: str) -> str | None:
    """Return the address of a message for members of a supergroup; a basic group's messages have none.

    https://core.telegram.org/api/links#message-links
    """
    if not place.chat.startswith("-100"):
        return None
    topic = f"{place.thread}/" if place.thread else ""
    return f"https://t.me/c/{place.chat.removeprefix('-100')}/{topic}{message_id}"
