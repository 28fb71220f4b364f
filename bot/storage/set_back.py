"""What a clock that ran ahead left behind in the ledger, mended once it was set back.

Only what lies in the future, and cannot by its plan, tells that a clock was wrong; by how much it was is never needed.
So mending twice is the same as once, and processes whose clocks differ a little have nothing to disagree about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, func, literal, or_, select, update

from bot.domain.delivery import LAST_TRY, LIFETIME, TOO_LATE, DeliveryState
from bot.domain.lifecycle import Event, follow
from bot.ports.clock import SKEW
from bot.storage.engine import Database
from bot.storage.holding import HELD
from bot.storage.tables import (
    IN_ANY_QUEUE,
    IS_CHANGE,
    IS_MISSING,
    IS_PENDING,
    IS_TROUBLED,
    deliveries,
    destinations,
    issues,
    receipts,
)

_CHUNK = 5_000
_TRIED = TOO_LATE + LAST_TRY
NOTE = "the clock ran ahead and was set back"
_NOTED = func.coalesce(deliveries.c.note, NOTE)


async def mend(database: Database, *, now: datetime, just_now: bool) -> int:
    """Let everything go on that only a wrong clock put off; return how many deliveries that concerns.

    Whoever joined in the future would get no issue until then. A correction that expired may be outdated by now.
    """
    joined, released = destinations.c.joined_at > now + SKEW, issues.c.released_at > now + SKEW
    await _change(database, destinations, joined, {"joined_at": now})
    await _change(database, issues, released, {"released_at": now})
    alive = and_(deliveries.c.state == DeliveryState.EXPIRED, deliveries.c.expires_at > now + SKEW)
    revived = {
        "state": follow(DeliveryState.EXPIRED, Event.REOPEN),
        "epoch": deliveries.c.epoch + 1,
        "finished_at": None,
        # what it was put off for before, such as that it is held back
        "reason": case((deliveries.c.reason.startswith(_TRIED), func.substr(deliveries.c.reason, len(_TRIED) + 1))),
        "note": _NOTED,
    }
    due = {
        "due_at": now,
        "planned_at": _no_later(deliveries.c.planned_at, now),
        "expires_at": _no_later(deliveries.c.expires_at, now + LIFETIME),
        "note": _NOTED,
    }
    went_on = await _change(database, deliveries, and_(IS_TROUBLED, alive, ~IS_CHANGE), revived)
    return went_on + await _change(database, deliveries, _put_off(now, just_now=just_now), due)


def _put_off(now: datetime, *, just_now: bool) -> ColumnElement[bool]:
    """Return the condition that a delivery waits for no reason but a clock that ran ahead.

    Whoever has an hour of their own gets it then, and what is held back stays so. A pause that a platform asked for, or
    one between two tries, tells only `just_now` by which clock it was counted.
    """
    planned_ahead = and_(deliveries.c.planned_at > now + SKEW, deliveries.c.due_at <= deliveries.c.planned_at)
    was_claimed = deliveries.c.epoch > 0
    claimed_ahead = and_(was_claimed, deliveries.c.expires_at > now + LIFETIME + SKEW)
    # an unknown message is to be looked for now: later its time would no longer tell that the clock was wrong
    unknown_ahead = deliveries.c.id.in_(select(receipts.c.delivery_id).where(IS_MISSING, receipts.c.at > now + SKEW))
    ahead = or_(planned_ahead, was_claimed if just_now else or_(claimed_ahead, unknown_ahead))
    to_come = and_(IS_PENDING, IN_ANY_QUEUE, deliveries.c.due_at > now)
    return and_(to_come, ahead, deliveries.c.reason.is_distinct_from(HELD))


def _no_later(instant: ColumnElement[datetime], than: datetime) -> ColumnElement[datetime]:
    latest = literal(than, instant.type)
    return case((instant > latest, latest), else_=instant)


async def _change(database: Database, table: Table, wanted: ColumnElement[bool], values: Mapping[str, Any]) -> int:
    """Change all that fits, a chunk at a time; return how many rows. Nobody waits while they are looked for."""
    changed = 0
    while True:
        async with database.reading() as connection:
            found = (await connection.scalars(select(table.c.id).where(wanted).limit(_CHUNK))).all()
        if not found:
            return changed
        async with database.writing() as connection:
            changing = update(table).where(table.c.id.in_(found), wanted).values(values)
            changed += (await connection.execute(changing)).rowcount
