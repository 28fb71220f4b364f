"""Destinations: finding them, adding them, and giving one a new address."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, TableClause, and_, delete, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import DeliveryState, PartState
from bot.domain.destination import Destination
from bot.domain.subscription import Origin, Preferences
from bot.storage import locks
from bot.storage.locks import Lock
from bot.storage.tables import IS_LEASED, IS_SENDING, deliveries, destinations, issues, receipts

PREFERENCES = tuple(field.name for field in fields(Preferences))
"""The columns of a subscriber's preferences, each named as its field."""


def inserting(connection: AsyncConnection, table: TableClause) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows ON CONFLICT, in the connection's dialect, and counts the rows it wrote."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table).execution_options(preserve_rowcount=True)


def at_address(destination: Destination) -> ColumnElement[bool]:
    """Return the condition that a row is this destination."""
    return and_(
        destinations.c.platform == destination.platform,
        destinations.c.chat == destination.chat,
        destinations.c.thread == destination.thread,
    )


def deliveries_to(destination_id: int) -> ColumnElement[bool]:
    """Return the condition that a delivery goes to this destination, in a form that the unique index serves."""
    return and_(deliveries.c.issue_id.in_(select(issues.c.id)), deliveries.c.destination_id == destination_id)


async def find_id(connection: AsyncConnection, destination: Destination) -> int | None:
    """Return the number of the destination's row."""
    return await connection.scalar(select(destinations.c.id).where(at_address(destination)))


async def ensure_id(connection: AsyncConnection, destination: Destination) -> int:
    """Return the number of the destination's row, adding one, without a subscription, if there is none."""
    number = await find_id(connection, destination)
    if number is not None:
        return number
    row = inserting(connection, destinations).values(
        platform=destination.platform, chat=destination.chat, thread=destination.thread, active=False
    )
    await connection.execute(row.on_conflict_do_nothing())
    return (await connection.execute(select(destinations.c.id).where(at_address(destination)))).scalar_one()


async def move(connection: AsyncConnection, source: int, to: Destination, *, now: datetime) -> int:
    """Give the destination in row `source` the address `to`; return the number of the row that has it now.

    If the new address has a row already, that row takes over: the deliveries, but for those that it has itself,
    which end; and the subscription, unless it has its own.
    """
    target = await find_id(connection, to)
    if target is None:
        # deliveries under way stay in the lane in whose holder's hands they are
        address = {"platform": to.platform, "chat": to.chat, "thread": to.thread, "lane": to.lane}
        await connection.execute(update(destinations).where(destinations.c.id == source).values(address))
        return source
    if target != source:
        await _hand_over_subscription(connection, source, target, f"moved to {to}", now)
        await _hand_over_deliveries(connection, source, target, f"moved to {to}, which has this issue already", now)
    return target


async def keep_all(connection: AsyncConnection) -> None:
    """Have no destination erased until this transaction ends.

    Whoever adds deliveries calls it before looking for their destinations: no foreign key makes sure that they stay.
    """
    await locks.take(connection, Lock.DESTINATIONS, shared=True)


async def erase(connection: AsyncConnection, source: int) -> None:
    """Remove the destination in row `source`, with its deliveries and their receipts."""
    await locks.take(connection, Lock.DESTINATIONS)
    of_it = select(deliveries.c.id).where(deliveries_to(source))
    await connection.execute(delete(receipts).where(receipts.c.delivery_id.in_(of_it)))
    await connection.execute(delete(deliveries).where(deliveries_to(source)))
    await connection.execute(delete(destinations).where(destinations.c.id == source))


async def _hand_over_subscription(
    connection: AsyncConnection, source: int, target: int, reason: str, now: datetime
) -> None:
    columns = destinations.c
    old = (await connection.execute(select(destinations).where(columns.id == source))).one()
    new = (await connection.execute(select(destinations).where(columns.id == target))).one()
    if not old.active:
        return
    ending = update(destinations).where(columns.id == source)
    await connection.execute(ending.values(active=False, ended_at=now, end_reason=reason))
    # a reader who stopped at the new address meant it; the settings do not know yet that the address is new
    if new.joined_at is None or old.origin is Origin.SETTINGS:
        values = {
            "origin": old.origin,
            **{name: getattr(old, name) for name in PREFERENCES},
            "active": True,
            "joined_at": new.joined_at if new.active else old.joined_at,
            "ended_at": None,
            "end_reason": None,
        }
        await connection.execute(update(destinations).where(columns.id == target).values(values))


async def _hand_over_deliveries(
    connection: AsyncConnection, source: int, target: int, reason: str, now: datetime
) -> None:
    twin = deliveries.alias("twin")
    doubled = exists().where(
        twin.c.issue_id == deliveries.c.issue_id,
        twin.c.destination_id == target,
        twin.c.occasion == deliveries.c.occasion,
    )
    unfinished = deliveries.c.state.in_([DeliveryState.PENDING, DeliveryState.LEASED])
    in_flight = select(deliveries.c.id).where(deliveries_to(source), IS_LEASED, doubled)
    doubt = update(receipts).where(IS_SENDING, receipts.c.delivery_id.in_(in_flight))
    await connection.execute(doubt.values(state=PartState.UNKNOWN, reason=reason, at=now))
    ending = update(deliveries).where(deliveries_to(source), unfinished, doubled)
    await connection.execute(ending.values(state=DeliveryState.GONE, reason=reason, finished_at=now))
    staying = update(deliveries).where(deliveries_to(source), ~doubled)
    await connection.execute(staying.values(destination_id=target))
