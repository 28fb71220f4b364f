"""The pace that several processes share."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.scheduling.clock import SystemClock
from bot.storage.budget import SqlBudget
from bot.storage.engine import Database
from bot.storage.tables import paces


async def test_places_follow_one_another_whoever_reserves_them(database: Database) -> None:
    one, two = SqlBudget(database, SystemClock(), "telegram"), SqlBudget(database, SystemClock(), "telegram")
    first = await one.reserve(10.0, 3)
    second = await two.reserve(10.0, 1)
    third = await one.reserve(10.0, 1)
    assert first < 1
    assert second == pytest.approx(30, abs=5)
    assert third == pytest.approx(40, abs=5)


async def test_processes_that_ask_at_once_get_places_of_their_own(database: Database) -> None:
    budgets = [SqlBudget(database, SystemClock(), "telegram") for _ in range(4)]
    delays = await asyncio.gather(*(budget.reserve(100.0, 1) for budget in budgets))
    assert sorted(round(delay / 100) for delay in delays) == [0, 1, 2, 3]


async def test_accounts_have_budgets_of_their_own(database: Database) -> None:
    await SqlBudget(database, SystemClock(), "slack:T1").reserve(100.0, 5)
    assert await SqlBudget(database, SystemClock(), "slack:T2").reserve(100.0, 5) < 50


async def test_a_pause_holds_everybody(database: Database) -> None:
    await SqlBudget(database, SystemClock(), "telegram").reserve(0.01, 1)
    await SqlBudget(database, SystemClock(), "telegram").hold(timedelta(seconds=60))
    assert await SqlBudget(database, SystemClock(), "telegram").reserve(0.01, 1) == pytest.approx(60, abs=5)


async def test_a_shorter_pause_does_not_end_a_longer_one(database: Database) -> None:
    budget = SqlBudget(database, SystemClock(), "telegram")
    await budget.hold(timedelta(seconds=600))
    await budget.hold(timedelta(seconds=1))
    assert await budget.reserve(0.01, 1) > 500


class LongRunning(SystemClock):
    """Knows of more time that passed than the database's clock shows."""

    passed = 0.0

    def elapsed(self) -> float:
        return super().elapsed() + self.passed


async def test_a_database_whose_clock_is_set_back_makes_nobody_wait_until_it_is_there_again(database: Database) -> None:
    clock = LongRunning()
    one, two = SqlBudget(database, clock, "telegram"), SqlBudget(database, clock, "telegram")
    for budget in (one, two):
        await budget.reserve(0.01, 1)
    hour = timedelta(hours=1)
    async with database.writing() as connection:
        was = (await connection.execute(select(paces.c.free_at))).scalar_one()
        await connection.execute(update(paces).values(free_at=was + hour))
    clock.passed = hour.total_seconds()
    assert [round(await budget.reserve(10.0, 1), -1) for budget in (one, two, one)] == [0, 0, 10]
    await one.hold(timedelta(seconds=60))
    assert await two.reserve(0.01, 1) == pytest.approx(60, abs=5)
