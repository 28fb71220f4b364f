"""APScheduler 3 within the bot's own process.

Its jobs only wake services, which ask clock and ledger what is due; a job that ran twice, late or
never changes nothing but the moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.domain.timetable import Timetable
from bot.scheduling.clock import SystemClock

_log = structlog.get_logger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at the posts."""
LOOK_AT_THE_LATEST = 4.0
"""Seconds between two looks at a folder in which they take long: a new file is to be noticed within 5."""
_REST = 50
"""How many times as long as a look takes the next one waits: then looking takes at most 2 % of the time."""
_GRACE = 3600
"""Seconds that a job may be late and still run; the default of 1 would skip it on a busy machine."""


class ClockedCronTrigger(CronTrigger):  # type: ignore[misc]  # apscheduler carries no types
    """A cron trigger that goes by a `SystemClock`, which may be shifted against the machine's."""

    def __init__(self, clock: SystemClock, **fields: object) -> None:
        super().__init__(**fields)
        self._clock = clock

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """Return the machine's time at which the shifted clock shows the next matching time."""
        shift = self._clock.shift
        fires: datetime | None = super().get_next_fire_time(previous + shift if previous else None, now + shift)
        return fires - shift if fires else None


class EmbeddedScheduler:
    """Calls `look` at the daily hour and at the deadline, to the second, and often in between and outside."""

    def __init__(self, timetable: Timetable, clock: SystemClock, look: Callable[[], Awaitable[None]]) -> None:
        self._scheduler = AsyncIOScheduler(timezone=timetable.zone)
        options = {"misfire_grace_time": _GRACE, "coalesce": True, "max_instances": 1}
        for name, hour in (("release", timetable.deliver_at), ("deadline", timetable.wait_until)):
            trigger = ClockedCronTrigger(clock, hour=hour.hour, minute=hour.minute, timezone=timetable.zone)
            self._scheduler.add_job(look, trigger, id=name, **options)
        self._look = look
        self._looking_often: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._scheduler.start()
        self._looking_often = asyncio.create_task(self._look_often())

    async def _look_often(self) -> None:
        """Look every second, or less often where a look takes long, whatever the machine's clock shows.

        An interval job of APScheduler goes by that clock: set back by an hour, it would not run for an hour.
        """
        loop, took, took_before = asyncio.get_running_loop(), 0.0, 0.0
        while True:
            # of the last two the quicker: one that released an issue tells nothing of the folder
            await asyncio.sleep(min(max(LOOK_EVERY, _REST * min(took, took_before)), LOOK_AT_THE_LATEST))
            began = loop.time()
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001  # a fault of ours in one look must not end all looking
                _log.error("looking for posts failed by a fault of ours", exc_info=error)
            took, took_before = loop.time() - began, took

    async def stop(self, looking: asyncio.Lock) -> None:
        """Begin no more looks, wait for the one that has begun (each holds `looking`), and end."""
        if self._scheduler.running and self._looking_often is not None:
            self._scheduler.pause()
            await asyncio.sleep(0)  # so that a look that was just handed out takes its turn at the lock
            async with looking:
                self._looking_often.cancel()
                self._scheduler.shutdown(wait=False)
                await asyncio.sleep(0)  # it happens at the loop's next turn
