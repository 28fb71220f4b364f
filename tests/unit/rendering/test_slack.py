"""Slack messages: native blocks, nothing that Slack would parse."""

from __future__ import annotations

from typing import Any

import pytest

from formatters.actions import SendAll, TurnToHeadlines, TurnToItem, encode
from formatters.document import (
    BulletList,
    Code,
    CodeBlock,
    Emphasis,
    Heading,
    Link,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Strikethrough,
    Table,
    Text,
)
from formatters.issue import Issue
from formatters.rendering import slack_blocks
from formatters.views import HeadlinesView, IssueView, ItemView, View
from tests.unit.rendering.judges import judge_slack, slack_text
from tests.unit.rendering.makers import WORDS, digest, essay, inline, item, paragraphs, point, section

REF = "ab"


def messages(view: View) -> list[list[dict[str, Any]]]:
    return [judge_slack(part) for part in slack_blocks.render(view, WORDS).parts]


def blocks_of(issue: Issue, name: str) -> list[dict[str, Any]]:
    parts = {part.name: part for part in slack_blocks.render(IssueView(issue), WORDS).parts}
    return judge_slack(parts[name])


def elements_of(*blocks: Any) -> list[dict[str, Any]]:
    """Return the rich text elements of an essay of these blocks, without its title."""
    found = blocks_of(essay(section("", tuple(blocks))), "overview")
    elements: list[dict[str, Any]] = found[2]["elements"]
    return elements


