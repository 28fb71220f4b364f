"""Leased deliveries: claiming them, and what ends a lease otherwise than by an outcome.

Whoever holds a lease knows the delivery's epoch. Every change names it, so that a holder whose lease was voided changes
nothing, whatever it still believes.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import LAST_TRY, LIFETIME, TOO_LATE, Absent, Delivery, DeliveryState, PartState, Sent
from bot.domain.destination import LANES_APART, Destination
from bot.domain.lifecycle import Event, follow
from bot.storage import destination_rows, histories
from bot.storage.tables import (
    IN_ANY_QUEUE,
    IS_LEASED,
    IS_PENDING,
    IS_PUT_OFF,
    IS_SENDING,
    IS_URGENT,
    QUEUES,
    deliveries,
    destinations,
    is_in_work,
    is_unfinished,
    issues,
    lanes,
    queue,
    receipts,
)

_CHUNK = 20_000
DELETED = "its destination or its issue was deleted from the database"


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


async def expire_some(connection: AsyncConnection, *, now: datetime) -> int:
    """End up to a chunk of what is past its time and has not begun; return how many.

    What has begun is left to whoever claims it: only the drain knows whether a part is missing or the links alone. What
    nobody touched since it was planned expires a lifetime after it was due, so that it needs no index of its own.
    """
    begun = exists().where(receipts.c.delivery_id == deliveries.c.id)
    is_late = and_(deliveries.c.expires_at <= now, ~begun)
    put_off = select(deliveries.c.id).where(IS_PUT_OFF, is_late).limit(_CHUNK).subquery()
    untouched = and_(IN_ANY_QUEUE, deliveries.c.due_at <= now - LIFETIME)
    overdue = select(deliveries.c.id).where(IS_PENDING, untouched, is_late).limit(_CHUNK).subquery()
    late = union(select(put_off), select(overdue))
    told = literal(TOO_LATE) + func.coalesce(literal(LAST_TRY) + deliveries.c.reason, "")
    expired = follow(DeliveryState.PENDING, Event.EXPIRE)
    ending = update(deliveries).where(IS_PENDING, deliveries.c.id.in_(late))
    return (await connection.execute(ending.values(state=expired, finished_at=now, reason=told))).rowcount


async def due(connection: AsyncConnection, numbers: Sequence[int], *, now: datetime, limit: int) -> list[int]:
    """Return up to `limit` deliveries of these lanes that may be claimed, in the order in which they should be.

    What is urgent comes first, then what has been due longest. Of those to one destination there is the first one.
    """
    wanted = {"lanes": list(numbers), "now": now, "limit": limit}
    found = list((await connection.execute(_FIRST_URGENT, wanted)).all())
    if len(found) < limit:
        queues = {number // LANES_APART for number in numbers}
        firsts = [(await connection.execute(_FIRST_OF_QUEUE, {**wanted, "queue": one})).all() for one in queues]
        found += heapq.merge(*firsts)
    chosen: dict[int, int] = {}
    for row in found:
        chosen.setdefault(row.destination_id, row.id)
    return list(chosen.values())[:limit]


async def next_due(connection: AsyncConnection) -> datetime | None:
    """Return when the first pending delivery is due."""
    found: datetime | None = await connection.scalar(_NEXT_DUE)
    return found


def _waits_for_another(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that another delivery to the same destination goes first.

    That is one which is in hand, or an older one that was and has begun or is due, too. So two issues of a day arrive
    one after the other, and what was put off in the middle is not overtaken. Which goes first of those that nobody has
    claimed yet, their order tells. A change waits for what it changes.
    """
    other, base = deliveries.alias("other"), deliveries.alias("base")
    begun = exists().where(receipts.c.delivery_id == other.c.id)
    before = and_(other.c.id < deliveries.c.id, or_(other.c.due_at <= now, begun))
    goes_first = exists().where(
        other.c.destination_id == deliveries.c.destination_id,
        is_in_work(other),
        other.c.id != deliveries.c.id,
        or_(other.c.state == literal_column("'leased'"), before),
    )
    is_to_come = exists().where(base.c.id == deliveries.c.base_id, is_unfinished(base.c.state))
    return or_(goes_first, is_to_come)


def _ripe() -> ColumnElement[bool]:
    """Return the condition that a pending delivery of some lanes may begin."""
    now = bindparam("now", type_=deliveries.c.due_at.type)
    in_hand = deliveries.c.lane.in_(bindparam("lanes", expanding=True))
    return and_(deliveries.c.due_at <= now, in_hand, ~_waits_for_another(now))


def _first(which: ColumnElement[bool]) -> Select[datetime, int, int]:
    """Return the statement that finds the first ones that may begin: when they are due, their ids and destinations."""
    ripe = select(deliveries.c.due_at, deliveries.c.id, deliveries.c.destination_id).where(which, _ripe())
    return ripe.order_by(deliveries.c.due_at, deliveries.c.id).limit(bindparam("limit"))


