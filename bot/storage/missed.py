"""Which issues a destination did not get."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import DAILY, DeliveryState
from bot.domain.destination import Destination
from bot.storage.destination_rows import find_id
from bot.storage.tables import deliveries, issues
from bot.storage.withholding import PAUSED

_ON_ITS_WAY = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.SENT)


async def missed(connection: AsyncConnection, destination: Destination, since: datetime, until: datetime) -> list[str]:
    """Return the keys of issues that were released, or withheld, meanwhile and not delivered, the newest first."""
    number = await find_id(connection, destination)
    if number is None:
        return []
    delivered = exists().where(
        deliveries.c.issue_id == issues.c.id,
        deliveries.c.destination_id == number,
        deliveries.c.occasion == DAILY,
        deliveries.c.state.in_(_ON_ITS_WAY),
    )
    withheld = exists().where(
        deliveries.c.issue_id == issues.c.id,
        deliveries.c.destination_id == number,
        deliveries.c.state == DeliveryState.WITHDRAWN,
        deliveries.c.reason == PAUSED,
        deliveries.c.finished_at >= since,
        deliveries.c.finished_at < until,
    )
    released = and_(issues.c.released_at >= since, issues.c.released_at < until, ~delivered)
    wanted = select(issues.c.key).where(or_(released, withheld))
    return list((await connection.scalars(wanted.order_by(issues.c.released_at.desc(), issues.c.id))).all())
