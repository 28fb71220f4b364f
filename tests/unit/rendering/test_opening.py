"""The line of facts under a title, and whether the title tells the date already."""

from __future__ import annotations

from datetime import date

import pytest

from formatters.rendering.opening import facts, holds_date
from tests.unit.rendering.makers import THURSDAY, WORDS, digest, item

DATED = [
    "日报｜2026-02-12",
    "日报（2026/2/12）",
    "2026.02.12 日报",
    "2026年2月12日",
    "2026 年 2 月 12 日",
    "二月 2月12日",
    "20260212",
    "Daily 02-12",
    "02/12 日报",
    "Feb 12: news",
    "February 12, 2026",
    "the 12th February",
    "News of 12 Feb. 2026",
    "2월 12일 소식",
]
UNDATED = [
    "日报",
    "2026-02-11",
    "12月12日",
    "2月1日",
    "2月121",
    "GPT 2.12",
    "v2/12",
    "120260212",
    "may 12",
    "2025-02-12 12:02",
]


@pytest.mark.parametrize("title", DATED)
def test_a_title_with_the_date_holds_it(title: str) -> None:
    assert holds_date(title, THURSDAY)


@pytest.mark.parametrize("title", UNDATED)
def test_a_title_with_another_date_or_a_mere_number_does_not(title: str) -> None:
    assert not holds_date(title, THURSDAY)


def test_single_digits_are_held_in_their_short_spelling_too() -> None:
    assert holds_date("3月5日", date(2026, 3, 5))
    assert holds_date("2026-3-5", date(2026, 3, 5))


def test_facts_are_date_weekday_items_and_reading_time() -> None:
    assert facts(digest(item(1)), WORDS) == "2026年2月12日 · 星期四 · 1 条 · 约 1 分钟"
    assert facts(digest(item(1), title="日报 2026-02-12"), WORDS) == "星期四 · 1 条 · 约 1 分钟"
