"""What can be changed about how a destination wants its issues."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from typing import assert_never

from bot.domain.destination import Platform
from bot.domain.subscription import Preferences, styles_of
from formatters.views import Style


@dataclass(frozen=True, slots=True)
class SetHour:
    """Deliver at this local hour and minute; None: as soon as an issue is released."""

    hour: time | None


@dataclass(frozen=True, slots=True)
class SetZone:
    """Reckon hour and weekdays in this IANA zone; None: in the digest's own."""

    zone: str | None


@dataclass(frozen=True, slots=True)
class SetWeekday:
    """Deliver, or do not, on one ISO weekday (Monday is 1)."""

    day: int
    on: bool


@dataclass(frozen=True, slots=True)
class SetWeekdays:
    """Deliver on exactly these ISO weekdays."""

    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class SetStyle:
    """Show issues in this style."""

    style: Style


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """Use this language, whatever the reader's own is."""

    language: str


@dataclass(frozen=True, slots=True)
class FollowLanguage:
    """Use the language that nobody chose: a reader's own, or the digest's."""

    language: str
    """Which that is at present."""


@dataclass(frozen=True, slots=True)
class SetSilent:
    """Deliver without any sound, or with one."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetPreviews:
    """Let the platform add previews of links, or not."""

    on: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """Deliver nothing for a while."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Resume:
    """End the pause, if there is one."""

    at: datetime


Change = (
    SetHour
    | SetZone
    | SetWeekday
    | SetWeekdays
    | SetStyle
    | SetLanguage
    | FollowLanguage
    | SetSilent
    | SetPreviews
    | Pause
    | Resume
)


class Refusal(StrEnum):
    """Why a change cannot be made."""

    NOT_SUBSCRIBED = "not subscribed"
    """The destination never was; it has no preferences."""
    NO_WEEKDAY = "no weekday"
    """No weekday would be left; that is what a pause is for."""
    STYLE_NOT_HERE = "style not here"
    """Places of this kind do not have this style."""


def changed(preferences: Preferences, change: Change, platform: Platform) -> Preferences | Refusal:
    """Return the preferences after a change. Making a change twice is making it once.

    Raises ValueError for a zone or weekday that does not exist.
    """
    match change:
        case SetHour(hour):
            return replace(preferences, hour=hour)
        case SetZone(zone):
            return replace(preferences, zone=zone)
        case SetWeekday(day, on):
            return _on_days(preferences, preferences.weekdays | {day} if on else preferences.weekdays - {day})
        case SetWeekdays(days):
            return _on_days(preferences, days)
        case SetStyle(style):
            if style not in styles_of(platform, preferences.place):
                return Refusal.STYLE_NOT_HERE
            return replace(preferences, style=style)
        case SetLanguage(language):
            return replace(preferences, language=language, language_chosen=True)
        case FollowLanguage(language):
            return replace(preferences, language=language, language_chosen=False)
        case SetSilent(on):
            return replace(preferences, silent=on)
        case SetPreviews(on):
            return replace(preferences, previews=on)
        case Pause() | Resume():
            return _paused(preferences, change)
        case _:
            assert_never(change)


def _paused(preferences: Preferences, change: Pause | Resume) -> Preferences:
    match change:
        case Pause(since, until):
            begun = preferences.paused_at if preferences.paused(since) else None
            return replace(preferences, paused_at=begun or since, paused_until=until)
        case Resume(at):
            return replace(preferences, paused_until=at) if preferences.paused(at) else preferences
        case _:
            assert_never(change)


def _on_days(preferences: Preferences, days: frozenset[int]) -> Preferences | Refusal:
    return replace(preferences, weekdays=days) if days else Refusal.NO_WEEKDAY
