"""A bot whose answers take their place among all that is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from telegram import Bot

from bot.domain.destination import Destination
from bot.platforms.telegram.sender import post
from formatters.parts import Json


async def _at_once(_to: Destination) -> None:
    pass


class PacedBot(Bot):
    """A bot that answers readers before it goes on with a broadcast, and within the same budget."""

    before_answer: Callable[[Destination], Awaitable[None]] = staticmethod(_at_once)
    """Waits until an answer may leave."""


async def answer(bot: Bot, payload: Mapping[str, Json], to: Destination) -> str:
    """Send a payload as an answer, when its turn has come, and return the message's id."""
    if isinstance(bot, PacedBot):
        await bot.before_answer(to)
    return await post(bot, payload, to)
