"""One process holds a SQLite database: the one that drains it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bot.domain.errors import DatabaseError, DatabaseInUse
from bot.storage.engine import Database
from bot.storage.faults import ELSEWHERE


@asynccontextmanager
async def hold(database: Database) -> AsyncIterator[None]:
    """Hold a SQLite database while the block runs; DatabaseInUse, without waiting, if another process does.

    The system itself lets go when the process ends, however it ends: nothing is left to clean up after SIGKILL.
    On PostgreSQL nothing is held: there several processes may work, each on its own lanes.
    """
    if database.path:
        with _file_lock(database):
            yield
    else:
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


def _in_use(database: Database, holder: str) -> str:
    return (
        f"The database {database.place} is in use: another `digestbot run` ({holder}) sends from it. Let that one"
        f" work or stop it first, {ELSEWHERE}."
    )
