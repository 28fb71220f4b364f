"""Addresses of the digest's own site: which issue or item they mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote, urlsplit

from bot.domain.issues import KnownIssue, ListedIssue
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.services.library import Library
from formatters.document import plain
from formatters.issue import Issue

_PAGE = re.compile(r"(?:/index)?(?:\.html?)?$")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}-")
_BUNDLES = frozenset({"index", "_index"})
"""Hugo's page bundles are folders: the folder names the page."""
_NUMBER = re.compile(r"(?:item-)?(\d{1,3})(?!\d)")
_LONGEST = 2000
"""Characters of an address that is looked at."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What an address stands for."""

    known: KnownIssue
    number: int | None
    """The item's; None for the whole issue."""


class Site:
    """Knows issues by the addresses that static site generators give them, whatever the folders are called."""

    def __init__(self, address: str, library: Library, timetable: Timetable, clock: Clock) -> None:
        """`address` is where the site begins, such as `https://example.com/blog`."""
        parts = urlsplit(address)
        self.host = (parts.hostname or "").removeprefix("www.")
        self._base = _folded(parts.path).strip("/")
        self._library = library
        self._timetable = timetable
        self._clock = clock
        self._indexed: Mapping[str, ListedIssue] | None = None
        """Of which state of the library `_by_name` tells."""
        self._by_name: dict[str, list[ListedIssue]] = {}

    async def meant(self, url: str) -> Meant | None:
        """Return what a page of the site shows; None for another site's, or where that is not certain."""
        listed = self._listed(url)
        known = await self._library.load(listed) if listed else None
        return Meant(known, _item(known.issue, urlsplit(url).fragment)) if known else None

    def _listed(self, url: str) -> ListedIssue | None:
        try:
            parts = urlsplit(url[:_LONGEST])
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            return None
        path = _PAGE.sub("", "/" + _folded(parts.path).strip("/")).strip("/")
        if host != self.host or not f"{path}/".startswith(f"{self._base}/" if self._base else ""):
            return None
        path = path.removeprefix(self._base).strip("/")
        name = path.rpartition("/")[2]
        today = self._timetable.today(self._clock.now())
        found = [one for one in self._named(name) if one.day and one.day <= today] if name else []
        if len(found) > 1:
            found = [one for one in found if path.endswith(_folded(one.key))] or found
        if len(found) > 1:
            found = [one for one in found if one.day and one.day.isoformat() in path.replace("/", "-")] or found
        return found[0] if len(found) == 1 else None

    def _named(self, name: str) -> list[ListedIssue]:
        """Return the issues whose address may end so; folding the names of thousands takes its time, and is kept."""
        if self._library.by_key is not self._indexed:
            self._indexed, self._by_name = self._library.by_key, {}
            for one in self._library.listed_until(date.max):
                for known in dict.fromkeys(_names(one)):
                    self._by_name.setdefault(known, []).append(one)
        return self._by_name.get(name, [])


def _names(one: ListedIssue) -> Iterator[str]:
    """Yield what the last piece of the issue's address may be."""
    yield _folded(one.key.rpartition("/")[2])
    stem = one.path.stem if one.path.stem not in _BUNDLES else one.path.parent.name
    yield _folded(stem)
    yield _folded(_DATED.sub("", stem, count=1))


def _item(issue: Issue, fragment: str) -> int | None:
    """Return the item whose heading a fragment names: by its title as generators spell it, or by its number."""
    named = _letters(unquote(fragment))
    if not named:
        return None
    for item in issue.items:
        title = _letters(plain(item.title))
        if title and named in (title, f"{item.number}{title}"):
            return item.number
    number = _NUMBER.match(unquote(fragment))
    return int(number[1]) if number and issue.item(int(number[1])) else None


def _folded(text: str) -> str:
    """Return a path or name in the one form that generators' differences do not matter to."""
    return unicodedata.normalize("NFC", unquote(text)).casefold().replace(" ", "-")


def _letters(text: str) -> str:
    return "".join(character for character in _folded(text) if character.isalnum())
