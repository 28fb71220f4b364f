"""Time, as a thing that can be replaced."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

SKEW = timedelta(seconds=5)
"""The clocks of machines that work together differ by less; and so little too late nobody minds."""


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Return the present instant, timezone-aware, in UTC."""
        ...

    def elapsed(self) -> float:
        """Return seconds since some instant; they only grow, and time in which the machine slept counts."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return when `event` is set; after `seconds` of this clock it is set from here."""
        ...
