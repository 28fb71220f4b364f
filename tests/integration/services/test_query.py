"""Answers to readers' questions, by clock and content alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from bot.domain.issues import KnownIssue
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
from bot.services.query import Query
from formatters.actions import AnswerWithHeadlines, AnswerWithItem, TurnToHeadlines, TurnToItem
from formatters.views import AdviceView, HeadlinesView, ItemView, SourcesView, TrendsView, WatchView
from tests.integration.services.newsroom import SHANGHAI, TODAY, TOMORROW, YESTERDAY, Newsroom, digest, essay

Asking = Callable[..., Awaitable[Query]]


@pytest.fixture
def asking(newsroom: Newsroom) -> Asking:
    async def query(*issues: KnownIssue, at: str = "09:00") -> Query:
        newsroom.shelf.issues[:] = issues
        newsroom.clock.set(at)
        await newsroom.library.refresh()
        return Query(newsroom.library, newsroom.timetable, newsroom.clock)

    return query


class TestToday:
    @pytest.mark.parametrize("at", ["00:00", "07:59", "09:00", "23:59"])
    async def test_is_todays_issue_whatever_the_hour(self, asking: Asking, at: str) -> None:
        known = digest(items=8)
        query = await asking(known, digest(YESTERDAY), at=at)
        assert await query.headlines_of_today(subscribed=True, buttons=True) == Show(
            HeadlinesView(known.issue, known.ref)
        )

    async def test_has_no_buttons_where_they_cannot_act(self, asking: Asking) -> None:
        known = digest(items=8)
        answer = await (await asking(known)).headlines_of_today(subscribed=True, buttons=False)
        assert answer == Show(HeadlinesView(known.issue, known.ref, buttons=False))

    @pytest.mark.parametrize(
        ("at", "arrival", "release"),
        [
            ("00:00", Arrival.AT_RELEASE, TODAY),
            ("07:59", Arrival.AT_RELEASE, TODAY),
            ("08:00", Arrival.WHEN_PUBLISHED, TOMORROW),
            ("11:59", Arrival.WHEN_PUBLISHED, TOMORROW),
            ("12:00", Arrival.NEXT_RELEASE, TOMORROW),
            ("23:59", Arrival.NEXT_RELEASE, TOMORROW),
        ],
    )
    @pytest.mark.parametrize("subscribed", [True, False])
    async def test_before_todays_issue_says_when_it_comes_and_offers_the_newest(
        self, asking: Asking, at: str, arrival: Arrival, release: date, subscribed: bool
    ) -> None:
        known = digest(YESTERDAY)
        answer = await (await asking(known, at=at)).headlines_of_today(subscribed=subscribed, buttons=True)
        eight = datetime.combine(release, time(8), SHANGHAI)
        assert answer == TodayNotYet(TODAY, arrival, eight, subscribed, YESTERDAY, known.ref)

    async def test_offers_nothing_where_drafts_and_the_future_are_all_there_is(self, asking: Asking) -> None:
        answer = await (await asking(digest(YESTERDAY, draft=True), digest(TOMORROW))).headlines_of_today(
            subscribed=False, buttons=True
        )
        assert isinstance(answer, TodayNotYet)
        assert (answer.newest_day, answer.newest_ref) == (None, None)

    async def test_says_when_it_comes_even_where_there_was_never_any(self, asking: Asking) -> None:
        answer = await (await asking()).headlines_of_today(subscribed=False, buttons=True)
        assert isinstance(answer, TodayNotYet)
        assert answer.newest_ref is None

    async def test_of_two_posts_is_the_digest(self, asking: Asking) -> None:
        known = digest(items=8)
        answer = await (await asking(essay(TODAY), known)).headlines_of_today(subscribed=False, buttons=True)
        assert answer == Show(HeadlinesView(known.issue, known.ref))


class TestAnItem:
    @pytest.mark.parametrize(
        "asked", ["3", " 3 ", "#3", "３", "03", "三", "第3条", "第三条", "今天 3", "2026-02-12 3", "2月12日第三条"]
    )
    async def test_is_shown_by_its_number(self, asking: Asking, asked: str) -> None:
        known = digest(items=8)
        assert await (await asking(known)).item(asked, paging=True) == Show(ItemView(known.issue, known.ref, 3))

    async def test_is_of_the_newest_issue(self, asking: Asking) -> None:
        known = digest(YESTERDAY)
        answer = await (await asking(known, digest(TOMORROW))).item("1", paging=False)
        assert answer == Show(ItemView(known.issue, known.ref, 1, paging=False))

    @pytest.mark.parametrize(
        ("asked", "answer"),
        [
            ("99", ItemNotFound(TODAY, 8, 99, 8)),
            ("0", ItemNotFound(TODAY, 8, 0, 1)),
            ("-3", ItemNotFound(TODAY, 8, -3, 1)),
            ("", NumberMissing(TODAY, 8)),
            ("   ", NumberMissing(TODAY, 8)),
            ("abc", NumberUnclear("abc", TODAY, 8)),
            ("3 4", NumberUnclear("3 4", TODAY, 8)),
            ("3.5", NumberUnclear("3.5", TODAY, 8)),
            ("三十", ItemNotFound(TODAY, 8, 30, 8)),
            ("9" * 5_000, NumberUnclear("9" * 5_000, TODAY, 8)),
        ],
    )
    async def test_that_is_not_there_has_a_sentence_of_its_own(
        self, asking: Asking, asked: str, answer: Answer
    ) -> None:
        assert await (await asking(digest(items=8))).item(asked, paging=True) == answer

    async def test_of_an_essay_is_none(self, asking: Asking) -> None:
        assert await (await asking(essay(TODAY))).item("1", paging=True) == EssayHasNoItems(TODAY)

    async def test_of_nothing_is_none(self, asking: Asking) -> None:
        assert await (await asking()).item("1", paging=True) == NothingPublished()


class TestAnExtract:
    @pytest.mark.parametrize(
        ("what", "view"),
        [
            (Extract.TRENDS, TrendsView),
            (Extract.WATCH, WatchView),
            (Extract.SOURCES, SourcesView),
            (Extract.ADVICE, AdviceView),
        ],
    )
    async def test_is_that_of_the_newest_issue(
        self, asking: Asking, what: Extract, view: type[TrendsView | WatchView | SourcesView | AdviceView]
    ) -> None:
        known = digest(items=8)
        assert await (await asking(known, digest(YESTERDAY))).extract(what) == Show(view(known.issue))

    async def test_may_be_a_watch_list_alone(self, asking: Asking) -> None:
        known = digest(items=8)
        only_watch = replace(known, issue=replace(known.issue, trends=(), trends_title=()))
        assert await (await asking(only_watch)).extract(Extract.TRENDS) == Show(TrendsView(only_watch.issue))

    @pytest.mark.parametrize("what", Extract)
    async def test_may_be_missing(self, asking: Asking, what: Extract) -> None:
        assert await (await asking(essay(TODAY))).extract(what) == Lacking(what, TODAY)
        assert await (await asking()).extract(what) == NothingPublished()


class TestAButton:
    async def test_opens_an_item_or_the_headlines(self, asking: Asking) -> None:
        known = digest(YESTERDAY)
        query = await asking(known, digest(items=8))
        for action in (TurnToItem(known.ref, 2), AnswerWithItem(known.ref, 2)):
            assert await query.act(action) == Show(ItemView(known.issue, known.ref, 2))
        for button in (TurnToHeadlines(known.ref), AnswerWithHeadlines(known.ref)):
            assert await query.act(button) == Show(HeadlinesView(known.issue, known.ref))

    async def test_of_an_item_that_was_taken_out_is_outdated(self, asking: Asking) -> None:
        known = digest(items=8)
        assert await (await asking(known)).act(TurnToItem(known.ref, 9)) == OutdatedButton()

    @pytest.mark.parametrize("withdrawn", [digest(TODAY, draft=True), digest(TOMORROW)])
    async def test_of_an_issue_that_is_no_longer_to_be_shown_is_outdated(
        self, asking: Asking, withdrawn: KnownIssue
    ) -> None:
        query = await asking(withdrawn)
        assert await query.act(TurnToHeadlines(withdrawn.ref)) == OutdatedButton()
        assert await query.act(TurnToItem("0000000000", 1)) == OutdatedButton()
