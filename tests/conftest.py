"""What tests of every kind may ask for."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


def pytest_xdist_auto_num_workers() -> int:
    """Return two for a core: most scenarios wait for the pace of a chat, not for the processor."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables and nothing in them, to be copied: a new one takes long to make."""
    from bot.storage.engine import open_database
    from bot.storage.migrations import migrate

    path = tmp_path_factory.mktemp("database") / "empty.db"

    async def make() -> None:
        async with open_database(f"sqlite:///{path}") as database:
            await migrate(database)

    asyncio.run(make())
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real posts and hand-counted truth that stands beside the project, where it is present."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared with real posts is not beside this project")
    return folder
