"""Leased deliveries: claiming them, and recording what becomes of their parts.

Whoever holds a lease knows the delivery's epoch. Every change names it, so that a holder whose lease was voided changes
nothing, whatever it still believes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from sqlalchemy import ColumnElement, and_, delete, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import FOR_SUBSCRIBERS, Delivery, DeliveryState, PartState, Receipt, Rejected, Sent, Unknown
from bot.domain.destination import Destination
from bot.storage import destination_rows
from bot.storage.destination_rows import inserting
from bot.storage.tables import (
    HAS_LEFT,
    IS_LEASED,
    IS_PENDING,
    IS_SENDING,
    deliveries,
    destinations,
    issues,
    receipts,
    renditions,
)

_CHUNK = 20_000
STOPPED = "the process stopped while this part was being sent"
TOO_LATE = "not delivered within 24 hours"


@dataclass(frozen=True, slots=True)
class Lease:
    """A claimed delivery, but for its parts."""

    delivery: Delivery
    """Without parts."""
    rendition_id: int


def held(delivery: Delivery) -> ColumnElement[bool]:
    """Return the condition that the lease is still this one."""
    return and_(deliveries.c.id == delivery.id, deliveries.c.epoch == delivery.epoch, IS_LEASED)


def intent_of(delivery: Delivery) -> ColumnElement[bool]:
    """Return the condition that a receipt is this delivery's open intent."""
    return and_(receipts.c.delivery_id == delivery.id, IS_SENDING)


async def recover(connection: AsyncConnection, *, now: datetime) -> int:
    """Void every lease; return how many parts are in doubt and so became unknown.

    What was put off for want of a connection is due at once: whoever starts the bot may have mended it. A pause that a
    platform asked for, which counts no attempt, is kept.
    """
    await connection.execute(update(deliveries).where(IS_PENDING, deliveries.c.attempts > 0).values(due_at=now))
    leased = select(deliveries.c.id).where(IS_LEASED)
    in_doubt = and_(IS_SENDING, receipts.c.delivery_id.in_(leased))
    # an unknown part is over, and the count of tries belongs to the next one
    tried = update(deliveries).where(IS_LEASED, exists().where(receipts.c.delivery_id == deliveries.c.id, IS_SENDING))
    await connection.execute(tried.values(attempts=0))
    doubted = await connection.execute(
        update(receipts).where(in_doubt).values(state=PartState.UNKNOWN, reason=STOPPED, at=now)
    )
    tried_parts = select(func.count()).select_from(receipts).where(receipts.c.delivery_id == deliveries.c.id)
    all_parts = select(renditions.c.size).where(renditions.c.id == deliveries.c.rendition_id)
    complete = tried_parts.scalar_subquery() >= all_parts.scalar_subquery()
    next_epoch = deliveries.c.epoch + 1
    await connection.execute(
        update(deliveries)
        .where(IS_LEASED, complete)
        .values(state=DeliveryState.SENT, epoch=next_epoch, finished_at=now, reason=None)
    )
    await connection.execute(update(deliveries).where(IS_LEASED).values(state=DeliveryState.PENDING, epoch=next_epoch))
    return doubted.rowcount


async def expire_some(connection: AsyncConnection, *, now: datetime) -> int:
    """End up to a chunk of what is past its time; return how many."""
    late = select(deliveries.c.id).where(IS_PENDING, deliveries.c.expires_at <= now).limit(_CHUNK)
    told = literal(TOO_LATE) + func.coalesce(literal("; the last try: ") + deliveries.c.reason, "")
    ending = update(deliveries).where(IS_PENDING, deliveries.c.id.in_(late))
    return (await connection.execute(ending.values(state=DeliveryState.EXPIRED, finished_at=now, reason=told))).rowcount


async def claim(connection: AsyncConnection, *, now: datetime, limit: int) -> list[Lease]:
    """Lease up to `limit` deliveries that are due, oldest first; what another process is claiming is passed over."""
    due = select(deliveries.c.id).where(IS_PENDING, deliveries.c.due_at <= now)
    due = due.order_by(deliveries.c.due_at, deliveries.c.id).limit(limit).with_for_update(skip_locked=True)
    ids = (await connection.scalars(due)).all()
    if not ids:
        return []
    leasing = update(deliveries).where(deliveries.c.id.in_(ids))
    await connection.execute(leasing.values(state=DeliveryState.LEASED, epoch=deliveries.c.epoch + 1))
    told = await receipts_of(connection, ids)
    wanted = (
        select(
            deliveries.c.id,
            deliveries.c.epoch,
            deliveries.c.occasion,
            deliveries.c.attempts,
            deliveries.c.expires_at,
            deliveries.c.rendition_id,
            deliveries.c.silent,
            deliveries.c.previews,
            issues.c.key,
            destinations.c.platform,
            destinations.c.chat,
            destinations.c.thread,
        )
        .join_from(deliveries, issues)
        .join(destinations, destinations.c.id == deliveries.c.destination_id)
    )
    wanted = wanted.where(deliveries.c.id.in_(ids)).order_by(deliveries.c.due_at, deliveries.c.id)
    return [
        Lease(
            Delivery(
                id=row.id,
                epoch=row.epoch,
                issue_key=row.key,
                destination=Destination(row.platform, row.chat, row.thread),
                occasion=row.occasion,
                parts=(),
                receipts=told[row.id],
                attempts=row.attempts,
                expires_at=row.expires_at,
                silent=row.silent,
                previews=row.previews,
            ),
            row.rendition_id,
        )
        for row in await connection.execute(wanted)
    ]


