"""Time zones as people name them: by a city, a country, an offset from UTC, or the IANA name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

from bot.domain.subscription import is_zone
from bot.languages.cities import zone_of_place

OFFERED = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Taipei",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/Moscow",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Australia/Sydney",
    "Pacific/Auckland",
)
"""Zones that a menu offers by their city; every other can be named."""

_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-\u2212\uff0b\uff0d])\s*(\d{1,2})(?::?([0-5]\d))?", re.IGNORECASE)
_BELT = re.compile(r"([东東西])\s*(\d{1,2}|十[一二]?|[一二三四五六七八九])\s*[区區]")
_CHINESE = {word: number for number, word in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), start=1)}
_MINUTE = timedelta(minutes=1)


def find_zone(text: str, now: datetime) -> str | None:
    """Return the IANA name of the zone that `text` names, None if it names none.

    An offset of whole hours is a zone without summer time. Others are those of the places that have them now.
    """
    text = " ".join(text.split())
    if (minutes := _offset(text)) is not None:
        return zone_of_offset(minutes, now)
    return _by_name().get(text.replace(" ", "_").casefold()) or zone_of_place(text)


def zone_of_offset(minutes: int, now: datetime) -> str | None:
    """Return a zone that is this many minutes ahead of UTC now, and at any other time, if there is such a one."""
    hours, rest = divmod(abs(minutes), 60)
    if not rest:
        name = f"Etc/GMT{'-' if minutes > 0 else '+'}{hours}" if minutes else "Etc/UTC"  # POSIX counts the other way
        return name if is_zone(name) else None
    fitting = [zone for zone in _places() if _ahead(zone, now) == minutes]
    return next((zone for zone in fitting if _is_steady(zone, now)), fitting[0] if fitting else None)


def zone_label(zone: str, language: str, now: datetime) -> str:
    """Return the zone as a reader knows it, such as 柏林 (UTC+1); the offset is that of `now`."""
    offset = offset_label(_ahead(zone, now))
    if zone.startswith("Etc/"):
        return offset
    return f"{city_of(zone, language)} ({offset})"


def city_of(zone: str, language: str) -> str:
    """Return the city that a zone is named after.

    CLDR keeps it under the zone's oldest name, where babel, which knows the newest only, does not look.
    """
    names = Locale.parse(language).time_zones
    known = (names.get(name, {}).get("city") for name in (zone, *_older_names().get(zone, ())))
    return next((city for city in known if city), zone.rpartition("/")[2].replace("_", " "))


@cache
def _older_names() -> Mapping[str, Sequence[str]]:
    older: defaultdict[str, list[str]] = defaultdict(list)
    for old, new in get_global("zone_aliases").items():
        older[new].append(old)
    return older


def offset_label(minutes: int) -> str:
    """Return an offset as UTC+5:30."""
    hours, rest = divmod(abs(minutes), 60)
    sign = "\u2212" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"


@cache
def offsets_of(year: int) -> tuple[int, ...]:
    """Return every offset in minutes that is somewhere kept in January of the year, in order."""
    return tuple(sorted({_ahead(zone, datetime(year, 1, 1, tzinfo=UTC)) for zone in _places()}))


def _offset(text: str) -> int | None:
    if match := _OFFSET.fullmatch(text):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        return -minutes if match[1] in "-\u2212\uff0d" else minutes
    if match := _BELT.fullmatch(text):
        hours = int(match[2]) if match[2].isdecimal() else _CHINESE[match[2]]
        return -60 * hours if match[1] == "西" else 60 * hours
    return 0 if text.upper() in ("UTC", "GMT") else None


def _ahead(zone: str, now: datetime) -> int:
    ahead = ZoneInfo(zone).utcoffset(now.astimezone(ZoneInfo(zone))) or timedelta(0)
    return ahead // _MINUTE


def _is_steady(zone: str, now: datetime) -> bool:
    return len({_ahead(zone, now + timedelta(days=days)) for days in range(0, 365, 30)}) == 1


@cache
def _places() -> tuple[str, ...]:
    """Return the zones that are named after a place."""
    areas = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return tuple(sorted(zone for zone in available_timezones() if zone.startswith(areas)))


@cache
def _by_name() -> dict[str, str]:
    return {zone.casefold(): zone for zone in available_timezones() if "/" in zone}
