"""What a terminal shows."""

from __future__ import annotations

from typing import Any

from formatters.document import Block, BulletList, CodeBlock, Link, ListItem, Paragraph, Quote, Table, Text
from formatters.issue import Issue, Section
from formatters.parts import Part
from formatters.rendering import plain_text
from formatters.views import HeadlinesView, IssueView
from tests.unit.rendering.makers import WORDS, digest, essay, inline, item, paragraphs, point, section


def body_of(*blocks: Block) -> str:
    """Return an essay's text below its title and facts."""
    issue = Issue("题", None, "essay", sections=(Section((), blocks),))
    (part,) = plain_text.render(IssueView(issue), WORDS).parts
    assert part.payload["text"] == part.text
    return part.text.split("\n\n", 1)[1]


def styled(part: Part) -> list[tuple[str, str, str]]:
    """Return text, style and address of every stretch that has either."""
    entities: Any = part.payload["entities"]
    return [
        (part.text[one["offset"] : one["offset"] + one["length"]], one.get("style", ""), one.get("url", ""))
        for one in entities
    ]


def test_styles_and_addresses_stand_beside_the_text() -> None:
    story = item(1, "题", point("建议", "文"), urls=("https://a.example/",))
    part = plain_text.render(IssueView(digest(story)), WORDS).parts[1]
    assert styled(part) == [
        ("1. ", "bold", ""),
        ("题", "bold", "https://a.example/"),
        ("\n═════", "dim", ""),
        ("建议", "bold", ""),
        ("https://a.example/", "", "https://a.example/"),
    ]


def test_a_table_has_a_bold_header_and_faint_rules() -> None:
    table = Table((inline("甲"), inline("乙")), ((inline("一"), (Link("https://a.example/", (Text("二"),)),)),))
    issue = Issue("题", None, "essay", sections=(Section((), (CodeBlock("x"), table)),))
    (part,) = plain_text.render(IssueView(issue), WORDS).parts
    assert part.text.endswith("甲 │ 乙\n───┼────────────────────────\n一 │ 二 <https://a.example/>")
    assert styled(part)[-6:] == [
        ("x", "code", ""),
        ("甲", "bold", ""),
        ("乙", "bold", ""),
        ("\n───┼────────────────────────", "dim", ""),
        ("二", "", "https://a.example/"),
        (" <https://a.example/>", "dim", "https://a.example/"),
    ]


def test_titles_and_headings_are_underlined_as_wide_as_they_are() -> None:
    (part,) = plain_text.render(IssueView(essay(section("节 a", "文"), title="日报 x")), WORDS).parts
    assert part.text == "日报 x\n══════\n2026年2月12日 · 星期四 · 约 1 分钟\n\n节 a\n────\n\n文"


def test_an_item_lists_its_sources_and_indents_its_sub_points() -> None:
    story = item(1, "题", point("建议", "", "甲"), urls=("https://a.example/", "https://b.example/"))
    part = plain_text.render(IssueView(digest(story)), WORDS).parts[1]
    assert part.text == ("1. 题\n═════\n\n建议：\n  – 甲\n\n来源：\n  https://a.example/\n  https://b.example/")


def test_a_single_source_stands_on_the_line_of_its_name() -> None:
    part = plain_text.render(IssueView(digest(item(1, urls=("https://a.example/",)))), WORDS).parts[1]
    assert part.text.endswith("\n\n来源：https://a.example/")


def test_buttons_that_act_are_left_out_and_the_hint_stays() -> None:
    (part,) = plain_text.render(HeadlinesView(digest(item(1)), "ab", buttons=False), WORDS).parts
    assert part.text.endswith("\n\n1. 标题\n\n发送 /item 3 查看第 3 条")


def test_a_link_tells_its_address_unless_it_is_the_text_itself() -> None:
    content = (
        Link("https://a.example/", (Text("链"), Text("接"))),
        Text(" "),
        Link("https://b.example/", (Text("https://b.example/"),)),
        Text(" "),
        Link("mailto:a@example.com", (Text("写信"),)),
    )
    assert body_of(Paragraph(content)) == "链接 <https://a.example/> https://b.example/ 写信 (a@example.com)"


def test_quotes_code_and_lists_are_indented() -> None:
    entry = ListItem((*paragraphs("项"), BulletList((ListItem(paragraphs("深")),))))
    assert body_of(Quote(paragraphs("引")), CodeBlock("a\n b"), BulletList((entry,))) == (
        "│ 引\n\n    a\n     b\n\n• 项\n  – 深"
    )


def test_a_table_is_aligned_by_the_width_of_its_characters() -> None:
    table = Table((inline("维度"), inline("x")), ((inline("a"), inline("é")), (inline("三个字"), inline("👍"))))
    assert body_of(table) == "维度   │ x\n───────┼───\na      │ é\n三个字 │ 👍"


def test_a_table_too_wide_for_a_terminal_is_readable_rows() -> None:
    table = Table((inline("维度"), inline("说明")), ((inline("甲"), inline("字" * 60)), (inline("乙"), inline("短"))))
    assert body_of(table) == f"甲 — 说明：{'字' * 60}\n乙 — 说明：短"


def test_an_empty_cell_keeps_its_column() -> None:
    table = Table((inline("甲"), (), inline("丙")), ((inline("一"), (), ()), ((), inline("二"), inline("三"))))
    assert body_of(table) == "甲 │    │ 丙\n───┼────┼───\n一 │    │\n   │ 二 │ 三"
