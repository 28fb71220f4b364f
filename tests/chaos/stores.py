"""The ledger's two databases, from outside: where each is, what it says of parts in flight, and how it fails."""

from __future__ import annotations

import asyncio
import random
import resource
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import make_url

from tests.chaos.wire import Wire, wire
from tests.contract.databases import PostgresqlGuard

_IN_FLIGHT = "SELECT delivery_id, position FROM receipts WHERE state = 'sending'"

_LOST_ANSWERS = 0.25
"""Of the commits during such a failure."""
_HANDED_OVER = 0.2
"""Seconds within which the server finishes the last statement of a client that is gone."""

Failure = Callable[[float, Iterable[int]], Awaitable[None]]
"""Fails for so many seconds, towards processes of these ids, and is well again."""


class Store(Protocol):
    """A database of either kind."""

    name: str
    url: str
    bots_url: str
    """The same database, as the bot reaches it."""
    failures: dict[str, Failure]

    async def in_flight(self) -> set[tuple[int, int]]:
        """Return (delivery, position) of every part with an intent and no outcome; wait out a failure."""
        ...


class SqliteStore:
    """A file."""

    name = "sqlite"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.url = self.bots_url = f"sqlite:///{path}"
        self.failures: dict[str, Failure] = {"database locked": self._lock, "disk full": self._fill}

    async def in_flight(self) -> set[tuple[int, int]]:
        """Return what is on record as being sent; a lock of another connection does not keep us from reading."""
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as connection:
            return set(connection.execute(_IN_FLIGHT).fetchall())

    async def _lock(self, seconds: float, _processes: Iterable[int]) -> None:
        with closing(sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=30)) as other:
            await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")
            await asyncio.sleep(seconds)
            other.execute("ROLLBACK")

    async def _fill(self, seconds: float, processes: Iterable[int]) -> None:
        """Let no file of the bot's grow: writes fail in the middle of a transaction, as on a full disk."""
        limited = list(processes)
        for process in limited:
            _limit_files(process, 4096)
        await asyncio.sleep(seconds)
        for process in limited:
            _limit_files(process, resource.RLIM_INFINITY)


def _limit_files(process: int, size: int) -> None:
    try:
        _, hard = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, hard))
    except ProcessLookupError:
        return  # it was killed meanwhile


class PostgresqlStore:
    """A server of our own, new and empty, at the other end of a wire."""

    name = "postgresql"

    def __init__(self, guard: PostgresqlGuard, line: Wire, folder: Path) -> None:
        """The wire to the server listens in `folder`."""
        self._guard = guard
        self._line = line
        self.url = guard.url
        self.bots_url = _in_folder(guard.url, folder)
        self._changing = asyncio.Lock()
        self.failures: dict[str, Failure] = {
            "database stopped": self._stop,
            "database crashed": self._crash,
            "database connections cut": self._cut,
            "database answers lost": self._lose_answers,
            "tables locked": self._lock,
        }

    async def in_flight(self) -> set[tuple[int, int]]:
        """Return what is on record as being sent, once what a killed process had handed over is done."""
        async with self._changing:
            await asyncio.sleep(_HANDED_OVER)
            async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
                return set(await (await connection.execute(_IN_FLIGHT)).fetchall())

    async def _stop(self, seconds: float, _processes: Iterable[int]) -> None:
        async with self._changing:
            await asyncio.to_thread(self._guard.tell, "stop")
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self._guard.tell, "start")

    async def _crash(self, seconds: float, _processes: Iterable[int]) -> None:
        async with self._changing:
            await asyncio.to_thread(self._guard.tell, "crash")
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self._guard.tell, "start")

    async def _cut(self, seconds: float, _processes: Iterable[int]) -> None:
        """End every session, again and again."""
        async with self._changing:
            ends = asyncio.get_running_loop().time() + seconds
            while asyncio.get_running_loop().time() < ends:
                async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
                    await connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                await asyncio.sleep(0.5)

    async def _lose_answers(self, seconds: float, _processes: Iterable[int]) -> None:
        """Let commits come through without the bot's hearing of it."""
        self._line.losing = _LOST_ANSWERS
        await asyncio.sleep(seconds)
        self._line.losing = 0.0

    async def _lock(self, seconds: float, _processes: Iterable[int]) -> None:
        async with self._changing, await psycopg.AsyncConnection.connect(self.url) as connection:
            await connection.execute("LOCK TABLE deliveries, receipts IN ACCESS EXCLUSIVE MODE")
            await asyncio.sleep(seconds)


def _in_folder(url: str, folder: Path) -> str:
    return make_url(url).update_query_dict({"host": str(folder)}).render_as_string(hide_password=False)


@asynccontextmanager
async def postgresql_store(guard: PostgresqlGuard, *, seed: int) -> AsyncIterator[PostgresqlStore]:
    """Put a wire before the server."""
    socket = Path(str(make_url(guard.url).query["host"])) / ".s.PGSQL.5432"
    # the path of a socket has 107 bytes at most: not in a test's own folder
    with tempfile.TemporaryDirectory(prefix="digestbot-wire-") as folder:
        async with wire(socket, Path(folder), random.Random(seed)) as line:
            yield PostgresqlStore(guard, line, Path(folder))
