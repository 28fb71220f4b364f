"""Answers about the archive: a day's issue, a month's calendar, what holds certain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.issues import ListedIssue
from bot.domain.passages import Passage, passages_of, snippet
from bot.domain.search_words import MOST_CHARACTERS, Phrase, phrases_of_query
from bot.domain.spoken import day_from
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.ports.search import Hit, Search
from bot.services.answers import Answer, NothingPublished, OutdatedButton, Show
from bot.services.archive_answers import (
    DayHint,
    DayMissing,
    DayToCome,
    DayUnclear,
    NoIssueOn,
    NothingFound,
    SearchMissing,
    SearchTooLong,
    SearchUnclear,
)
from bot.services.library import Library
from formatters.actions import Explain, OpenDay, TurnToFindings, TurnToMonth
from formatters.issue import Issue
from formatters.list_views import Finding, FindingsView, ListedTitle, MonthView, TitlesOfIssuesView
from formatters.views import HeadlinesView, ItemView, LinkedHeadlinesView

PAGE = 6
"""Findings on one page."""
_MOST_PAGES = 1000
_NEWEST = 10
"""Issues that a group is shown of the archive."""


@dataclass(frozen=True, slots=True)
class _Found:
    listed: ListedIssue
    issue: Issue
    ref: str
    passage: Passage


@dataclass(frozen=True, slots=True)
class MonthOfIssues:
    """A month of the archive as a list."""

    month: date
    """Its first day."""
    issues: tuple[ListedTitle, ...]
    months: tuple[date, ...]
    """Every month that has issues, the newest first."""


class Browsing:
    """Answers questions; changes nothing."""

    def __init__(self, library: Library, search: Search, timetable: Timetable, clock: Clock) -> None:
        self._library = library
        self._search = search
        self._timetable = timetable
        self._clock = clock

    @property
    def _today(self) -> date:
        return self._timetable.today(self._clock.now())

    # --- days ----------------------------------------------------------------------------------------------------

    async def on(self, asked: str, *, bot: str = "") -> Answer:
        """Answer /date, whose argument is `asked`. With `bot`, items open in the private chat with it."""
        newest = next(self._library.listed_until(self._today), None)
        if newest is None or newest.day is None:
            return NothingPublished()
        if not asked.strip():
            return DayMissing(newest.day)
        day = day_from(asked, self._today)
        return DayUnclear(asked, newest.day) if day is None else await self.day(day, bot=bot)

    async def day(self, day: date, *, bot: str = "") -> Answer:
        """Return the headlines of a day's issue; of several issues their titles."""
        if day > self._today:
            return DayToCome(day)
        listed = self._library.listed_of(day, day)
        if len(listed) > 1:
            return Show(TitlesOfIssuesView(_titles(listed), bot))
        known = await self._library.load(listed[0]) if listed else None
        if known is None:
            return NoIssueOn(day, *self._library.days_beside(day, self._today))
        if bot:
            return Show(LinkedHeadlinesView(known.issue, known.ref, bot))
        return Show(HeadlinesView(known.issue, known.ref))

    def month(self, action: TurnToMonth | None = None) -> Answer:
        """Return a month's calendar: that of the newest issue, unless a button names another."""
        today = self._today
        newest, oldest = next(self._library.listed_until(today), None), self._library.oldest_day()
        if newest is None or newest.day is None or oldest is None:
            return NothingPublished()
        first = date(action.year, action.month, 1) if action else newest.day.replace(day=1)
        first = min(max(first, oldest.replace(day=1)), newest.day.replace(day=1))
        last = _last_of(first)
        days = {one.day.day for one in self._library.listed_of(first, min(last, today)) if one.day}
        return Show(MonthView(first, frozenset(days), today, earlier=oldest < first, later=newest.day > last))

    def issues_of_month(self, month: date | None = None) -> MonthOfIssues | None:
        """Return the issues of a month, the newest first: of the newest issue's, unless another is named.

        A month without issues gives way to the newest that has some. None where there is no issue.
        """
        today = self._today
        months = tuple(dict.fromkeys(one.day.replace(day=1) for one in self._library.listed_until(today) if one.day))
        if not months:
            return None
        first = month if month in months else months[0]
        return MonthOfIssues(first, _titles(self._library.listed_of(first, min(_last_of(first), today))), months)

    def newest(self, *, bot: str) -> Answer:
        """Return the newest issues, for a group: they open in the private chat with the bot."""
        listed = [one for one, _ in zip(self._library.listed_until(self._today), range(_NEWEST), strict=False)]
        return Show(TitlesOfIssuesView(_titles(listed), bot)) if listed else NothingPublished()

    # --- words ---------------------------------------------------------------------------------------------------

    async def search(self, asked: str, *, page: int = 0, bot: str = "") -> Answer:
        """Answer /search, whose argument is `asked`: a page of what holds these words."""
        query = " ".join(asked.split())
        if not query:
            return SearchMissing()
        if len(query) > MOST_CHARACTERS:
            return SearchTooLong(MOST_CHARACTERS)
        phrases = phrases_of_query(query)
        if not phrases:
            return SearchUnclear(query)
        found = await self._found(phrases, offset=min(page, _MOST_PAGES) * PAGE, limit=PAGE + 1)
        if not found:
            return NothingFound(query) if page == 0 else await self.search(query, page=0)
        findings = tuple(_finding(one, phrases) for one in found[:PAGE])
        return Show(FindingsView(query, findings, page, more=len(found) > PAGE, bot=bot))

    async def items(self, asked: str, *, offset: int, limit: int) -> tuple[list[ItemView], bool]:
        """Return items that hold the words, those of the newest issue first, and whether there are more.

        Without words: the items of the newest issue. For posting elsewhere: nothing of them can be turned.
        """
        query = " ".join(asked.split())[:MOST_CHARACTERS]
        phrases = phrases_of_query(query)
        newest = await self._library.newest(self._today)
        if newest is None:
            return [], False
        if not phrases:
            if query:
                return [], False
            views = [ItemView(newest.issue, newest.ref, item.number, paging=False) for item in newest.issue.items]
            return views[offset : offset + limit], len(views) > offset + limit
        todays = [
            ItemView(newest.issue, newest.ref, passage.number, paging=False)
            for passage in passages_of(newest.issue)
            if passage.number is not None and passage.holds(phrases)
        ]
        views = todays[offset : offset + limit]
        skipped = max(0, offset - len(todays))
        missing = limit + 1 - len(views)
        found = await self._found(phrases, offset=skipped, limit=missing, until=(newest.day or self._today) - _DAY)
        more = len(todays) > offset + limit or len(found) == missing
        views += [
            ItemView(one.issue, one.ref, one.passage.number, paging=False)
            for one in found[: limit - len(views)]
            if one.passage.number is not None
        ]
        return views, more

    async def _found(
        self, phrases: tuple[Phrase, ...], *, offset: int, limit: int, until: date | None = None
    ) -> list[_Found]:
        hits = await self._search.find(phrases, until=until or self._today, offset=offset, limit=limit)
        return [found for hit in hits if (found := await self._opened(hit)) is not None]

    async def _opened(self, hit: Hit) -> _Found | None:
        listed = self._library.listed_by_key(hit.key)
        known = await self._library.load(listed) if listed else None
        passages = passages_of(known.issue) if known else []
        if listed is None or known is None or hit.place >= len(passages):
            return None  # it has just changed
        return _Found(listed, known.issue, known.ref, passages[hit.place])

    async def act(self, action: TurnToFindings | TurnToMonth | OpenDay | Explain) -> Answer:
        """Answer a button that shows something of the archive."""
        match action:
            case TurnToFindings(page, query):
                answer = await self.search(query, page=page)
                return answer if isinstance(answer, Show) else OutdatedButton()
            case TurnToMonth():
                return self.month(action)
            case OpenDay(day):
                return await self.day(day)
            case Explain():
                return DayHint()


_DAY = timedelta(days=1)


def _finding(one: _Found, phrases: tuple[Phrase, ...]) -> Finding:
    shown = snippet(one.passage, phrases)
    day = one.listed.day or date.min
    return Finding(one.ref, one.passage.number, day, one.passage.title, shown.before, shown.match, shown.after)


def _titles(listed: list[ListedIssue]) -> tuple[ListedTitle, ...]:
    return tuple(ListedTitle(one.ref, one.title, one.day) for one in listed if one.day)


def _last_of(first: date) -> date:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1) if first < date(9999, 12, 1) else date.max
    return following - timedelta(days=1)
