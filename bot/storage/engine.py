"""Opening a database from its URL, and the two ways to use it: reading and writing."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.domain.errors import DatabaseError, SettingsError
from bot.storage.faults import ELSEWHERE, explained

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_CONNECT_SECONDS = 10
_BUSY_MILLISECONDS = 10_000
_READING = "digestbot_reading"
_WRITERS = 2
"""Transactions with which one plan works on PostgreSQL: more than one processor is at it, and others still get in."""

_SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}",
    # readers and the writer do not wait for each other: https://sqlite.org/wal.html
    "PRAGMA journal_mode = WAL",
    # With NORMAL a commit reaches the disk only at the next checkpoint, so a power failure could forget an intent whose
    # request went out, and the message would be sent twice: https://sqlite.org/pragma.html#pragma_synchronous
    "PRAGMA synchronous = FULL",
    # on macOS only this reaches the disk itself; elsewhere it says nothing
    "PRAGMA fullfsync = ON",
    "PRAGMA foreign_keys = ON",
    # a chunk of a plan fits into memory, and is not written in pieces before it is whole: kibibytes
    "PRAGMA cache_size = -8000",
    # planning a million deliveries must not leave a huge file behind: bytes
    "PRAGMA journal_size_limit = 67108864",
    # nor copy the journal's same pages into the file with every chunk: as many pages of 4 KiB
    "PRAGMA wal_autocheckpoint = 16384",
)

_SQLITE_ARGUMENTS: dict[str, object] = {"isolation_level": None}
_POSTGRESQL_OPTIONS: dict[str, Any] = {
    "connect_args": {
        "connect_timeout": _CONNECT_SECONDS,
        # a server that is gone without a word is found out within half a minute
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 4,
    },
}
_POSTGRESQL_SETTINGS = ("SET idle_in_transaction_session_timeout = '5s'",)
"""A process that is stopped (SIGSTOP, a frozen machine) in the middle of a transaction must not hold up the others."""

_Engine = TypeVar("_Engine", AsyncEngine, Engine)


class Database:
    """An open database. Everything in it is reached through `reading` and `writing`.

    On SQLite a writing transaction takes the write lock when it begins, so that it never fails half-way for
    want of it, and within this process writers queue up in order instead of polling for it.
    """

    def __init__(self, engine: AsyncEngine, place: str, path: Path | None) -> None:
        self.engine = engine
        self.place = place
        """The database as messages name it: a path, or a URL without its password."""
        self.path = path
        """SQLite's file, resolved; None for PostgreSQL."""
        self._writer = asyncio.Lock() if path else None
        self._closing: list[Callable[[], Awaitable[None]]] = []

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Return which kind of database this is."""
        return "sqlite" if self.path else "postgresql"

    @property
    def writers(self) -> int:
        """Return how many transactions should write at the same time where there is much to write."""
        return 1 if self.path else _WRITERS

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one state of the database throughout; DatabaseError if that fails."""
        with explained(self.place):
            async with self.engine.connect() as plain:
                connection = await plain.execution_options(**{_READING: True})
                async with connection.begin():
                    yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection whose changes are on disk when the block ends, and undone if it raises.

        Raises DatabaseError if the database fails; it may then be unknown whether a commit came through.
        """
        async with self.exclusively():
            with explained(self.place):
                async with self.engine.begin() as connection:
                    yield connection

    @asynccontextmanager
    async def exclusively(self) -> AsyncIterator[None]:
        """Wait for this process's turn to write: SQLite takes one writer at a time."""
        if self._writer is None:
            yield
            return
        async with self._writer:
            yield

    def on_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """Have `close` called before the connections are closed."""
        self._closing.append(close)

    async def close(self) -> None:
        """Close every connection. The database may be opened anew."""
        for close in self._closing:
            await close()
        await self.engine.dispose()


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """Open the database that `url` names, creating SQLite's file where it does not exist; close it at the end.

    Understands `sqlite:///path` and `postgresql://user:password@host/name`. Raises SettingsError if the URL cannot be
    used, and DatabaseError if the database cannot be opened and written.
    """
    parsed = parse_url(url)
    path = _file_of(parsed) if parsed.drivername.startswith("sqlite") else None
    place = (
        str(path)
        if path
        else _without_secrets(parsed.set(drivername="postgresql").render_as_string(hide_password=False))
    )
    database = Database(_sqlite_engine(parsed, path) if path else _postgresql_engine(parsed), place, path)
    try:
        await _try(database)
        yield database
    finally:
        await database.close()


