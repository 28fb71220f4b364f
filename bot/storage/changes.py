"""Corrections and recalls in a database: what was delivered as what, and the deliveries that change it.

A change is planned for everybody at once, a chunk at a time, from the deliveries that have what it changes. Nothing is
read into memory but the renditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.change import Kind
from bot.domain.delivery import FOR_SUBSCRIBERS, LIFETIME, DeliveryState
from bot.domain.destination import Platform
from bot.domain.lifecycle import Event, follow
from bot.ports.changes import Lineage, Target
from bot.ports.ledger import OVERVIEW, Plan
from bot.storage import issue_rows
from bot.storage.destination_rows import inserting, keep_all
from bot.storage.engine import Database
from bot.storage.planning import ensure_plans_rendition
from bot.storage.rendition_rows import RenditionOf, ensure_rendition
from bot.storage.tables import (
    HAS_LEFT,
    IDENTITY,
    IS_PENDING,
    deliveries,
    destinations,
    issues,
    receipts,
    renditions,
    revisions,
)
from formatters.parts import Part
from formatters.views import Style

_CHUNK = 20_000
"""Deliveries looked at in one transaction."""

OVERTAKEN = "overtaken by a newer correction"
RECALLED = "the issue was recalled"

_BASE = deliveries.alias("base")
_COPIED = ("issue_id", "destination_id", "lane", "silent", "previews")
"""What a change has in common with what it changes."""


@dataclass(frozen=True, slots=True)
class _Revision:
    id: int
    issue_id: int
    first_id: int
    rendition_id: int
    kind: Kind
    since: datetime | None


class SqlChanges:
    """`bot.ports.changes.Changes` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issues_since(self, since: datetime) -> list[str]:
        """Return the keys of issues of which something was planned since then, and that were not recalled."""
        used = select(issues.c.key).join_from(issues, renditions, renditions.c.issue_id == issues.c.id)
        used = used.where(renditions.c.used_at >= since, issues.c.recalled_at.is_(None)).distinct()
        async with self._database.reading() as connection:
            return sorted(await connection.scalars(used))

    async def lineages(self, issue_key: str, *, since: datetime | None = None) -> list[Lineage]:
        """Return what an issue was delivered as, each as its newest correction leaves it."""
        newer = revisions.alias("newer")
        newest = (
            select(func.max(newer.c.id))
            .where(newer.c.first_id == renditions.c.id, newer.c.kind == Kind.CORRECTION)
            .correlate(renditions)
            .scalar_subquery()
        )
        now = renditions.alias("now")
        wanted = (
            select(
                renditions.c.id,
                renditions.c.platform,
                renditions.c.style,
                renditions.c.language,
                now.c.content_hash,
                now.c.parts,
                now.c.subjects,
            )
            .join_from(renditions, issues, issues.c.id == renditions.c.issue_id)
            .join(revisions, revisions.c.id == newest, isouter=True)
            .join(now, now.c.id == func.coalesce(revisions.c.rendition_id, renditions.c.id))
            .where(issues.c.key == issue_key, renditions.c.used_at.is_not(None))
            .order_by(renditions.c.id)
        )
        if since is not None:
            wanted = wanted.where(renditions.c.used_at >= since)
        async with self._database.reading() as connection:
            return [
                Lineage(
                    id=row.id,
                    issue_key=issue_key,
                    platform=row.platform,
                    style=row.style if row.style == OVERVIEW else Style(row.style),
                    language=row.language,
                    content_hash=row.content_hash,
                    parts=row.parts,
                    subjects=row.subjects,
                )
                for row in await connection.execute(wanted)
            ]

    async def reach(self, lineage: Lineage, *, since: datetime | None = None) -> dict[DeliveryState, int]:
        """Return how many deliveries of a lineage are in each state."""
        async with self._database.reading() as connection:
            issue = await issue_rows.issue_id(connection, lineage.issue_key)
            counting = select(_BASE.c.state, func.count()).where(_of(issue, lineage.id, since)).group_by(_BASE.c.state)
            return {row[0]: row[1] for row in await connection.execute(counting)}

    async def refresh(self, lineage: Lineage, plan: Plan, *, now: datetime) -> int:
        """Let deliveries that have not begun show the newer rendition of `plan`; return how many."""
        async with self._database.writing() as connection:
            issue, rendition = await ensure_plans_rendition(connection, plan, now=now)
        if rendition == lineage.id:
            return 0
        fresh = ~exists().where(receipts.c.delivery_id == deliveries.c.id)
        reached, refreshed = 0, 0
        while True:
            async with self._database.writing() as connection:
                last = await _end_of_chunk(connection, issue, reached)
                if last is None:
                    return refreshed
                chunk = and_(deliveries.c.destination_id > reached, deliveries.c.destination_id <= last)
                ours = and_(deliveries.c.issue_id == issue, deliveries.c.rendition_id == lineage.id)
                refreshing = update(deliveries).where(ours, chunk, IS_PENDING, deliveries.c.base_id.is_(None), fresh)
                refreshed += (await connection.execute(refreshing.values(rendition_id=rendition))).rowcount
            reached = last

    async def correct(self, lineage: Lineage, target: Target, *, now: datetime, since: datetime | None) -> int:
        """Plan a correction for every delivery of the lineage that is not gone; return how many were planned."""
        async with self._database.writing() as connection:
            issue = await issue_rows.issue_id(connection, lineage.issue_key)
            revision = await _revise(connection, issue, lineage, target, Kind.CORRECTION, now=now, since=since)
        return (await self._plan(revision, now=now))[0]

    async def complete(self, *, now: datetime) -> int:
        """Complete plans that were interrupted; return how many deliveries were added."""
        wanted = (
            select(
                revisions.c.id,
                renditions.c.issue_id,
                revisions.c.first_id,
                revisions.c.rendition_id,
                revisions.c.kind,
                revisions.c.since,
            )
            .join_from(revisions, renditions, renditions.c.id == revisions.c.first_id)
            .where(revisions.c.planned.is_(False))
            .order_by(revisions.c.id)
        )
        async with self._database.reading() as connection:
            interrupted = [_Revision(*row) for row in await connection.execute(wanted)]
        return sum([(await self._plan(revision, now=now))[0] for revision in interrupted])

    async def recall(
        self, issue_key: str, notices: Mapping[tuple[Platform, str], Part], *, now: datetime
    ) -> tuple[int, int]:
        """Plan that an issue is taken back everywhere; return how many deliveries do so, and how many are stopped."""
        lineages = await self.lineages(issue_key)
        async with self._database.writing() as connection:
            issue = await issue_rows.issue_id(connection, issue_key)
            marking = update(issues).where(issues.c.id == issue, issues.c.recalled_at.is_(None))
            await connection.execute(marking.values(recalled_at=now))
            made = [
                await _revise(
                    connection,
                    issue,
                    lineage,
                    Target(lineage.content_hash, (notices[lineage.platform, lineage.language],), ()),
                    Kind.RECALL,
                    now=now,
                    since=None,
                )
                for lineage in lineages
            ]
        planned = stopped = 0
        for revision in made:
            added, ended = await self._plan(revision, now=now)
            planned, stopped = planned + added, stopped + ended
        return planned, stopped

    async def _plan(self, revision: _Revision, *, now: datetime) -> tuple[int, int]:
        """Add what is missing of a revision and end what it overtakes; return how many of each."""
        reached, added, ended = 0, 0, 0
        while True:
            async with self._database.writing() as connection:
                await keep_all(connection)
                last = await _end_of_chunk(connection, revision.issue_id, reached)
                if last is None:
                    done = update(revisions).where(revisions.c.id == revision.id)
                    await connection.execute(done.values(planned=True))
                    return added, ended
                base = and_(
                    _of(revision.issue_id, revision.first_id, revision.since),
                    _BASE.c.destination_id > reached,
                    _BASE.c.destination_id <= last,
                )
                ended += await _withdraw(connection, revision, base, now=now)
                added += await _add(connection, revision, base, now=now)
            reached = last


