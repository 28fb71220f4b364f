"""Days and numbers as readers write them, on Thursday, 12 February 2026."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.spoken import day_from, number_from

TODAY = date(2026, 2, 12)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-02-12", "2026-02-12"), ("2026-2-1", "2026-02-01"), ("2026/02/12", "2026-02-12"),
        ("2026.2.1", "2026-02-01"),
        ("20260211", "2026-02-11"), ("２０２６－０２－１１", "2026-02-11"), ("2025年12月31日", "2025-12-31"),
        ("2月12日", "2026-02-12"), ("2月11号", "2026-02-11"), ("二月十一日", "2026-02-11"), ("2 月 3 日", "2026-02-03"),
        ("12月31日", "2025-12-31"), ("去年12月31日", "2025-12-31"), ("今年1月1日", "2026-01-01"),
        ("2-11", "2026-02-11"),
        ("2/13", "2025-02-13"), ("2月29日", "2024-02-29"), ("2027-01-01", "2027-01-01"),
        ("今天", "2026-02-12"), ("昨天", "2026-02-11"), ("前天", "2026-02-10"), ("大前天", "2026-02-09"),
        ("3天前", "2026-02-09"), ("十天前", "2026-02-02"),
        ("周三", "2026-02-11"), ("星期三", "2026-02-11"), ("礼拜三", "2026-02-11"), ("週三", "2026-02-11"),
        ("周四", "2026-02-12"), ("周五", "2026-02-06"), ("周日", "2026-02-08"), ("星期天", "2026-02-08"),
        ("上周三", "2026-02-04"), ("上周日", "2026-02-08"), ("上个星期一", "2026-02-02"), ("本周一", "2026-02-09"),
        ("这周五", "2026-02-13"),
        ("today", "2026-02-12"), ("Yesterday", "2026-02-11"), ("the day before yesterday", "2026-02-10"),
        ("3 days ago", "2026-02-09"), ("1 day ago", "2026-02-11"),
        ("wednesday", "2026-02-11"), ("Wed", "2026-02-11"), ("thursday", "2026-02-12"),
        ("last thursday", "2026-02-05"),
        ("last wednesday", "2026-02-11"), ("on friday", "2026-02-06"), ("fri", "2026-02-06"),
        ("12 Feb", "2026-02-12"), ("Feb 12", "2026-02-12"), ("February 12, 2026", "2026-02-12"),
        ("12 February", "2026-02-12"),
        ("1st of January 2026", "2026-01-01"), ("Sept 3", "2025-09-03"), ("3rd sep.", "2025-09-03"),
        ("May 1", "2025-05-01"),
    ],
)  # fmt: skip
def test_a_day_is_understood(written: str, day: str) -> None:
    assert day_from(written, TODAY) == date.fromisoformat(day)
    assert day_from(f"  {written} ", TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "written",
    [
        "", "someday", "13", "2026-02-30", "31 Feb", "2月30日", "2026-13-01", "0000-01-01", "99999999", "may",
        "周八", "百天前",
        "2026-02", "12月", "3", "99999999999天前", "last year", "2026-02/12", "1" * 5000, "周" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_day_is_none(written: str) -> None:
    assert day_from(written, TODAY) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3", 3), ("#3", 3), ("３", 3), ("03", 3), (" 3 ", 3), ("第3条", 3), ("第 3 条", 3), ("第三条", 3), ("三", 3),
        ("3.", 3),
        ("item 3", 3), ("No. 3", 3), ("十", 10), ("十二", 12), ("二十", 20), ("二十三", 23), ("一百零五", 105),
        ("二〇", 20), ("两", 2),
        ("-3", -3), ("9999999999", 9_999_999_999),
    ],
)  # fmt: skip
def test_a_number_is_understood(written: str, number: int) -> None:
    assert number_from(written) == number


@pytest.mark.parametrize("written", ["", "abc", "3.5", "3 4", "第条", "百", "十十", "9" * 5000, "条", "1e3", "三三十"])
def test_what_is_no_number_is_none(written: str) -> None:
    assert number_from(written) is None


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_without_complaint(written: str) -> None:
    assert number_from(written) is None or isinstance(number_from(written), int)
    assert day_from(written, TODAY) is None or isinstance(day_from(written, TODAY), date)


@settings(deadline=None)
@given(st.dates(date(1, 1, 9)))
def test_every_day_is_understood_in_full(day: date) -> None:
    assert day_from(day.isoformat(), TODAY) == day
    assert day_from(f"{day.year:04}年{day.month}月{day.day}日", TODAY) == day


@settings(deadline=None)
@given(st.dates(date(1, 2, 1)), st.sampled_from(["周", "last "]), st.integers(1, 7))
def test_a_weekday_without_more_is_one_of_the_last_seven_days(today: date, before: str, weekday: int) -> None:
    chinese = before == "周"
    name = "一二三四五六日"[weekday - 1] if chinese else "mon tue wed thu fri sat sun".split()[weekday - 1]
    found = day_from(before + name, today)
    assert found is not None
    assert found.isoweekday() == weekday
    assert (0 if chinese else 1) <= (today - found).days <= (6 if chinese else 7)
