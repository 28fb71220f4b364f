"""Answers to readers' questions about the issues."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from bot.domain.issues import KnownIssue
from bot.domain.spoken import day_from, number_from
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.services.answers import (
    Answer,
    Arrival,
    EssayHasNoItems,
    Extract,
    ItemNotFound,
    Lacking,
    NothingPublished,
    NumberMissing,
    NumberUnclear,
    OutdatedButton,
    Show,
    TodayNotYet,
)
from bot.services.archive_answers import NoIssueOn
from bot.services.library import Library
from formatters.actions import (
    AnswerWithHeadlines,
    AnswerWithItem,
    IssueAction,
    SendAll,
    TurnToHeadlines,
    TurnToItem,
)
from formatters.issue import Issue
from formatters.rendering import extracts
from formatters.views import AdviceView, HeadlinesView, ItemView, SourcesView, TrendsView, View, WatchView


class Query:
    """Answers questions; changes nothing."""

    def __init__(self, library: Library, timetable: Timetable, clock: Clock) -> None:
        self._library = library
        self._timetable = timetable
        self._clock = clock

    @property
    def today(self) -> date:
        """The digest's calendar date."""
        return self._timetable.today(self._clock.now())

    def edition(self) -> tuple[date, str, str]:
        """Return what changes whenever another issue is the newest, or its text is another: the day, key and hash."""
        newest = next(self._library.listed_until(self.today), None)
        return (self.today, newest.key, newest.content_hash) if newest else (self.today, "", "")

    async def headlines_of_today(self, *, subscribed: bool, buttons: bool) -> Answer:
        """Answer /today."""
        known = await self._library.newest(self.today)
        if known is not None and known.day == self.today:
            return Show(HeadlinesView(known.issue, known.ref, buttons))
        now = self._clock.now()
        if now < self._timetable.release_on(self.today):
            arrival = Arrival.AT_RELEASE
        elif now < self._timetable.deadline_on(self.today):
            arrival = Arrival.WHEN_PUBLISHED
        else:
            arrival = Arrival.NEXT_RELEASE
        return TodayNotYet(
            today=self.today,
            arrival=arrival,
            release=self._timetable.next_release(now).astimezone(self._timetable.zone),
            subscribed=subscribed,
            newest_day=known.day if known else None,
            newest_ref=known.ref if known else None,
        )

    async def latest(self, *, buttons: bool) -> Answer:
        """Answer /latest: the newest issue, of whatever day."""
        known = await self._library.newest(self.today)
        return NothingPublished() if known is None else Show(HeadlinesView(known.issue, known.ref, buttons))

    async def item(self, asked: str, *, paging: bool) -> Answer:
        """Answer /item, whose argument `asked` is a number, and may name a day before it; else of the newest issue."""
        known = await self._library.newest(self.today)
        if known is None:
            return NothingPublished()
        asked = asked.strip()
        number = number_from(asked)
        if number is None and (found := _day_and_number(asked, self.today)) is not None:
            day, number = found
            issues = await self._library.of_day(day)
            if not issues:
                return NoIssueOn(day, *self._library.days_beside(day, self.today))
            known = issues[0]
        day, items = _day(known), known.issue.items
        if not items:
            return EssayHasNoItems(day)
        if not asked:
            return NumberMissing(day, len(items))
        if number is None:
            return NumberUnclear(asked, day, len(items))
        if known.issue.item(number) is None:
            wanted = number
            nearest = min((item.number for item in items), key=lambda one: abs(one - wanted))
            return ItemNotFound(day, len(items), number, nearest)
        return Show(ItemView(known.issue, known.ref, number, paging))

    async def newest_ref(self) -> str:
        """Return the newest issue's short reference; empty where nothing has been published."""
        known = await self._library.newest(self.today)
        return known.ref if known else ""

    async def extract(self, what: Extract, *, ref: str = "") -> Answer:
        """Answer /trends, /watch, /sources or /advice about the newest issue, or the one that `ref` names."""
        known = await (self._library.by_ref(ref, self.today) if ref else self._library.newest(self.today))
        if known is None:
            return OutdatedButton() if ref else NothingPublished()
        view = _extract(what, known.issue)
        return Show(view) if view else Lacking(what, _day(known))

    async def issue_of(self, action: IssueAction | SendAll) -> KnownIssue | None:
        """Return the issue that a button speaks of, if it may still be shown."""
        return await self._library.by_ref(action.ref, self.today)

    async def act(self, action: IssueAction) -> Answer:
        """Answer a button that shows something of one issue. `SendAll` is a delivery and not answered here."""
        known = await self.issue_of(action)
        if known is None:
            return OutdatedButton()
        match action:
            case TurnToItem(_, number) | AnswerWithItem(_, number):
                if known.issue.item(number) is None:
                    return OutdatedButton()
                return Show(ItemView(known.issue, known.ref, number))
            case TurnToHeadlines() | AnswerWithHeadlines():
                return Show(HeadlinesView(known.issue, known.ref))
            case _:
                assert_never(action)


def _day_and_number(asked: str, today: date) -> tuple[date, int] | None:
    """Return what “2026-02-12 3” or “昨天第三条” name: a day, and the number of an item."""
    for place in range(1, len(asked)):
        if (asked[place].isspace() or asked[place] == "第") and (number := number_from(asked[place:])) is not None:
            day = day_from(asked[:place], today)
            return None if day is None or day > today else (day, number)
    return None


def _extract(what: Extract, issue: Issue) -> View | None:
    """Return the view, or None where the issue has nothing to show in it."""
    match what:
        case Extract.TRENDS:
            return TrendsView(issue) if issue.trends or issue.watch else None
        case Extract.WATCH:
            return WatchView(issue) if issue.watch else None
        case Extract.SOURCES:
            return SourcesView(issue) if extracts.sources(issue) else None
        case Extract.ADVICE:
            return AdviceView(issue) if extracts.advice(issue, "") else None
        case _:
            assert_never(what)


def _day(known: KnownIssue) -> date:
    """Return the date of an issue that may be shown, which always has one."""
    day = known.day
    if day is None:
        raise ValueError(f"{known.key} has no date and is not to be shown")
    return day
