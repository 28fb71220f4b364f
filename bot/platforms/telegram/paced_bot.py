"""A bot whose answers take their place among all that is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram import Bot

from bot.domain.destination import Destination
from bot.platforms.telegram.sender import post
from formatters.parts import Json


class PacedBot(Bot):
    """A bot that answers readers before it goes on with a broadcast, and within the same budget."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._turn: Callable[[Destination], Awaitable[None]] | None = None

    def pace_answers(self, turn: Callable[[Destination], Awaitable[None]]) -> None:
        """Let every answer wait until `turn` returns."""
        self._turn = turn

    async def turn_of_answer(self, to: Destination) -> None:
        """Wait until an answer may leave."""
        if self._turn is not None:
            await self._turn(to)


async def answer(bot: Bot, payload: Mapping[str, Json], to: Destination) -> str:
    """Send a payload as an answer, when its turn has come, and return the message's id."""
    if isinstance(bot, PacedBot):
        await bot.turn_of_answer(to)
    return await post(bot, payload, to)
