"""Which answers count as recent."""

from __future__ import annotations

from bot.domain.destination import Destination, Platform
from bot.scheduling.clock import SystemClock
from bot.services.recent_answers import SPAN, RecentAnswers

HERE, THERE = Destination(Platform.TELEGRAM, "-1"), Destination(Platform.TELEGRAM, "-2")


class StandingClock(SystemClock):
    at = 5.0

    def elapsed(self) -> float:
        return self.at


def test_an_answer_is_recent_for_ten_minutes() -> None:
    clock = StandingClock()
    recent = RecentAnswers(clock)
    assert recent.find(HERE, "news") is None
    recent.remember(HERE, "news", "7")
    clock.at += SPAN - 1
    assert recent.find(HERE, "news") == "7"
    clock.at += 1
    assert recent.find(HERE, "news") is None


def test_another_place_and_another_text_have_their_own() -> None:
    recent = RecentAnswers(StandingClock())
    recent.remember(HERE, "news", "7")
    assert recent.find(THERE, "news") is None
    assert recent.find(HERE, "corrected news") is None


def test_thousands_of_groups_do_not_grow_it_without_end() -> None:
    recent = RecentAnswers(StandingClock())
    for number in range(10_001):
        recent.remember(Destination(Platform.TELEGRAM, str(-number)), "news", "7")
    assert recent.find(Destination(Platform.TELEGRAM, "0"), "news") is None
    assert recent.find(Destination(Platform.TELEGRAM, "-10000"), "news") == "7"
