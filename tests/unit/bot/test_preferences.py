"""What a subscriber can prefer, and what a place begins with."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.destination import Destination, Platform
from bot.domain.subscription import Place, Preferences, default_style, place_of, styles_of
from formatters.views import Style


def of(**change: Any) -> Preferences:
    return Preferences("zh", Style.ITEMS, Place.PRIVATE, **change)


@pytest.mark.parametrize(
    "change",
    [
        {"weekdays": frozenset()},
        {"weekdays": frozenset({0, 1})},
        {"zone": "Mars/Olympus"},
        {"zone": "../etc/passwd"},
        {"hour": time(8, 0, 30)},
        {"hour": time(8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))},
        {"paused_until": datetime.fromisoformat("2026-02-12")},
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"not|no time zone"):
        of(**change)


def test_what_can_be_is_kept() -> None:
    assert of(hour=time(23, 59), zone="America/Argentina/Ushuaia", weekdays=frozenset({7})).hour == time(23, 59)


@pytest.mark.parametrize(
    ("destination", "place"),
    [
        ("telegram:500000001", Place.PRIVATE),
        ("telegram:-4001", Place.GROUP),
        ("telegram:-1001234567890", Place.CHANNEL),
        ("telegram:-1001234567890/45", Place.TOPIC),
        ("telegram:@news", Place.CHANNEL),
        ("slack:C0123456789", Place.CHANNEL),
        ("slack:G0123456789", Place.CHANNEL),
        ("slack:D0123456789", Place.PRIVATE),
        ("slack:U0123456789", Place.PRIVATE),
    ],
)
def test_an_address_tells_the_kind_of_place(destination: str, place: Place) -> None:
    assert place_of(Destination.parse(destination)) is place


def test_every_place_has_styles_to_choose_from_and_the_default_is_one_of_them() -> None:
    for platform in Platform:
        for place in Place:
            styles = styles_of(platform, place)
            assert len(set(styles)) == len(styles)
            assert default_style(platform, place) == styles[0]


def test_pages_that_turn_for_everybody_are_not_offered() -> None:
    offering = [place for place in Place if Style.COMPACT in styles_of(Platform.TELEGRAM, place)]
    assert offering == [Place.PRIVATE]
