"""Stand-ins for what the services need from the outside."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta


class ManualClock:
    """Stands still until somebody waits, and then jumps: waiting takes no real time."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now

    def advance(self, *, seconds: float = 0, hours: float = 0) -> None:
        self._now += timedelta(seconds=seconds, hours=hours)

    async def sleep(self, seconds: float) -> None:
        self.advance(seconds=seconds)
        await asyncio.sleep(0)
