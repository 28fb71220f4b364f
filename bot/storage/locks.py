"""Locks that transactions hold until they end, on what no row stands for."""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Lock(IntEnum):
    """What is locked, by the number that PostgreSQL knows it by."""

    LANES = 0x4C414E45
    """Who holds which lane."""
    DESTINATIONS = 0x44455354
    """That no destination is erased while deliveries to it are added."""
    ARCHIVE = 0x41524348
    """What is kept of the posts, with its passages: two processes that start at once read the same ones."""


async def take(connection: AsyncConnection, lock: Lock, *, shared: bool = False) -> None:
    """Wait for a lock of this schema, which those who share it hold together. SQLite's writers take turns anyway."""
    if connection.dialect.name == "postgresql":
        # https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
        taking = f"SELECT pg_advisory_xact_lock{'_shared' if shared else ''}(:number, hashtext(current_schema()))"
        await connection.execute(text(taking), {"number": lock})
