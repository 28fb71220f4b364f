"""Clocks of the real world."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux's CLOCK_MONOTONIC stands still while the machine is suspended, and a lease does not."""


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

    def elapsed(self) -> float:
        """Return seconds since the machine started."""
        return time.clock_gettime(_STEADY)

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return when the event is set, or after so many seconds.

        The event itself is set when the time is over: whoever waits clears it.
        """
        if event.is_set():
            return
        timer = asyncio.get_running_loop().call_later(seconds, event.set)
        try:
            await event.wait()
        finally:
            timer.cancel()
