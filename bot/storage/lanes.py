"""Lanes in a database: who holds which, and what is put in order when a lane changes hands."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import and_, delete, exists, func, insert, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Deed, DeliveryState, PartState, UnknownPolicy
from bot.domain.destination import EVERY_LANE, LANES
from bot.domain.lifecycle import Event, follow
from bot.ports.clock import Clock
from bot.ports.lanes import Tenure
from bot.storage import locks
from bot.storage.columns import Instant
from bot.storage.destination_rows import inserting
from bot.storage.engine import Database
from bot.storage.locks import Lock
from bot.storage.tables import (
    IS_LEASED,
    IS_PUT_OFF,
    IS_SENDING,
    deliveries,
    lanes,
    receipts,
    workers,
)
from bot.storage.workers import is_surely_dead

LEASE = timedelta(seconds=12)
"""From one heartbeat; several may fail before it is over."""
LONGEST_REQUEST = timedelta(seconds=20)
"""The drain waits no longer for an answer, so that a lane can be taken over this long after its lease."""
STOPPED = "the process stopped while this part was being sent"


@dataclass(slots=True)
class _Lane:
    number: int
    holder: str | None
    leased_until: datetime | None


class SqlLanes:
    """`bot.ports.lanes.Lanes` on SQLite or PostgreSQL."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        alone: bool,
        unknown: UnknownPolicy = UnknownPolicy.SKIP,
    ) -> None:
        """`alone` says that no other process can be at work: every lane is taken at once, and for good."""
        self._database = database
        self._clock = clock
        self._alone = alone
        self._unknown = unknown

    async def beat(self, worker: str, *, giving_up: Collection[int], may_take_over: bool) -> Tenure:
        """Renew what `worker` holds and take what is free."""
        async with self._database.writing() as connection:
            now = await _locked(connection)
            await _shorten(connection, now)
            held = await _lanes(connection)
            others, leads = await _announce(connection, worker, now, alone=self._alone)
            for number in giving_up:
                if held[number].holder == worker:
                    held[number].holder = None
                    await _assign(connection, [number], None, None)
            wanted = _shares(held.values(), worker, among=1 if self._alone else others + 1)
            free = {
                lane.number: lane.holder
                for lane in held.values()
                if lane.holder != worker and self._is_free(lane, now, may_take_over=may_take_over)
            }
            taken = [number for numbers in wanted.take(free) for number in numbers]
            gone = [number for number in taken if free[number] is not None]
            doubts = await take_over(
                connection, taken if self._alone else gone, now=self._clock.now(), unknown=self._unknown
            )
            mine = sorted([*wanted.held, *taken])
            until = None if self._alone else now + LEASE
            await _assign(connection, taken, worker, until, epochs=1)
            await _assign(connection, wanted.held, worker, until)
        return Tenure(
            lanes=frozenset(mine),
            surplus=frozenset(wanted.surplus),
            leads=leads,
            taken_over=len(gone),
            in_doubt=doubts,
            lease=None if self._alone else LEASE,
        )

    def _is_free(self, lane: _Lane, now: datetime, *, may_take_over: bool) -> bool:
        if self._alone or lane.holder is None or is_surely_dead(lane.holder):
            return True
        # without a lease the holder was alone, and whoever is not alone now knows that it has gone
        return may_take_over and (lane.leased_until is None or lane.leased_until + LONGEST_REQUEST <= now)

    async def leave(self, worker: str) -> None:
        """Give up everything."""
        async with self._database.writing() as connection:
            await _locked(connection)
            await connection.execute(
                update(lanes).where(lanes.c.holder == worker).values(holder=None, leased_until=None)
            )
            await connection.execute(delete(workers).where(workers.c.id == worker))

    async def others_work(self, worker: str) -> bool:
        """Return whether another worker lives."""
        async with self._database.reading() as connection:
            now = await database_time(connection)
            others = select(workers.c.id).where(workers.c.id != worker, workers.c.alive_until > now)
            return any(not is_surely_dead(one) for one in await connection.scalars(others))


async def _locked(connection: AsyncConnection) -> datetime:
    """Let one process at a time look at the lanes; return the time by the database's clock."""
    await locks.take(connection, Lock.LANES)
    return await database_time(connection)


async def database_time(connection: AsyncConnection) -> datetime:
    """Return the time by the database's clock: the one that all who share it have in common."""
    if connection.dialect.name != "postgresql":
        return datetime.now(UTC)
    return (await connection.execute(select(type_coerce(func.clock_timestamp(), Instant)))).scalar_one()


async def _shorten(connection: AsyncConnection, now: datetime) -> None:
    """Let nothing be held for longer than from now on: the clock was set back since, and who lives renews it."""
    longest = now + LEASE
    for table, until in ((lanes, "leased_until"), (workers, "alive_until"), (workers, "leads_until")):
        await connection.execute(update(table).where(table.c[until] > longest).values({until: longest}))


