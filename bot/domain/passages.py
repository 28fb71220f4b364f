"""What of an issue can be found: a passage for each item, and one for all the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.domain.search_words import Phrase, found_words, words_of
from formatters.document import plain, plain_blocks
from formatters.issue import Issue, Item, Point

_CAMPAIGNS = frozenset({"fbclid", "gclid", "ref", "ref_src", "source", "spm"})
_MOST_FIELDS = 50
_BEFORE, _AFTER = 24, 56
"""Characters of a snippet on either side of its match."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an issue that is found as one."""

    number: int | None
    """The item's; None for what belongs to no item."""
    title: str
    text: str
    addresses: tuple[str, ...] = ()
    """Of an item's sources, in the one form of `addressed`: found, but never shown."""

    def holds(self, phrases: Iterable[Phrase]) -> bool:
        """Return whether every phrase stands in the title, or in the text and the addresses."""
        title, body = words_of(self.title), self.body_words()
        return all(phrase.is_in(title) or phrase.is_in(body) for phrase in phrases)

    def body_words(self) -> list[str]:
        """Return the words of all but the title."""
        return words_of("\n".join((self.text, *self.addresses)))


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text with what was found in it."""

    before: str
    match: str
    after: str


def passages_of(issue: Issue) -> list[Passage]:
    """Return the issue's passages: what belongs to no item comes first, then the items in their order."""
    rest = [
        plain_blocks(issue.intro),
        *(_point(point) for point in (*issue.trends, *issue.watch)),
        *(f"{plain(section.title)}\n{plain_blocks(section.blocks)}" for section in issue.sections),
    ]
    return [Passage(None, issue.title, _lines(rest)), *(_item(item) for item in issue.items)]


def snippet(passage: Passage, phrases: Iterable[Phrase]) -> Snippet:
    """Return the first place of the text where something that is asked for stands, else the text's beginning."""
    text = " ".join(passage.text.split())
    found = list(found_words(text))
    words = [one.word for one in found]
    for phrase in phrases:
        for place in phrase.matches(words):
            start, end = found[place].start, found[place + len(phrase.words) - 1].end
            return Snippet(_end_of(text[:start]), text[start:end], _beginning_of(text[end:]))
    return Snippet("", "", _beginning_of(text))


def _end_of(text: str) -> str:
    return text if len(text) <= _BEFORE else "…" + text[-_BEFORE:].lstrip()


def _beginning_of(text: str) -> str:
    return text if len(text) <= _AFTER else text[:_AFTER].rstrip() + "…"


def _item(item: Item) -> Passage:
    sources = " ".join(source.label or "" for source in item.sources)
    addresses = tuple(addressed(source.url) for source in item.sources if source.url)
    text = _lines([*(_point(point) for point in item.points), sources])
    return Passage(item.number, plain(item.title), text, addresses)


def addressed(url: str) -> str:
    """Return an address in the form that copies of it share: without scheme, www, fragment, last slash and campaign.

    Empty for what is no address.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        asked = [pair for pair in parse_qsl(parts.query, max_num_fields=_MOST_FIELDS) if not _is_campaign(pair[0])]
    except ValueError:
        return ""
    query = f"?{urlencode(asked)}" if asked else ""
    return f"{host}{parts.path.rstrip('/')}{query}" if host else ""


def _is_campaign(name: str) -> bool:
    return name.startswith("utm_") or name in _CAMPAIGNS


def _point(point: Point) -> str:
    own = f"{plain(point.label)} {plain(point.text)}"
    return _lines([own, plain_blocks(point.blocks), *(_point(below) for below in point.points)])


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(text for text in (text.strip() for text in texts) if text)
