"""The subscriptions in a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.destination import Destination, Platform
from bot.domain.subscription import Origin, Place, Preferences, Subscription, place_of
from bot.storage import destination_rows
from bot.storage.destination_rows import PREFERENCES, at_address, inserting
from bot.storage.engine import Database
from bot.storage.slots import awake
from bot.storage.tables import IS_ACTIVE, IS_FIXED
from bot.storage.tables import destinations as rows
from formatters.views import Style

DROPPED = "no longer named in the settings"

_ADDRESS = (rows.c.platform, rows.c.chat, rows.c.thread)
_SUBSCRIPTION: tuple[ColumnElement[Any], ...] = (
    rows.c.id,
    *_ADDRESS,
    rows.c.origin,
    rows.c.active,
    rows.c.joined_at,
    rows.c.ended_at,
    rows.c.end_reason,
    *(rows.c[name] for name in PREFERENCES),
)
_EVER = rows.c.joined_at.is_not(None)
"""Rows without it are destinations that never subscribed."""


class SqlSubscriptions:
    """`bot.ports.subscriptions.Subscriptions` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, destination: Destination) -> Subscription | None:
        """Return the subscription, active or ended."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(*_SUBSCRIPTION).where(at_address(destination), _EVER))).one_or_none()
        return None if row is None else _subscription(row)

    async def knows(self, platform: Platform, chat: str) -> bool:
        """Return whether a chat, or a thread in it, ever subscribed."""
        known = select(rows.c.id).where(rows.c.platform == platform, rows.c.chat == chat, rows.c.joined_at.is_not(None))
        async with self._database.reading() as connection:
            return await connection.scalar(known.limit(1)) is not None

    async def subscribe(
        self, destination: Destination, *, language: str, now: datetime, place: Place | None = None
    ) -> bool:
        """Make the subscription active; return whether it was not before.

        An active one takes the language unless one was chosen, but stays the settings' own if it is.
        """
        async with self._database.writing() as connection:
            started = await _start(connection, destination, language, origin=Origin.READER, place=place, now=now)
            if not started:
                readers = and_(at_address(destination), rows.c.origin == Origin.READER)
                await connection.execute(update(rows).where(readers).values(language=_unless_chosen(language)))
        return started

    async def prefer(self, destination: Destination, preferences: Preferences) -> bool:
        """Replace the preferences; False if there is no subscription."""
        preferring = update(rows).where(at_address(destination), _EVER).values(asdict(preferences))
        async with self._database.writing() as connection:
            return (await connection.execute(preferring)).rowcount == 1

    async def adjust(
        self, destination: Destination, change: Callable[[Preferences], Preferences | None]
    ) -> Subscription | None:
        """Change the preferences in one transaction; return the subscription as it is then."""
        finding = select(*_SUBSCRIPTION).where(at_address(destination), _EVER).with_for_update()
        async with self._database.writing() as connection:
            row = (await connection.execute(finding)).one_or_none()
            if row is None:
                return None
            subscription = _subscription(row)
            preferences = change(subscription.preferences)
            if preferences is None or preferences == subscription.preferences:
                return subscription
            await connection.execute(update(rows).where(rows.c.id == row.id).values(asdict(preferences)))
        return replace(subscription, preferences=preferences)

    async def unsubscribe(self, destination: Destination, *, reason: str, now: datetime) -> bool:
        """End the subscription; return whether it was active."""
        async with self._database.writing() as connection:
            return await _end(connection, at_address(destination), reason, now) > 0

    async def unsubscribe_chat(self, platform: Platform, chat: str, *, reason: str, now: datetime) -> int:
        """End every subscription of a chat; return how many were active."""
        whole = and_(rows.c.platform == platform, rows.c.chat == chat)
        async with self._database.writing() as connection:
            return await _end(connection, whole, reason, now)

    async def erase_chat(self, platform: Platform, chat: str) -> int:
        """Forget a chat and all its threads; return how many rows of destinations that were."""
        async with self._database.writing() as connection:
            of_chat = select(rows.c.id).where(rows.c.platform == platform, rows.c.chat == chat)
            found = (await connection.scalars(of_chat)).all()
            for number in found:
                await destination_rows.erase(connection, number)
        return len(found)

    async def unsubscribe_team(self, platform: Platform, team: str, *, reason: str, now: datetime) -> int:
        """End every subscription of a team's chats; return how many were active."""
        whole = and_(rows.c.platform == platform, rows.c.chat.startswith(f"{team}/", autoescape=True))
        async with self._database.writing() as connection:
            return await _end(connection, whole, reason, now)

    async def move_chat(self, platform: Platform, old: str, new: str, *, now: datetime) -> int:
        """Give every subscription of a chat its new address; return how many have it now.

        Deliveries follow. Those that the new address has itself end, as do subscriptions that it has.
        """
        async with self._database.writing() as connection:
            of_chat = select(*_ADDRESS, rows.c.id, rows.c.joined_at).where(
                rows.c.platform == platform, rows.c.chat == old
            )
            moved = 0
            for row in (await connection.execute(of_chat)).all():
                target = Destination(platform, new, row.thread)
                had = await connection.scalar(select(rows.c.joined_at).where(at_address(target)))
                await destination_rows.move(connection, row.id, target, now=now)
                moved += row.joined_at is not None and had is None
        return moved

    async def set_fixed(
        self,
        destinations: Iterable[Destination],
        *,
        language: str,
        now: datetime,
        styles: Mapping[Destination, Style] | None = None,
    ) -> None:
        """Make exactly these the active subscriptions that come from the settings."""
        styles = styles or {}
        async with self._database.writing() as connection:
            named = [
                await _fix(connection, destination, language, now, styles.get(destination))
                for destination in sorted(set(destinations))
            ]
            await _end(connection, and_(IS_FIXED, rows.c.id.not_in(named)), DROPPED, now)

    async def audiences(self, *, awake_at: datetime | None = None) -> dict[tuple[Platform, Style, str], int]:
        """Return how many active subscriptions there are, who pauses at `awake_at` left out, for each of these."""
        group = (rows.c.platform, rows.c.style, rows.c.language)
        counting = select(*group, func.count()).where(IS_ACTIVE).group_by(*group)
        if awake_at is not None:
            counting = counting.where(awake(awake_at))
        async with self._database.reading() as connection:
            counted = await connection.execute(counting)
            return {
                (platform, style, language): number
                for platform, style, language, number in counted
                if style and language
            }

    async def active_fixed(self) -> list[Subscription]:
        """Return the active subscriptions that come from the settings, by destination."""
        async with self._database.reading() as connection:
            fixed = await connection.execute(select(*_SUBSCRIPTION).where(IS_ACTIVE, IS_FIXED))
            return sorted((_subscription(row) for row in fixed), key=lambda one: one.destination)