def _of(issue: int, first: int, since: datetime | None) -> ColumnElement[bool]:
    """Return the condition that a delivery is of this lineage."""
    ours = and_(_BASE.c.issue_id == issue, _BASE.c.rendition_id == first, _BASE.c.base_id.is_(None))
    return ours if since is None else and_(ours, _BASE.c.planned_at >= since)


async def _end_of_chunk(connection: AsyncConnection, issue: int, reached: int) -> int | None:
    chunk = select(_BASE.c.destination_id).where(_BASE.c.issue_id == issue, _BASE.c.destination_id > reached)
    ordered = chunk.order_by(_BASE.c.destination_id).limit(_CHUNK).subquery()
    last: int | None = await connection.scalar(select(func.max(ordered.c.destination_id)))
    return last


async def _revise(
    connection: AsyncConnection,
    issue: int,
    lineage: Lineage,
    target: Target,
    kind: Kind,
    *,
    now: datetime,
    since: datetime | None,
) -> _Revision:
    form = RenditionOf(issue, target.content_hash, lineage.platform, str(lineage.style), lineage.language)
    rendition = await ensure_rendition(connection, form, target.parts, subjects=target.subjects, used_at=None)
    row = inserting(connection, revisions).values(
        first_id=lineage.id, rendition_id=rendition, kind=kind, since=since, made_at=now, planned=False
    )
    number = (await connection.execute(row.returning(revisions.c.id))).scalar_one()
    return _Revision(number, issue, lineage.id, rendition, kind, since)


