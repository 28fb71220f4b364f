"""What is typed in Slack, and how sentences name what may be typed there."""

from __future__ import annotations

from datetime import date

import pytest

from bot.platforms.slack.answering import as_typed
from bot.platforms.slack.verbs import Verb, understood

TODAY = date(2026, 2, 12)


@pytest.mark.parametrize(
    ("asked", "verb", "rest"),
    [
        ("", Verb.TODAY, ""),
        ("  TODAY  ", Verb.TODAY, ""),
        ("today please", Verb.TODAY, "please"),
        ("item 3", Verb.ITEM, "3"),
        ("item", Verb.ITEM, ""),
        ("3", Verb.ITEM, "3"),
        ("#3", Verb.ITEM, "#3"),
        ("３", Verb.ITEM, "３"),
        ("第三条", Verb.ITEM, "第三条"),
        ("search a  b", Verb.SEARCH, "a  b"),
        ("search\u3000推理", Verb.SEARCH, "推理"),
        ("搜索 推理", Verb.SEARCH, "推理"),
        ("搜索推理", Verb.SEARCH, "推理"),
        ("搜推理", Verb.SEARCH, "推理"),
        ("date", Verb.DATE, ""),
        ("2026-02-11", Verb.DATE, "2026-02-11"),
        ("yesterday", Verb.DATE, "yesterday"),
        ("周三", Verb.DATE, "周三"),
        ("帮助", Verb.HELP, ""),
        ("dance", Verb.UNKNOWN, "dance"),
        ("itemise", Verb.UNKNOWN, "itemise"),
    ],
)
def test_the_first_word_is_the_verb_unless_what_follows_says_it(asked: str, verb: Verb, rest: str) -> None:
    assert understood(asked, TODAY) == (verb, rest)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Try /item 8", "Try /news item 8"),
        ("试试 /item 8。", "试试 /news item 8。"),
        ("发送 /today 查看", "发送 /news today 查看"),
        ("/digest subscribe starts it", "/news subscribe starts it"),
        ("Send /start, or /stop", "Send /news subscribe, or /news unsubscribe"),
        ("first /invite @digestbot, then /digest subscribe", "first /invite @digestbot, then /news subscribe"),
        ("https://digest.example/item/3 and /items", "https://digest.example/item/3 and /items"),
    ],
)
def test_sentences_name_what_is_typed_in_slack(text: str, typed: str) -> None:
    assert as_typed(text, "/news") == typed
