"""When a released issue reaches one destination. Pure arithmetic on aware datetimes."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.subscription import Preferences


def zone_of(preferences: Preferences, home: ZoneInfo) -> ZoneInfo:
    """Return the zone in which the destination reckons; `home` is the digest's own."""
    return ZoneInfo(preferences.zone) if preferences.zone else home


def slot(preferences: Preferences, release: datetime, home: ZoneInfo) -> datetime:
    """Return when an issue released at this instant is wanted, in the destination's zone.

    Without an hour of its own that is the release itself, else the first such local hour at or after it. An hour that
    a clock change skips is the instant at which it would have been.
    """
    zone = zone_of(preferences, home)
    local = release.astimezone(zone)
    if preferences.hour is None:
        return local
    first = datetime.combine(local.date(), preferences.hour, zone)
    if first.timestamp() < release.timestamp():
        first = datetime.combine(local.date() + timedelta(days=1), preferences.hour, zone)
    return first


def wanted(preferences: Preferences, at: datetime) -> bool:
    """Return whether the destination wants issues at this instant of its zone: by its weekdays and its pause."""
    return at.isoweekday() in preferences.weekdays and not preferences.paused(at)
