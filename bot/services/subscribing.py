"""Readers come and go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import structlog

from bot.domain.delivery import DAILY
from bot.domain.destination import Destination, Platform
from bot.domain.issues import KnownIssue
from bot.domain.subscription import Origin, Place
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.subscriptions import Subscriptions
from bot.services.library import Library
from bot.services.publish import Publisher
from formatters.views import Style, View

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Missed:
    """Today's issue, if it went out before the reader joined: its overview is the reader's delivery."""

    issue: KnownIssue
    overview: View


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a reader who sent /start is to be told."""

    joined: bool
    """False if the reader had subscribed before."""
    release: datetime
    """The next daily hour, in the digest's zone."""
    style: Style
    """In which issues will come."""
    missed: Missed | None
    newest: View | None = None
    """The overview of the newest issue, where none was missed; for who joins."""
    resumed: bool = False
    """Whether this ended a pause."""


Parting = Literal["left", "was not here", "fixed by settings"]


class Subscribing:
    """Starts and ends subscriptions."""

    def __init__(
        self,
        *,
        subscriptions: Subscriptions,
        ledger: Ledger,
        library: Library,
        publisher: Publisher,
        timetable: Timetable,
        clock: Clock,
    ) -> None:
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._library = library
        self._publisher = publisher
        self._timetable = timetable
        self._clock = clock

    async def is_active(self, destination: Destination) -> bool:
        """Return whether the destination gets the daily issue."""
        subscription = await self._subscriptions.find(destination)
        return subscription is not None and subscription.active

    async def start(self, destination: Destination, *, language: str, place: Place | None = None) -> Welcome:
        """Subscribe the destination, or revive its subscription; its address tells the place if nobody knows it."""
        now = self._clock.now()
        joined = await self._subscriptions.subscribe(destination, language=language, place=place, now=now)
        if place is not None:
            await self.found_place(destination, place)
        if joined:
            _log.info("subscribed", destination=str(destination))
        release = self._timetable.next_release(now).astimezone(self._timetable.zone)
        style = await self._publisher.style_of(destination)
        if not joined:
            return Welcome(joined, release, style, None, resumed=await self._resumed(destination, now))
        missed = await self._missed(destination)
        return Welcome(joined, release, style, missed, None if missed else await self._newest(destination))

    async def _resumed(self, destination: Destination, now: datetime) -> bool:
        """End the destination's pause, and return whether there was one."""
        subscription = await self._subscriptions.find(destination)
        if subscription is None or not subscription.preferences.paused(now):
            return False
        await self._subscriptions.adjust(destination, lambda paused: replace(paused, paused_until=now))
        return True

    async def _newest(self, destination: Destination) -> View | None:
        known = await self._library.newest(self._timetable.today(self._clock.now()))
        return await self._publisher.overview(known, destination) if known else None

    async def found_place(self, destination: Destination, place: Place) -> None:
        """Note what kind of place a subscriber is, where its address alone told something else."""
        subscription = await self._subscriptions.find(destination)
        if subscription is not None and subscription.preferences.place is not place:
            await self._subscriptions.adjust(destination, lambda now: now.in_place(destination.platform, place))
            _log.info("a place is of another kind", destination=str(destination), place=place)

    async def _missed(self, destination: Destination) -> Missed | None:
        """Return today's issue if it was released without this destination."""
        for known in await self._library.of_day(self._timetable.today(self._clock.now())):
            if await self._ledger.released_at(known.key) is not None:
                if await self._ledger.has_delivery(known.key, destination, DAILY):
                    return None
                return Missed(known, await self._publisher.overview(known, destination))
        return None

    async def overview_shown(self, missed: Missed, destination: Destination, *, language: str, message_id: str) -> None:
        """Note that the overview of `Welcome.missed` was sent, which counts as that day's delivery."""
        await self._publisher.overview_delivered(
            missed.issue, missed.overview, destination, language=language, message_id=message_id
        )

    async def stop(self, destination: Destination) -> Parting:
        """End the destination's subscription because its reader asks for it."""
        subscription = await self._subscriptions.find(destination)
        if subscription is not None and subscription.active and subscription.origin is Origin.SETTINGS:
            return "fixed by settings"
        left = await self._subscriptions.unsubscribe(destination, reason="the reader sent /stop", now=self._clock.now())
        if left:
            _log.info("unsubscribed", destination=str(destination))
        return "left" if left else "was not here"

    async def lost(self, platform: Platform, chat: str, *, reason: str) -> None:
        """End every subscription of a chat that the bot can no longer reach."""
        ended = await self._subscriptions.unsubscribe_chat(platform, chat, reason=reason, now=self._clock.now())
        if ended:
            _log.info("subscription ended", platform=platform, chat=chat, reason=reason)

    async def team_lost(self, platform: Platform, team: str, *, reason: str) -> None:
        """End every subscription of a team that removed the bot."""
        ended = await self._subscriptions.unsubscribe_team(platform, team, reason=reason, now=self._clock.now())
        _log.info("team left", platform=platform, team=team, reason=reason, subscriptions=ended)

    async def moved(self, platform: Platform, old: str, new: str) -> None:
        """Follow a chat to its new address."""
        await self._subscriptions.move_chat(platform, old, new, now=self._clock.now())