async def _lanes(connection: AsyncConnection) -> dict[int, _Lane]:
    wanted = select(lanes.c.number, lanes.c.holder, lanes.c.leased_until)
    held = {row.number: _Lane(*row) for row in await connection.execute(wanted)}
    missing = [number for number in EVERY_LANE if number not in held]
    if missing:
        await connection.execute(insert(lanes), [{"number": number, "epoch": 0} for number in missing])
        held |= {number: _Lane(number, None, None) for number in missing}
    return held


async def _announce(connection: AsyncConnection, worker: str, now: datetime, *, alone: bool) -> tuple[int, bool]:
    """Say that `worker` lives; return how many others do, and whether it leads."""
    rows = (await connection.execute(select(workers))).all()
    gone = [
        row.id
        for row in rows
        if row.id != worker and (alone or row.alive_until + LONGEST_REQUEST <= now or is_surely_dead(row.id))
    ]
    if gone:
        await connection.execute(delete(workers).where(workers.c.id.in_(gone)))
    others = [row for row in rows if row.id != worker and row.id not in gone and row.alive_until > now]
    leads = not any(row.leads_until is not None and row.leads_until > now for row in others)
    alive = inserting(connection, workers).values(
        id=worker, alive_until=now + LEASE, leads_until=now + LEASE if leads else None
    )
    said = {"alive_until": alive.excluded.alive_until, "leads_until": alive.excluded.leads_until}
    await connection.execute(alive.on_conflict_do_update(index_elements=[workers.c.id], set_=said))
    return len(others), leads


@dataclass(frozen=True, slots=True)
class _Share:
    """What a worker holds, and how many of each platform's lanes it may hold."""

    held: list[int]
    surplus: list[int]
    room: Mapping[range, int]

    def take(self, free: Mapping[int, object]) -> Iterable[list[int]]:
        """Give the lanes to take, a list for each platform."""
        for lanes_of, room in self.room.items():
            yield [number for number in lanes_of if number in free][: max(room, 0)]


def _shares(held: Iterable[_Lane], worker: str, *, among: int) -> _Share:
    mine = sorted(lane.number for lane in held if lane.holder == worker)
    surplus: list[int] = []
    room: dict[range, int] = {}
    for lanes_of in LANES.values():
        fair = math.ceil(len(lanes_of) / among)
        own = [number for number in mine if number in lanes_of]
        surplus += own[fair:]
        room[lanes_of] = fair - len(own)
    return _Share(mine, surplus, room)


async def _assign(
    connection: AsyncConnection, numbers: list[int], holder: str | None, until: datetime | None, *, epochs: int = 0
) -> None:
    if numbers:
        values = {"holder": holder, "leased_until": until, "epoch": lanes.c.epoch + epochs}
        await connection.execute(update(lanes).where(lanes.c.number.in_(numbers)).values(values))


async def take_over(
    connection: AsyncConnection, numbers: Collection[int], *, now: datetime, unknown: UnknownPolicy
) -> int:
    """Void every lease in these lanes; return how many parts are in doubt.

    They become unknown, or are sent again if that is the policy. What was put off for want of a connection is due at
    once: whoever starts the bot may have mended it. A pause that a platform asked for counts no attempt, and is kept.
    """
    if not numbers:
        return 0
    here = deliveries.c.lane.in_(numbers)
    waiting = update(deliveries).where(IS_PUT_OFF, here, deliveries.c.attempts > 0)
    await connection.execute(waiting.values(due_at=now))
    leased = select(deliveries.c.id).where(IS_LEASED, here)
    # what twice is the same as once is simply done again
    again_anyway = and_(IS_SENDING, receipts.c.delivery_id.in_(leased), receipts.c.deed != Deed.NEW)
    await connection.execute(delete(receipts).where(again_anyway))
    in_doubt = and_(IS_SENDING, receipts.c.delivery_id.in_(leased))
    if unknown is UnknownPolicy.RESEND:
        doubted = await connection.execute(delete(receipts).where(in_doubt))
    else:
        # an unknown part is over, and the count of tries belongs to the next one
        tried = exists().where(receipts.c.delivery_id == deliveries.c.id, IS_SENDING)
        await connection.execute(update(deliveries).where(IS_LEASED, here, tried).values(attempts=0))
        doubt = update(receipts).where(in_doubt).values(state=PartState.UNKNOWN, reason=STOPPED, at=now)
        doubted = await connection.execute(doubt)
    # what has begun goes on before what has not
    has_begun = or_(deliveries.c.urgent, exists().where(receipts.c.delivery_id == deliveries.c.id))
    again = update(deliveries).where(IS_LEASED, here)
    pending = follow(DeliveryState.LEASED, Event.TAKE_OVER)
    await connection.execute(again.values(state=pending, epoch=deliveries.c.epoch + 1, urgent=has_begun))
    return doubted.rowcount
