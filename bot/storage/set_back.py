"""What a clock that ran ahead left behind in the ledger, mended once it was set back.

Only what lies in the future, and cannot by its plan, tells that a clock was wrong; by how much it was is never needed.
So mending twice is the same as once, and processes whose clocks differ a little have nothing to disagree about.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import LAST_TRY, LIFETIME, TOO_LATE, DeliveryState
from bot.domain.destination import EVERY_LANE
from bot.domain.lifecycle import Event, follow
from bot.ports.clock import SKEW
from bot.storage.holding import HELD
from bot.storage.tables import (
    IS_CHANGE,
    IS_MISSING,
    IS_PENDING,
    IS_TROUBLED,
    deliveries,
    destinations,
    issues,
    receipts,
)

_CHUNK = 20_000
NOTE = "the clock ran ahead and was set back"
_NOTED = func.coalesce(deliveries.c.note, NOTE)


async def hasten_some(connection: AsyncConnection, *, now: datetime, just_now: bool) -> int:
    """Make up to a chunk of what was put off by a clock that ran ahead due now; return how many.

    Whoever has an hour of their own gets it then, and what is held back stays so. A pause that a platform asked for, or
    one between two tries, tells only `just_now` by which clock it was counted.
    """
    planned_ahead = and_(deliveries.c.planned_at > now + SKEW, deliveries.c.due_at <= deliveries.c.planned_at)
    # an unknown message is to be looked for now: later its time would no longer tell that the clock was wrong
    unknown_ahead = deliveries.c.id.in_(select(receipts.c.delivery_id).where(IS_MISSING, receipts.c.at > now + SKEW))
    was_claimed = deliveries.c.epoch > 0
    claimed_ahead = and_(was_claimed, deliveries.c.expires_at > now + LIFETIME + SKEW)
    ahead = or_(planned_ahead, was_claimed if just_now else or_(claimed_ahead, unknown_ahead))
    # the lanes are named for the index, which holds what is to come of each
    to_come = and_(IS_PENDING, deliveries.c.lane.in_(EVERY_LANE), deliveries.c.due_at > now)
    free = deliveries.c.reason.is_distinct_from(HELD)
    put_off = select(deliveries.c.id).where(to_come, ahead, free).limit(_CHUNK)
    values = {
        "due_at": now,
        "planned_at": _no_later(deliveries.c.planned_at, now),
        "expires_at": _no_later(deliveries.c.expires_at, now + LIFETIME),
        "note": _NOTED,
    }
    hastening = update(deliveries).where(IS_PENDING, deliveries.c.id.in_(put_off)).values(values)
    return (await connection.execute(hastening)).rowcount


async def revive(connection: AsyncConnection, *, now: datetime) -> int:
    """Make pending again what expired before its time; return how many. A correction that expired may be outdated."""
    alive = and_(deliveries.c.state == DeliveryState.EXPIRED, deliveries.c.expires_at > now + SKEW)
    expired = select(deliveries.c.id).where(IS_TROUBLED, alive, ~IS_CHANGE)
    values = {
        "state": follow(DeliveryState.EXPIRED, Event.REOPEN),
        "epoch": deliveries.c.epoch + 1,
        "finished_at": None,
        "reason": case((deliveries.c.reason == TOO_LATE + LAST_TRY + HELD, HELD), else_=null()),
        "note": _NOTED,
    }
    reviving = update(deliveries).where(deliveries.c.id.in_(expired)).values(values)
    return (await connection.execute(reviving)).rowcount


async def pull_back(connection: AsyncConnection, *, now: datetime) -> None:
    """Let nobody have joined, and no issue be released, in the future: readers from then on would get nothing now."""
    joined, released = destinations.c.joined_at, issues.c.released_at
    await connection.execute(update(destinations).where(joined > now + SKEW).values(joined_at=now))
    await connection.execute(update(issues).where(released > now + SKEW).values(released_at=now))


def _no_later(instant: ColumnElement[datetime], than: datetime) -> ColumnElement[datetime]:
    latest = literal(than, instant.type)
    return case((instant > latest, latest), else_=instant)
