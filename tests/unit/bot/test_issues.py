"""Which issues there are, which is newest, which is today's."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from itertools import permutations
from pathlib import PurePath

from bot.domain.issues import KnownIssue, eligible, newest, of_day, ref_of
from formatters.issue import Issue, Kind

TODAY = date(2026, 2, 12)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def known(key: str, day: date | None, *, kind: Kind = "digest", draft: bool = False) -> KnownIssue:
    issue = Issue(title=key, date=day, kind=kind, draft=draft)
    return KnownIssue(key=key, ref=ref_of(key), issue=issue, content_hash="", path=PurePath(f"{key}.md"))


def test_the_newest_issue_comes_first() -> None:
    issues = [known("a", YESTERDAY), known("b", TODAY), known("c", TODAY - timedelta(days=9))]
    assert [one.key for one in eligible(issues, TODAY)] == ["b", "a", "c"]
    assert newest(issues, TODAY) == issues[1]


def test_drafts_posts_of_the_future_and_posts_without_a_date_are_left_out() -> None:
    issues = [known("draft", TODAY, draft=True), known("future", TOMORROW), known("undated", None)]
    assert eligible(issues, TODAY) == []
    assert newest(issues, TODAY) is None
    assert of_day(issues, TODAY) == []


def test_tomorrows_issue_counts_tomorrow() -> None:
    issues = [known("today", TODAY), known("tomorrow", TOMORROW)]
    assert [one.key for one in eligible(issues, TODAY)] == ["today"]
    assert [one.key for one in eligible(issues, TOMORROW)] == ["tomorrow", "today"]


def test_of_two_posts_of_one_day_the_digest_comes_first_whatever_their_names() -> None:
    issues = [known("a-essay", TODAY, kind="essay"), known("z-digest", TODAY), known("m-digest", TODAY)]
    for order in permutations(issues):
        assert [one.key for one in of_day(order, TODAY)] == ["m-digest", "z-digest", "a-essay"]


def test_an_essay_of_today_is_newer_than_a_digest_of_yesterday() -> None:
    issues = [known("digest", YESTERDAY), known("essay", TODAY, kind="essay")]
    assert newest(issues, TODAY) == issues[1]


def test_only_posts_of_that_very_day_are_the_days() -> None:
    issues = [known("a", YESTERDAY), known("b", TODAY), known("c", TOMORROW)]
    assert [one.key for one in of_day(issues, TODAY)] == ["b"]
    assert [one.key for one in of_day(issues, YESTERDAY)] == ["a"]


def test_a_reference_is_short_and_the_same_in_every_process() -> None:
    assert ref_of("2026/02/日报") == hashlib.sha256("2026/02/日报".encode()).hexdigest()[:10]
    assert ref_of("a") != ref_of("b")
