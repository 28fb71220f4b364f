"""What wakes the services."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.timetable import Timetable
from bot.scheduling.clock import SystemClock
from bot.scheduling.embedded import ClockedCronTrigger, EmbeddedScheduler
from tests import virtual_time

SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class TestTheClock:
    def test_tells_the_machines_time_in_utc(self) -> None:
        before = datetime.now(UTC)
        now = SystemClock().now()
        assert before <= now <= datetime.now(UTC)
        assert now.tzinfo is UTC

    def test_may_start_at_any_instant_and_goes_on_from_there(self) -> None:
        eight = datetime(2026, 2, 12, 8, 0, tzinfo=SHANGHAI)
        clock = SystemClock.starting_at(eight)
        first = clock.now()
        assert eight <= first <= clock.now()
        assert clock.now() - eight < timedelta(minutes=1)
        assert first.tzinfo is UTC

    async def test_waits(self) -> None:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await SystemClock(timedelta(days=-300)).sleep(0.02)
        assert loop.time() - before >= 0.01


class TestTheDailyTrigger:
    @pytest.mark.parametrize("shift", [timedelta(), timedelta(days=-280, minutes=13), timedelta(hours=30)])
    def test_fires_when_the_bots_clock_shows_the_hour(self, shift: timedelta) -> None:
        trigger = ClockedCronTrigger(SystemClock(shift), hour=8, minute=0, timezone=SHANGHAI)
        machine = utc("2026-11-21 03:00")
        fires = trigger.get_next_fire_time(None, machine)
        assert fires is not None
        shown = (fires + shift).astimezone(SHANGHAI)
        assert shown.time() == time(8, 0)
        assert timedelta() < fires - machine <= timedelta(days=1)

    def test_fires_once_a_day(self) -> None:
        trigger = ClockedCronTrigger(SystemClock(), hour=8, minute=0, timezone=SHANGHAI)
        first = trigger.get_next_fire_time(None, utc("2026-02-12 00:00"))
        assert first == utc("2026-02-12 00:00")
        assert trigger.get_next_fire_time(first, utc("2026-02-12 00:00:01")) == utc("2026-02-13 00:00")

    def test_keeps_to_the_hour_when_the_clocks_change(self) -> None:
        berlin = ZoneInfo("Europe/Berlin")
        trigger = ClockedCronTrigger(SystemClock(), hour=8, minute=0, timezone=berlin)
        assert trigger.get_next_fire_time(None, utc("2026-03-28 08:00")) == utc("2026-03-29 06:00")


class TestTheScheduler:
    async def test_looks_every_second_until_it_is_stopped(self) -> None:
        looked = asyncio.Semaphore(0)

        async def look() -> None:
            looked.release()

        scheduler = EmbeddedScheduler(Timetable(time(8), time(12), SHANGHAI), SystemClock(), look)
        scheduler.start()
        async with asyncio.timeout(10):
            await looked.acquire()
            await looked.acquire()
        await scheduler.stop(asyncio.Lock())
        await scheduler.stop(asyncio.Lock())

    @pytest.mark.parametrize(
        ("takes", "rests"),
        [((0.0, 0.0), 1), ((0.01, 0.01), 1), ((0.04, 0.04), 2), ((0.5, 0.5), 4), ((0.5, 0.0), 1)],
        ids=["no time", "little", "long", "very long", "now and then very long"],
    )
    def test_rests_longer_where_looks_take_long_and_never_so_long_that_a_file_is_noticed_late(
        self, takes: tuple[float, float], rests: float
    ) -> None:
        began: list[float] = []
        ended: list[float] = []

        async def look() -> None:
            began.append(asyncio.get_running_loop().time())
            await asyncio.sleep(takes[len(began) % 2])
            ended.append(asyncio.get_running_loop().time())

        async def looking() -> None:
            scheduler = EmbeddedScheduler(Timetable(time(8), time(12), SHANGHAI), SystemClock(), look)
            scheduler.start()
            await asyncio.sleep(20)
            await scheduler.stop(asyncio.Lock())

        virtual_time.run(looking())
        rested = [after - before for before, after in zip(ended, began[1:], strict=False)][1:]
        assert len(rested) >= 2
        assert rested == pytest.approx([rests] * len(rested), abs=0.001)

    async def test_goes_on_looking_after_a_look_that_failed(self) -> None:
        looked = asyncio.Semaphore(0)

        async def look() -> None:
            looked.release()
            raise RuntimeError("a fault of ours")

        scheduler = EmbeddedScheduler(Timetable(time(8), time(12), SHANGHAI), SystemClock(), look)
        scheduler.start()
        async with asyncio.timeout(10):
            await looked.acquire()
            await looked.acquire()
        await scheduler.stop(asyncio.Lock())

    async def test_lets_a_look_that_has_begun_come_to_its_end(self) -> None:
        looking, began, may_end, ended = asyncio.Lock(), asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def look() -> None:
            async with looking:
                began.set()
                await may_end.wait()
                ended.set()

        scheduler = EmbeddedScheduler(Timetable(time(8), time(12), SHANGHAI), SystemClock(), look)
        scheduler.start()
        async with asyncio.timeout(10):
            await began.wait()
            stopping = asyncio.create_task(scheduler.stop(looking))
            await asyncio.sleep(0.05)
            assert not stopping.done()
            may_end.set()
            await stopping
        assert ended.is_set()