async def _withdraw(
    connection: AsyncConnection, revision: _Revision, base: ColumnElement[bool], *, now: datetime
) -> int:
    """End what waits and is overtaken; return how many deliveries of the issue itself that stops."""
    bases = select(_BASE.c.id).where(base)
    changes = update(deliveries).where(IS_PENDING, deliveries.c.base_id.in_(bases))
    over = {"state": follow(DeliveryState.PENDING, Event.OVERTAKE), "finished_at": now}
    earlier = ~deliveries.c.occasion.startswith(_occasion(revision))
    reason = RECALLED if revision.kind is Kind.RECALL else OVERTAKEN
    await connection.execute(changes.where(earlier).values(**over, reason=reason))
    if revision.kind is not Kind.RECALL:
        return 0
    stopping = update(deliveries).where(IS_PENDING, deliveries.c.id.in_(bases)).values(**over, reason=RECALLED)
    return (await connection.execute(stopping)).rowcount


async def _add(connection: AsyncConnection, revision: _Revision, base: ColumnElement[bool], *, now: datetime) -> int:
    """Add the changes that are missing; return how many."""
    instants = tuple(literal(at, deliveries.c.due_at.type) for at in (now, now, now + LIFETIME))
    values = (
        literal(_occasion(revision)) + cast(_BASE.c.id, String),
        literal(revision.rendition_id),
        literal(DeliveryState.PENDING, deliveries.c.state.type),
        literal(0),
        literal(0),
        *instants,
        _BASE.c.id,
    )
    chosen = select(*(_BASE.c[name] for name in _COPIED), *values).where(base, _concerned(revision))
    columns = ("occasion", "rendition_id", "state", "epoch", "attempts", "due_at", "planned_at", "expires_at")
    adding = inserting(connection, deliveries).from_select(
        [*_COPIED, *columns, "base_id"], chosen.order_by(_BASE.c.destination_id)
    )
    return (await connection.execute(adding.on_conflict_do_nothing(index_elements=IDENTITY))).rowcount


def _concerned(revision: _Revision) -> ColumnElement[bool]:
    """Return the condition that something of a delivery may have arrived and is to be changed."""
    begun = or_(_BASE.c.state == DeliveryState.LEASED, exists().where(receipts.c.delivery_id == _BASE.c.id))
    if revision.kind is Kind.RECALL:
        return begun
    left = exists().where(destinations.c.id == _BASE.c.destination_id, HAS_LEFT, _BASE.c.occasion.in_(FOR_SUBSCRIBERS))
    return and_(begun, _BASE.c.state != DeliveryState.GONE, ~left)


def _occasion(revision: _Revision) -> str:
    """Return how the occasions of a revision begin; the delivery that is changed follows."""
    return f"{revision.kind}:{revision.id}:"
