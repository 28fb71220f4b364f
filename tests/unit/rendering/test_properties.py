"""For any issue at all: every part is one that its platform takes, and nothing is lost between parts."""

from __future__ import annotations

import re
from contextlib import suppress

from hypothesis import HealthCheck, given, settings

from formatters.errors import NothingToShow
from formatters.issue import Issue
from formatters.parts import Part, Rendition
from formatters.rendering import plain_text, slack_blocks, telegram_html, telegram_rich
from formatters.rendering.lines import without_tables
from formatters.rendering.pages import pages
from formatters.rendering.plain_text import plain
from formatters.rendering.telegram_text import WORD_JOINER
from formatters.views import (
    AdviceView,
    HeadlinesView,
    IssueView,
    ItemView,
    LinkedHeadlinesView,
    OverviewView,
    SourcesView,
    TitlesView,
    TrendsView,
    View,
    WatchView,
)
from tests.unit.rendering.judges import judge_rich, judge_slack, judge_telegram
from tests.unit.rendering.makers import WORDS
from tests.unit.rendering.strategies import ISSUES

anything = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def views_of(issue: Issue) -> list[View]:
    views: list[View] = [OverviewView(issue, "a"), HeadlinesView(issue, "a"), HeadlinesView(issue, "a", buttons=False)]
    views += [LinkedHeadlinesView(issue, "a", "some_bot")]
    for view in (TitlesView(issue), SourcesView(issue), AdviceView(issue), WatchView(issue)):
        with suppress(NothingToShow):
            pages(view, WORDS)
            views.append(view)
    views += [ItemView(issue, "a", item.number) for item in issue.items]
    if any(line for page in pages(IssueView(issue), WORDS) if page.name == "closing" for line in page.lines):
        views += [TrendsView(issue)] if issue.trends or issue.watch else []
    return views


def without_heads(parts: tuple[Part, ...]) -> str:
    """Return the characters of all parts, blanks aside, without the first line of those that continue."""
    texts = []
    for part in parts:
        head, _, rest = part.text.partition("（续 ")
        continued = re.match(r"\d+/\d+）", rest)
        texts.append(rest[continued.end() :] if continued and len(head) < 400 else part.text)
    return "".join("".join(texts).replace(WORD_JOINER, "").split())


def whole(issue: Issue) -> str:
    lines = [line for page in pages(IssueView(issue), WORDS) for line in without_tables(page.lines, "：")]
    return "".join(plain(lines).split())


def assert_nothing_is_lost(issue: Issue, rendition: Rendition) -> None:
    names = [part.name for part in rendition.parts]
    assert len(names) == len(set(names))
    assert without_heads(rendition.parts) == whole(issue)


@anything
@given(ISSUES)
def test_telegram_takes_every_part_and_they_join_to_the_whole(issue: Issue) -> None:
    rendition = telegram_html.render(IssueView(issue), WORDS)
    for part in rendition.parts:
        judge_telegram(part)
    assert_nothing_is_lost(issue, rendition)


@anything
@given(ISSUES)
def test_slack_takes_every_part_and_they_join_to_the_whole(issue: Issue) -> None:
    rendition = slack_blocks.render(IssueView(issue), WORDS)
    for part in rendition.parts:
        judge_slack(part)
    assert_nothing_is_lost(issue, rendition)


@anything
@given(ISSUES)
def test_every_answer_is_one_message(issue: Issue) -> None:
    for view in views_of(issue):
        (telegram,) = telegram_html.render(view, WORDS).parts
        judge_telegram(telegram)
        (slack,) = slack_blocks.render(view, WORDS).parts
        judge_slack(slack)
        (rich,) = telegram_rich.render(view, WORDS).parts
        judge_rich(rich)


@anything
@given(ISSUES)
def test_telegram_takes_every_rich_message(issue: Issue) -> None:
    for part in telegram_rich.render(IssueView(issue), WORDS).parts:
        judge_rich(part)


@anything
@given(ISSUES)
def test_a_terminal_shows_every_page_once(issue: Issue) -> None:
    found = plain_text.render(IssueView(issue), WORDS).parts
    assert [part.name for part in found] == [page.name for page in pages(IssueView(issue), WORDS)]
    assert all(part.text.strip() for part in found)


@anything
@given(ISSUES)
def test_rendering_the_same_issue_twice_gives_the_same_parts(issue: Issue) -> None:
    for module in (telegram_html, telegram_rich, slack_blocks, plain_text):
        assert module.render(IssueView(issue), WORDS) == module.render(IssueView(issue), WORDS)
