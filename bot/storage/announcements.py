"""Announcements in a database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.domain.announcement import Announcement, AnnouncementState
from bot.domain.person import Person
from bot.storage.engine import Database
from bot.storage.member_tables import IS_CONFIRMED, announcements


class SqlAnnouncements:
    """`bot.ports.announcements.Announcements` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, announcement: Announcement) -> None:
        """Keep a draft."""
        async with self._database.writing() as connection:
            await connection.execute(
                insert(announcements).values(
                    key=announcement.key,
                    text=announcement.text,
                    platform=announcement.author.platform,
                    author=announcement.author.id,
                    state=announcement.state,
                    made_at=announcement.made_at,
                    decided_at=announcement.decided_at,
                )
            )

    async def find(self, key: str) -> Announcement | None:
        """Return the announcement, or None."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(announcements).where(announcements.c.key == key))).one_or_none()
        return _announcement(row) if row is not None else None

    async def decide(self, key: str, state: AnnouncementState, *, now: datetime) -> bool:
        """Confirm or cancel a draft, once."""
        draft = update(announcements).where(
            announcements.c.key == key, announcements.c.state == AnnouncementState.DRAFT
        )
        async with self._database.writing() as connection:
            return bool((await connection.execute(draft.values(state=state, decided_at=now))).rowcount)

    async def planned(self, key: str) -> None:
        """Note that every delivery of a confirmed announcement is planned."""
        done = update(announcements).where(announcements.c.key == key, IS_CONFIRMED)
        async with self._database.writing() as connection:
            await connection.execute(done.values(state=AnnouncementState.PLANNED))

    async def confirmed(self) -> list[Announcement]:
        """Return those that are confirmed and perhaps not planned for everybody, the oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(announcements).where(IS_CONFIRMED).order_by(announcements.c.made_at))
            return [_announcement(row) for row in rows]


def _announcement(row: Row[*tuple[Any, ...]]) -> Announcement:
    author = Person(row.platform, row.author)
    return Announcement(row.key, row.text, author, row.state, row.made_at, row.decided_at)