def _unless_chosen(language: str) -> ColumnElement[str | None]:
    """Return the language that was chosen, else this one."""
    return case((rows.c.language_chosen, rows.c.language), else_=language)


async def _start(
    connection: AsyncConnection,
    destination: Destination,
    language: str,
    *,
    origin: Origin,
    now: datetime,
    place: Place | None = None,
) -> bool:
    """Add a subscription, or begin an ended one anew; False, with nothing changed, if it is active.

    One that is begun anew keeps its preferences, unless the place is found to be of another kind.
    """
    begun = {"origin": origin, "active": True, "joined_at": now}
    address = {"platform": destination.platform, "chat": destination.chat, "thread": destination.thread}
    fresh = Preferences.default(destination.platform, place or place_of(destination), language)
    joining = inserting(connection, rows).values(**address, **begun, **asdict(fresh))
    kept = rows.c.place.is_not(None) if place is None else rows.c.place == place
    again = {
        "language": _unless_chosen(language),
        "place": case((kept, rows.c.place), else_=joining.excluded.place),
        "style": case((kept, rows.c.style), else_=joining.excluded.style),
        "paused_until": None,
        "paused_at": None,
        "ended_at": None,
        "end_reason": None,
    }
    joining = joining.on_conflict_do_update(
        index_elements=list(_ADDRESS), set_=begun | again, where=rows.c.active.is_(False)
    )
    return (await connection.execute(joining)).rowcount == 1


async def _end(connection: AsyncConnection, which: ColumnElement[bool], reason: str, now: datetime) -> int:
    ending = update(rows).where(which, IS_ACTIVE).values(active=False, ended_at=now, end_reason=reason)
    return (await connection.execute(ending)).rowcount


async def _fix(
    connection: AsyncConnection, destination: Destination, language: str, now: datetime, style: Style | None
) -> int:
    """Make the subscription the settings' own; return the number of its row."""
    values: dict[str, object] = {"style": style} if style else {}
    if not await _start(connection, destination, language, origin=Origin.SETTINGS, now=now):
        values |= {"origin": Origin.SETTINGS, "language": _unless_chosen(language)}
    if values:
        await connection.execute(update(rows).where(at_address(destination)).values(values))
    return await destination_rows.ensure_id(connection, destination)


def _subscription(row: Row[*tuple[Any, ...]]) -> Subscription:
    return Subscription(
        id=row.id,
        destination=Destination(row.platform, row.chat, row.thread),
        origin=row.origin,
        preferences=Preferences(**{name: getattr(row, name) for name in PREFERENCES}),
        active=row.active,
        joined_at=row.joined_at,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
    )
