"""How fast an issue is planned for a million readers, beside adding the same rows one statement a row.

The other side does nothing but add: `executemany` of finished rows, in one transaction, on the driver itself, to a
table with the same indexes and constraints. Ours reads the readers, freezes what they prefer, and commits in chunks, so
that others can write meanwhile. Ratios are those of one round, and their median counts.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import Dialect, text
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from bot.logs import configure_logs
from bot.storage.engine import Database, open_database
from bot.storage.ledger import SqlLedger
from bot.storage.migrations import migrate
from bot.storage.tables import deliveries

READERS = 1_000_000
ON_POSTGRESQL = 200_000
"""There a row costs several times as much, on either side."""
ROUNDS = 5
MOST_OF_SQLITES = 0.35
"""Of the time that sqlite3's executemany takes."""
FASTER_THAN_ASYNCPG = 3.0
_numbers = count(1)


def main() -> bool:
    """Print the table; return whether the bounds hold."""
    configure_logs("warning")
    with tempfile.TemporaryDirectory() as folder:
        sqlite = asyncio.run(measured(f"sqlite:///{folder}/digestbot.sqlite3", READERS))
    show("SQLite", "sqlite3, executemany", READERS, sqlite)
    ratio = statistics.median(ours / bare for ours, bare in sqlite)
    print(f"  planning takes {ratio:.2f} of executemany's time (at most {MOST_OF_SQLITES})\n")
    return all([ratio <= MOST_OF_SQLITES, *postgresql_holds()])


def postgresql_holds() -> Iterator[bool]:
    """Measure PostgreSQL, where there is one, and yield whether the bound is kept."""
    from tests.contract import postgresql_server
    from tests.contract.databases import PostgresqlGuard

    if postgresql_server.programs() is None:
        print("  PostgreSQL: not measured, as no server is at hand")
        return
    guard = PostgresqlGuard()
    try:
        rounds = asyncio.run(measured(guard.url, ON_POSTGRESQL))
    finally:
        guard.close()
    show("PostgreSQL", "asyncpg, executemany", ON_POSTGRESQL, rounds)
    ratio = statistics.median(bare / ours for ours, bare in rounds)
    print(f"  planning is {ratio:.1f} times as fast as asyncpg's executemany (at least {FASTER_THAN_ASYNCPG})")
    yield ratio >= FASTER_THAN_ASYNCPG


async def measured(url: str, readers: int) -> list[tuple[float, float]]:
    """Return of each round the seconds of ours and of the driver's."""
    async with open_database(url) as database:
        await migrate(database)
        await subscribe(database, readers)
        return [(await planned(database, readers), await added(database, url, readers)) for _ in range(ROUNDS)]


async def subscribe(database: Database, readers: int) -> None:
    """Fill the table of readers, who all want the same."""
    from tests.contract.samples import fill

    chunk = min(10_000, readers)
    await fill(database, chunk)
    columns = "platform, thread, origin, language, place, style, active, joined_at, lane, weekdays"
    async with database.writing() as connection:
        for first in range(chunk, readers, chunk):
            more = f"INSERT INTO destinations (chat, {columns}) SELECT CAST(CAST(chat AS INTEGER) + {first} AS TEXT),"
            await connection.execute(text(f"{more} {columns} FROM destinations WHERE id <= {chunk}"))
        if database.dialect == "postgresql":
            await connection.execute(text("ANALYZE destinations"))  # as the server does by itself within a minute


async def planned(database: Database, readers: int) -> float:
    """Plan one more issue for everybody; return how long that took."""
    from tests.contract.samples import NOW, a_plan, post

    ledger, key = SqlLedger(database), f"issue {next(_numbers)}"
    await ledger.record_issues([post(key, title=key)], now=NOW)
    async with database.writing() as connection:
        # as empty as the other side's table, which is new each time
        emptying = "DELETE FROM deliveries" if database.path else "TRUNCATE deliveries CASCADE"
        await connection.execute(text(emptying))
    plan = a_plan(issue=key)
    began = time.perf_counter()
    found = await ledger.plan(plan, now=NOW)
    took = time.perf_counter() - began
    again = await ledger.plan(plan, now=NOW)
    if (found, again) != (readers, 0):
        raise AssertionError(f"{found} were planned, and {again} when planned again")
    return took


async def added(database: Database, url: str, readers: int) -> float:
    """Add the same rows by the driver alone, to a table with the same indexes; return how long that took."""
    if database.path:
        return await asyncio.to_thread(_added_to_sqlite, str(database.path), readers)
    return await _added_to_postgresql(url, readers)


_NAMES = ("issue_id", "destination_id", "lane", "occasion", "rendition_id", "state", "epoch", "attempts", "urgent",
          "due_at", "planned_at", "expires_at", "silent", "previews")  # fmt: skip


def _rows(readers: int, instant: object) -> Iterator[tuple[object, ...]]:
    for reader in range(1, readers + 1):
        yield (1, reader, reader % 48, "daily", 1, "pending", 0, 0, False, instant, instant, instant, False, False)


def _twin(dialect: Dialect) -> tuple[list[str], str]:
    """Return the statements that make a table like ours, and its name."""
    name = f"twin_{next(_numbers)}"
    elements: list[ExecutableDDLElement] = [CreateTable(deliveries), *map(CreateIndex, deliveries.indexes)]
    return [str(element.compile(dialect=dialect)).replace("deliveries", name) for element in elements], name


def _added_to_sqlite(path: str, readers: int) -> float:
    from sqlalchemy.dialects import sqlite

    made, name = _twin(sqlite.dialect())
    adding = f"INSERT INTO {name} ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608  # names of our own
    with closing(sqlite3.connect(path)) as connection:
        for guarantee in ("PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON"):
            connection.execute(guarantee)
        for statement in made:
            connection.execute(statement)
        began = time.perf_counter()
        with connection:
            connection.executemany(adding, _rows(readers, 1_770_854_400_000_000))
        took = time.perf_counter() - began
        connection.execute(f"DROP TABLE {name}")
    return took


async def _added_to_postgresql(url: str, readers: int) -> float:
    import asyncpg
    from sqlalchemy.dialects import postgresql

    made, name = _twin(postgresql.dialect())  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it bare
    values = ", ".join(f"${number}" for number in range(1, len(_NAMES) + 1))
    connection = await asyncpg.connect(url)
    try:
        for statement in made:
            await connection.execute(statement)
        rows = list(_rows(readers, datetime(2026, 2, 12, tzinfo=UTC)))
        began = time.perf_counter()
        async with connection.transaction():
            adding = f"INSERT INTO {name} ({', '.join(_NAMES)}) VALUES ({values})"  # noqa: S608  # names of our own
            await connection.executemany(adding, rows)
        took = time.perf_counter() - began
        await connection.execute(f"DROP TABLE {name}")
    finally:
        await connection.close()
    return took


def show(store: str, other: str, readers: int, rounds: list[tuple[float, float]]) -> None:
    """Print medians."""
    ours, bare = (statistics.median(values) for values in zip(*rounds, strict=True))
    print(f"{store}, {readers:,} deliveries, medians of {ROUNDS} interleaved rounds\n")
    print(f"  {'':<24} {'seconds':>8} {'rows/s':>12}")
    for name, seconds in (("ours, plan", ours), (other, bare)):
        print(f"  {name:<24} {seconds:>8.2f} {readers / seconds:>12,.0f}")
    print()
