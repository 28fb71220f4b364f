"""Zones are understood as people name them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from bot.languages.cities import NAMES, place_key, zone_of_place
from bot.languages.zones import OFFERED, city_of, find_zone, offset_label, offsets_of, zone_label

WINTER = datetime(2026, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("北京", "Asia/Shanghai"),
        ("深圳市", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("台北", "Asia/Taipei"),
        ("旧金山", "America/Los_Angeles"),
        ("舊金山", "America/Los_Angeles"),
        ("西雅图", "America/Los_Angeles"),
        ("纽约", "America/New_York"),
        ("慕尼黑", "Europe/Berlin"),
        ("奥克兰", "Pacific/Auckland"),
        ("中国", "Asia/Shanghai"),
        ("日本", "Asia/Tokyo"),
        ("Munich", "Europe/Berlin"),
        ("münchen", "Europe/Berlin"),
        ("MUNCHEN", "Europe/Berlin"),
        ("  New   York ", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("Bangalore", "Asia/Kolkata"),
        ("Germany", "Europe/Berlin"),
        ("Paris", "Europe/Paris"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("America/Argentina/Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("+8", "Etc/GMT-8"),
        ("UTC+8", "Etc/GMT-8"),
        ("utc +08:00", "Etc/GMT-8"),
        ("GMT-3", "Etc/GMT+3"),
        ("\u22125", "Etc/GMT+5"),
        ("东八区", "Etc/GMT-8"),
        ("西 5 区", "Etc/GMT+5"),
        ("UTC", "Etc/UTC"),
        ("+0", "Etc/UTC"),
        ("+5:30", "Asia/Calcutta"),
        ("+0545", "Asia/Kathmandu"),
        ("-9:30", "Pacific/Marquesas"),
    ],
)
def test_a_zone_is_found_by_city_country_offset_and_name(said: str, zone: str) -> None:
    assert find_zone(said, WINTER) == zone


@pytest.mark.parametrize("said", ["", "|", "Narnia", "+25", "+8:20", "USA", "+", "8", "东二十区", "../etc/passwd"])
def test_what_names_no_zone_finds_none(said: str) -> None:
    assert find_zone(said, WINTER) is None


@given(st.text(max_size=20))
def test_whatever_is_said_finds_a_zone_that_exists_or_none(said: str) -> None:
    zone = find_zone(said, WINTER)
    assert zone is None or ZoneInfo(zone).key == zone


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_city_that_names_a_zone_finds_a_zone_of_that_time(language: str) -> None:
    """Of two cities of one name the larger is meant, unless both name a zone."""
    zones = {zone for zones in get_global("territory_zones").values() for zone in zones if not zone.startswith("Etc/")}
    found = {city_of(zone, language): zone_of_place(city_of(zone, language)) for zone in zones}
    assert None not in found.values()
    astray = {city for city, zone in found.items() if zone and city_of(zone, language) != city}
    assert len(astray) < 5, astray


def test_every_zone_of_the_names_exists_and_every_name_is_one_that_can_be_said() -> None:
    for line in NAMES.read_text("utf-8").splitlines():
        zone, names = line.split("\t")
        assert ZoneInfo(zone).key == zone
        first, *keys, last = names.split("|")
        assert (first, last) == ("", "")
        assert [key for key in keys if key != place_key(key)] == []


@pytest.mark.parametrize(
    ("zone", "language", "label"),
    [
        ("Europe/Berlin", "zh", "柏林 (UTC+1)"),
        ("Europe/Berlin", "en", "Berlin (UTC+1)"),
        ("America/New_York", "en", "New York (UTC\u22125)"),
        ("Asia/Kolkata", "zh", "加尔各答 (UTC+5:30)"),
        ("Etc/GMT-8", "zh", "UTC+8"),
        ("Etc/UTC", "en", "UTC"),
    ],
)
def test_a_zone_is_shown_by_its_city_and_its_present_offset(zone: str, language: str, label: str) -> None:
    assert zone_label(zone, language, WINTER) == label


def test_summer_time_shows() -> None:
    assert zone_label("Europe/Berlin", "en", WINTER + timedelta(days=150)) == "Berlin (UTC+2)"


@pytest.mark.parametrize("minutes", offsets_of(2026))
def test_every_offset_that_a_menu_offers_is_found_by_its_label(minutes: int) -> None:
    zone = find_zone(offset_label(minutes), datetime(2026, 1, 1, tzinfo=UTC))
    assert zone is not None
    assert datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).utcoffset() == timedelta(minutes=minutes)


def test_each_zone_that_a_menu_offers_is_told_apart_by_its_city() -> None:
    for language in ("zh", "en"):
        assert len({city_of(zone, language) for zone in OFFERED}) == len(OFFERED)
