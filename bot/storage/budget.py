"""The pace of one account, shared by all processes: one row, by the database's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.destination_rows import inserting
from bot.storage.engine import Database
from bot.storage.lanes import database_time
from bot.storage.tables import paces


class SqlBudget:
    """`bot.ports.budget.Budget` as a row. Whoever reserves locks it for the length of two statements."""

    def __init__(self, database: Database, account: str) -> None:
        self._database = database
        self._account = account

    async def reserve(self, every: float, count: int) -> float:
        """Return in how many seconds the first place is; the row then stands behind the last one."""
        async with self._database.writing() as connection:
            free_at, now = await self._row(connection)
            first = max(free_at, now)
            await self._set(connection, first + timedelta(seconds=every * count))
        return (first - now).total_seconds()

    async def hold(self, pause: timedelta) -> None:
        """Move the row behind the pause."""
        async with self._database.writing() as connection:
            free_at, now = await self._row(connection)
            await self._set(connection, max(free_at, now + pause))

    async def _row(self, connection: AsyncConnection) -> tuple[datetime, datetime]:
        """Return where the row stands, locked, and the time."""
        wanted = select(paces.c.free_at).where(paces.c.name == self._account).with_for_update()
        free_at = await connection.scalar(wanted)
        if free_at is None:
            now = await database_time(connection)
            adding = inserting(connection, paces).values(name=self._account, free_at=now)
            await connection.execute(adding.on_conflict_do_nothing())
            free_at = await connection.scalar(wanted)
        # asked for once the row is locked: what waiting for it took must not shorten anybody's distance
        now = await database_time(connection)
        return free_at or now, now

    async def _set(self, connection: AsyncConnection, free_at: datetime) -> None:
        await connection.execute(update(paces).where(paces.c.name == self._account).values(free_at=free_at))