def text(shown: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": shown, **({"style": style} if style else {})}


def part_of_list(*entries: list[dict[str, Any]], style: str = "bullet", indent: int = 0) -> dict[str, Any]:
    sections = [{"type": "rich_text_section", "elements": entry} for entry in entries]
    return {"type": "rich_text_list", "style": style, "indent": indent, "elements": sections}


def test_the_overview_has_a_header_the_facts_and_the_headlines() -> None:
    header, facts, body = blocks_of(digest(item(1, "甲"), item(2, "乙"), title="日报 02-12"), "overview")
    assert header == {"type": "header", "text": {"type": "plain_text", "text": "日报 02-12", "emoji": False}}
    assert facts["elements"][0]["text"] == "星期四 · 2 条 · 约 1 分钟"
    assert slack_text(body) == "1. 甲\n2. 乙"


def test_an_item_is_a_linked_title_a_list_of_points_and_buttons() -> None:
    story = item(
        3, "标题", point("是什么", "文"), point("建议", "", "甲"), urls=("https://a.example/", "https://b.example/")
    )
    body, buttons = blocks_of(digest(story), "item-3")
    assert body["elements"] == [
        {
            "type": "rich_text_section",
            "elements": [
                text("3. ", bold=True),
                {"type": "link", "url": "https://a.example/", "text": "标题", "style": {"bold": True}},
            ],
        },
        part_of_list([text("是什么", bold=True), text("："), text("文")], [text("建议", bold=True), text("：")]),
        part_of_list([text("甲")], indent=1),
    ]
    assert [(button["text"]["text"], button.get("url"), button["action_id"]) for button in buttons["elements"]] == [
        ("a.example", "https://a.example/", "link:1"),
        ("b.example", "https://b.example/", "link:2"),
        ("链接", None, "permalink"),
    ]


def test_an_item_with_as_many_sources_as_fit_beside_each_other_still_names_its_address() -> None:
    story = item(1, "题", urls=tuple(f"https://h{number}.example/" for number in range(25)))
    *_, last = blocks_of(digest(story), "item-1")
    assert [button["action_id"] for button in last["elements"]][-1] == "permalink"


def test_only_delivered_items_name_their_address() -> None:
    (part,) = slack_blocks.render(ItemView(digest(item(1)), "r", 1), WORDS).parts
    assert "permalink" not in str(part.payload)


def test_the_overview_of_a_thread_has_trends_and_a_button_for_each_item() -> None:
    issue = digest(item(1, "甲"), item(2, "乙"), trends=(point("缓存", "分层"),))
    overview, *_ = slack_blocks.render(IssueView(issue, ref="ref"), WORDS).parts
    *_, actions = judge_slack(overview)
    assert "缓存：分层" in overview.text
    assert [(button["text"]["text"], button["value"]) for button in actions["elements"]] == [
        ("1", "1:a:ref:1"),
        ("2", "1:a:ref:2"),
    ]


def test_text_carries_the_whole_item_and_cannot_mention_anyone() -> None:
    story = item(1, "题", point("", "<!channel> <@U1> a & b"))
    part = slack_blocks.render(IssueView(digest(story)), WORDS).parts[1]
    judge_slack(part)
    assert part.payload["text"] == "1. 题\n\n&lt;!channel&gt; &lt;@U1&gt; a &amp; b"
    assert part.text == "1. 题\n\n<!channel> <@U1> a & b"


def test_lists_continue_their_numbers_and_keep_their_depth() -> None:
    inner = BulletList((ListItem(paragraphs("深")),))
    assert elements_of(
        OrderedList((ListItem((*paragraphs("甲", "甲二"), inner)), ListItem(paragraphs("乙"))), start=3)
    ) == [
        {**part_of_list([text("甲"), text("\n"), text("甲二")], style="ordered"), "offset": 2},
        part_of_list([text("深")], indent=1),
        {**part_of_list([text("乙")], style="ordered"), "offset": 3},
    ]


def test_the_bullets_of_a_list_share_it_and_go_on_below_deeper_ones() -> None:
    deep = BulletList((ListItem(paragraphs("深")),))
    entries = BulletList((*map(ListItem, (paragraphs("甲"), paragraphs("乙"))), ListItem((*paragraphs("丙"), deep))))
    assert elements_of(entries) == [
        part_of_list([text("甲")], [text("乙")], [text("丙")]),
        part_of_list([text("深")], indent=1),
    ]


def test_paragraphs_quotes_and_code_are_elements_of_one_block() -> None:
    assert elements_of(
        *paragraphs("一", "二"), Quote((*paragraphs("引"), inner_list())), CodeBlock("a <b>"), *paragraphs("三")
    ) == [
        {"type": "rich_text_section", "elements": [text("一"), text("\n\n"), text("二")]},
        {"type": "rich_text_quote", "elements": [text("引"), text("\n\n"), text("• "), text("项")]},
        {"type": "rich_text_preformatted", "elements": [text("a <b>")]},
        {"type": "rich_text_section", "elements": [text("\n"), text("三")]},
    ]


def inner_list() -> BulletList:
    return BulletList((ListItem(paragraphs("项")),))


def test_styles_and_links_are_structure() -> None:
    content = (
        Emphasis((Text("斜"),)),
        Strikethrough((Code("删"),)),
        Link("https://example.com/", (Text("链"),)),
        Link("mailto:a@example.com", (Text("a@example.com"),)),
        Link("javascript:alert(1)", (Text("文"),)),
    )
    assert elements_of(Paragraph(content))[0]["elements"] == [
        text("斜", italic=True),
        text("删", strike=True, code=True),
        {"type": "link", "url": "https://example.com/", "text": "链"},
        {"type": "link", "url": "mailto:a@example.com", "text": "a@example.com"},
        text("文"),
    ]


def test_headings_are_headers_unless_too_long_or_linked() -> None:
    linked = Heading(2, (Link("https://example.com/", (Text("链"),)),))
    found = blocks_of(essay(section("短"), section("长" * 151), section("", (linked,))), "overview")
    assert [block["type"] for block in found] == ["header", "context", "header", "rich_text"]


def table_of(rows: int, columns: int, cell: str = "格") -> Table:
    return Table((inline("头"),) * columns, ((inline(cell),) * (columns - 1) + ((),),) * rows)


def test_a_table_is_native_and_its_empty_cells_are_spaces() -> None:
    found = blocks_of(essay(section("", (table_of(2, 2),))), "overview")
    assert found[2]["type"] == "table"
    assert len(found[2]["rows"]) == 3
    assert slack_text(found[2]["rows"][0]) == "头头"
    assert slack_text(found[2]["rows"][1]) == "格 "


@pytest.mark.parametrize("table", [table_of(100, 2), table_of(2, 21), table_of(50, 20, "很长的格子")])
def test_a_table_that_slack_would_refuse_is_readable_rows(table: Table) -> None:
    found = [block["type"] for blocks in messages(IssueView(essay(section("", (table,))))) for block in blocks]
    assert "table" not in found


def test_only_the_first_table_of_a_message_is_native() -> None:
    found = blocks_of(essay(section("", (table_of(1, 2), *paragraphs("间"), table_of(1, 3)))), "overview")
    assert [block["type"] for block in found] == ["header", "context", "table", "rich_text"]
    assert slack_text(found[3]) == "间\n\n格 — 头：格"


def test_a_long_item_continues_in_a_further_message_with_the_buttons() -> None:
    story = item(2, "题", *[point("要点", "一个 & 句子。" * 100)] * 8, urls=("https://example.com/",))
    parts = slack_blocks.render(IssueView(digest(story)), WORDS).parts[1:]
    assert [part.name for part in parts] == ["item-2", *(f"item-2.{number}" for number in range(2, len(parts) + 1))]
    found = [judge_slack(part) for part in parts]
    assert [blocks[-1]["type"] for blocks in found] == ["rich_text"] * (len(parts) - 1) + ["actions"]
    assert parts[1].text.startswith(f"2. 题（续 2/{len(parts)}）")


def test_many_headings_stay_within_the_blocks_of_a_message() -> None:
    found = messages(IssueView(essay(*[section(f"第{number}节", "文") for number in range(60)])))
    assert len(found) == 3


def test_acting_buttons_carry_the_action_and_unique_ids() -> None:
    issue = digest(*[item(number) for number in range(1, 31)])
    ((*_, first, second),) = messages(HeadlinesView(issue, REF))
    buttons = first["elements"] + second["elements"]
    assert [button["action_id"] for button in buttons] == [f"digest:{number}" for number in range(1, 32)]
    assert buttons[0]["value"] == encode(TurnToItem(REF, 1))
    assert buttons[-1]["value"] == encode(SendAll(REF))


def test_an_item_turns_its_page_beside_its_sources() -> None:
    issue = digest(item(1, urls=("https://example.com/",)), item(2))
    ((*_, links, actions),) = messages(ItemView(issue, REF, 1))
    assert [button["action_id"] for button in links["elements"]] == ["link:1"]
    assert [button["value"] for button in actions["elements"]] == [
        encode(TurnToHeadlines(REF)),
        encode(TurnToItem(REF, 2)),
    ]


def test_an_answer_without_buttons_ends_with_its_hint() -> None:
    ((*_, last),) = messages(HeadlinesView(digest(item(1)), REF, buttons=False))
    assert slack_text(last).endswith("\n\n" + WORDS.ask_for_item)


def test_an_answer_too_long_is_one_message_that_ends_in_an_ellipsis() -> None:
    (part,) = slack_blocks.render(ItemView(digest(item(1, "题", point("点", "句子。" * 3000))), REF, 1), WORDS).parts
    judge_slack(part)
    assert part.text.endswith("句子。…")


def test_long_addresses_alone_part_no_message() -> None:
    links = tuple(Link(f"https://a.example/{'x' * 100}{n}", (Text("字" * 100),)) for n in range(32))
    assert len(messages(IssueView(essay(section("", (Paragraph(links),)))))) == 1