# made once: SQLAlchemy takes longer to make them than a database to carry them out
_FIRST_URGENT = _first(IS_URGENT)
_FIRST_OF_QUEUE = _first(and_(IS_PENDING, queue == bindparam("queue")))
_EARLIEST = select(func.min(deliveries.c.due_at)).where(IS_PENDING)
_EARLIEST_OF_QUEUES = [_EARLIEST.where(queue == literal_column(str(number))) for number in QUEUES]
_NEXT_DUE = select(func.min(union_all(*_EARLIEST_OF_QUEUES).subquery().c[0]))


async def claim(connection: AsyncConnection, ids: Sequence[int], *, holder: str, now: datetime) -> list[Lease]:
    """Lease those of these deliveries that are pending and whose lanes `holder` holds, in the order given."""
    # locked, so that no lane changes hands between this look at it and the commit
    held = select(lanes.c.number).where(lanes.c.holder == holder).with_for_update(read=True)
    numbers = (await connection.scalars(held)).all()
    leasing = update(deliveries).where(IS_PENDING, deliveries.c.id.in_(ids), deliveries.c.lane.in_(numbers))
    leased = follow(DeliveryState.PENDING, Event.CLAIM)
    leasing = leasing.values(state=leased, epoch=deliveries.c.epoch + 1)
    ids_leased = set((await connection.scalars(leasing.returning(deliveries.c.id))).all())
    ids = [number for number in ids if number in ids_leased]
    if not ids:
        return []
    wanted = (
        select(
            deliveries.c.id,
            deliveries.c.epoch,
            deliveries.c.lane,
            deliveries.c.occasion,
            deliveries.c.attempts,
            deliveries.c.reason,
            deliveries.c.expires_at,
            deliveries.c.rendition_id,
            deliveries.c.silent,
            deliveries.c.previews,
            deliveries.c.base_id,
            issues.c.key,
            destinations.c.platform,
            destinations.c.chat,
            destinations.c.thread,
        )
        .join_from(deliveries, issues, issues.c.id == deliveries.c.issue_id)
        .join(destinations, destinations.c.id == deliveries.c.destination_id)
        .where(deliveries.c.id.in_(ids))
    )
    rows = (await connection.execute(wanted)).all()
    told = await histories.receipts_of(connection, ids)
    before = await histories.of(connection, {row.id: row.base_id for row in rows if row.base_id is not None})
    found = {
        row.id: Lease(
            Delivery(
                id=row.id,
                epoch=row.epoch,
                lane=row.lane,
                issue_key=row.key,
                destination=Destination(row.platform, row.chat, row.thread),
                occasion=row.occasion,
                parts=(),
                receipts=told[row.id],
                attempts=row.attempts,
                expires_at=row.expires_at,
                silent=row.silent,
                previews=row.previews,
                history=before[row.id].receipts if row.id in before else (),
                whole=before[row.id].whole if row.id in before else True,
                last_try=row.reason,
            ),
            row.rendition_id,
        )
        for row in rows
    }
    if unknown := [number for number in ids if number not in found]:
        # no key keeps somebody who works on the database by hand from deleting rows that others name
        ending = update(deliveries).where(deliveries.c.id.in_(unknown))
        gone = follow(DeliveryState.LEASED, Event.END)
        await connection.execute(ending.values(state=gone, finished_at=now, reason=DELETED))
    return [found[number] for number in ids if number in found]


async def complete(connection: AsyncConnection, delivery: Delivery, *, now: datetime, note: str | None) -> None:
    """End a delivery of which nothing is left to do, or nothing that counts: then the note says what."""
    over = follow(DeliveryState.LEASED, Event.COMPLETE)
    values: dict[str, object] = {"state": over, "finished_at": now, "reason": None}
    if note is not None:
        values["note"] = func.coalesce(deliveries.c.note + "; ", "") + note
    await connection.execute(update(deliveries).where(held(delivery)).values(values))


async def resolve(
    connection: AsyncConnection, delivery: Delivery, outcome: Sent | Absent, *, now: datetime
) -> Delivery | None:
    """Record what a look into the chat told about the last step, which was unknown; None if the lease was lost."""
    if (await connection.execute(select(deliveries.c.id).where(held(delivery)).with_for_update())).first() is None:
        return None
    last = delivery.receipts[-1]
    state, message_id = (PartState.SENT, outcome.message_id) if isinstance(outcome, Sent) else (PartState.ABSENT, None)
    telling = update(receipts).where(receipts.c.delivery_id == delivery.id, receipts.c.position == last.position)
    await connection.execute(telling.values(state=state, message_id=message_id, at=now))
    told = replace(last, state=state, message_id=message_id, at=now)
    return replace(delivery, receipts=(*delivery.receipts[:-1], told))


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
