"""Calls of the Bot API whose parameters are at hand as JSON already.

`Bot.send_message` builds its request from objects and a `Message` from the answer, which costs several times as much
as the sending. What was rendered once and goes to everybody needs neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram import Bot

from bot.platforms.telegram.request import EncodedCall, as_json
from formatters.parts import Json

MOST_PAYLOADS = 256
"""Encoded payloads that are kept: all parts of a few issues in every style and language."""


async def call(bot: Bot, method: str, payload: Mapping[str, Json]) -> Any:
    """Call a method and return its result as decoded JSON. Raises TelegramError as the methods of `bot` do."""
    return await call_encoded(bot, method, as_json(payload))


async def call_encoded(bot: Bot, method: str, body: bytes) -> Any:
    """Call a method with its parameters as one JSON object; `bot` is one of `connection.telegram_bot`."""
    return await bot.request.post(f"{bot.base_url}/{method}", request_data=EncodedCall(body).as_request_data())


class EncodedPayloads:
    """Encodes a payload once, wherever it goes."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Mapping[str, Json], bytes]] = {}

    def body(self, place: Mapping[str, Json], payload: Mapping[str, Json]) -> bytes:
        """Return both as one JSON object. Neither may be empty, and `payload` must never change."""
        known = self._known.get(id(payload))
        if known is None:
            if len(self._known) >= MOST_PAYLOADS:
                self._known.clear()
            # the payload is kept too, so that no other one gets its id
            known = self._known[id(payload)] = (payload, as_json(payload))
        return as_json(place)[:-1] + b"," + known[1][1:]
