"""The pace that several processes share."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.storage.budget import SqlBudget
from bot.storage.engine import Database


async def test_places_follow_one_another_whoever_reserves_them(database: Database) -> None:
    one, two = SqlBudget(database, "telegram"), SqlBudget(database, "telegram")
    first = await one.reserve(10.0, 3)
    second = await two.reserve(10.0, 1)
    third = await one.reserve(10.0, 1)
    assert first < 1
    assert second == pytest.approx(30, abs=5)
    assert third == pytest.approx(40, abs=5)


async def test_processes_that_ask_at_once_get_places_of_their_own(database: Database) -> None:
    budgets = [SqlBudget(database, "telegram") for _ in range(4)]
    delays = await asyncio.gather(*(budget.reserve(100.0, 1) for budget in budgets))
    assert sorted(round(delay / 100) for delay in delays) == [0, 1, 2, 3]


async def test_accounts_have_budgets_of_their_own(database: Database) -> None:
    await SqlBudget(database, "slack:T1").reserve(100.0, 5)
    assert await SqlBudget(database, "slack:T2").reserve(100.0, 5) < 50


async def test_a_pause_holds_everybody(database: Database) -> None:
    await SqlBudget(database, "telegram").reserve(0.01, 1)
    await SqlBudget(database, "telegram").hold(timedelta(seconds=60))
    assert await SqlBudget(database, "telegram").reserve(0.01, 1) == pytest.approx(60, abs=5)


async def test_a_shorter_pause_does_not_end_a_longer_one(database: Database) -> None:
    budget = SqlBudget(database, "telegram")
    await budget.hold(timedelta(seconds=600))
    await budget.hold(timedelta(seconds=1))
    assert await budget.reserve(0.01, 1) > 500
