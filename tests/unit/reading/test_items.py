"""Sources, labels and points of an item."""

from __future__ import annotations

import pytest

from formatters.document import Code, CodeBlock, OrderedList, Quote, Table, Text, plain, plain_blocks
from formatters.issue import Item, Point, SourceLink
from tests.unit.reading.reader import body


def item(text: str) -> Item:
    """Return the first of two items, which hold `text` and a source line."""
    issue = body(f"## 1) 一\n\n{text}\n\n## 2) 二\n\n来源：https://z.com\n\n- **是什么**：x\n\n## 今日趋势\n\n- y\n")
    assert issue.kind == "digest"
    return issue.items[0]


def shown(points: tuple[Point, ...]) -> list[tuple[str, str]]:
    return [(plain(point.label), plain(point.text)) for point in points]


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("来源：https://a.com/x", [("https://a.com/x", None)]),
        ("来源: <https://a.com/x>", [("https://a.com/x", None)]),
        ("**来源**：[OpenAI](https://a.com/x)", [("https://a.com/x", "OpenAI")]),
        ("**来源：** https://a.com/x", [("https://a.com/x", None)]),
        ("> 来源：https://a.com/x", [("https://a.com/x", None)]),
        ("*原文链接：[A](https://a.com)*", [("https://a.com", "A")]),
        ("🔗 Source: https://a.com/x", [("https://a.com/x", None)]),
        ("Sources: [A](https://a.com), [B](https://b.com)", [("https://a.com", "A"), ("https://b.com", "B")]),
        ("来源：[A](https://a.com) 和 [B](https://b.com)", [("https://a.com", "A"), ("https://b.com", "B")]),
        ("来源：A（https://a.com）、B C（https://b.com）", [("https://a.com", "A"), ("https://b.com", "B C")]),
        ("来源：https://a.com（官方博客）", [("https://a.com", "官方博客")]),
        ("来源：https://a.com，https://a.com", [("https://a.com", None)]),
        ("来源：综合整理", [(None, "综合整理")]),
        ("来源：[A](https://a.com)，综合整理", [("https://a.com", "A"), (None, "综合整理")]),
        ("来源：[内部](/notes)", [(None, "内部")]),
        (
            "来源：\n- https://a.com\n- [B](https://b.com)\n- C：https://c.com",
            [("https://a.com", None), ("https://b.com", "B"), ("https://c.com", "C")],
        ),
        ("来源：\nhttps://a.com\nhttps://b.com", [("https://a.com", None), ("https://b.com", None)]),
        ("- **来源**：https://a.com", [("https://a.com", None)]),
        ("- 来源：https://a.com", [("https://a.com", None)]),
        ("- **来源**：\n  - https://a.com\n  - 综合", [("https://a.com", None), (None, "综合")]),
        ("[原文](https://a.com) | <https://b.com>", [("https://a.com", "原文"), ("https://b.com", None)]),
        ("출처: https://a.com", [("https://a.com", None)]),
        ("Kaynak: [A](https://a.com)", [("https://a.com", "A")]),
        ("来源：", []),
    ],
)
def test_sources_are_found_in_every_form(text: str, sources: list[tuple[str | None, str | None]]) -> None:
    found = item(f"{text}\n\n* **是什么**：正文")
    assert [(source.url, source.label) for source in found.sources] == sources
    assert shown(found.points) == [("是什么", "正文")]


def test_addresses_and_points_in_one_list_are_told_apart() -> None:
    found = item(
        "来源（候选）：\n- https://a.com\n- https://b.com\n\n- **是什么**：见 https://c.com\n- 其他 https://d.com"
    )
    assert [source.url for source in found.sources] == ["https://a.com", "https://b.com"]
    assert found.sources_note == "候选"
    assert shown(found.points) == [("是什么", "见 https://c.com"), ("", "其他 https://d.com")]


def test_a_source_line_without_a_blank_line_around_it() -> None:
    found = item("正文一。\n来源：https://a.com\n正文二。")
    assert [source.url for source in found.sources] == ["https://a.com"]
    assert shown(found.points) == [("", "正文一。"), ("", "正文二。")]


def test_a_link_in_the_title_is_a_source_and_the_title_its_text() -> None:
    issue = body("## 1. [标题](https://a.com)\n\n正文\n\n## 2. 见 [文档](https://b.com)\n\n正文\n")
    assert [(plain(found.title), found.sources) for found in issue.items] == [
        ("标题", (SourceLink("https://a.com"),)),
        ("见 文档", (SourceLink("https://b.com", "文档"),)),
    ]
    assert issue.items[0].title == (Text("标题"),)


