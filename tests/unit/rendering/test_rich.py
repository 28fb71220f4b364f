"""Telegram's rich messages."""

from __future__ import annotations

from typing import Any

from formatters.document import BulletList, CodeBlock, Heading, ListItem, OrderedList, Paragraph, Quote, Table, Text
from formatters.issue import Issue
from formatters.rendering import telegram_rich
from formatters.rendering.rich_blocks import count
from formatters.views import HeadlinesView, IssueView
from tests.unit.rendering.judges import judge_rich
from tests.unit.rendering.makers import WORDS, digest, essay, inline, item, paragraphs, point, section


def blocks_of(issue: Issue) -> list[dict[str, Any]]:
    (part,) = telegram_rich.render(IssueView(issue), WORDS).parts
    return judge_rich(part)


def test_an_item_opens_on_demand_with_its_sources_as_buttons() -> None:
    issue = digest(item(1, "甲", point("是什么", "文", "细"), urls=("https://a.example/",)), intro=paragraphs("按语"))
    title, facts, note, first = blocks_of(issue)
    assert title == {"type": "heading", "text": "日报", "size": 1}
    assert (facts["type"], note["text"]) == ("paragraph", "按语")
    assert first["type"] == "details"
    assert first["blocks"] == [
        {
            "type": "list",
            "items": [
                {
                    "blocks": [
                        {"type": "paragraph", "text": [{"type": "bold", "text": "是什么"}, "：", "文"]},
                        {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": "细"}]}]},
                    ]
                }
            ],
        },
        {"type": "buttons", "buttons": [{"text": "a.example", "url": "https://a.example/"}]},
    ]


def test_blocks_of_every_kind_are_native() -> None:
    table = Table((inline("甲"), inline("")), ((inline("**一**"), inline("二")),))
    blocks = (
        Heading(3, inline("小")),
        OrderedList((ListItem(paragraphs("一", "又")), ListItem(paragraphs("二"))), start=4),
        BulletList((ListItem(paragraphs("点")),)),
        Quote((*paragraphs("引"), BulletList((ListItem(paragraphs("深")),)))),
        CodeBlock("x < y", "python"),
        CodeBlock("z"),
        table,
    )
    _, _, heading, ordered, bullets, quote, code, bare, cells = blocks_of(essay(section("", blocks)))
    assert heading == {"type": "heading", "text": "小", "size": 3}
    assert [(entry["value"], len(entry["blocks"])) for entry in ordered["items"]] == [(4, 2), (5, 1)]
    assert len(bullets["items"]) == 1
    assert [block["type"] for block in quote["blocks"]] == ["paragraph", "list"]
    assert code == {"type": "pre", "text": "x < y", "language": "python"}
    assert bare == {"type": "pre", "text": "z"}
    assert cells["cells"][0] == [
        {"text": "甲", "is_header": True, "align": "left", "valign": "top"},
        {"is_header": True, "align": "left", "valign": "top"},
    ]
    assert cells["cells"][1][0]["text"] == {"type": "bold", "text": "一"}


def test_a_table_too_wide_or_too_long_becomes_readable_rows() -> None:
    wide = Table(tuple(inline(str(n)) for n in range(21)), (tuple(inline(str(n)) for n in range(21)),))
    long = Table((inline("甲"),), tuple((inline("行"),) for _ in range(130)))
    for table in (wide, long):
        assert {block["type"] for block in blocks_of(essay(section("", (table,))))[2:]} == {"paragraph"}


def test_headlines_keep_their_buttons_and_fold_the_trends() -> None:
    issue = digest(item(1), trends=(point("", "势"),))
    (part,) = telegram_rich.render(HeadlinesView(issue, "a"), WORDS).parts
    assert [block["type"] for block in judge_rich(part)] == ["heading", "paragraph", "paragraph", "details"]
    assert "reply_markup" in part.payload
    (part,) = telegram_rich.render(HeadlinesView(issue, "a", buttons=False), WORDS).parts
    assert judge_rich(part)[-1]["text"] == WORDS.ask_for_item


def test_an_issue_too_large_goes_on_in_further_messages() -> None:
    story = item(1, "题", *[point("点", "句子。" * 900) for _ in range(14)], urls=("https://a.example/",))
    issue = digest(story, item(2), item(3, "题", *[point("", "短")] * 200))
    parts = telegram_rich.render(IssueView(issue), WORDS).parts
    assert [part.name for part in parts] == ["overview", *(f"part-{number}" for number in range(2, len(parts) + 1))]
    assert len(parts) > 1
    for part in parts:
        assert count(judge_rich(part)) <= 500


def test_lists_nested_without_end_stay_within_the_levels() -> None:
    nested = BulletList((ListItem(paragraphs("底")),))
    for _ in range(30):
        nested = BulletList((ListItem((*paragraphs("层"), nested)),))
    blocks_of(essay(section("", (nested, Quote((nested,)), Paragraph((Text("完"),))))))


def test_what_classic_messages_fold_is_open_within_an_open_item() -> None:
    points = [point(name, "字" * 300) for name in "甲乙丙丁"]
    _, _, first = blocks_of(digest(item(1, "题", *points)))
    (entries,) = first["blocks"]
    assert len(entries["items"]) == 4


def test_blocks_are_counted_with_those_within() -> None:
    table = Table((inline("甲"),), ((inline("一"),), (inline("二"),)))
    found = blocks_of(essay(section("", (table, BulletList((ListItem(paragraphs("点")),))))))
    assert (
        count(found) == 2 + 1 + 3 + 1 + 1 + 1
    )  # title and facts; a table and its rows; a list, its entry, a paragraph
