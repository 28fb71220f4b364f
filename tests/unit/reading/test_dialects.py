"""Dialects are data: the best fit is chosen, a post or a caller can name one, and anybody can add one."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import dedent

import pytest

from formatters.document import plain
from formatters.reading import Reading, read_post
from formatters.reading.dialect import Dialect, DialectError, built_in, dialect_named, parse_dialect
from formatters.reading.explanation import lines_of, verdicts
from tests.unit.reading.reader import HEAD, SHANGHAI, reading, refusal

OWN = """
name = "arrows"
about = "each line that begins with arrows is an item"
weight = 0.9

[item]
begins = "heading"
number = '''>>+\\s*(?P<number>\\d+)\\s*'''
line = '''{marks}>>+\\s*(?P<number>\\d+)\\s*'''

[keywords]
sources = ["belegt durch"]
skip = ["wegweiser"]
"""
ITEMS = "## {0}1. 一\n\n来源：https://a.com\n\n## {0}2. 二\n\n来源：https://b.com\n"

OF_DIGESTS = (
    """
نشرة الذكاء|Nachrichten aus Berlin|Weekly notes|Noticias de hoy|Boletim de IA|Actus de la semaine|今週のAI|이번 주 소식
Новости|Haftalık notlar|第 14 期|晨报
""".strip()
    .replace("\n", "|")
    .split("|")
)
"""Titles that say "digest", at least one for each language of the keywords."""


def titles(result: Reading) -> list[str]:
    return [plain(item.title) for item in result.issue.items]


def read(text: str, *, dialect: str | None = None, dialects: Sequence[Dialect] | None = None) -> Reading:
    data = (HEAD + dedent(text)).encode()
    return read_post(data, name="post.md", home=SHANGHAI, dialect=dialect, dialects=dialects)


def test_the_reasons_are_told_for_each_dialect() -> None:
    told = verdicts(reading(HEAD + ITEMS.format("")))
    assert (
        told[0] == "dialect numbered (score 0.98): 2 items, 2 with sources, 0 with labels of digests, 100% of the text"
    )
    assert "not parenthesis (score 0.00): nothing begins an item" in told
    assert verdicts(reading(HEAD + "正文"))[0] == "essay: no dialect fits"


def test_what_each_line_became_is_told() -> None:
    result = reading(
        HEAD + "# 日报\n\n> 说明\n\n## 模型\n\n### 1) 一\n\n来源：https://a.com\n\n- **是什么**：甲\n  - 乙\n\n"
        "### 2) 二\n\n来源：https://b.com\n\n```\ncode\n```\n\n## 今日趋势\n\n- **稳**：x\n\n"
        "## 接下来关注\n\n- y\n\n## 其他\n\n尾声\n\n***\n\n完"
    )
    assert lines_of(result) == [
        (5, "left out: the title"),
        (7, "intro, quote: 说明"),
        (11, "item 1: 一 (under 模型)"),
        (13, "source of item 1: https://a.com"),
        (15, "point of item 1: [是什么] 甲"),
        (16, "sub-point of item 1: 乙"),
        (18, "item 2: 二 (under 模型)"),
        (20, "source of item 2: https://b.com"),
        (22, "point of item 2, codeblock: code"),
        (26, "trends: 今日趋势"),
        (28, "trend: [稳] x"),
        (30, "watch list: 接下来关注"),
        (32, "to watch: y"),
        (34, "section: 其他"),
        (36, "text, paragraph: 尾声"),
        (40, "text, paragraph: 完"),
    ]


def test_a_post_names_its_dialect() -> None:
    head = HEAD.replace("+++\n", "+++\ndialect = '{}'\n", 1)
    numbers = "## 1. 一\n\n段落。\n\n## 2. 二\n\n段落。\n"
    assert reading(HEAD + numbers).issue.kind == "essay"
    assert titles(reading(head.format("numbered") + numbers)) == ["一", "二"]
    assert reading(head.format("essay") + ITEMS.format("")).issue.kind == "essay"


def test_a_name_that_nobody_knows_is_refused_with_its_line() -> None:
    error = refusal(HEAD.replace("+++\n", '+++\ndialect = "klingon"\n', 1) + "正文")
    assert str(error) == (
        "post.md:2: error: no dialect is called 'klingon'; write one of parenthesis, numbered, list, headings, essay"
    )
    with pytest.raises(DialectError, match="klingon"):
        read("正文", dialect="klingon")


@pytest.mark.parametrize("name", ["numbered", "list"])
def test_a_dialect_that_finds_nothing_in_the_post_that_names_it_is_told(name: str) -> None:
    result = reading(HEAD.replace("+++\n", f'+++\ndialect = "{name}"\n', 1) + "正文")
    (warning,) = result.diagnostics
    assert (warning.line, warning.problem) == (
        2,
        f"nothing in the post begins an item in the dialect {name!r}",
    )
    assert result.issue.kind == "essay"


def test_a_caller_names_the_only_dialect_that_may_fit() -> None:
    assert read(ITEMS.format(""), dialect="numbered").dialect == "numbered"
    assert read(ITEMS.format(""), dialect="parenthesis").dialect == "essay"
    assert read(ITEMS.format(""), dialect="essay").dialect == "essay"
    assert read("## 1. 一\n\nx\n\n## 2. 二\n\ny\n", dialect="numbered").diagnostics == ()


def test_a_dialect_of_ones_own() -> None:
    own = parse_dialect(OWN)
    text = "\\>> 1 一\n\nBelegt durch: https://a.com\n\n\\>> 2 二\n\n来源：https://b.com\n\n## Wegweiser\n\n- eins\n"
    result = read(text, dialects=(own, *built_in()))
    assert (result.dialect, titles(result)) == ("arrows", ["一", "二"])
    assert [item.first_url for item in result.issue.items] == ["https://a.com", "https://b.com"]
    assert result.left_out == ((13, "a table of contents"),)
    assert dialect_named("arrows", (own,)) is own


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name = ", "a dialect is TOML"),
        ('name = "my own"', "needs a name"),
        ('name = "essay"', "needs a name"),
        ('name = "a"', "what begins an item"),
        ('name = "a"\n[item]\nbegins = "line"', "what begins an item"),
        ('name = "a"\nweight = 2\n[item]\nbegins = "linked bullet"', "the weight"),
        ('name = "a"\n[item]\nbegins = "heading"', "without number"),
        ('name = "a"\n[item]\nbegins = "heading"\nnumber = "("', "no regular expression"),
        ('name = "a"\n[item]\nbegins = "heading"\nnumber = "1"', "no group"),
        ('name = "a"\n[item]\nbegins = "linked bullet"\n[keywords]\nfoo = ["x"]', "not one of the lists"),
        ('name = "a"\n[item]\nbegins = "linked bullet"\n[keywords]\nskip = "x"', "not one of the lists"),
        ('name = "a"\nkeywords = 1\n[item]\nbegins = "linked bullet"', "what begins|not one of the lists"),
        ('name = "a"\n[item]\nbegins = "linked bullet"\n[keywords]\nskip = ["("]', "no regular expression"),
    ],
)
def test_what_is_wrong_with_a_dialect_is_told(text: str, problem: str) -> None:
    with pytest.raises(DialectError, match=problem):
        parse_dialect(text)


@pytest.mark.parametrize(
    ("line", "title", "points"),
    [
        ("{n}、标题", "标题", []),
        ("**{n}. 标题**", "标题", []),
        ("**{n}. 标题** 正文", "标题", ["正文"]),
        ("{n}、" + "长" * 100 + "。" + "短" * 100, "长" * 100 + "。", ["短" * 100]),
        ("{n}、" + "长" * 150, "长" * 150, []),
    ],
)
def test_lines_with_numbers_are_items(line: str, title: str, points: list[str]) -> None:
    result = read("\n\n".join(line.format(n=n) + f"\n\n来源：https://a.com/{n}" for n in (1, 2)))
    assert titles(result) == [title, title]
    assert [plain(point.text) for point in result.issue.items[0].points] == points


def test_lines_that_follow_each_other_are_items_of_their_own() -> None:
    result = read(
        "导语\n1、一\n来源：https://a.com\n2、二\n来源：https://b.com\n\n## 今日趋势\n\n- **3、稳**：x\n\n**4. 尾**"
    )
    assert titles(result) == ["一", "二"]
    assert len(result.issue.trends) == 2


def test_brief_texts_with_links_are_news_and_long_ones_an_essay() -> None:
    brief = "".join(f"## {n}\n\n见[这里](https://a.com/{n})。\n\n" for n in "甲乙丙")
    assert read(brief).dialect == "headings"
    assert [source.label for item in read(brief).issue.items for source in item.sources] == ["这里"] * 3
    assert read(brief.replace("## 甲", "## 背景")).dialect == "essay"
    assert read(brief.replace("见", "见" * 700)).dialect == "essay"
    bullets = "".join(f"## {n}\n\n- 见[这里](https://a.com/x)。\n- 另\n\n" for n in "甲乙丙")
    assert [plain(point.text) for point in read(bullets).issue.items[0].points] == ["见这里。", "另"]
    nested = read("".join(f"## {n}\n\n- 甲\n  - [近](https://a.com/{n})\n- [远](https://b.com)\n\n" for n in "123"))
    assert [item.first_url for item in nested.issue.items] == [f"https://a.com/{n}" for n in "123"]
    mixed = read(brief + "## 丁\n\n来源：https://a.com/4\n")
    assert [bool(item.first_url) for item in mixed.issue.items] == [True] * 4
    labelled = "".join(f"## {n}\n\n- **是什么**：x\n\n" for n in "甲乙丙")
    assert read(labelled).dialect == "headings"


def test_brief_texts_with_links_are_an_essay_where_nothing_says_that_they_are_news() -> None:
    brief = "".join(f"## {n}\n\n见[这里](https://a.com/{n})。\n\n" for n in "甲乙丙")
    called = HEAD.replace("日报", "{}")
    for title in (*OF_DIGESTS, "Was war #3", "Notes, 2026-03-05", "Issue 14"):
        assert reading(called.format(title) + brief).dialect == "headings", title
    for title in ("三次搬家", "How we moved", "Notes on 3 moves", "An issue with caches", "Newsworthy"):
        result = reading(called.format(title) + brief)
        assert result.dialect == "essay", title
        assert any("neither the title nor trends" in fit.reason for fit in result.fits)
        assert reading(called.format(title) + brief + "## 今日趋势\n\n- 稳\n").dialect == "headings"


def test_a_note_of_the_editor_opens_the_issue() -> None:
    result = read("## 编者按\n\n大家好。\n\n" + ITEMS.format(""))
    assert [type(block).__name__ for block in result.issue.intro] == ["Heading", "Paragraph"]
    assert len(result.issue.items) == 2


@pytest.mark.parametrize(
    ("contents", "kept"),
    [
        ("- [一](#1)\n- [二](#2)", 0),
        ("1. 一\n   - 二\n2. 二", 0),
        ("- 一\n- 别的", 1),
        ("- 一\n- > 二", 1),
        ("## 目录\n\n- 随便\n- 什么", 0),
        ("## 目录\n\n- [外面](https://c.com)", 1),
        ("前面\n\n- 一\n- 二", 1),
    ],
)
def test_a_table_of_contents_is_left_out(contents: str, kept: int) -> None:
    result = read(f"{contents}\n\n{ITEMS.format('')}")
    assert titles(result) == ["一", "二"]
    assert len(result.issue.intro) + len(result.issue.sections) == kept
    assert all(reason == "a table of contents" for _, reason in result.left_out)


def test_a_very_long_heading_names_no_special_section() -> None:
    assert read("## 今日趋势" + "很长" * 60 + "\n\nx\n\n## 二\n\ny").issue.trends == ()


def test_what_stands_between_heading_and_bullets_of_a_list_is_kept() -> None:
    result = read("## 模型\n\n一句导语。\n\n- [甲](https://a.com)：一\n- [乙](https://b.com)：二\n")
    assert (result.dialect, titles(result)) == ("list", ["甲", "乙"])
    assert "一句导语。" in str(result.issue.intro) + str(result.issue.sections)


def test_a_rule_parts_points_and_is_none() -> None:
    (item,) = read("## 1. 一\n\n来源：https://a.com\n\n- 甲\n\n***\n\n- 乙\n\n## 今日趋势\n\n- 稳\n").issue.items
    assert [plain(point.text) for point in item.points] == ["甲", "乙"]