async def _try(database: Database) -> None:
    """Raise DatabaseError unless the database opens and takes changes. Leaves none."""
    with explained(database.place):
        if database.path:
            arguments, options = database.engine.dialect.create_connect_args(database.engine.url)
            await asyncio.to_thread(_try_sqlite, *arguments, **options)
            return
        async with database.engine.connect() as connection:
            if (await connection.exec_driver_sql("SHOW transaction_read_only")).scalar_one() == "on":
                raise psycopg.errors.ReadOnlySqlTransaction("transaction_read_only is on")


def _try_sqlite(*arguments: Any, **options: Any) -> None:
    """Do what can fail without the asynchronous driver, whose thread may outlive the event loop if opening fails."""
    with closing(sqlite3.connect(*arguments, **{**options, "isolation_level": None})) as connection:
        for statement in (*_SQLITE_PRAGMAS, "BEGIN IMMEDIATE", "CREATE TABLE digestbot_was_here (id)", "ROLLBACK"):
            connection.execute(statement)


def parse_url(url: str) -> URL:
    """Return the URL with the driver that is used; SettingsError, without the password, if it cannot be used."""
    shown = _without_secrets(url)
    advice = "write sqlite:///path/to/digestbot.sqlite3 or postgresql://user:password@host/name"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # its text, and so any exception made from it, may hold the password
        raise SettingsError(f"DIGESTBOT_DATABASE_URL={shown!r} is not a database URL; {advice}") from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise SettingsError(
            f"DIGESTBOT_DATABASE_URL={shown!r} names {parsed.drivername!r}, which is not supported; {advice}"
        )
    if driver.startswith("sqlite") and (not parsed.database or ":memory:" in parsed.database):
        raise SettingsError(
            f"DIGESTBOT_DATABASE_URL={shown!r} names a database in memory, which would forget at every restart what was"
            f" sent; {advice}"
        )
    return parsed.set(drivername=driver)


def _without_secrets(url: str) -> str:
    """Return the text of a URL, whether or not it can be read, without its password."""
    without_login = re.sub(r"//([^:/@]*):.*@", r"//\1:***@", url)
    return re.sub(r"(?i)(password=)[^&]*", r"\1***", without_login)


def _file_of(url: URL) -> Path:
    """Return SQLite's file, resolved: one database has one name, whatever link leads to it."""
    text = (url.database or "").removeprefix("file:")
    return Path(text).expanduser().resolve()


def _sqlite_engine(url: URL, path: Path) -> AsyncEngine:
    if not path.parent.is_dir():
        raise DatabaseError(
            f"The database {path} cannot be opened: the folder {path.parent} does not exist. Create it, {ELSEWHERE}."
        )
    if path.exists() and not path.is_file():
        raise DatabaseError(
            f"The database {path} cannot be opened: that is not a file. Name a file in it, such as"
            f" sqlite:///{path / 'digestbot.sqlite3'}, in DIGESTBOT_DATABASE_URL."
        )
    if not (url.database or "").startswith("file:"):
        url = url.set(database=str(path))
    # transactions are begun below, by name: the driver's own way takes the write lock only at the first change
    engine = create_async_engine(url, hide_parameters=True, connect_args=_SQLITE_ARGUMENTS)
    return _prepared(engine, engine.sync_engine)


def synchronous_engine(database: Database) -> Engine:
    """Return an engine of one connection, for a thread that belongs to it alone."""
    url = database.engine.url
    if database.path:
        arguments = {"connect_args": _SQLITE_ARGUMENTS}
        engine = create_engine(url.set(drivername="sqlite"), hide_parameters=True, pool_size=1, **arguments)
        return _prepared(engine, engine)
    return _configured(engine := create_engine(url, hide_parameters=True, pool_size=1, **_POSTGRESQL_OPTIONS), engine)


def _prepared(engine: _Engine, events: Engine) -> _Engine:
    event.listen(events, "connect", _prepare_sqlite)
    event.listen(events, "begin", _begin_sqlite)
    return engine


def _configured(engine: _Engine, events: Engine) -> _Engine:
    event.listen(events, "connect", _configure_postgresql)
    return engine


def _configure_postgresql(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for setting in _POSTGRESQL_SETTINGS:
        cursor.execute(setting)
    cursor.close()
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    try:
        cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
    except sqlite3.Error:
        # the pool forgets a connection that fails here, and its thread would wait for ever
        connection.close()
        raise


def _begin_sqlite(connection: Connection) -> None:
    reading = cast("bool", connection.get_execution_options().get(_READING, False))
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _postgresql_engine(url: URL) -> AsyncEngine:
    # a server that was restarted leaves dead connections in the pool: each is tried before it is used
    engine = create_async_engine(url, hide_parameters=True, pool_pre_ping=True, **_POSTGRESQL_OPTIONS)
    return _configured(engine, engine.sync_engine)
