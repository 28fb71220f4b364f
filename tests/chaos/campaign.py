"""A seeded sequence of strikes on a bot at work, and the verdict on what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from bot.sandbox.telegram_people import Person
from formatters.actions import SendAll, decode
from tests.chaos.arena import Arena
from tests.chaos.strikes import STRIKES
from tests.chaos.verdict import Violation

ON_PLATFORMS = (
    "429 to all", "429 in chats", "429 from Slack", "5xx", "connections break", "slow", "unread", "offline", "blocked"
)  # fmt: skip
ON_PROCESSES = ("stop", "freeze")
ON_DATABASE = {
    "sqlite": ("database locked", "disk full"),
    "postgresql": (
        "database stopped",
        "database crashed",
        "database connections cut",
        "database answers lost",
        "tables locked",
    ),
}
_ANSWERED_WITHIN = 15.0
_AT_WORK = 0.6
"""Of the strikes wait until the bot sends something; the others may fall on a bot that is just starting."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens, in this order."""

    strikes: Sequence[str]
    longest_gap: float
    """Seconds between two strikes, at most."""
    backlog: int
    """Parts still to come: with fewer, a new issue is written, so that no strike falls on a bot at rest."""
    patience: float
    """Seconds in which everything is over, once all is quiet."""


def mixed(store: str, kills: int, rounds: int) -> list[str]:
    """Return so many kills, and everything else `rounds` times; not yet shuffled."""
    rarely = ["database locked for long"] if store == "sqlite" else []
    return ["kill"] * kills + [*ON_PLATFORMS, *ON_PROCESSES, *ON_DATABASE[store]] * rounds + rarely


async def carry_out(arena: Arena, plan: Plan, *, processes: int = 1) -> list[Violation]:
    """Let it all happen; return every promise that was not kept."""
    for _ in range(processes):
        arena.start()
    asking = asyncio.create_task(_ask_now_and_then(arena))
    for strike in plan.strikes:
        while arena.outstanding < plan.backlog:
            arena.publish()
        if arena.rng.random() < _AT_WORK:
            await arena.at_work()
        await asyncio.sleep(arena.rng.uniform(0.1, plan.longest_gap))
        await STRIKES[strike](arena)
    asking.cancel()
    await arena.quiet()
    await arena.settled(plan.patience)
    found = [*await arena.verdict(), *await _still_answers(arena)]
    for member in arena.running:
        await member.terminate(within=20)
    return found


async def _ask_now_and_then(arena: Arena) -> None:
    """Let guests ask for the issue and its items, and for all of an issue once in a while."""
    pressed: set[tuple[int, str]] = set()
    while True:
        await asyncio.sleep(arena.weather.uniform(0.2, 1.5))
        guest = arena.weather.choice(arena.guests)
        if arena.weather.random() < 0.3:
            await _press_send_all(guest, pressed)
        else:
            await guest.send(arena.weather.choice(("/today", "/item 2")))


async def _press_send_all(guest: Person, pressed: set[tuple[int, str]]) -> None:
    """Press [send all] below an answer, twice as impatient people do; each issue at most once."""
    for message in reversed(guest.messages):
        for button in message.buttons:
            action = decode(button.get("callback_data", ""))
            if isinstance(action, SendAll) and (guest.id, action.ref) not in pressed:
                pressed.add((guest.id, action.ref))
                for _ in range(2):
                    await guest.press(message, button["callback_data"])
                return


async def _still_answers(arena: Arena) -> list[Violation]:
    """Return a violation if a reader who asks now gets no answer."""
    guest = arena.guests[0]
    with suppress(TimeoutError):
        await guest.ask("/today", within=_ANSWERED_WITHIN)
        return []
    return [Violation("readers are answered", f"telegram:{guest.id}", f"no answer within {_ANSWERED_WITHIN:g} s")]
