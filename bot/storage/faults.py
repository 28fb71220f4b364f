"""What went wrong with a database, in a sentence for its operator."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as postgresql
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.domain.errors import DatabaseError

ELSEWHERE = "or name another one in DIGESTBOT_DATABASE_URL"

_SQLITE: tuple[tuple[frozenset[int], str], ...] = (
    (
        frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}),
        f"can be read but not written; make file and folder writable for the user that runs digestbot, {ELSEWHERE}",
    ),
    (
        frozenset({sqlite3.SQLITE_CANTOPEN}),
        f"cannot be opened; let the user that runs digestbot create files in its folder, {ELSEWHERE}",
    ),
    (
        frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT}),
        f"is damaged or is no SQLite database; restore the file from a backup, {ELSEWHERE}",
    ),
    (
        frozenset({sqlite3.SQLITE_FULL}),
        "cannot grow, because the disk or its quota is full; make room and start again. Nothing on record was lost",
    ),
    (
        frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}),
        "is locked by another program; close what else has the file open (a backup, a database browser) and try again",
    ),
    (
        frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_PROTOCOL}),
        "cannot be read or written reliably; check the disk, and do not keep it on a network file system",
    ),
    (
        frozenset({sqlite3.SQLITE_NOMEM}),
        "could not be used, because the memory is full; make memory available and start again",
    ),
)
_NOT_MIGRATED = "lacks what this version needs; run `digestbot migrate`"

_POSTGRESQL: tuple[tuple[tuple[type[psycopg.Error], ...], str], ...] = (
    (
        (postgresql.InvalidPassword, postgresql.InvalidAuthorizationSpecification),
        "does not accept the user or the password; check both in DIGESTBOT_DATABASE_URL",
    ),
    (
        (postgresql.InvalidCatalogName,),
        "does not exist on that server; create it (createdb), or correct its name in DIGESTBOT_DATABASE_URL",
    ),
    (
        (postgresql.ReadOnlySqlTransaction,),
        f"can be read but not written; is it a standby? Name the primary server, {ELSEWHERE}",
    ),
    (
        (postgresql.InsufficientPrivilege,),
        "refuses what digestbot needs; grant its user CREATE and USAGE on the schema, or make it the owner",
    ),
    (
        (postgresql.DiskFull,),
        "cannot grow, because its disk is full; make room on the server. Nothing on record was lost",
    ),
    (
        (postgresql.TooManyConnections,),
        "has no connection left; raise max_connections, or close what else uses it",
    ),
    ((postgresql.UndefinedTable, postgresql.UndefinedColumn), _NOT_MIGRATED),
)


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn what the database's fault is into DatabaseError with advice; let errors of the program pass.

    `place` names the database without its password.
    """
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseError(f"The database {place} does not keep up: every connection is busy; try again") from error
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
        sentence = _sentence(_driver_error(error))
        if sentence is None:
            raise
        raise DatabaseError(f"The database {place} {sentence}.") from error


def _driver_error(error: BaseException) -> BaseException:
    """Return what the driver itself raised."""
    if isinstance(error, DBAPIError) and error.driver_exception is not None:
        return error.driver_exception
    return error


def _sentence(error: BaseException) -> str | None:
    if isinstance(error, sqlite3.Error):
        return _sqlite_sentence(error)
    if isinstance(error, psycopg.Error):
        return _postgresql_sentence(error)
    return None


def _sqlite_sentence(error: sqlite3.Error) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # the driver's own: the connection is closed, or was never opened
        return f"cannot be used ({error})" if isinstance(error, sqlite3.OperationalError) else None
    primary = code & 0xFF  # the upper bits tell variants apart: https://sqlite.org/rescode.html
    for codes, sentence in _SQLITE:
        if primary in codes:
            return f"{sentence} ({error})"
    if primary == sqlite3.SQLITE_ERROR and str(error).startswith(("no such table", "no such column")):
        return f"{_NOT_MIGRATED} ({error})"
    return None


def _postgresql_sentence(error: psycopg.Error) -> str | None:
    detail = " ".join(str(error).split())
    for classes, sentence in _POSTGRESQL:
        if isinstance(error, classes):
            return f"{sentence} ({detail})"
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        # refused, unknown host, shut down, connection lost, deadlock: told by the server's own words
        for word, sentence in _BEFORE_LOGIN:
            if word in detail:
                return f"{sentence} ({detail})"
        return f"cannot be reached or went away; check that the server runs and DIGESTBOT_DATABASE_URL ({detail})"
    return None


_BEFORE_LOGIN = (
    ("password", _POSTGRESQL[0][1]),
    ("no pg_hba.conf entry", "does not let this user in from here; add a line to pg_hba.conf on the server"),
    ("role ", _POSTGRESQL[0][1]),
    ("does not exist", _POSTGRESQL[1][1]),
    ("too many", _POSTGRESQL[5][1]),
)
"""While connecting psycopg raises its general error, and only the text tells the cause."""
