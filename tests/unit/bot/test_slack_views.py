"""A message's blocks as a view takes them, and Slack views of our own, judged by Block Kit's rules."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.languages import words_of
from bot.languages.settings_phrases import settings_phrases_of
from bot.languages.view_phrases import view_phrases_of
from bot.platforms.slack.blocks import button, in_view, modal, plain_text, section
from bot.platforms.slack.home_view import HomeContent, home_view
from bot.sandbox.slack_blocks import check_blocks
from bot.services.browsing import MonthOfIssues
from formatters.document import Text
from formatters.issue import Issue, Item
from formatters.list_views import ListedTitle, SavedItem, SavedView
from formatters.reading import read_post
from formatters.rendering import slack_blocks
from formatters.views import HeadlinesView, ItemView
from tests.block_kit import faults_of_view

SHANGHAI = ZoneInfo("Asia/Shanghai")
TABLE = """---
title: 日报
date: 2026-02-12
---

## 1) 表格

来源：https://lab.example/1

- **数据**：见下。

  | 模型 | 延迟 |
  |---|---|
  | **A** | 10 |

## 2) 别的

来源：https://lab.example/2
"""


def blocks_of(view: HeadlinesView | ItemView) -> list[dict[str, Any]]:
    payload: dict[str, Any] = dict(slack_blocks.render(view, words_of("zh")).parts[0].payload)
    blocks: list[dict[str, Any]] = payload["blocks"]
    return blocks


def test_a_table_becomes_rows_because_views_have_none() -> None:
    issue = read_post(TABLE.encode(), name="post.md", home=SHANGHAI).issue
    table = {"type": "table", "rows": [[cell("模型"), cell("延迟")], [cell("A"), cell("10")]]}
    shown = in_view([*blocks_of(ItemView(issue, "abc", 1)), table])
    assert check_blocks(shown, surface="modal") == []
    assert [block["type"] for block in shown].count("table") == 0
    lines = shown[-1]["elements"]
    assert ["".join(part["text"] for part in line["elements"]) for line in lines] == ["模型 · 延迟\n", "A · 10\n"]


def cell(text: str) -> dict[str, Any]:
    inner = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [inner]}


def test_buttons_in_views_have_names_of_their_own_and_links_keep_theirs() -> None:
    issue = read_post(TABLE.encode(), name="post.md", home=SHANGHAI).issue
    names = [
        element["action_id"]
        for block in in_view(blocks_of(ItemView(issue, "abc", 1)))
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert {name.partition(":")[0] for name in names} == {"view", "link"}


def month(count: int, months: int = 1) -> MonthOfIssues:
    issues = tuple(ListedTitle(f"ref{number}", f"标题 {number} " * 40, date(2026, 2, 1)) for number in range(count))
    firsts = [date(2026 - number // 12, 12 - number % 12, 1) for number in range(months)]
    return MonthOfIssues(firsts[months // 2], issues, tuple(firsts))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("count", "months"), [(0, 1), (31, 12), (90, 240)])
def test_the_fullest_home_tab_fits(language: str, count: int, months: int) -> None:
    items = tuple(Item(number, (Text("题目 " * 30),)) for number in range(1, 200))
    saved = tuple(SavedItem("abc", number, date(2026, 2, 12), "题" * 3000 if number % 2 else "") for number in range(8))
    content = HomeContent(
        today=blocks_of(HeadlinesView(Issue("日报", date(2026, 2, 12), "digest", items=items), "abc")),
        archive=month(count, months),
        saved=SavedView(saved, 3, more=True),
        settings=None,
    )
    view = home_view(content, view_phrases_of(language), settings_phrases_of(language), metadata="{}")
    assert faults_of_view(view) == []
    assert check_blocks(view["blocks"], surface="home") == []
    words = view_phrases_of(language)
    if count > 31:
        assert words.and_more(count - 31) in str(view)


def test_texts_are_cut_to_what_slack_takes() -> None:
    assert plain_text("x" * 30, 24)["text"] == "x" * 23 + "…"
    assert plain_text("", 24)["text"] == "…", "Slack takes no empty text"
    shown = modal("长" * 99, [section("文" * 9999, button("钮" * 99, "view:1", "1:t:abc:1"))], close="关" * 99)
    assert faults_of_view(shown) == []
    assert check_blocks(shown["blocks"], surface="modal") == []
