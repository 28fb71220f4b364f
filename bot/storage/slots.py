"""When each destination of a plan is due: one group for all that get it at the release, one for each hour of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.slots import slot, wanted
from bot.domain.subscription import EVERY_DAY, Place, Preferences
from bot.ports.ledger import Slots
from bot.storage.tables import HAS_OWN_SLOT, IS_ACTIVE, destinations
from formatters.views import Style

_PLACE = destinations.c


@dataclass(frozen=True, slots=True)
class Group:
    """Destinations that are due at one instant."""

    members: ColumnElement[bool]
    due_at: datetime
    own: bool = False
    """Whether it is their own hour: then an index finds them among all others."""


def at_once(now: datetime) -> list[Group]:
    """Return one group of all, whatever they prefer."""
    return [Group(true(), now)]


async def groups(connection: AsyncConnection, slots: Slots, candidates: ColumnElement[bool]) -> list[Group]:
    """Return the groups of the candidates, those of the release first. Who does not want the issue is in none."""
    found = [Group(and_(~HAS_OWN_SLOT, awake(slots.release)), slots.release)]
    choices = select(_PLACE.hour, _PLACE.zone, _PLACE.weekdays).where(candidates, IS_ACTIVE, HAS_OWN_SLOT).distinct()
    for hour, zone, weekdays in (await connection.execute(choices)).all():
        preferences = _preferring(hour, zone, weekdays)
        due_at = slot(preferences, slots.release, slots.home)
        if wanted(preferences, due_at):
            same = and_(_is(_PLACE.hour, hour), _is(_PLACE.zone, zone), _PLACE.weekdays == weekdays)
            found.append(Group(and_(HAS_OWN_SLOT, same, awake(due_at)), due_at, own=True))
    return sorted(found, key=lambda group: group.due_at)


def _preferring(hour: time | None, zone: str | None, weekdays: frozenset[int]) -> Preferences:
    """Return preferences of which only these three matter."""
    return Preferences("", Style.ITEMS, Place.PRIVATE, hour=hour, zone=zone, weekdays=weekdays or EVERY_DAY)


def _is(column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value


def awake(at: datetime) -> ColumnElement[bool]:
    """Return the condition that no pause lasts at this instant."""
    return or_(_PLACE.paused_until.is_(None), _PLACE.paused_until <= at)
