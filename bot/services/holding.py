"""Holding back the day's issue: nothing of it goes out by itself until an owner lets it go, or publishes it."""

from __future__ import annotations

from datetime import date

import structlog

from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.services.library import Library

_log = structlog.get_logger(__name__)

_HELD = "held"
"""The mark that holds the day whose issues are held back; empty where none is."""


class Holding:
    """Knows which day is held; the ledger remembers it. Another day is never held by itself."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def holds(self, day: date) -> bool:
        """Return whether the issues of `day` are held back."""
        return await self._ledger.marked(_HELD) == day.isoformat()

    async def hold(self, day: date) -> bool:
        """Hold them back; return whether they were not before."""
        if await self.holds(day):
            return False
        await self._ledger.mark(_HELD, day.isoformat())
        _log.warning("the day's issue is held back by an owner", day=day.isoformat())
        return True

    async def end(self, day: date) -> bool:
        """Hold them back no longer; return whether they were held."""
        if not await self.holds(day):
            return False
        await self._ledger.mark(_HELD, "")
        _log.warning("the day's issue is held back no longer", day=day.isoformat())
        return True


class Brake:
    """What an owner does: holds today's issue, and lets it go."""

    def __init__(self, holding: Holding, library: Library, ledger: Ledger, timetable: Timetable, clock: Clock) -> None:
        self._holding = holding
        self._library = library
        self._ledger = ledger
        self._timetable = timetable
        self._clock = clock

    @property
    def today(self) -> date:
        """The digest's calendar date."""
        return self._timetable.today(self._clock.now())

    async def is_on(self) -> bool:
        """Return whether today's issue is held back."""
        return await self._holding.holds(self.today)

    async def hold(self) -> tuple[bool, int]:
        """Hold today's issue back; return whether it was not held before, and how many deliveries stopped waiting.

        Messages that are on their way at this moment arrive, with the rest of their issue.
        """
        new = await self._holding.hold(self.today)
        stopped = [
            await self._ledger.hold(known.key, now=self._clock.now())
            for known in self._library.listed_of(self.today, self.today)
        ]
        return new, sum(stopped)

    async def let_go(self) -> bool:
        """Let today's issue go: what was planned goes on, and all else follows the day's clock again."""
        was_held = await self._holding.end(self.today)
        for known in self._library.listed_of(self.today, self.today):
            await self._ledger.let_go(known.key, now=self._clock.now())
        return was_held
