"""Which issues a destination did not get."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import DAILY, DeliveryState
from bot.domain.destination import Destination
from bot.storage.destination_rows import find_id
from bot.storage.tables import deliveries, issues

_ON_ITS_WAY = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.SENT)


async def missed(connection: AsyncConnection, destination: Destination, since: datetime, until: datetime) -> list[str]:
    """Return the keys of issues released from `since` to before `until` that were not delivered, the newest first."""
    number = await find_id(connection, destination)
    if number is None:
        return []
    delivered = exists().where(
        deliveries.c.issue_id == issues.c.id,
        deliveries.c.destination_id == number,
        deliveries.c.occasion == DAILY,
        deliveries.c.state.in_(_ON_ITS_WAY),
    )
    released = select(issues.c.key).where(issues.c.released_at >= since, issues.c.released_at < until, ~delivered)
    return list((await connection.scalars(released.order_by(issues.c.released_at.desc(), issues.c.id))).all())
