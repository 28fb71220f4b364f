"""What the digest said about a message: items whose sources it links to, and items that share its rarer words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.passages import addressed, passages_of, snippet
from bot.domain.search_words import FoundWord, Phrase, found_words, words_of
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.ports.search import Hit, Search
from bot.services.library import Library
from formatters.list_views import Finding

_MOST_LINKS = 5
_MOST_CANDIDATES = 24
"""Phrases of a message that are searched for: each is one query of a few milliseconds."""
_COMMON = 30
"""Passages: what more of them hold tells nothing."""
_FOUND = 6
_ENOUGH = 2
"""Phrases that a passage must share with the message, unless the message has fewer."""
_SHORTEST = 3
_PAIR = 1.5
"""How much more two words in a row tell than one."""

_LITTLE_WORDS = frozenset(
    "about after again all also and any are because been before being between both but can could did does doing down"
    " for from further had has have having her here him his how into its just let like more most much new not now off"
    " once one only other our out over please same see she should some such than thank thanks that the their them then"
    " there these they this those through too under until using very was way were what when where which while who why"
    " will with would you your".split()
)
_LITTLE_SIGNS = frozenset(
    "的了是在我你您他她它们这那哪和与及或就都也还又很不没有吗呢吧啊哦嗯个把被给让对从到为以之其于而但如因所"
)


@dataclass(frozen=True, slots=True)
class Related:
    """Something that the digest said."""

    finding: Finding
    linked: bool
    """Whether the message links to its source."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    phrase: Phrase
    factor: float


class Relating:
    """Looks through the archive; changes nothing."""

    def __init__(self, library: Library, search: Search, timetable: Timetable, clock: Clock) -> None:
        self._library = library
        self._search = search
        self._timetable = timetable
        self._clock = clock

    async def to(self, text: str, links: Sequence[str]) -> list[Related] | None:
        """Return what belongs to a message, what it links to first; None if it has neither links nor words.

        `text` is plain and without its links.
        """
        candidates = list(_candidates(text))[:_MOST_CANDIDATES]
        addresses = list(dict.fromkeys(address for link in links if (address := addressed(link))))[:_MOST_LINKS]
        if not (candidates or addresses):
            return None
        linked = [hit for address in addresses for hit in await self._linked(address)]
        rest = [hit for hit in await self._sharing(candidates) if hit not in linked]
        phrases = [one.phrase for one in candidates]
        return [
            related
            for hit in [*dict.fromkeys(linked), *rest][:_FOUND]
            if (related := await self._related(hit, phrases, linked=hit in linked)) is not None
        ]

    @property
    def _today(self) -> date:
        return self._timetable.today(self._clock.now())

    async def _linked(self, address: str) -> list[Hit]:
        """Return the items whose source has this very address."""
        hits = await self._search.find([Phrase(tuple(words_of(address)))], until=self._today, offset=0, limit=_COMMON)
        return [hit for hit in hits if address in await self._addresses(hit)]

    async def _addresses(self, hit: Hit) -> tuple[str, ...]:
        listed = self._library.listed_by_key(hit.key)
        known = await self._library.load(listed) if listed else None
        passages = passages_of(known.issue) if known else []
        return passages[hit.place].addresses if hit.place < len(passages) else ()

    async def _sharing(self, candidates: Sequence[_Candidate]) -> list[Hit]:
        """Return the items that share most with the message: rarer words count more. The best come first."""
        scores: dict[Hit, float] = {}
        shared: dict[Hit, int] = {}
        order: dict[Hit, int] = {}
        for candidate in candidates:
            hits = await self._search.find([candidate.phrase], until=self._today, offset=0, limit=_COMMON)
            weight = candidate.factor * math.log(1 + _COMMON / (1 + len(hits)))
            for hit in hits:
                scores[hit] = scores.get(hit, 0) + weight
                shared[hit] = shared.get(hit, 0) + 1
                order.setdefault(hit, len(order))
        enough = min(_ENOUGH, len(candidates))
        fitting = [hit for hit in scores if shared[hit] >= enough]
        return sorted(fitting, key=lambda hit: (-scores[hit], order[hit]))

    async def _related(self, hit: Hit, phrases: Iterable[Phrase], *, linked: bool) -> Related | None:
        listed = self._library.listed_by_key(hit.key)
        known = await self._library.load(listed) if listed else None
        passages = passages_of(known.issue) if known else []
        if known is None or hit.place >= len(passages):
            return None  # it has just changed
        passage = passages[hit.place]
        shown = snippet(passage, phrases)
        day = known.day or date.min
        finding = Finding(known.ref, passage.number, day, passage.title, shown.before, shown.match, shown.after)
        return Related(finding, linked)


def _candidates(text: str) -> Iterator[_Candidate]:
    """Yield what may tell a message's subject, each once: words of letters, two of them in a row, two Chinese signs."""
    seen: set[Phrase] = set()
    before: FoundWord | None = None
    for found in found_words(text):
        for candidate in _with(before, found, text):
            if candidate.phrase not in seen:
                seen.add(candidate.phrase)
                yield candidate
        before = found


def _with(before: FoundWord | None, found: FoundWord, text: str) -> Iterator[_Candidate]:
    adjacent = before is not None and not text[before.end : found.start].strip(" -")
    if _is_sign(found.word):
        if before and adjacent and _is_sign(before.word) and not {before.word, found.word} & _LITTLE_SIGNS:
            yield _Candidate(Phrase((before.word, found.word)), 1)
        return
    if len(found.word) < _SHORTEST or found.word in _LITTLE_WORDS or found.word.isdecimal():
        return
    yield _Candidate(Phrase((found.word,)), 1)
    if before and adjacent and not _is_sign(before.word) and before.word not in _LITTLE_WORDS:
        yield _Candidate(Phrase((before.word, found.word)), _PAIR)


def _is_sign(word: str) -> bool:
    return len(word) == 1 and not word.isascii()
