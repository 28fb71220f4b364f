"""How an issue introduces itself: the line of facts under its title."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from formatters.issue import Issue
from formatters.reading_time import minutes
from formatters.rendering.runs import clean
from formatters.words import Words

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def facts(issue: Issue, words: Words) -> str:
    """Return weekday, number of items and reading time, with the date only where the title lacks it."""
    found: list[str] = []
    if (day := issue.date) is not None:
        if not holds_date(issue.title, day):
            found.append(_named(words.day, day))
        found.append(_named(words.weekday, day))
    if issue.items:
        found.append(words.items(len(issue.items)))
    found.append(words.reading_time(max(1, minutes(issue))))
    return clean(" · ".join(found))


@lru_cache(64)
def _named(name: Callable[[date], str], day: date) -> str:
    """Return a day's name; catalogs take their time to find it, and every message of a day asks for the same."""
    return name(day)


def holds_date(title: str, day: date) -> bool:
    """Tell whether the title tells this very date, in any usual spelling, with or without the year."""
    year, month, number = day.year, day.month, day.day
    name = f"{_MONTHS[month - 1]}[a-z]*"
    full = (
        rf"{year}\s*[-/.年년]\s*0?{month}\s*[-/.月월]\s*0?{number}",
        f"{year}{month:02}{number:02}",
    )
    without_year = (
        rf"0?{month}\s*[月월]\s*0?{number}",
        rf"{month:02}[-/.]{number:02}",
        rf"{name}\.?\s*0?{number}(?:st|nd|rd|th)?",
        rf"0?{number}(?:st|nd|rd|th|\.)?\s*{name}",
    )
    pattern = rf"(?<![0-9a-z])(?:{'|'.join(full)}|(?<![0-9][-/.年])(?:{'|'.join(without_year)}))(?![0-9a-z])"
    return re.search(pattern, title, re.IGNORECASE) is not None
