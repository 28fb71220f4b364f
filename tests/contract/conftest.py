"""What the contract suites may ask for: an empty database of each kind, and what works on it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.storage.engine import Database, open_database
from bot.storage.ledger import SqlLedger
from bot.storage.migrations import migrate
from bot.storage.subscriptions import SqlSubscriptions
from tests.contract.databases import database_url, postgresql_server_url, postgresql_url, sqlite_url

__all__ = ["database_url", "postgresql_server_url", "postgresql_url", "sqlite_url"]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as opened:
        await migrate(opened)
        yield opened


@pytest.fixture
def ledger(database: Database) -> SqlLedger:
    return SqlLedger(database)


@pytest.fixture
def subscriptions(database: Database) -> SqlSubscriptions:
    return SqlSubscriptions(database)
