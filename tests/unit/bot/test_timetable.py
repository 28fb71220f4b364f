"""When the day's issue goes out, in any zone and across changes of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.timetable import Timetable

DAY = date(2026, 2, 12)
ZONES = ["Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC",
         "Australia/Lord_Howe", "Pacific/Pago_Pago"]  # fmt: skip


def timetable(zone: str = "Asia/Shanghai", deliver_at: str = "08:00", wait_until: str = "12:00") -> Timetable:
    return Timetable(time.fromisoformat(deliver_at), time.fromisoformat(wait_until), ZoneInfo(zone))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_hours_are_those_of_the_digests_zone() -> None:
    shanghai = timetable()
    assert shanghai.release_on(DAY) == utc("2026-02-12 00:00")
    assert shanghai.deadline_on(DAY) == utc("2026-02-12 04:00")
    assert timetable("America/New_York").release_on(DAY) == utc("2026-02-12 13:00")


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("Asia/Shanghai", "2026-02-11 15:59:59", "2026-02-11"),
        ("Asia/Shanghai", "2026-02-11 16:00:00", "2026-02-12"),
        ("America/New_York", "2026-02-12 04:59:59", "2026-02-11"),
        ("Pacific/Kiritimati", "2026-02-11 10:00:00", "2026-02-12"),
        ("UTC", "2026-02-11 23:59:59", "2026-02-11"),
    ],
)
def test_today_is_a_matter_of_the_zone(zone: str, now: str, day: str) -> None:
    assert timetable(zone).today(utc(now)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("now", "release"),
    [
        ("2026-02-11 23:59:59", "2026-02-12 00:00"),
        ("2026-02-12 00:00:00", "2026-02-13 00:00"),
        ("2026-02-12 15:00:00", "2026-02-13 00:00"),
        ("2026-12-31 00:00:00", "2027-01-01 00:00"),
        ("2028-02-28 00:00:00", "2028-02-29 00:00"),
    ],
)
def test_the_next_release_is_later_than_now(now: str, release: str) -> None:
    assert timetable().next_release(utc(now)) == utc(release)


def test_eight_o_clock_stays_eight_o_clock_when_the_clocks_change() -> None:
    berlin = timetable("Europe/Berlin")
    assert berlin.release_on(date(2026, 3, 28)) == utc("2026-03-28 07:00")
    assert berlin.release_on(date(2026, 3, 29)) == utc("2026-03-29 06:00")
    assert berlin.next_release(utc("2026-03-28 07:00")) == utc("2026-03-29 06:00")
    assert berlin.release_on(date(2026, 10, 25)) == utc("2026-10-25 07:00")


def test_an_hour_that_the_clocks_skip_still_releases_on_that_day() -> None:
    newyork = timetable("America/New_York", "02:30", "12:00")  # 2:00 becomes 3:00 on 2026-03-08
    release = newyork.release_on(date(2026, 3, 8))
    assert release.astimezone(UTC) == utc("2026-03-08 07:30")
    assert newyork.next_release(utc("2026-03-08 07:29")).astimezone(UTC) == utc("2026-03-08 07:30")
    assert newyork.next_release(utc("2026-03-08 07:30")).astimezone(UTC) == utc("2026-03-09 06:30")


def test_an_hour_that_comes_twice_releases_at_its_first() -> None:
    newyork = timetable("America/New_York", "01:30", "12:00")  # 2:00 becomes 1:00 on 2026-11-01
    assert newyork.release_on(date(2026, 11, 1)).astimezone(UTC) == utc("2026-11-01 05:30")
    assert newyork.next_release(utc("2026-11-01 05:30")).astimezone(UTC) == utc("2026-11-02 06:30")


@given(
    zone=st.sampled_from(ZONES),
    now=st.datetimes(*map(datetime.fromisoformat, ("2025-01-01", "2030-01-01")), timezones=st.just(UTC)),
    deliver_at=st.times(),
)
def test_the_next_release_comes_within_a_day_and_the_hour_of_a_clock_change(
    zone: str, now: datetime, deliver_at: time
) -> None:
    hours = Timetable(deliver_at, deliver_at, ZoneInfo(zone))
    release = hours.next_release(now).astimezone(UTC)
    assert timedelta() < release - now <= timedelta(hours=25)


def test_the_deadline_may_be_the_release_itself() -> None:
    at_once = timetable(wait_until="08:00")
    assert at_once.deadline_on(DAY) == at_once.release_on(DAY)
