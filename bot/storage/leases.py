"""Leased deliveries: claiming them, and what ends a lease otherwise than by an outcome.

Whoever holds a lease knows the delivery's epoch. Every change names it, so that a holder whose lease was voided changes
nothing, whatever it still believes.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
    union,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import LAST_TRY, LIFETIME, TOO_LATE, Absent, Delivery, DeliveryState, PartState, Sent
from bot.domain.destination import Destination
from bot.domain.lifecycle import Event, follow
from bot.storage import destination_rows, histories
from bot.storage.tables import (
    IS_LEASED,
    IS_PENDING,
    IS_PUT_OFF,
    IS_SENDING,
    IS_URGENT,
    deliveries,
    destinations,
    is_unfinished,
    issues,
    lanes,
    receipts,
)

_CHUNK = 20_000


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
    # lane by lane, as the index has it
    untouched = and_(deliveries.c.lane.in_(select(lanes.c.number)), deliveries.c.due_at <= now - LIFETIME)
    overdue = select(deliveries.c.id).where(IS_PENDING, untouched, is_late).limit(_CHUNK).subquery()
    late = union(select(put_off), select(overdue))
    told = literal(TOO_LATE) + func.coalesce(literal(LAST_TRY) + deliveries.c.reason, "")
    expired = follow(DeliveryState.PENDING, Event.EXPIRE)
    ending = update(deliveries).where(IS_PENDING, deliveries.c.id.in_(late))
    return (await connection.execute(ending.values(state=expired, finished_at=now, reason=told))).rowcount


async def due(connection: AsyncConnection, numbers: Sequence[int], *, now: datetime, limit: int) -> list[int]:
    """Return up to `limit` deliveries of these lanes that may be claimed, in the order in which they should be.

    What is urgent comes first, then what has been due longest. Deliveries to one destination come one after the other.
    """
    statements = _statements(connection.dialect.name)
    wanted = {"lanes": list(numbers), "now": now, "limit": limit}
    found = list((await connection.scalars(statements.urgent, wanted)).all())
    if len(found) < limit:
        # from each lane its first ones; a few more than its share, as some lanes have less
        wanted["limit"] = min(limit, max(8, 4 * limit // len(numbers)))
        firsts = [json.loads(one) for one in await connection.scalars(statements.firsts_of_lanes, wanted) if one]
        found += [number for _, number in heapq.merge(*firsts) if number not in found]
    return found[:limit]


async def next_due(connection: AsyncConnection) -> datetime | None:
    """Return when the first pending delivery is due."""
    found: datetime | None = await connection.scalar(_statements(connection.dialect.name).next_due)
    return found


@dataclass(frozen=True, slots=True)
class _Statements:
    urgent: Select[int]
    firsts_of_lanes: Select[str | None]
    """For each lane a JSON array of [when it is due, id]."""
    next_due: Select[datetime | None]


@lru_cache(maxsize=2)
def _statements(dialect: str) -> _Statements:
    """Return what looks for work, made once: SQLAlchemy takes longer to make it than a database to carry it out."""
    now = bindparam("now", type_=deliveries.c.due_at.type)
    chosen: BindParameter[int] = bindparam("lanes", expanding=True)
    ripe = and_(deliveries.c.due_at <= now, ~_waits_for_another(now))
    # added to nothing, so that SQLite looks at the few urgent ones and not through the lanes
    urgent = select(deliveries.c.id).where(IS_URGENT, ripe, (deliveries.c.lane + 0).in_(chosen))
    # an ORDER BY over several lanes would read all of them: each is asked for its first ones
    here = and_(IS_PENDING, deliveries.c.lane == lanes.c.number)
    of_lane = select(deliveries.c.due_at, deliveries.c.id).where(here, ripe).correlate(lanes)
    first = of_lane.order_by(deliveries.c.due_at, deliveries.c.id).limit(bindparam("limit")).subquery()
    if dialect == "postgresql":
        due_at = func.extract("epoch", first.c.due_at)
        array = func.json_agg(func.json_build_array(due_at, first.c.id))
    else:
        array = func.json_group_array(func.json_array(type_coerce(first.c.due_at, BigInteger), first.c.id))
    earliest = select(func.min(deliveries.c.due_at)).where(here).correlate(lanes).scalar_subquery()
    of_lanes = select(select(cast(array, Text)).select_from(first).scalar_subquery())
    return _Statements(
        urgent=urgent.order_by(deliveries.c.due_at, deliveries.c.id).limit(bindparam("limit")),
        firsts_of_lanes=of_lanes.where(lanes.c.number.in_(chosen)),
        next_due=select(func.min(earliest, type_=deliveries.c.due_at.type)).select_from(lanes),
    )


def _waits_for_another(now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that another delivery to the same destination goes first.

    That is one which is in hand, or an older one which has begun or is due, too. So two issues of a day arrive one
    after the other, and what was put off in the middle is not overtaken. A change waits for what it changes.
    """
    other = deliveries.alias("other")
    begun = exists().where(receipts.c.delivery_id == other.c.id)
    before = and_(other.c.id < deliveries.c.id, or_(other.c.due_at <= now, begun, other.c.id == deliveries.c.base_id))
    return exists().where(
        other.c.destination_id == deliveries.c.destination_id,
        is_unfinished(other.c.state),
        other.c.id != deliveries.c.id,
        or_(other.c.state == literal_column("'leased'"), before),
    )


async def claim(connection: AsyncConnection, ids: Sequence[int], *, holder: str) -> list[Lease]:
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
    return [found[number] for number in ids]


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
