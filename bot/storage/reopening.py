"""Trying again what ended without getting through."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.change import Kind
from bot.domain.delivery import DAILY, LIFETIME, Deed, DeliveryState, PartState
from bot.domain.destination import Destination
from bot.storage.destination_rows import at_address
from bot.storage.tables import HAS_LEFT, IS_CHANGE, IS_TROUBLED, deliveries, destinations, issues, receipts

_SENT = deliveries.c.state == DeliveryState.SENT
_UNWANTED = exists().where(destinations.c.id == deliveries.c.destination_id, HAS_LEFT)


async def reopen(connection: AsyncConnection, issue_key: str, to: Destination | None, *, now: datetime) -> int:
    """Make ended daily deliveries pending, at the part where they stopped; return how many.

    Not those of readers who left: their subscriptions have ended.
    """
    ended = select(deliveries.c.id).where(IS_TROUBLED, _daily(issue_key, to), ~_UNWANTED)
    return len(await _again(connection, ended, now=now))


async def requeue(connection: AsyncConnection, ids: Collection[int], *, unknown: bool, now: datetime) -> list[int]:
    """Make ended deliveries pending, with `unknown` also for their unknown messages; return which."""
    chosen = deliveries.c.id.in_(ids)
    if not unknown:
        return await _again(connection, select(deliveries.c.id).where(chosen, IS_TROUBLED), now=now)
    lost = and_(receipts.c.deed == Deed.NEW, receipts.c.state == PartState.UNKNOWN)
    has_lost = exists().where(receipts.c.delivery_id == deliveries.c.id, lost)
    ended = list(
        await connection.scalars(select(deliveries.c.id).where(chosen, or_(IS_TROUBLED, and_(_SENT, has_lost))))
    )
    await connection.execute(
        update(receipts).where(receipts.c.delivery_id.in_(ended), lost).values(state=PartState.ABSENT)
    )
    return await _again(connection, select(deliveries.c.id).where(deliveries.c.id.in_(ended)), now=now)


async def _again(connection: AsyncConnection, ended: Select[int], *, now: datetime) -> list[int]:
    """Make these deliveries pending, and after them the corrections that they have had."""
    later = receipts.alias()
    last = select(func.max(later.c.position)).where(later.c.delivery_id == receipts.c.delivery_id).scalar_subquery()
    refused = and_(
        receipts.c.delivery_id.in_(ended), receipts.c.state == PartState.REJECTED, receipts.c.position == last
    )
    await connection.execute(delete(receipts).where(refused))
    values = {
        "state": DeliveryState.PENDING,
        "epoch": deliveries.c.epoch + 1,
        "attempts": 0,
        "due_at": now,
        "expires_at": now + LIFETIME,
        "finished_at": None,
        "reason": None,
    }
    opening = update(deliveries).where(deliveries.c.id.in_(ended)).values(values)
    opened = list(await connection.scalars(opening.returning(deliveries.c.id)))
    corrected = and_(IS_CHANGE, deliveries.c.base_id.in_(opened), _SENT)
    is_correction = deliveries.c.occasion.startswith(f"{Kind.CORRECTION}:")
    await connection.execute(update(deliveries).where(corrected, is_correction).values(values))
    return sorted(opened)


async def tally(connection: AsyncConnection, issue_key: str, to: Destination | None) -> dict[DeliveryState, int]:
    """Return how many daily deliveries of an issue are in each state; of readers who left, only what they got."""
    counting = select(deliveries.c.state, func.count()).where(_daily(issue_key, to), or_(_SENT, ~_UNWANTED))
    counting = counting.group_by(deliveries.c.state)
    return {row[0]: row[1] for row in await connection.execute(counting)}


def _daily(issue_key: str, to: Destination | None) -> ColumnElement[bool]:
    """Return the condition that a delivery is a daily one of the issue, to this destination if one is given."""
    ours = deliveries.c.issue_id.in_(select(issues.c.id).where(issues.c.key == issue_key))
    daily = and_(ours, deliveries.c.occasion == DAILY)
    if to is None:
        return daily
    return and_(daily, deliveries.c.destination_id.in_(select(destinations.c.id).where(at_address(to))))
