"""A minute of chaos in every run of the tests; all of it is `make chaos`, with a seed of one's own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.chaos.arena import arena
from tests.chaos.campaign import Plan, carry_out
from tests.chaos.stores import SqliteStore, Store, postgresql_store
from tests.chaos.story import story
from tests.contract.databases import own_postgresql

SEED = 834186
"""The same each time: a run of the tests says what a change did, `make chaos` goes and looks for what nobody knows."""
READERS = 9
PATIENCE = 150.0
"""Seconds: what Slack may have lost is looked for after a minute, and two issues may be waiting for that."""
SQLITE = ("kill", "429 to all", "database locked", "kill", "5xx", "slow", "stop", "disk full")
POSTGRESQL = ("kill", "429 in chats", "database stopped", "kill", "connections break", "freeze")


async def suffered(store: Store, folder: Path, strikes: Sequence[str]) -> str:
    """Return the story of what went wrong, '' if nothing did."""
    order = list(strikes)
    random.Random(SEED).shuffle(order)
    async with arena(store, folder, seed=SEED, readers=READERS) as place:
        broken = await carry_out(place, Plan(order, longest_gap=2.0, backlog=30, patience=PATIENCE))
        told = await story(place, broken) if broken else ""
    again = f"{store.name} --seed={SEED} --readers={READERS} --only='{','.join(strikes)}'"
    return told and f'{told}\nagain: make chaos ARGS="{again}"'


@pytest.mark.timeout(300)
async def test_sqlite_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    told = await suffered(SqliteStore(tmp_path / "digestbot.db"), tmp_path, SQLITE)
    assert not told, told


@pytest.mark.timeout(300)
async def test_postgresql_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    with own_postgresql() as guard:
        async with postgresql_store(guard, seed=SEED) as store:
            told = await suffered(store, tmp_path, POSTGRESQL)
    assert not told, told
