"""Planning: adding the deliveries of an issue, a chunk at a time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import ColumnElement, Select, and_, exists, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import ANNOUNCEMENT, FOR_SUBSCRIBERS, LIFETIME, DeliveryState, PartState
from bot.ports.ledger import EveryActive, FixedOnly, Only, Plan
from bot.storage import slots
from bot.storage.destination_rows import at_address, ensure_id, inserting, keep_all
from bot.storage.engine import Database
from bot.storage.issue_rows import issue_id, recalled_at
from bot.storage.rendition_rows import SPARE, RenditionOf, ensure_rendition
from bot.storage.tables import IDENTITY, IS_ACTIVE, IS_FIXED, deliveries, destinations, issues, receipts

_CHUNKS = {"sqlite": 40_000, "postgresql": 20_000}
"""Rows in one transaction: a tenth of a second on SQLite, in which nothing else is recorded. PostgreSQL gets smaller
ones, so that those who add them side by side end at about the same time."""

_IDENTITY = ("issue_id", "destination_id", "lane", "occasion", "rendition_id")
_PROGRESS = ("state", "epoch", "attempts", "urgent", "due_at", "planned_at", "expires_at")
_FROZEN = ("silent", "previews")
"""Preferences that hold for a delivery as they are when it is planned, beside those that chose its rendition."""
_Columns = tuple[ColumnElement[Any], ...]


async def plan_deliveries(database: Database, plan: Plan, *, now: datetime) -> int:
    """Add what is missing; return how many were added, none of what was recalled.

    A process that dies in between leaves whole chunks.
    """
    async with database.writing() as connection:
        if await recalled_at(connection, plan.issue_key) is not None:
            return 0
        issue, rendition = await ensure_plans_rendition(connection, plan, now=now)
        if plan.spare:
            spare = replace(plan, style=SPARE, parts=plan.spare)
            await ensure_plans_rendition(connection, spare, now=now)
        if isinstance(plan.audience, Only):
            await ensure_id(connection, plan.audience.destination)
    async with database.reading() as connection:
        due = await slots.groups(connection, plan.slots, _candidates(plan)) if plan.slots else slots.at_once(now)
    return sum([await _plan_group(database, plan, group, (issue, rendition), now=now) for group in due])


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Destinations in a row."""

    after: int
    until: int | None
    """The last one; None for all that are left."""

    def holds(self, number: ColumnElement[int]) -> ColumnElement[bool]:
        """Return the condition that a destination's number is in it."""
        return number > self.after if self.until is None else and_(number > self.after, number <= self.until)


@dataclass(slots=True)
class _Chunks:
    """The destinations of one group, handed out a chunk at a time, each once."""

    plan: Plan
    group: slots.Group
    size: int
    reached: int = 0
    """The last destination that was handed out."""
    are_left: bool = True
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next(self, connection: AsyncConnection) -> _Chunk | None:
        """Return the next chunk, or None if there is no other one."""
        async with self.turn:
            if not self.are_left:
                return None
            last = await connection.scalar(_end_of_chunk(self.plan, self.group, self.reached, self.size))
            chunk = _Chunk(self.reached, last)
            self.reached, self.are_left = last or self.reached, last is not None
            return chunk


async def _plan_group(
    database: Database, plan: Plan, group: slots.Group, numbers: tuple[int, int], *, now: datetime
) -> int:
    """Add those of one group, several chunks at once."""
    chunks = _Chunks(plan, group, _CHUNKS[database.dialect])
    columns = _columns(plan, group, numbers, now=now)
    at_once = range(1 if isinstance(plan.audience, Only) else database.writers)
    adding = [asyncio.create_task(_add_chunks(database, chunks, columns)) for _ in at_once]
    try:
        return sum(await asyncio.gather(*adding))
    finally:
        # where one fails none goes on unseen
        for task in adding:
            task.cancel()
        await asyncio.gather(*adding, return_exceptions=True)


async def _add_chunks(database: Database, chunks: _Chunks, columns: _Columns) -> int:
    """Add chunks while there are some; return how many deliveries were added."""
    added = 0
    while chunks.are_left:
        added += await _add_chunk(database, chunks, columns)
    return added


async def _add_chunk(database: Database, chunks: _Chunks, columns: _Columns) -> int:
    """Add one chunk, in one transaction; return how many deliveries were added."""
    async with database.writing() as connection:
        await keep_all(connection)
        chunk = await chunks.next(connection)
        if chunk is None:
            return 0
        here = and_(_audience(chunks.plan), chunks.group.members, chunk.holds(destinations.c.id))
        chosen = select(*columns).where(here).order_by(destinations.c.id)
        adding = inserting(connection, deliveries).from_select([*_IDENTITY, *_PROGRESS, *_FROZEN], chosen)
        if database.dialect == "postgresql" and not await connection.scalar(_has_some(chunks.plan, chunk)):
            # there each row that may be in conflict costs a sixth more; now only another process could add one
            with suppress(IntegrityError):
                async with connection.begin_nested():
                    return (await connection.execute(adding)).rowcount
        # named, as PostgreSQL else looks for a conflict in every unique index before it adds a row
        missing = adding.on_conflict_do_nothing(index_elements=IDENTITY)
        return (await connection.execute(missing)).rowcount


