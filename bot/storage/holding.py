"""Holding back an issue whose deliveries are planned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import DAILY
from bot.storage.engine import Database
from bot.storage.tables import IS_PENDING, deliveries, issues, receipts

HELD = "held back by an owner"
_IS_HELD = deliveries.c.reason == literal_column(f"'{HELD}'")


async def hold(database: Database, issue_key: str) -> int:
    """Put off what has not begun until it expires; return how many. Writes nothing where there is none."""
    begun = exists().where(receipts.c.delivery_id == deliveries.c.id)
    ours = and_(_pending(issue_key), ~begun, or_(deliveries.c.reason.is_(None), ~_IS_HELD))
    async with database.reading() as connection:
        if not await connection.scalar(select(exists().where(ours))):
            return 0
    # no attempts: a restart makes due at once what was tried and put off, and this was not
    values = {"due_at": deliveries.c.expires_at, "attempts": 0, "reason": HELD}
    async with database.writing() as connection:
        return (await connection.execute(update(deliveries).where(ours).values(values))).rowcount


async def let_go(connection: AsyncConnection, issue_key: str, *, now: datetime) -> int:
    """Make due what was put off; return how many."""
    held = update(deliveries).where(_pending(issue_key), _IS_HELD)
    return (await connection.execute(held.values(due_at=now, reason=None))).rowcount


def _pending(issue_key: str) -> ColumnElement[bool]:
    ours = deliveries.c.issue_id.in_(select(issues.c.id).where(issues.c.key == issue_key))
    return and_(IS_PENDING, ours, deliveries.c.occasion == DAILY)
