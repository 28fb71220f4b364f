"""City and country names, each with its time zone: `names.tsv`, which `make cities` gathers.

From GeoNames (https://www.geonames.org, CC BY 4.0) and CLDR (https://cldr.unicode.org, Unicode License).
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

NAMES = Path(__file__).parent / "names.tsv"
"""A line a zone: its IANA name, a tab, and its places as `place_key` writes them, each between two bars."""


def place_key(name: str) -> str:
    """Return a name as it is compared: letters and digits, without case and accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name.casefold()) if letter.isalnum())


def zone_of_place(name: str) -> str | None:
    """Return the IANA zone of a city, or of a country that has one; of two places of one name, that of the larger."""
    key = place_key(name)
    names = _names()
    found = names.find(f"|{key}|") if key else -1
    if found < 0:
        return None
    start = names.rfind("\n", 0, found) + 1
    return names[start : names.index("\t", start)]


@cache
def _names() -> str:
    return NAMES.read_text("utf-8")
