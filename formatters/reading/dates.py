"""Turn what front matter holds as a date into a calendar day.

Hugo writes an offset or `Z`, Jekyll a bare date or `2026-02-12 08:00:00 +0800`, and some posts quote the value.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from formatters.patterns import lazy

_WRITTEN = lazy(
    r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
    r"(?:[Tt,]?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"\s*(?P<zone>[Zz]|UTC|GMT|(?P<sign>[-+])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?)?)?",
    re.ASCII,
)
_IN_NAME = lazy(r"(?:^|/)(\d{4})(?:-(\d{2})-(\d{2})|/(\d{2})/(\d{2}))(?!\d)[^/]*$", re.ASCII)


def calendar_date(value: object, home: tzinfo) -> date | None:
    """Return the day that `value` belongs to; None where it is no date.

    An explicit offset other than UTC keeps the day that the author wrote. `Z` and UTC name an instant, whose
    day is that of `home`. A bare date and a time without zone are already days in `home`.
    """
    if isinstance(value, datetime):
        return _day(value, home)
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return _from_text(value, home)
    return None


def date_in_name(name: str) -> date | None:
    """Return the day that a file is named after: `2026-02-14-title.md` or `2026/02/14.md`."""
    found = _IN_NAME.search(name)
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        return None


def _from_text(text: str, home: tzinfo) -> date | None:
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        if not found["hour"]:
            return day
        hour = time(int(found["hour"]), int(found["minute"]), int(found["second"] or 0), tzinfo=_zone(found))
        return _day(datetime.combine(day, hour), home)
    except ValueError:
        return None


def _zone(found: re.Match[str]) -> timezone | None:
    if not found["zone"]:
        return None
    if not found["sign"]:
        return UTC
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-offset if found["sign"] == "-" else offset)


def _day(moment: datetime, home: tzinfo) -> date:
    if moment.tzinfo is None or moment.utcoffset():
        return moment.date()
    try:
        return moment.astimezone(home).date()
    except OverflowError:  # the first or last day that a calendar date can hold
        return moment.date()
