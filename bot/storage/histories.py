"""Receipts: what was done for a delivery, and before it for what it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import DeliveryState, Receipt
from bot.storage.tables import deliveries, receipts


@dataclass(frozen=True, slots=True)
class History:
    """What a change finds."""

    receipts: tuple[Receipt, ...]
    """Of what it changes, then of each earlier change to that."""
    whole: bool
    """Whether what it changes was carried out to its end."""


async def receipts_of(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, tuple[Receipt, ...]]:
    """Return the receipts of each of these deliveries, in position order."""
    wanted = select(receipts).where(receipts.c.delivery_id.in_(ids))
    told: dict[int, list[Receipt]] = {number: [] for number in ids}
    for row in await connection.execute(wanted.order_by(receipts.c.delivery_id, receipts.c.position)):
        receipt = Receipt(row.position, row.part, row.state, row.message_id, row.digest, row.reason, row.at, row.deed)
        told[row.delivery_id].append(receipt)
    return {number: tuple(given) for number, given in told.items()}


async def of(connection: AsyncConnection, bases: Mapping[int, int]) -> dict[int, History]:
    """Return the history of each change, told with the delivery that it changes."""
    if not bases:
        return {}
    numbers = set(bases.values())
    family = select(deliveries.c.id, deliveries.c.base_id, deliveries.c.state).where(
        or_(deliveries.c.id.in_(numbers), deliveries.c.base_id.in_(numbers))
    )
    members = (await connection.execute(family.order_by(deliveries.c.id))).all()
    told = await receipts_of(connection, [row.id for row in members])
    whole = {row.id for row in members if row.state is DeliveryState.SENT}
    return {
        change: History(
            tuple(
                receipt
                for row in members
                if base in {row.id, row.base_id} and row.id != change
                for receipt in told[row.id]
            ),
            base in whole,
        )
        for change, base in bases.items()
    }
