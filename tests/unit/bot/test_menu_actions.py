"""The data of a settings menu's buttons: compact, versioned, and read back as it was written."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.destination import Destination, Platform
from bot.domain.hours import parse_hour
from bot.domain.preference_changes import (
    SetHour,
    SetLanguage,
    SetPreviews,
    SetSilent,
    SetStyle,
    SetWeekday,
    SetWeekdays,
    SetZone,
)
from bot.domain.subscription import Place, Preferences, styles_of
from bot.languages.settings_phrases import settings_phrases_of
from bot.platforms.telegram.menu_actions import (
    MENU_DATA,
    Deed,
    MenuAction,
    MenuButton,
    Page,
    PauseFor,
    decode_menu,
    encode_menu,
)
from bot.platforms.telegram.settings_menu import SettingsMenu
from bot.services.preferring import ChatSettings
from formatters import actions
from formatters.views import Style

FARTHEST = "-1009999999999999"
NOON = datetime(2026, 2, 12, 12, tzinfo=UTC)
ACTIONS: list[MenuAction] = [
    *Page,
    *Deed,
    PauseFor(1),
    PauseFor(366),
    SetHour(None),
    SetHour(time(0, 0)),
    SetHour(time(23, 59)),
    SetZone(None),
    *(SetZone(zone) for zone in sorted(available_timezones())),
    *(SetStyle(style) for style in Style),
    SetLanguage("zh"),
    SetLanguage("en"),
    *(SetWeekday(day, on) for day in range(1, 8) for on in (True, False)),
    SetWeekdays(frozenset(range(1, 8))),
    *(switch(on) for switch in (SetSilent, SetPreviews) for on in (True, False)),
]


@pytest.mark.parametrize("chat", ["", "-4001", FARTHEST])
def test_every_button_is_read_back_as_it_was_written_and_fits(chat: str) -> None:
    for action in ACTIONS:
        data = encode_menu(MenuButton(chat, action))
        assert len(data.encode()) <= 64, data
        assert data.isascii()
        assert MENU_DATA.match(data)
        assert decode_menu(data) == MenuButton(chat, action)


def test_no_button_of_an_issue_is_taken_for_one_of_a_menu() -> None:
    for action in (actions.SendAll("abc"), actions.TurnToItem("c", 1), actions.TurnToHeadlines("c")):
        assert not MENU_DATA.match(actions.encode(action))


@pytest.mark.parametrize(
    "data",
    [
        "0:c::p:main",
        "2:c::p:main",
        "1:c::p:nowhere",
        "1:c::a:",
        "1:c:x:p:main",
        "1:c::h:2400",
        "1:c::h:08:00",
        "1:c::h:٠٨٠٠",
        "1:c::z:Mars/Olympus",
        "1:c::z:../../etc/passwd",
        "1:c::d:81",
        "1:c::d:12",
        "1:c::w:",
        "1:c::w:08",
        "1:c::u:0",
        "1:c::u:367",
        "1:c::u:99999999",
        "1:c::q:2",
        "1:c::s:loud",
        "1:c::l:fr",
        "1:c::y:1",
        "1:c",
    ],
)
def test_what_this_version_did_not_write_is_no_button(data: str) -> None:
    assert decode_menu(data) is None


@given(st.text(max_size=64))
def test_any_data_is_a_button_or_none(data: str) -> None:
    for tried in (data, f"1:c::{data}", f"1:c::d:{data}", f"1:c::h:{data}"):
        button = decode_menu(tried)
        assert button is None or decode_menu(encode_menu(button)) == button


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("place", list(Place))
@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize("zone", [None, "Asia/Shanghai", "Etc/GMT+3"])
def test_every_page_can_be_shown_in_every_place(language: str, place: Place, active: bool, zone: str | None) -> None:
    preferences = Preferences(language, styles_of(Platform.TELEGRAM, place)[0], place, hour=time(7, 30), zone=zone)
    settings = ChatSettings(
        destination=Destination(Platform.TELEGRAM, "1"),
        preferences=preferences,
        active=active,
        fixed=False,
        styles=styles_of(Platform.TELEGRAM, place),
        release=NOON,
        arrival=NOON,
        paused=False,
        next_arrival=None,
    )
    menu = SettingsMenu(settings_phrases_of(language), chat=FARTHEST, title="Daily & <more>")
    for page in Page:
        payload: Any = menu.page(page, settings)
        rows = payload["reply_markup"]["inline_keyboard"]
        buttons = [button for row in rows for button in row]
        assert len(buttons) <= 100
        assert all(len(row) <= 8 for row in rows)
        assert len({button["callback_data"] for button in buttons}) == len(buttons)
        assert all(0 < len(button["text"]) <= 40 for button in buttons)
        assert all(decode_menu(button["callback_data"]) for button in buttons)
        assert 0 < len(payload["text"]) <= 4096


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("7:30", time(7, 30)),
        ("07:30", time(7, 30)),
        ("7.05", time(7, 5)),
        ("7：30", time(7, 30)),
        ("7", time(7)),
        ("0", time(0)),
        ("7点", time(7)),
        ("7点半", time(7, 30)),
        ("19點05分", time(19, 5)),
        ("7 pm", time(19)),
        ("12am", time(0)),
        ("12:15 PM", time(12, 15)),
        ("off", None),
    ],
)
def test_an_hour_is_understood_as_people_say_it(said: str, hour: time | None) -> None:
    assert parse_hour(said) == SetHour(hour)


@pytest.mark.parametrize("said", ["", "24", "7:60", "7:5", "13pm", "0am", "noon", "-1", "7:30:15", "点"])
def test_what_is_no_hour_is_none(said: str) -> None:
    assert parse_hour(said) is None


@given(st.text(max_size=12))
def test_any_text_is_an_hour_or_none(said: str) -> None:
    change = parse_hour(said)
    assert change is None or change.hour is None or change.hour.second == 0
