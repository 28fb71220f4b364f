"""Holding back an issue whose deliveries are planned."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    and_,
    exists,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import DAILY, LIFETIME
from bot.storage.engine import Database
from bot.storage.tables import IS_PENDING, deliveries, issues, receipts

HELD = "held back by an owner"
_NEVER = 4 * LIFETIME
"""Later than whatever is pending expires."""
_IS_HELD = deliveries.c.reason == literal_column(f"'{HELD}'")


async def hold(database: Database, issue_key: str, *, now: datetime) -> int:
    """Put off what has not begun until after it expires; return how many. Writes nothing where there is none."""
    begun = exists().where(receipts.c.delivery_id == deliveries.c.id)
    ours = and_(_pending(issue_key), ~begun, or_(deliveries.c.reason.is_(None), ~_IS_HELD))
    async with database.reading() as connection:
        if not await connection.scalar(select(exists().where(ours))):
            return 0
    # no attempts: a restart makes due at once what was tried and put off, and this was not
    values = {"due_at": now + _NEVER, "attempts": 0, "reason": HELD}
    async with database.writing() as connection:
        return (await connection.execute(update(deliveries).where(ours).values(values))).rowcount


async def let_go(connection: AsyncConnection, issue_key: str, *, now: datetime) -> int:
    """Make due what was put off, at once or at its slot that is still to come; return how many."""
    held = update(deliveries).where(_pending(issue_key), _IS_HELD)
    slot = _slot(connection)
    # what was due when it was planned has no hour to wait for, even if the clock was set back since
    to_come = and_(deliveries.c.expires_at > now + LIFETIME, slot > deliveries.c.planned_at)
    waiting = held.where(to_come).values(due_at=slot, reason=None)
    changed = (await connection.execute(waiting)).rowcount
    return changed + (await connection.execute(held.values(due_at=now, reason=None))).rowcount


def _slot(connection: AsyncConnection) -> ColumnElement[datetime]:
    """Return when a delivery was due by its plan, which gave it its lifetime from then on."""
    kind = deliveries.c.due_at.type
    if connection.dialect.name == "postgresql":
        return type_coerce(type_coerce(deliveries.c.expires_at, DateTime(timezone=True)) - LIFETIME, kind)
    return type_coerce(type_coerce(deliveries.c.expires_at, BigInteger) - LIFETIME // timedelta(microseconds=1), kind)


def _pending(issue_key: str) -> ColumnElement[bool]:
    ours = deliveries.c.issue_id.in_(select(issues.c.id).where(issues.c.key == issue_key))
    return and_(IS_PENDING, ours, deliveries.c.occasion == DAILY)
