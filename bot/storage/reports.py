"""Deliveries as an operator sees them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import DeliveryReport
from bot.domain.destination import Destination
from bot.ports.ledger import DeliveryFilter
from bot.storage.destination_rows import deliveries_to, find_id
from bot.storage.histories import receipts_of
from bot.storage.tables import IS_MISSING, IS_TROUBLED, deliveries, destinations, issues, receipts, renditions


async def reports(connection: AsyncConnection, wanted: DeliveryFilter) -> list[DeliveryReport]:
    """Return the newest deliveries that fit, newest first."""
    fitting = (
        select(
            deliveries.c.id,
            deliveries.c.occasion,
            deliveries.c.state,
            deliveries.c.attempts,
            deliveries.c.reason,
            deliveries.c.note,
            deliveries.c.planned_at,
            deliveries.c.due_at,
            deliveries.c.finished_at,
            issues.c.key,
            issues.c.title,
            renditions.c.size,
            destinations.c.platform,
            destinations.c.chat,
            destinations.c.thread,
        )
        .join_from(deliveries, issues, issues.c.id == deliveries.c.issue_id)
        .join(renditions, renditions.c.id == deliveries.c.rendition_id)
        .join(destinations, destinations.c.id == deliveries.c.destination_id)
        .order_by(deliveries.c.id.desc())
        .limit(wanted.limit)
    )
    if wanted.issue_key is not None:
        fitting = fitting.where(issues.c.key == wanted.issue_key)
    if wanted.destination is not None:
        number = await find_id(connection, wanted.destination)
        if number is None:
            return []
        fitting = fitting.where(deliveries_to(number))
    if wanted.state is not None:
        fitting = fitting.where(deliveries.c.state == wanted.state)
    if wanted.troubled:
        # a union of two small indexes; as an OR it would be a look at every delivery there ever was
        troubled = select(deliveries.c.id).where(IS_TROUBLED)
        fitting = fitting.where(deliveries.c.id.in_(troubled.union(select(receipts.c.delivery_id).where(IS_MISSING))))
    rows = (await connection.execute(fitting)).all()
    told = await receipts_of(connection, [row.id for row in rows])
    return [
        DeliveryReport(
            id=row.id,
            issue_key=row.key,
            title=row.title,
            destination=Destination(row.platform, row.chat, row.thread),
            occasion=row.occasion,
            state=row.state,
            parts=row.size,
            receipts=told[row.id],
            attempts=row.attempts,
            reason=row.reason,
            note=row.note,
            planned_at=row.planned_at,
            due_at=row.due_at,
            finished_at=row.finished_at,
        )
        for row in rows
    ]
