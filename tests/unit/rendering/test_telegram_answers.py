"""What Telegram answers to commands and buttons: always one message."""

from __future__ import annotations

from typing import Any

import pytest

from formatters.actions import AnswerWithItem, SendAll, TurnToHeadlines, TurnToItem, encode
from formatters.errors import NoSuchItem, NothingToShow
from formatters.issue import Issue
from formatters.parts import Part
from formatters.rendering import telegram_html
from formatters.views import HeadlinesView, ItemView, OverviewView, TrendsView, View
from tests.unit.rendering.judges import judge_telegram
from tests.unit.rendering.makers import WORDS, digest, essay, item, point, section

REF = "0123456789abcdef"


def answer(view: View) -> Part:
    (part,) = telegram_html.render(view, WORDS).parts
    judge_telegram(part)
    return part


def keyboard(part: Part) -> list[list[dict[str, Any]]]:
    payload: Any = part.payload
    found: list[list[dict[str, Any]]] = payload["reply_markup"]["inline_keyboard"]
    return found


def issue_of(count: int, **more: Any) -> Issue:
    return digest(*[item(number, f"标题{number}") for number in range(1, count + 1)], **more)


def test_headlines_fold_the_trends_and_number_the_items() -> None:
    part = answer(HeadlinesView(issue_of(2, trends=(point("一", "甲"), point("二", "乙"))), REF))
    assert part.name == "headlines"
    assert str(part.payload["text"]).split("\n\n", 1)[1] == (
        "1. 标题1\n2. 标题2\n\n<blockquote expandable><b>趋势</b>\n1. <b>一</b>：甲\n2. <b>二</b>：乙</blockquote>"
    )
    assert keyboard(part) == [
        [
            {"text": "1", "callback_data": encode(TurnToItem(REF, 1))},
            {"text": "2", "callback_data": encode(TurnToItem(REF, 2))},
        ],
        [{"text": "全部发给我", "callback_data": encode(SendAll(REF))}],
    ]


@pytest.mark.parametrize(("count", "lengths"), [(8, [8]), (9, [5, 4]), (17, [6, 6, 5]), (150, [8] * 12 + [3])])
def test_number_buttons_stand_in_even_rows_of_at_most_eight(count: int, lengths: list[int]) -> None:
    rows = keyboard(answer(HeadlinesView(issue_of(count), REF)))
    assert [len(row) for row in rows] == [*lengths, 1]


def test_headlines_without_buttons_end_by_naming_the_command() -> None:
    part = answer(HeadlinesView(issue_of(3), REF, buttons=False))
    assert "reply_markup" not in part.payload
    assert part.text.endswith("\n\n" + WORDS.ask_for_item)


def test_headlines_too_long_keep_the_hint_and_say_that_they_are_cut() -> None:
    part = answer(HeadlinesView(issue_of(900), REF, buttons=False))
    assert part.text.endswith("…\n\n" + WORDS.ask_for_item)


def test_headlines_of_an_essay_are_its_sections() -> None:
    part = answer(HeadlinesView(essay(section("", "零"), section("一", "甲"), section("二", "乙")), REF))
    assert part.text.split("\n\n", 1)[1] == "• 一\n• 二"
    assert keyboard(part) == [[{"text": "全部发给我", "callback_data": encode(SendAll(REF))}]]


def test_headlines_of_an_essay_without_headings_are_its_first_paragraph() -> None:
    part = answer(HeadlinesView(essay(section("", "开头", "后文")), REF, buttons=False))
    assert part.text.split("\n\n", 1)[1] == "开头"


def test_an_overview_answers_its_buttons_with_new_messages() -> None:
    part = answer(OverviewView(issue_of(1), REF))
    assert part.name == "overview"
    assert keyboard(part) == [[{"text": "1", "callback_data": encode(AnswerWithItem(REF, 1))}]]


def test_an_overview_of_an_essay_offers_the_whole() -> None:
    part = answer(OverviewView(essay(section("一", "甲")), REF))
    assert part.name == "overview"
    assert keyboard(part)[-1] == [{"text": "全部发给我", "callback_data": encode(SendAll(REF))}]


@pytest.mark.parametrize(
    ("number", "row"),
    [
        (1, [("返回目录", TurnToHeadlines(REF)), ("下一条", TurnToItem(REF, 5))]),
        (5, [("上一条", TurnToItem(REF, 1)), ("返回目录", TurnToHeadlines(REF)), ("下一条", TurnToItem(REF, 7))]),
        (7, [("上一条", TurnToItem(REF, 5)), ("返回目录", TurnToHeadlines(REF))]),
    ],
)
def test_an_item_turns_to_its_neighbours(number: int, row: list[tuple[str, Any]]) -> None:
    issue = digest(item(1), item(5, urls=("https://example.com/",)), item(7))
    rows = keyboard(answer(ItemView(issue, REF, number)))
    assert rows[-1] == [{"text": text, "callback_data": encode(action)} for text, action in row]
    assert len(rows) == (2 if number == 5 else 1)


def test_an_item_without_paging_has_source_buttons_only() -> None:
    issue = digest(item(1, urls=("https://example.com/",)))
    assert keyboard(answer(ItemView(issue, REF, 1, paging=False))) == [
        [{"text": "example.com", "url": "https://example.com/"}]
    ]


def test_an_item_too_long_for_one_message_ends_in_an_ellipsis_after_a_sentence() -> None:
    issue = digest(item(1, "题", *[point("要点", "一个句子。" * 300)] * 5))
    part = answer(ItemView(issue, REF, 1))
    assert part.name == "item-1"
    assert part.text.endswith("句子。…")
    assert len(part.text) > 3500


def test_trends_are_one_message_under_the_issues_title() -> None:
    part = answer(TrendsView(digest(item(1), trends=(point("一", "甲"),), watch=(point("二", "乙"),))))
    assert part.text == "日报\n\n趋势\n\n1. 一：甲\n\n接下来关注\n\n1. 二：乙"


def test_trends_too_long_for_one_message_end_in_an_ellipsis() -> None:
    assert answer(TrendsView(digest(item(1), trends=(point("一", "字" * 9000),)))).text.endswith("字…")


def test_an_item_that_does_not_exist_is_named() -> None:
    with pytest.raises(NoSuchItem, match="no item 99") as raised:
        telegram_html.render(ItemView(issue_of(2), REF, 99), WORDS)
    assert raised.value.number == 99


@pytest.mark.parametrize("view", [ItemView(essay(), REF, 1), TrendsView(essay()), TrendsView(issue_of(2))])
def test_what_an_issue_lacks_altogether_is_nothing_to_show(view: View) -> None:
    with pytest.raises(NothingToShow):
        telegram_html.render(view, WORDS)