async def receipts_of(connection: AsyncConnection, ids: Sequence[int]) -> dict[int, tuple[Receipt, ...]]:
    """Return the receipts of each of these deliveries, in position order."""
    wanted = select(receipts).where(receipts.c.delivery_id.in_(ids))
    told: dict[int, list[Receipt]] = {number: [] for number in ids}
    for row in await connection.execute(wanted.order_by(receipts.c.delivery_id, receipts.c.position)):
        receipt = Receipt(row.position, row.part, row.state, row.message_id, row.digest, row.reason, row.at)
        told[row.delivery_id].append(receipt)
    return {number: tuple(given) for number, given in told.items()}


async def intend(connection: AsyncConnection, delivery: Delivery, *, now: datetime) -> bool:
    """Record the intent to send the part at the cursor.

    False if the lease was lost, the part has its outcome, or the daily issue is no longer wanted there.
    """
    part = delivery.parts[delivery.cursor]
    # locked, so that nobody voids the lease between this look at it and the commit
    unasked = deliveries.c.occasion.in_(FOR_SUBSCRIBERS)
    unwanted = exists().where(destinations.c.id == deliveries.c.destination_id, HAS_LEFT, unasked)
    lease = select(
        deliveries.c.id,
        literal(delivery.cursor),
        literal(part.name),
        literal(PartState.SENDING, receipts.c.state.type),
        literal(part.digest),
        literal(now, receipts.c.at.type),
    )
    intent = inserting(connection, receipts).from_select(
        ["delivery_id", "position", "part", "state", "digest", "at"],
        lease.where(held(delivery), ~unwanted).with_for_update(),
    )
    again = intent.on_conflict_do_update(
        index_elements=[receipts.c.delivery_id, receipts.c.position],
        set_={"at": intent.excluded.at},
        where=IS_SENDING,
    )
    return (await connection.execute(again)).rowcount == 1


async def settle(
    connection: AsyncConnection, delivery: Delivery, outcome: Sent | Unknown | Rejected, *, now: datetime
) -> Delivery | None:
    """Record a part's outcome; return the delivery moved on, or None if the lease was lost.

    Settling twice, because an answer of the database was lost, is the same as once. RuntimeError without an intent.
    """
    state, message_id, reason = _told(outcome)
    after: dict[str, object] = {"attempts": 0, "reason": None}
    if delivery.cursor + 1 >= len(delivery.parts):
        after |= {"state": DeliveryState.SENT, "finished_at": now}
    if not (await connection.execute(update(deliveries).where(held(delivery)).values(after))).rowcount:
        return None
    same = and_(receipts.c.state == state, receipts.c.message_id.is_not_distinct_from(message_id))
    settled = await connection.execute(
        update(receipts)
        .where(receipts.c.delivery_id == delivery.id, receipts.c.position == delivery.cursor, or_(IS_SENDING, same))
        .values(state=state, message_id=message_id, reason=reason, at=now)
    )
    if not settled.rowcount:
        raise RuntimeError(f"part {delivery.cursor} of delivery {delivery.id} was settled without an intent")
    part = delivery.parts[delivery.cursor]
    receipt = Receipt(delivery.cursor, part.name, state, message_id, part.digest, reason, now)
    return replace(delivery, receipts=(*delivery.receipts, receipt), attempts=0)


def _told(outcome: Sent | Unknown | Rejected) -> tuple[PartState, str | None, str | None]:
    match outcome:
        case Sent(message_id):
            return PartState.SENT, message_id, None
        case Unknown(reason):
            return PartState.UNKNOWN, None, reason
        case Rejected(reason):
            return PartState.REJECTED, None, reason
        case _:
            assert_never(outcome)


async def postpone(
    connection: AsyncConnection, delivery: Delivery, *, until: datetime, reason: str, counts: bool
) -> None:
    """Take the intent back and end the lease."""
    ending = update(deliveries).where(held(delivery))
    values = {"state": DeliveryState.PENDING, "due_at": until, "reason": reason}
    attempts = deliveries.c.attempts + (1 if counts else 0)
    if (await connection.execute(ending.values(**values, attempts=attempts))).rowcount:
        await connection.execute(delete(receipts).where(intent_of(delivery)))


async def give_back(connection: AsyncConnection, delivery: Delivery) -> None:
    """End the lease between two parts. With an intent on record it stays: only `recover` may judge that part."""
    between = ~exists().where(intent_of(delivery))
    await connection.execute(update(deliveries).where(held(delivery), between).values(state=DeliveryState.PENDING))


async def redirect(
    connection: AsyncConnection, delivery: Delivery, to: Destination, *, now: datetime
) -> Delivery | None:
    """Take the intent back and move the destination; None if the lease was lost or ends with the move."""
    place = select(deliveries.c.destination_id).where(held(delivery)).with_for_update()
    source = await connection.scalar(place)
    if source is None:
        return None
    await connection.execute(delete(receipts).where(intent_of(delivery)))
    await destination_rows.move(connection, source, to, now=now)
    return replace(delivery, destination=to) if await connection.scalar(place) is not None else None


async def finish(
    connection: AsyncConnection, delivery: Delivery, state: DeliveryState, reason: str, *, now: datetime
) -> None:
    """End the delivery; an open intent becomes a rejected part."""
    if state not in {DeliveryState.DEAD, DeliveryState.GONE, DeliveryState.EXPIRED}:
        raise ValueError(f"a delivery is not finished as {state}")
    ending = update(deliveries).where(held(delivery)).values(state=state, reason=reason, finished_at=now)
    if (await connection.execute(ending)).rowcount:
        rejecting = update(receipts).where(intent_of(delivery))
        await connection.execute(rejecting.values(state=PartState.REJECTED, reason=reason, at=now))
