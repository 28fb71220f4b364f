"""What can be changed of preferences, how long a pause is, and when an issue then comes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.destination import Platform
from bot.domain.pauses import LONGEST, parse_pause
from bot.domain.preference_changes import (
    Change,
    FollowLanguage,
    Pause,
    Refusal,
    Resume,
    SetHour,
    SetLanguage,
    SetPreviews,
    SetSilent,
    SetStyle,
    SetWeekday,
    SetWeekdays,
    SetZone,
    changed,
)
from bot.domain.slots import slot, wanted
from bot.domain.subscription import EVERY_DAY, Place, Preferences, styles_of
from formatters.views import Style

NOW = datetime(2026, 2, 12, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def of(**change: Any) -> Preferences:
    return Preferences("zh", Style.ITEMS, Place.PRIVATE, **change)


def after(preferences: Preferences, *changes: Change) -> Preferences:
    for change in changes:
        found = changed(preferences, change, Platform.TELEGRAM)
        assert isinstance(found, Preferences)
        preferences = found
    return preferences


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        (SetHour(time(7, 30)), "hour", time(7, 30)),
        (SetHour(None), "hour", None),
        (SetZone("Europe/Berlin"), "zone", "Europe/Berlin"),
        (SetWeekday(6, on=False), "weekdays", EVERY_DAY - {6}),
        (SetWeekdays(frozenset({1})), "weekdays", {1}),
        (SetStyle(Style.COMPACT), "style", Style.COMPACT),
        (SetLanguage("en"), "language", "en"),
        (SetSilent(on=True), "silent", True),
        (SetPreviews(on=True), "previews", True),
        (Pause(NOW, NOW + DAY), "paused_until", NOW + DAY),
    ],
)
def test_each_change_changes_its_own_and_twice_is_once(change: Change, field: str, value: object) -> None:
    once = after(of(), change)
    assert getattr(once, field) == value
    assert after(once, change) == once


def test_a_language_is_chosen_until_it_follows_again() -> None:
    chosen = after(of(), SetLanguage("en"))
    assert (chosen.language, chosen.language_chosen) == ("en", True)
    following = after(chosen, FollowLanguage("zh"))
    assert (following.language, following.language_chosen) == ("zh", False)


def test_the_last_weekday_stays() -> None:
    only_monday = of(weekdays=frozenset({1}))
    assert changed(only_monday, SetWeekday(1, on=False), Platform.TELEGRAM) is Refusal.NO_WEEKDAY
    assert changed(only_monday, SetWeekdays(frozenset()), Platform.TELEGRAM) is Refusal.NO_WEEKDAY


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("place", list(Place))
def test_a_style_is_refused_exactly_where_there_is_none(style: Style, place: Place) -> None:
    preferences = Preferences.default(Platform.TELEGRAM, place, "zh")
    refused = changed(preferences, SetStyle(style), Platform.TELEGRAM) is Refusal.STYLE_NOT_HERE
    assert refused is (style not in styles_of(Platform.TELEGRAM, place))


def test_a_longer_pause_began_when_the_first_one_did() -> None:
    paused = after(of(), Pause(NOW, NOW + DAY), Pause(NOW + DAY / 2, NOW + 3 * DAY))
    assert (paused.paused_at, paused.paused_until) == (NOW, NOW + 3 * DAY)


def test_what_was_paused_is_known_after_the_pause() -> None:
    resumed = after(of(), Pause(NOW, NOW + 3 * DAY), Resume(NOW + DAY))
    assert (resumed.paused_at, resumed.paused_until) == (NOW, NOW + DAY)
    assert not resumed.paused(NOW + DAY)
    assert after(resumed, Resume(NOW + 2 * DAY)) == resumed
    again = after(resumed, Pause(NOW + 5 * DAY, NOW + 6 * DAY))
    assert again.paused_at == NOW + 5 * DAY


@pytest.mark.parametrize(
    ("said", "length"),
    [
        ("3d", 3 * DAY),
        ("3", 3 * DAY),
        (" 3  days ", 3 * DAY),
        ("3天", 3 * DAY),
        ("三天", 3 * DAY),
        ("1周", 7 * DAY),
        ("两个星期", 14 * DAY),
        ("2 Weeks", 14 * DAY),
        ("12h", DAY / 2),
        ("1个月", 30 * DAY),
        ("a week", 7 * DAY),
        ("366d", LONGEST),
    ],
)
def test_a_pause_is_understood_as_people_say_it(said: str, length: timedelta) -> None:
    assert parse_pause(said) == length


@pytest.mark.parametrize("said", ["", "d", "0d", "-3d", "367d", "9999w", "soon", "3 fortnights", "3d4", "三", "²d"])
def test_what_is_no_length_of_a_pause_is_none(said: str) -> None:
    assert parse_pause(said) is None


@given(st.text(max_size=12))
def test_any_text_is_a_possible_pause_or_none(said: str) -> None:
    length = parse_pause(said)
    assert length is None or timedelta(0) < length <= LONGEST


class TestSlot:
    RELEASE = datetime(2026, 2, 12, 8, 0, tzinfo=SHANGHAI)

    def test_without_an_hour_is_the_release_in_local_time(self) -> None:
        found = slot(of(zone="Pacific/Auckland"), self.RELEASE, SHANGHAI)
        assert (found, found.isoformat()) == (self.RELEASE, "2026-02-12T13:00:00+13:00")

    def test_is_the_next_such_hour_there(self) -> None:
        found = slot(of(zone="Pacific/Auckland", hour=time(8)), self.RELEASE, SHANGHAI)
        assert found.isoformat() == "2026-02-13T08:00:00+13:00"

    def test_at_the_release_itself_is_the_release(self) -> None:
        assert slot(of(hour=time(8)), self.RELEASE, SHANGHAI) == self.RELEASE
        assert slot(of(hour=time(7, 59)), self.RELEASE, SHANGHAI).isoformat() == "2026-02-13T07:59:00+08:00"

    @given(
        zone=st.sampled_from(["Pacific/Kiritimati", "Etc/GMT+12", "America/New_York", "Australia/Lord_Howe"]),
        hour=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
        release=st.datetimes(*map(datetime.fromisoformat, ("2026-01-01", "2027-01-01")), timezones=st.just(UTC)),
    )
    def test_is_never_before_the_release_nor_much_more_than_a_day_after(
        self, zone: str, hour: time, release: datetime
    ) -> None:
        found = slot(of(zone=zone, hour=hour), release, SHANGHAI)
        assert timedelta(0) <= found.astimezone(UTC) - release <= timedelta(hours=25)

    def test_counts_the_weekday_of_the_reader(self) -> None:
        thursday = of(weekdays=frozenset({4}))
        assert wanted(thursday, self.RELEASE)
        elsewhere = of(weekdays=frozenset({4}), zone="America/Los_Angeles")
        assert not wanted(elsewhere, slot(elsewhere, self.RELEASE, SHANGHAI)), "there it is Wednesday still"

    def test_is_not_wanted_during_a_pause(self) -> None:
        paused = of(paused_at=NOW, paused_until=self.RELEASE)
        assert not wanted(paused, self.RELEASE - timedelta(seconds=1))
        assert wanted(paused, self.RELEASE)