def test_a_long_sentence_that_begins_like_a_source_line_is_a_point() -> None:
    sentence = "参考：" + "这是一个很长的句子，" * 30
    assert shown(item(sentence).points) == [("", sentence)]


def test_a_name_for_an_address_given_before_is_kept() -> None:
    found = item("来源：https://a.com\n\n原文：[官方公告](https://a.com)")
    assert found.sources == (SourceLink("https://a.com"),)
    assert found.sources_note == "官方公告"


@pytest.mark.parametrize(
    ("text", "label", "rest"),
    [
        ("- **标签**：正文", "标签", "正文"),
        ("- **标签**: 正文", "标签", "正文"),
        ("- **标签：**正文", "标签", "正文"),
        ("- **Label:** text", "Label", "text"),
        ("- **标签** ：正文", "标签", "正文"),
        ("- 🔹 **标签**：正文", "🔹 标签", "正文"),
        ("- ** 不成立**：正文", "", "** 不成立**：正文"),
        ("- **只是强调**的正文", "", "只是强调的正文"),
        ("- **只有粗体**", "", "只有粗体"),
        ("- “**引用**”：正文", "", "“引用”：正文"),
        ("- 标签：正文", "", "标签：正文"),
        ("**标签**：正文", "标签", "正文"),
        ("1. **标签**：正文", "标签", "正文"),
        ("- [ ] 待办", "", "☐ 待办"),
        ("- [x] **标签**：完成", "☑ 标签", "完成"),
    ],
)
def test_a_label_is_a_bold_start_with_a_colon(text: str, label: str, rest: str) -> None:
    assert shown(item(text).points) == [(label, rest)]


def test_points_have_sub_points_of_any_depth() -> None:
    (point,) = item("- **影响**：若是：\n  - 一\n  - **二**：`x`\n    - 三\n").points
    assert plain(point.text) == "若是："
    assert shown(point.points) == [("", "一"), ("二", "x")]
    assert point.points[1].text == (Code("x"),)
    assert shown(point.points[1].points) == [("", "三")]
    assert [sub.line for sub in point.points] == [8, 9]


def test_a_bold_line_over_sub_points_is_their_label() -> None:
    (point,) = item("- **影响**\n  - 一\n").points
    assert (plain(point.label), point.text) == ("影响", ())
    (point,) = item("- 影响\n  - 一\n").points
    assert (point.label, plain(point.text)) == ((), "影响")


def test_blocks_inside_an_item_survive() -> None:
    found = item("段落\n\n1. 一\n2. 二\n\n```py\ncode\n```\n\n> 引用\n\n| a |\n|---|\n| b |\n\n---\n")
    assert shown(found.points[:1]) == [("", "段落")]
    blocks = [block for point in found.points for block in point.blocks]
    assert [type(block) for block in blocks] == [OrderedList, CodeBlock, Quote, Table]
    assert plain_blocks(blocks) == "1. 一\n2. 二\ncode\n引用\na\nb"


def test_blocks_inside_a_point_survive() -> None:
    (point,) = item("- **步骤**：如下\n\n  后一段\n\n  1. 一\n  2. 二\n\n  ```\n  code\n  ```\n  - 子项\n").points
    assert plain(point.text) == "如下"
    assert plain_blocks(point.blocks) == "后一段\n1. 一\n2. 二\ncode"
    assert shown(point.points) == [("", "子项")]


def test_a_bullet_that_is_only_code_is_a_point() -> None:
    (point,) = item("- ```\n  code\n  ```\n").points
    assert plain_blocks(point.blocks) == "code"


def test_headings_inside_an_item_are_labels() -> None:
    found = item(
        "### 是什么\n\n正文\n\n### 影响\n\n- 一\n- 二\n\n### 代码\n\n```\nx\n```\n\n### 来源\n\n- https://a.com\n"
    )
    assert shown(found.points) == [("是什么", "正文"), ("影响", ""), ("代码", "")]
    assert shown(found.points[1].points) == [("", "一"), ("", "二")]
    assert plain_blocks(found.points[2].blocks) == "x"
    assert found.sources == (SourceLink("https://a.com"),)


def test_rules_and_labelled_numbers_inside_a_point() -> None:
    (point,) = item("- **步骤**：如下\n\n  1. **一**：甲\n  2. **二**：乙\n\n  ***\n").points
    assert shown(point.points) == [("一", "甲"), ("二", "乙")]
    assert point.blocks == ()


def test_a_meant_line_end_in_a_label_and_in_a_source_line() -> None:
    found = item("来源：[A](https://a.com)、  \n[B](https://b.com)\n\n- **标<br>签：**正文")
    assert [source.label for source in found.sources] == ["A", "B"]
    assert shown(found.points) == [("标\n签", "正文")]
