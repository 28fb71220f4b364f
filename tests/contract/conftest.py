"""What the contract suites may ask for: a database of each kind, and what works on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.storage.engine import Database, open_database
from bot.storage.ledger import SqlLedger
from bot.storage.subscriptions import SqlSubscriptions
from tests.contract.databases import (
    database_url,
    empty_url,
    migrated_postgresql_url,
    postgresql_server_url,
    postgresql_url,
    sqlite_url,
)
from tests.contract.samples import hold_every_lane

__all__ = [
    "database_url",
    "empty_url",
    "migrated_postgresql_url",
    "postgresql_server_url",
    "postgresql_url",
    "sqlite_url",
]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        yield opened


@pytest.fixture
async def ledger(database: Database) -> SqlLedger:
    """A ledger whose every lane the test holds."""
    await hold_every_lane(database)
    return SqlLedger(database)


@pytest.fixture
def subscriptions(database: Database) -> SqlSubscriptions:
    return SqlSubscriptions(database)