def _has_some(plan: Plan, chunk: _Chunk) -> Select[bool]:
    """Return the statement that tells whether any of a chunk's deliveries is there."""
    ours = and_(
        deliveries.c.issue_id.in_(select(issues.c.id).where(issues.c.key == plan.issue_key)),
        deliveries.c.occasion == plan.occasion,
    )
    return select(exists().where(ours, chunk.holds(deliveries.c.destination_id)))


def _columns(plan: Plan, group: slots.Group, numbers: tuple[int, int], *, now: datetime) -> _Columns:
    """Return what a delivery of the plan begins with, in the order of `_IDENTITY`, `_PROGRESS` and `_FROZEN`."""
    issue, rendition = numbers
    values = (literal(plan.occasion), literal(rendition), literal(DeliveryState.PENDING, deliveries.c.state.type))
    # a reader who asks for the issue waits for it
    progress = (literal(0), literal(0), literal(plan.occasion not in FOR_SUBSCRIBERS))
    instants = (group.due_at, now, group.due_at + LIFETIME)
    times = tuple(literal(instant, deliveries.c.due_at.type) for instant in instants)
    frozen = tuple(destinations.c[name] for name in _FROZEN)
    return (literal(issue), destinations.c.id, destinations.c.lane, *values, *progress, *times, *frozen)


def _end_of_chunk(plan: Plan, group: slots.Group, reached: int, size: int) -> Select[int]:
    """Return the statement that tells a chunk's last destination; there is none if all that are left make no chunk."""
    chunk = select(destinations.c.id).where(_candidates(plan), destinations.c.id > reached)
    if group.own:
        chunk = chunk.where(group.members)
    return chunk.order_by(destinations.c.id).offset(size - 1).limit(1)


def _audience(plan: Plan) -> ColumnElement[bool]:
    """Return the condition that a destination gets the plan's issue."""
    if not isinstance(plan.audience, EveryActive):
        return _candidates(plan)
    joined = and_(_candidates(plan), destinations.c.joined_at <= plan.audience.joined_by)
    if plan.occasion != ANNOUNCEMENT:
        return joined
    # an issue has its slot, which heeds a pause; an announcement goes out at once, and nobody on holiday wants it
    return and_(joined, slots.awake(plan.audience.joined_by))


def _candidates(plan: Plan) -> ColumnElement[bool]:
    """Return a condition that an index alone can answer, and that `_audience` implies."""
    ours = and_(
        IS_ACTIVE,
        destinations.c.platform == plan.platform,
        destinations.c.style == plan.style,
        destinations.c.language == plan.language,
    )
    match plan.audience:
        case EveryActive():
            return ours
        case FixedOnly():
            return and_(ours, IS_FIXED)
        case Only(destination):
            return at_address(destination)
        case _:
            assert_never(plan.audience)


async def count_as_delivered(connection: AsyncConnection, plan: Plan, *, message_id: str, now: datetime) -> bool:
    """Add a delivery that is over, with its receipt; False if there is such a delivery."""
    if not isinstance(plan.audience, Only) or len(plan.parts) != 1:
        raise ValueError("only one destination's only part can have been delivered as an answer")
    await keep_all(connection)
    issue, rendition = await ensure_plans_rendition(connection, plan, now=now)
    destination = await ensure_id(connection, plan.audience.destination)
    identity = {"issue_id": issue, "destination_id": destination, "occasion": plan.occasion}
    delivery = inserting(connection, deliveries).values(
        **identity,
        lane=plan.audience.destination.lane,
        rendition_id=rendition,
        state=DeliveryState.SENT,
        epoch=0,
        attempts=0,
        due_at=now,
        planned_at=now,
        expires_at=now + LIFETIME,
        finished_at=now,
    )
    if not (await connection.execute(delivery.on_conflict_do_nothing(index_elements=IDENTITY))).rowcount:
        return False
    number = (await connection.execute(select(deliveries.c.id).filter_by(**identity))).scalar_one()
    receipt = inserting(connection, receipts).values(
        delivery_id=number,
        position=0,
        part=plan.parts[0].name,
        state=PartState.SENT,
        message_id=message_id,
        digest=plan.parts[0].digest,
        at=now,
    )
    await connection.execute(receipt)
    return True


async def ensure_plans_rendition(connection: AsyncConnection, plan: Plan, *, now: datetime) -> tuple[int, int]:
    """Return the numbers of the issue's and the rendition's rows, adding the latter if it is new."""
    if not plan.parts:
        raise ValueError(f"the plan for {plan.issue_key!r} has no parts")
    issue = await issue_id(connection, plan.issue_key)
    rendition = RenditionOf(issue, plan.content_hash, plan.platform, plan.style, plan.language)
    return issue, await ensure_rendition(connection, rendition, plan.parts, subjects=plan.subjects, used_at=now)
