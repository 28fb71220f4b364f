"""Which day a post belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest

from formatters.reading.dates import calendar_date, date_in_name
from tests.unit.reading.reader import SHANGHAI, issue_of, reading

NEW_YORK = ZoneInfo("America/New_York")
DAY = date(2026, 2, 12)


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-12",
        " 2026-2-12 ",
        "2026/02/12",
        "2026.02.12",
        "2026年2月12日",
        "2026-02-12 08:00",
        "2026-02-12T08:00:00",
        "2026-02-12 23:59:59.123456",
        "2026-02-12T08:00:00+08:00",
        "2026-02-12 08:00:00 +0800",
        "2026-02-12 23:30:00 -0500",
        "2026-02-12T00:30:00+14",
        "2026-02-12T08:00:00Z",
        "2026-02-11T16:00:00Z",
        "2026-02-11 16:00 UTC",
        "2026-02-11T23:00:00+00:00",
    ],
)
def test_every_way_to_write_a_day(written: str) -> None:
    assert calendar_date(written, SHANGHAI) == DAY


@pytest.mark.parametrize(
    ("value", "home", "day"),
    [
        (datetime(2026, 2, 11, 16, tzinfo=UTC), SHANGHAI, DAY),
        (datetime(2026, 2, 12, 3, tzinfo=UTC), NEW_YORK, date(2026, 2, 11)),
        (datetime(2026, 2, 12, 23, tzinfo=timezone(timedelta(hours=-5))), SHANGHAI, DAY),
        (datetime(2026, 2, 12, 1, tzinfo=timezone(timedelta(hours=8))), NEW_YORK, DAY),
        (datetime.fromisoformat("2026-02-12 23:00"), NEW_YORK, DAY),
        (DAY, NEW_YORK, DAY),
    ],
)
def test_utc_is_an_instant_and_any_other_offset_keeps_its_day(value: object, home: tzinfo, day: date) -> None:
    assert calendar_date(value, home) == day


@pytest.mark.parametrize("written", ["9999-12-31T23:00:00Z", "0001-01-01T00:00:00Z"])
@pytest.mark.parametrize("home", [SHANGHAI, NEW_YORK])
def test_the_ends_of_the_calendar_are_days(written: str, home: tzinfo) -> None:
    assert calendar_date(written, home) is not None


@pytest.mark.parametrize(
    "value", ["", "0000-01-01", "2026-02-30", "2026-13-01", "soon", "12/02/2026", 20260212, None, []]
)
def test_what_is_no_day(value: object) -> None:
    assert calendar_date(value, SHANGHAI) is None


@pytest.mark.parametrize(
    "line",
    [
        "date = 2026-02-12",
        "date = 2026-02-11T16:00:00Z",
        "date = 2026-02-12T08:00:00+08:00",
        "date = 2026-02-12T23:30:00-05:00",
        "date = 2026-02-12T23:00:00",
        'date = "2026-02-12T08:00:00+08:00"',
    ],
)
def test_dates_in_toml(line: str) -> None:
    assert issue_of(f'+++\ntitle = "a"\n{line}\n+++\nx').date == DAY


@pytest.mark.parametrize(
    "line",
    [
        "date: 2026-02-12",
        "date: 2026-02-11T16:00:00Z",
        "date: 2026-02-12T08:00:00+08:00",
        "date: 2026-02-12 23:30:00 -0500",
        "date: 2026-02-12 23:30:00 -05:00",
        "date: '2026-02-12'",
    ],
)
def test_dates_in_yaml(line: str) -> None:
    assert issue_of(f"---\ntitle: a\n{line}\n---\nx").date == DAY


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-02-14-notes.md", date(2026, 2, 14)),
        ("posts/2026-02-14.md", date(2026, 2, 14)),
        ("2026/02/14.md", date(2026, 2, 14)),
        ("posts/2026/02/14-notes.md", date(2026, 2, 14)),
        ("2026-02-30-notes.md", None),
        ("2026-02-145.md", None),
        ("daily-2026-02-14.md", None),
        ("notes.md", None),
    ],
)
def test_a_file_may_be_named_after_its_day(name: str, day: date | None) -> None:
    assert date_in_name(name) == day


def test_the_file_name_gives_the_date_that_front_matter_lacks() -> None:
    result = reading("---\ntitle: a\n---\nx", "2026-02-14-a.md")
    assert (result.issue.date, result.diagnostics) == (date(2026, 2, 14), ())
    assert reading("---\ntitle: a\ndate: 2026-02-12\n---\nx", "2026-02-14-a.md").issue.date == DAY
