"""What a pause holds back of what was already planned for a later hour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import DAILY, DeliveryState
from bot.domain.destination import Destination
from bot.domain.lifecycle import Event, follow
from bot.storage.destination_rows import deliveries_to, find_id
from bot.storage.tables import IS_CHANGE, IS_PENDING, deliveries, receipts

PAUSED = "the reader paused before it was due"


async def withhold(connection: AsyncConnection, destination: Destination, *, until: datetime, now: datetime) -> int:
    """End the daily deliveries that are due before `until` and of which nothing was sent yet; return how many."""
    number = await find_id(connection, destination)
    if number is None:
        return 0
    begun = exists().where(receipts.c.delivery_id == deliveries.c.id)
    waiting = select(deliveries.c.id).where(
        IS_PENDING,
        deliveries_to(number),
        deliveries.c.occasion == DAILY,
        deliveries.c.due_at < until,
        ~IS_CHANGE,
        ~begun,
    )
    ending = update(deliveries).where(IS_PENDING, deliveries.c.id.in_(waiting))
    withheld = follow(DeliveryState.PENDING, Event.OVERTAKE)
    return (await connection.execute(ending.values(state=withheld, finished_at=now, reason=PAUSED))).rowcount
