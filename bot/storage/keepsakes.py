"""What readers keep, in a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CursorResult, and_, case, delete, func, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement, Executable

from bot.domain.person import Person
from bot.ports.keepsakes import ItemName, Kept, VoteCount
from bot.storage.destination_rows import inserting
from bot.storage.engine import Database
from bot.storage.reader_tables import saves, votes
from bot.storage.tables import issues


class SqlKeepsakes:
    """`bot.ports.keepsakes.Keepsakes` on SQLite or PostgreSQL. Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person: Person, ref: str) -> dict[int, Kept]:
        """Return what the items of an issue are to the reader, by number; those that are nothing are left out."""
        saved, voted = (
            select(table.c.number, up)
            .join_from(table, issues, issues.c.id == table.c.issue_id)
            .where(_mine(table, person), issues.c.ref == ref)
            for table, up in ((saves, null().cast(Boolean)), (votes, votes.c.up))
        )
        found: dict[int, Kept] = {}
        async with self._database.reading() as connection:
            rows: list[Any] = list(await connection.execute(union_all(saved, voted)))
        for number, up in rows:
            kept = found.get(number, Kept())
            found[number] = replace(kept, saved=True) if up is None else replace(kept, up=up)
        return found

    async def save(self, person: Person, item: ItemName, *, now: datetime) -> bool:
        """Save the item; return whether it was not before."""
        async with self._database.writing() as connection:
            issue_id = await _issue_id(connection, item.ref)
            if issue_id is None:
                return False
            row = inserting(connection, saves).values(**_key(person, item.number), issue_id=issue_id, at=now)
            return await _changed(connection, row.on_conflict_do_nothing())

    async def drop(self, person: Person, item: ItemName) -> bool:
        """Remove the item; return whether it was there."""
        issue_id = select(issues.c.id).where(issues.c.ref == item.ref).scalar_subquery()
        async with self._database.writing() as connection:
            row = delete(saves).where(_of(saves, person, item.number), saves.c.issue_id == issue_id)
            return await _changed(connection, row)

    async def saved(self, person: Person, *, offset: int, limit: int) -> list[ItemName]:
        """Return what the reader saved, the last saved first."""
        wanted = (
            select(issues.c.ref, saves.c.number)
            .join_from(saves, issues, issues.c.id == saves.c.issue_id)
            .where(saves.c.platform == person.platform, saves.c.person == person.id)
            .order_by(saves.c.at.desc(), saves.c.issue_id.desc(), saves.c.number)
            .offset(offset)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [ItemName(ref, number) for ref, number in await connection.execute(wanted)]

    async def vote(self, person: Person, item: ItemName, up: bool | None, *, now: datetime) -> None:
        """Make this the reader's only vote on the item."""
        async with self._database.writing() as connection:
            issue_id = await _issue_id(connection, item.ref)
            if issue_id is None:
                return
            if up is None:
                mine = and_(_of(votes, person, item.number), votes.c.issue_id == issue_id)
                await connection.execute(delete(votes).where(mine))
                return
            row = inserting(connection, votes).values(**_key(person, item.number), issue_id=issue_id, up=up, at=now)
            await connection.execute(
                row.on_conflict_do_update(index_elements=list(votes.primary_key), set_={"up": up, "at": now})
            )

    async def votes(self, *, limit: int) -> list[VoteCount]:
        """Return the counts of every item with votes."""
        ups = func.sum(case((votes.c.up.is_(True), 1), else_=0))
        wanted = (
            select(issues.c.ref, votes.c.number, ups, func.count())
            .join_from(votes, issues, issues.c.id == votes.c.issue_id)
            .group_by(issues.c.id, issues.c.ref, issues.c.date, votes.c.number)
            .order_by(issues.c.date.desc(), issues.c.id.desc(), votes.c.number)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(wanted)).all()
        return [VoteCount(ItemName(ref, number), int(up), int(total - up)) for ref, number, up, total in rows]

    async def erase(self, person: Person) -> int:
        """Forget everything of the reader; return how much that was."""
        erased = 0
        async with self._database.writing() as connection:
            for table in (saves, votes):
                erased += (await connection.execute(delete(table).where(_mine(table, person)))).rowcount
        return erased


def _key(person: Person, number: int) -> dict[str, Any]:
    return {"platform": person.platform, "person": person.id, "number": number}


def _mine(table: Any, person: Person) -> ColumnElement[bool]:
    return and_(table.c.platform == person.platform, table.c.person == person.id)


def _of(table: Any, person: Person, number: int) -> ColumnElement[bool]:
    return and_(_mine(table, person), table.c.number == number)


async def _issue_id(connection: AsyncConnection, ref: str) -> int | None:
    return await connection.scalar(select(issues.c.id).where(issues.c.ref == ref))


async def _changed(connection: AsyncConnection, statement: Executable) -> bool:
    result: CursorResult[Any] = await connection.execute(statement)
    return result.rowcount > 0
