"""Clocks of the real world."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's own time, or one that runs a fixed span before or behind it.

    The shifted form lets a demo live at 08:00 of any day while everything else runs for real.
    """

    def __init__(self, shift: timedelta = timedelta()) -> None:
        self.shift = shift

    @classmethod
    def starting_at(cls, instant: datetime) -> SystemClock:
        """Return a clock that shows `instant` now, and goes on from there."""
        return cls(instant - datetime.now(UTC))

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC) + self.shift

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(seconds)
