"""The issues that there are, kept in step with the post source and the ledger."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import PurePath

import structlog

from bot.domain.issues import KnownIssue, ListedIssue, eligible, listed
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.posts import PostSource
from formatters.errors import Diagnostic, Severity

_log = structlog.get_logger(__name__)

_LOADED = 64
"""Issues that are kept with their content, some 300 kB each: those that readers have before them."""


class Library:
    """Every issue that can be read, with the reference that the ledger knows it by.

    All of them are listed; the content of one is loaded when it is asked for.
    """

    def __init__(self, source: PostSource, ledger: Ledger, clock: Clock) -> None:
        self._source = source
        self._ledger = ledger
        self._clock = clock
        self._listed: tuple[ListedIssue, ...] = ()
        """Newest first; of one day, digests before essays. Only those that may be shown some day."""
        self._days: list[date] = []
        """Those of `_listed`, in the same order but backwards, for bisection."""
        self._by_ref: dict[str, ListedIssue] = {}
        self._by_key: dict[str, ListedIssue] = {}
        self._count = 0
        self._loaded: OrderedDict[tuple[str, str], KnownIssue] = OrderedDict()
        self._behind = False
        """Whether the source told of a change that the ledger does not know yet."""
        self.settling = 0
        """How many files of the last scan were too fresh to count."""
        self.refused: tuple[tuple[PurePath, tuple[Diagnostic, ...]], ...] = ()
        """Posts of the last scan that cannot be read, each with its errors."""

    async def refresh(self) -> bool:
        """Read what changed; return whether anything did. Raises PostsError if the source cannot be read."""
        scan = await self._source.scan()
        self.settling, self.refused = scan.settling, scan.refused
        self._behind |= scan.changed
        if not self._behind:
            return False
        refs = await self._ledger.record_issues(scan.issues, now=self._clock.now())
        self._take(replace(listed(one), ref=refs[one.key]) for one in scan.issues)
        for path, diagnostics in scan.refused:
            for diagnostic in diagnostics:
                tell = _log.error if diagnostic.severity is Severity.ERROR else _log.warning
                tell("post refused", post=str(path), line=diagnostic.line, problem=diagnostic.problem,
                           advice=diagnostic.advice)  # fmt: skip
        self._behind = False
        return True

    def _take(self, issues: Iterable[ListedIssue]) -> None:
        everything = tuple(issues)
        self._count = len(everything)
        self._by_key = {one.key: one for one in everything}
        self._listed = tuple(eligible(everything, date.max))
        self._days = [one.day or date.min for one in reversed(self._listed)]
        self._by_ref = {one.ref: one for one in self._listed}
        present = {(one.key, one.content_hash): one for one in everything}
        for name, known in list(self._loaded.items()):
            if (one := present.get(name)) is None:
                del self._loaded[name]
            elif (one.ref, one.path) != (known.ref, known.path):
                self._loaded[name] = replace(known, ref=one.ref, path=one.path)

    async def adopt(self, known: KnownIssue) -> KnownIssue:
        """Make the ledger know an issue that may be no part of the source, or too fresh; return it with its ref."""
        others = [one for one in self._by_key.values() if one.key != known.key]
        refs = await self._ledger.record_issues([*others, known], now=self._clock.now())
        return replace(known, ref=refs[known.key])

    # --- what is listed ------------------------------------------------------------------------------------------

    def listed_until(self, day: date) -> Iterator[ListedIssue]:
        """Yield what may be shown on `day`, newest first; of one day, digests before essays."""
        after = len(self._days) - bisect_right(self._days, day)
        return (self._listed[index] for index in range(after, len(self._listed)))

    def listed_of(self, first: date, last: date) -> list[ListedIssue]:
        """Return the issues of these days, both included, in the same order."""
        count = len(self._days)
        return list(self._listed[count - bisect_right(self._days, last) : count - bisect_left(self._days, first)])

    def days_beside(self, day: date, today: date) -> tuple[date | None, date | None]:
        """Return the nearest earlier and the nearest later day, up to `today`, that have an issue."""
        place, end = bisect_left(self._days, day), bisect_right(self._days, today)
        later = bisect_right(self._days, day)
        return self._days[place - 1] if place else None, self._days[later] if later < end else None

    def oldest_day(self) -> date | None:
        """Return the day of the oldest issue."""
        return self._days[0] if self._days else None

    def listed_by_ref(self, ref: str, today: date = date.max) -> ListedIssue | None:
        """Return the issue that a button names, if it may be shown on `today`."""
        found = self._by_ref.get(ref)
        return found if found is not None and found.day is not None and found.day <= today else None

    def listed_by_key(self, key: str) -> ListedIssue | None:
        """Return the issue of this key, if there is one."""
        return self._by_key.get(key)

    @property
    def by_key(self) -> Mapping[str, ListedIssue]:
        """Every issue by its key, drafts and undated ones too; another mapping after each change."""
        return self._by_key

    def __len__(self) -> int:
        return self._count

    # --- what is loaded ------------------------------------------------------------------------------------------

    async def load(self, one: ListedIssue) -> KnownIssue | None:
        """Return a listed issue with its content; None if it has just gone. Raises DatabaseError."""
        name = (one.key, one.content_hash)
        known = self._loaded.get(name)
        if known is None:
            issue = await self._source.load(one)
            if issue is None:
                return None
            known = self._loaded[name] = KnownIssue(one.key, one.ref, issue, one.content_hash, one.path)
            if len(self._loaded) > _LOADED:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(name)
        return known

    async def newest(self, today: date) -> KnownIssue | None:
        """Return the newest issue that may be shown on `today`."""
        found = next(self.listed_until(today), None)
        return None if found is None else await self.load(found)

    async def of_day(self, day: date) -> list[KnownIssue]:
        """Return the issues of `day`, the digest first."""
        loaded = [await self.load(one) for one in self.listed_of(day, day)]
        return [known for known in loaded if known is not None]

    async def by_ref(self, ref: str, today: date) -> KnownIssue | None:
        """Return the issue that a button names, if it may be shown on `today`."""
        found = self.listed_by_ref(ref, today)
        return None if found is None else await self.load(found)
