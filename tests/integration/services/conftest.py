"""What the services' tests may ask for: a newsroom over a real SQLite ledger."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.engine import open_database
from tests.integration.services.newsroom import Newsroom, chat, digest


@pytest.fixture
async def newsroom(empty_database: Path, tmp_path: Path) -> AsyncIterator[Newsroom]:
    path = tmp_path / "ledger.db"
    shutil.copy(empty_database, path)
    async with open_database(f"sqlite:///{path}") as database:
        newsroom = Newsroom(database)
        await newsroom.take_lanes()
        yield newsroom


@pytest.fixture
async def planned(newsroom: Newsroom) -> Newsroom:
    """An issue of four parts is due to one reader, and nothing was sent yet."""
    newsroom.clock.set("08:00")
    await newsroom.subscribe(chat())
    await newsroom.publish(digest(items=2), chat())
    return newsroom
