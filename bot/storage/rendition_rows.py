"""Renditions: what was rendered once for many, frozen, and what a delivery falls back on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Delivery
from bot.domain.destination import Platform
from bot.storage.columns import digest_of
from bot.storage.destination_rows import inserting
from bot.storage.leases import held, intent_of
from bot.storage.tables import deliveries, destinations, receipts, renditions
from formatters.editions import Subject
from formatters.parts import Part
from formatters.views import Style

SPARE: Final = Style.ITEMS
"""The style that every chat takes."""


@dataclass(frozen=True, slots=True)
class RenditionOf:
    """What a rendition shows, and for whom."""

    issue_id: int
    content_hash: str
    platform: Platform
    style: str
    language: str


async def ensure_rendition(
    connection: AsyncConnection,
    rendition: RenditionOf,
    parts: tuple[Part, ...],
    *,
    subjects: tuple[Subject, ...] | None,
    used_at: datetime | None,
) -> int:
    """Return the number of the row with these very parts, adding it if it is new.

    `subjects` are those of the issue's items; `used_at` is when it is planned for somebody as it is.
    """
    identity = {**asdict(rendition), "digest": digest_of(parts)}
    adding = inserting(connection, renditions).values(
        **identity,
        size=len(parts),
        parts=parts,
        subjects=subjects,
        used_at=used_at,
    )
    used = func.coalesce(adding.excluded.used_at, renditions.c.used_at)
    again = {"subjects": adding.excluded.subjects, "used_at": used}
    await connection.execute(adding.on_conflict_do_update(index_elements=list(identity), set_=again))
    return (await connection.execute(select(renditions.c.id).filter_by(**identity))).scalar_one()


async def fall_back(connection: AsyncConnection, delivery: Delivery, reason: str) -> tuple[Part, ...] | None:
    """Let a leased delivery go on with its spare parts; return all its parts, or None if nothing was changed.

    The parts that have their outcome stay where they are, and the whole issue in the spare form follows: a reader
    rather meets a story twice than never.
    """
    columns = renditions.c
    leased = select(deliveries.c.rendition_id, deliveries.c.destination_id).where(held(delivery)).with_for_update()
    lease = (await connection.execute(leased)).one_or_none()
    if lease is None:
        return None
    present = (await connection.execute(select(renditions).where(columns.id == lease.rendition_id))).one()
    rendition = RenditionOf(present.issue_id, present.content_hash, present.platform, SPARE, present.language)
    planned = select(renditions).filter_by(**asdict(rendition)).where(columns.used_at.is_not(None))
    planned = planned.order_by(columns.id.desc()).limit(1)
    spare = (await connection.execute(planned)).one_or_none()
    if spare is None or present.style == SPARE:
        return None
    parts: tuple[Part, ...] = (*delivery.parts[: delivery.cursor], *spare.parts)
    mixed = replace(rendition, style=present.style)
    number = spare.id
    if delivery.cursor:
        number = await ensure_rendition(connection, mixed, parts, subjects=spare.subjects, used_at=spare.used_at)
    await connection.execute(delete(receipts).where(intent_of(delivery)))
    going_on = update(deliveries).where(held(delivery))
    await connection.execute(going_on.values(rendition_id=number, attempts=0, reason=None, note=reason))
    refusing = update(destinations).where(
        destinations.c.id == lease.destination_id, destinations.c.style == present.style
    )
    await connection.execute(refusing.values(style=SPARE))
    return parts
