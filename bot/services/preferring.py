"""How a destination wants its issues: shown and changed, whatever the platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.destination import Destination
from bot.domain.preference_changes import Change, FollowLanguage, Pause, Refusal, changed
from bot.domain.slots import slot, wanted
from bot.domain.subscription import EVERY_DAY, Origin, Preferences, Subscription, place_of, styles_of
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.subscriptions import Subscriptions
from formatters.views import Style

_log = structlog.get_logger(__name__)

_SEARCHED = 400
"""Days in which the next wanted one is looked for: longer than any pause may last."""


_KNOWN_FOR = timedelta(minutes=1)
_MOST_KNOWN = 10_000
"""Destinations whose language is remembered; then all are forgotten, which costs each one question."""


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """Everything that a menu of settings shows."""

    destination: Destination
    preferences: Preferences
    active: bool
    """False if the subscription has ended; its preferences wait for the reader's return."""
    fixed: bool
    """Whether the operator's settings name the destination, so that only they can end it."""
    styles: tuple[Style, ...]
    """To choose from, the place's default first."""
    release: datetime
    """The next daily hour, in the digest's zone."""
    arrival: datetime
    """When an issue of that release reaches the destination on a day on which it wants one, in its zone, which is the
    digest's while none was chosen."""
    paused: bool
    next_arrival: datetime | None
    """The first instant at which an issue will come, past pauses and days without; None if that is too far away."""

    @property
    def gets_todays(self) -> bool:
        """Whether an issue that is released next comes right then: no pause, no hour or day of the reader's own."""
        preferences = self.preferences
        return self.active and not self.paused and preferences.hour is None and preferences.weekdays == EVERY_DAY

    @property
    def as_the_digest(self) -> bool:
        """Whether issues come every day by the digest's own clock."""
        preferences = self.preferences
        return preferences.hour is None and preferences.zone is None and preferences.weekdays == EVERY_DAY


@dataclass(frozen=True, slots=True)
class _Known:
    """Which language a destination was found to speak, beside its own."""

    own: str
    spoken: str
    since: datetime


class Preferring:
    """Shows and changes preferences."""

    def __init__(self, subscriptions: Subscriptions, ledger: Ledger, timetable: Timetable, clock: Clock) -> None:
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._timetable = timetable
        self._clock = clock
        self._languages: dict[Destination, _Known] = {}
        self._changes = 0
        """How often a language may have changed: what was asked for meanwhile is not remembered."""

    @property
    def now(self) -> datetime:
        """The present instant, in the digest's zone."""
        return self._clock.now().astimezone(self._timetable.zone)

    async def language_of(self, destination: Destination, own: str) -> str:
        """Return the language that was chosen for a destination, else `own`, which its deliveries then follow.

        What is known is not asked for again within a minute, unless it is changed here.
        """
        now, known = self._clock.now(), self._languages.get(destination)
        if known is not None and known.own == own and now - known.since < _KNOWN_FOR:
            return known.spoken
        changes = self._changes
        subscription = await self._subscriptions.find(destination)
        preferences = subscription.preferences if subscription else None
        spoken = preferences.language if preferences and preferences.language_chosen else own
        if preferences and preferences.language != spoken:
            await self.change(destination, FollowLanguage(own))
        elif changes == self._changes:
            if len(self._languages) >= _MOST_KNOWN:
                self._languages.clear()
            self._languages[destination] = _Known(own, spoken, now)
        return spoken

    def forget_languages(self) -> None:
        """Remember no language any more, as that of some destinations is another now."""
        self._languages.clear()
        self._changes += 1

    async def settings(self, destination: Destination) -> ChatSettings | None:
        """Return the settings of a destination; None if it never subscribed."""
        subscription = await self._subscriptions.find(destination)
        return None if subscription is None else self._settings(subscription)

    async def settings_or_default(self, destination: Destination, *, language: str) -> ChatSettings:
        """Return the settings of a destination; of one that never subscribed, those that it would begin with."""
        subscription = await self._subscriptions.find(destination)
        if subscription is not None:
            return self._settings(subscription)
        preferences = Preferences.default(destination.platform, place_of(destination), language)
        return self._settings_of(destination, preferences, active=False, fixed=False)

    async def change(self, destination: Destination, *changes: Change) -> ChatSettings | Refusal:
        """Make changes, all or none, and return the settings after them.

        What a pause forestalls of the deliveries that wait for the reader's hour does not come.
        """
        refusal: Refusal | None = None

        def adjusted(preferences: Preferences) -> Preferences | None:
            nonlocal refusal
            for change in changes:
                after = changed(preferences, change, destination.platform)
                if isinstance(after, Refusal):
                    refusal = after
                    return None
                preferences = after
            return preferences

        subscription = await self._subscriptions.adjust(destination, adjusted)
        self._languages.pop(destination, None)
        self._changes += 1
        if subscription is None:
            return Refusal.NOT_SUBSCRIBED
        if refusal is not None:
            return refusal
        for change in changes:
            if isinstance(change, Pause):
                await self._ledger.withhold(destination, until=change.until, now=self._clock.now())
        _log.info("preferences changed", destination=str(destination), changes=[type(one).__name__ for one in changes])
        return self._settings(subscription)

    def _settings(self, subscription: Subscription) -> ChatSettings:
        return self._settings_of(
            subscription.destination,
            subscription.preferences,
            active=subscription.active,
            fixed=subscription.origin is Origin.SETTINGS,
        )

    def _settings_of(
        self, destination: Destination, preferences: Preferences, *, active: bool, fixed: bool
    ) -> ChatSettings:
        now, home = self._clock.now(), self._timetable.zone
        release = self._timetable.next_release(now)
        return ChatSettings(
            destination=destination,
            preferences=preferences,
            active=active,
            fixed=fixed,
            styles=styles_of(destination.platform, preferences.place),
            release=release.astimezone(home),
            arrival=slot(preferences, release, home),
            paused=preferences.paused(now),
            next_arrival=self._next_arrival(preferences, now),
        )

    def _next_arrival(self, preferences: Preferences, now: datetime) -> datetime | None:
        """Return when the next issue comes; that of yesterday may still be on its way to a late hour."""
        day = self._timetable.today(now) - timedelta(days=1)
        for later in range(_SEARCHED):
            release = self._timetable.release_on(day + timedelta(days=later))
            arrival = slot(preferences, release, self._timetable.zone)
            if arrival > now and wanted(preferences, arrival):
                return arrival
        return None
