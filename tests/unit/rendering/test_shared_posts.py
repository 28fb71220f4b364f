"""The real posts, read and rendered: what their authors wrote is what readers get."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator

from formatters.issue import Issue
from formatters.reading import read_post
from formatters.rendering import plain_text, slack_blocks, telegram_html, telegram_rich
from formatters.rendering.telegram_text import WORD_JOINER
from formatters.views import HeadlinesView, IssueView, ItemView, OverviewView, TrendsView, View
from tests.unit.rendering.judges import judge_rich, judge_slack, judge_telegram, rich_text_of, slack_text
from tests.unit.rendering.makers import WORDS

NAMES = [
    "2026-02-13-gpt-5-3-codex-spark",
    "ai-daily-2026-02-11",
    "ai-daily-2026-02-12",
    "ai-daily-2026-02-14",
    "ai-daily-2026-02-23",
]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def issue(shared: Path, name: str) -> Issue:
    post = shared / "posts" / f"{name}.md"
    return read_post(post.read_bytes(), name=post.name, home=ZoneInfo("Asia/Shanghai")).issue


@pytest.fixture
def truth(shared: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "truth" / f"{name}.json").read_text())
    return found


def views_of(issue: Issue) -> Iterator[View]:
    yield IssueView(issue)
    yield OverviewView(issue, "a")
    yield HeadlinesView(issue, "a")
    yield HeadlinesView(issue, "a", buttons=False)
    for item in issue.items:
        yield ItemView(issue, "a", item.number)
    if issue.trends or issue.watch:
        yield TrendsView(issue)


def test_telegram_takes_every_message(issue: Issue) -> None:
    for view in views_of(issue):
        for part in telegram_html.render(view, WORDS).parts:
            judge_telegram(part)


def test_every_telegram_call_is_one_that_the_bot_api_describes(
    issue: Issue, send_message: Draft202012Validator
) -> None:
    for view in views_of(issue):
        for part in telegram_html.render(view, WORDS).parts:
            call = json.loads(json.dumps({"chat_id": 1, **part.payload}))
            assert not list(send_message.iter_errors(call))


def test_every_rich_call_is_one_that_the_bot_api_describes(
    issue: Issue, send_rich_message: Draft202012Validator
) -> None:
    for view in views_of(issue):
        for part in telegram_rich.render(view, WORDS).parts:
            judge_rich(part)
            call = json.loads(json.dumps({"chat_id": 1, **part.payload}))
            assert not list(send_rich_message.iter_errors(call))


def test_the_whole_issue_is_one_rich_message_with_the_same_words(issue: Issue) -> None:
    (part,) = telegram_rich.render(IssueView(issue), WORDS).parts
    shown = rich_text_of(judge_rich(part))
    words = {
        word
        for other in plain_text.render(IssueView(issue), WORDS).parts
        for word in re.findall(r"\w{3,}", re.sub(r"<?https?://\S+", "", other.text))
        if not word[0].isdigit()
    }
    assert not {word for word in words if word not in shown} - {"来源"}


def test_slack_takes_every_message(issue: Issue) -> None:
    for view in views_of(issue):
        for part in slack_blocks.render(view, WORDS).parts:
            judge_slack(part)


def test_an_issue_is_an_overview_its_items_and_one_closing_message(issue: Issue, truth: dict[str, Any]) -> None:
    items = [f"item-{item['number']}" for item in truth["items"]]
    expected = ["overview", *items, "closing"] if truth["kind"] == "digest" else ["overview"]
    for module in (telegram_html, slack_blocks, plain_text):
        assert [part.name for part in module.render(IssueView(issue), WORDS).parts] == expected


def test_every_title_heading_label_and_source_arrives_in_telegram(issue: Issue, truth: dict[str, Any]) -> None:
    parts = {part.name: part for part in telegram_html.render(IssueView(issue), WORDS).parts}
    for item in truth["items"]:
        part = parts[f"item-{item['number']}"]
        shown = judge_telegram(part)
        title = item["title"].replace("*", "").replace("`", "")
        assert part.text.startswith(f"{item['number']}. {title}\n\n")
        assert f"{item['number']}. {title}" in parts["overview"].text
        assert [(title, url) for url in item["source_urls"][:1]] == shown.links
        assert [point["label"] for point in item["points"]] == [
            text for text in shown.texts("Bold") if f"\n\n{text}：" in part.text and text != title
        ]
        assert [button["url"] for button in _buttons(part.payload)] == item["source_urls"]
        assert all("www." not in button["text"] for button in _buttons(part.payload))
    for label in [*truth["trends"], *truth["watch"]]:
        assert f". {label}" in parts["closing"].text
    for heading in truth.get("sections", []):
        assert f"\n\n{heading}\n\n" in parts["overview"].text


def test_slack_shows_the_same_words(issue: Issue) -> None:
    telegram = telegram_html.render(IssueView(issue), WORDS).parts
    for part, other in zip(slack_blocks.render(IssueView(issue), WORDS).parts, telegram, strict=True):
        assert part.text == other.text.replace(WORD_JOINER, "")
        shown = slack_text([block for block in judge_slack(part) if block["type"] != "actions"])
        words = {word for word in part.text.split() if len(word) > 2 and not word[0].isdigit()}
        missing = {word for word in words if word not in shown and "：" not in word}
        assert not missing


def test_the_overview_repeats_no_date_that_the_title_tells(issue: Issue, truth: dict[str, Any]) -> None:
    overview = telegram_html.render(IssueView(issue), WORDS).parts[0].text
    year, month, day = map(int, truth["date"].split("-"))
    assert (truth["date"] in truth["title"]) != (f"{year}年{month}月{day}日" in overview)


def _buttons(payload: Any) -> list[dict[str, str]]:
    return [button for row in payload.get("reply_markup", {}).get("inline_keyboard", []) for button in row]
