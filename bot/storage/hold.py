"""One process holds a database: the one that drains it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from sqlalchemy import text

from bot.domain.errors import DatabaseError, DatabaseInUse
from bot.storage.engine import Database
from bot.storage.faults import ELSEWHERE, explained

_LOCK_NUMBER = 0x44494745  # "DIGE": tells this lock from those of other programs in the same database


@asynccontextmanager
async def hold(database: Database) -> AsyncIterator[None]:
    """Hold the database while the block runs; DatabaseInUse, without waiting, if another process does.

    The system itself lets go when the process ends, however it ends: nothing is left to clean up after SIGKILL.
    On PostgreSQL it also lets go when the connection is lost; then the epochs of the ledger keep two processes
    from recording over each other.
    """
    if database.path:
        with _file_lock(database):
            yield
    else:
        async with _advisory_lock(database):
            yield


@contextmanager
def _file_lock(database: Database) -> Iterator[None]:
    """Lock a file beside the database. It stays: removing it would let two processes lock two files of one name."""
    path = Path(f"{database.path}.lock")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise DatabaseError(
            f"The database {database.place} cannot be held: {path} cannot be written ({error.strerror}). Make its"
            f" folder writable for the user that runs digestbot, {ELSEWHERE}."
        ) from error
    try:
        if not _locked(descriptor):
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            raise DatabaseInUse(_in_use(database, f"process {holder}" if holder else "another process"))
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@asynccontextmanager
async def _advisory_lock(database: Database) -> AsyncIterator[None]:
    """Lock in a session of its own; one lock for each schema: https://www.postgresql.org/docs/current/explicit-locking.html"""
    with explained(database.place):
        connection = await database.engine.connect()
    try:
        with explained(database.place):
            connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
            lock = text("SELECT pg_try_advisory_lock(:number, hashtext(current_schema()))")
            locked = (await connection.execute(lock, {"number": _LOCK_NUMBER})).scalar_one()
        if not locked:
            raise DatabaseInUse(_in_use(database, "another process"))
        yield
    finally:
        # a session that goes back to the pool would keep the lock
        await connection.invalidate()
        await connection.close()


def _in_use(database: Database, holder: str) -> str:
    return (
        f"The database {database.place} is in use: another `digestbot run` ({holder}) sends from it. Let that one"
        f" work or stop it first, {ELSEWHERE}."
    )
