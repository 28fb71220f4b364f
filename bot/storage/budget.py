"""The pace of one account, shared by all processes: one row, by the database's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports.clock import SKEW, Clock
from bot.storage.destination_rows import inserting
from bot.storage.engine import Database
from bot.storage.lanes import database_time
from bot.storage.tables import paces


class SqlBudget:
    """`bot.ports.budget.Budget` as a row. Whoever reserves locks it for the length of two statements."""

    def __init__(self, database: Database, clock: Clock, account: str) -> None:
        self._database = database
        self._clock = clock
        self._account = account
        self._began: datetime | None = None
        """What the database's clock showed when `clock.elapsed` was 0."""

    async def reserve(self, every: float, count: int) -> float:
        """Return in how many seconds the first place is; the row then stands behind the last one.

        Where the database's clock was set back the row begins anew: a pause that lasts is told by the next 429.
        """
        async with self._database.writing() as connection:
            free_at, now = await self._row(connection)
            began = now - timedelta(seconds=self._clock.elapsed())
            set_back = self._began is not None and began + SKEW < self._began
            first = now if set_back else max(free_at, now)
            await self._set(connection, first + timedelta(seconds=every * count))
        self._began = began
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
