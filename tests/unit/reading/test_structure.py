"""What is a digest, and what its parts are."""

from __future__ import annotations

from textwrap import dedent

import pytest

from formatters.document import Heading, Paragraph, Text, plain, plain_blocks
from formatters.issue import Issue
from tests.unit.reading.reader import HEAD, body, issue_of, reading

ITEMS = """
## 1) 一

来源：https://a.com

- **是什么**：x

## 2) 二

来源：https://b.com

- **是什么**：y
"""


def headlines(issue: Issue) -> list[tuple[int, str]]:
    return [(item.number, plain(item.title)) for item in issue.items]


def sections(issue: Issue) -> list[tuple[str, str]]:
    return [(plain(section.title), plain_blocks(section.blocks)) for section in issue.sections]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("## 1) 一", "## 2) 二"),
        ("## 1）一", "## 2）二"),
        ("## 1)一", "## 2)二"),
        ("## (1) 一", "## (2) 二"),
        ("# 1) 一", "# 2) 二"),
        ("## 1. 一", "## 2. 二"),
        ("### 1. 一", "### 2. 二"),
        ("### 1、一", "### 2、二"),
        ("## 🔥 1. 一", "## 🚀 2. 二"),
        ("## 1️⃣ 一", "## 2️⃣ 二"),
        ("## No.1 一", "## No.2 二"),
        ("## #1 一", "## #2 二"),
        ("## 第1条：一", "## 第2条：二"),
        ("## 01 - 一", "## 02 - 二"),
        ("**_Intro_**\n\n## **1. 一**", "## **2. 二**"),
    ],
)
def test_numbered_headings_with_sources_are_items(first: str, second: str) -> None:
    issue = body(f"{first}\n\n来源：https://a.com\n\n正文\n\n{second}\n\n来源：https://b.com\n\n正文\n")
    assert issue.kind == "digest"
    assert headlines(issue) == [(1, "一"), (2, "二")]
    assert issue.items[0].first_url == "https://a.com"


@pytest.mark.parametrize("first", ["## 3.5 版本", "## 2026.02.12 版本", "## 10:30 会议", "## 7 条新闻", "## 1."])
def test_other_numbers_are_not_items(first: str) -> None:
    result = reading(f"{HEAD}{first}\n\n来源：https://a.com\n\n## 其他\n\n来源：https://b.com\n")
    assert result.dialect == "headings"
    assert [plain(item.title) for item in result.issue.items] == [first.removeprefix("## "), "其他"]


def test_labels_that_recur_make_a_digest_without_sources() -> None:
    issue = body("## 1) 一\n\n- **要点**：x\n\n## 2) 二\n\n- **要点**：y\n")
    assert headlines(issue) == [(1, "一"), (2, "二")]
    assert [item.sources for item in issue.items] == [(), ()]


def test_one_item_beside_trends_is_a_digest() -> None:
    item = "## 1) 一\n\n来源：https://a.com\n\n正文\n"
    assert body(item).kind == "essay"
    assert body(item + "\n## 今日趋势\n\n1. **稳**：x\n").kind == "digest"
    assert body(item + "\n- **是什么**：x\n").kind == "digest"


@pytest.mark.parametrize(
    "essay",
    [
        "## 1. 起因\n\n段落。\n\n## 2. 经过\n\n段落。\n\n## 3. 结果\n\n段落。\n",
        "## 背景\n\n很长的段落。\n\n### 1. 一\n\n- **细节**：x\n\n### 2. 二\n\n- **别的**：y\n\n## 结论\n\n段落。\n",
        "## 背景\n\n" + "很长的段落。" * 50 + "\n\n### 1. 一\n\n- **优点**：x\n\n### 2. 二\n\n- **优点**：y\n",
        "## 背景\n\n"
        + "很长的段落。" * 50
        + "\n\n### 1. 一\n\n来源：https://a.com\n\n### 2. 二\n\n来源：https://b.com\n",
        "很长的段落。" * 50 + "\n\n## 参考资料\n\n- [a](https://a.com)\n- [b](https://b.com)\n",
        "## 想法\n\n" + "很长的段落。" * 50 + "\n\n## 工具\n\n- [a](https://a.com)\n- [b](https://b.com)\n",
        "## 目录\n\n- [一](#a)\n- [二](#b)\n\n## 一\n\n段落。\n",
        "- 没有链接\n- [a](https://a.com)\n",
        "只有一段。\n",
    ],
)
def test_numbers_and_lists_alone_do_not_make_a_digest(essay: str) -> None:
    issue = body(essay)
    assert (issue.kind, issue.items) == ("essay", ())


def test_an_essay_is_cut_at_its_main_headings() -> None:
    issue = body("开头。\n\n---\n\n## 一\n\n段落。\n\n### 细节\n\n更多。\n\n## 二\n\n---\n\n尾声。\n")
    assert sections(issue) == [("", "开头。"), ("一", "段落。\n细节\n更多。"), ("二", "尾声。")]
    assert [section.line for section in issue.sections] == [5, 9, 17]
    assert issue.sections[1].blocks[1] == Heading(3, (Text("细节"),), 13)


def test_a_lone_heading_above_the_others_does_not_swallow_them() -> None:
    issue = body("# 总标题\n\n引言。\n\n## 一\n\nx\n\n## 二\n\ny\n")
    assert sections(issue) == [("总标题", "引言。"), ("一", "x"), ("二", "y")]


def test_an_essay_may_have_empty_sections() -> None:
    assert sections(body("# A\n\n## B\n\nx\n")) == [("A", "B\nx")]
    assert sections(body("## A\n\n## B\n\nx\n")) == [("A", ""), ("B", "x")]


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("AI 日报｜2026-02-23", "AI 日报（2026-02-23）"),
        ("AI 日报｜2026-02-23", "AI日报"),
        ("AI Daily", "ai daily!"),
        ("AI 日报", "AI 日报 2026年2月23日"),
    ],
)
def test_a_heading_that_repeats_the_title_is_left_out(title: str, heading: str) -> None:
    issue = issue_of(f'+++\ntitle = "{title}"\ndate = 2026-02-23\n+++\n\n# {heading}\n\n> 说明。\n{ITEMS}')
    assert plain_blocks(issue.intro) == "说明。"
    assert issue.sections == ()


def test_a_first_level_heading_that_says_more_opens_the_intro() -> None:
    issue = body(f"# 今天很热闹\n\n说明。\n{ITEMS}")
    assert plain_blocks(issue.intro) == "今天很热闹\n说明。"
    assert [item.group for item in issue.items] == [(), ()]


def test_the_intro_is_what_precedes_the_first_item() -> None:
    issue = body(f"说明。\n\n> 提示。\n\n---\n{ITEMS}")
    assert [type(block).__name__ for block in issue.intro] == ["Paragraph", "Quote"]


def test_a_section_before_the_items_is_a_section() -> None:
    issue = body(f"说明。\n\n## 导读\n\n看这里。\n{ITEMS}")
    assert plain_blocks(issue.intro) == "说明。"
    assert sections(issue) == [("导读", "看这里。")]
    assert headlines(issue) == [(1, "一"), (2, "二")]


@pytest.mark.parametrize(
    "heading",
    [
        "今日趋势",
        "今日趋势总结（你应该带走的 5 点）",
        "📈 今日趋势",
        "九、趋势观察",
        "3. 本周趋势",
        "行业趋势与展望",
        "Trends",
        "Today's trends",
        "Key Takeaways (5)",
        "오늘의 트렌드",
        "Günün trendleri",
        "今日の動向",
    ],
)
def test_trends_are_known_by_their_heading(heading: str) -> None:
    issue = body(f"{ITEMS}\n## {heading}\n\n1. **稳**：x\n2. 没有粗体\n3. **冷**（注）\n\n一段。\n")
    assert plain(issue.trends_title) == heading
    assert [(plain(trend.label), plain(trend.text)) for trend in issue.trends] == [
        ("稳", "x"),
        ("", "没有粗体"),
        ("冷", "（注）"),
        ("", "一段。"),
    ]
    assert issue.sections == ()


@pytest.mark.parametrize(
    "heading",
    [
        "我接下来会关注什么",
        "我接下来会关注什么（3 条）",
        "👀 接下来关注",
        "明日关注",
        "下周值得关注的事",
        "关注清单",
        "What I'm watching next",
        "What to watch",
        "Watch list",
        "Looking ahead",
    ],
)
def test_the_watch_list_is_known_by_its_heading(heading: str) -> None:
    issue = body(f"{ITEMS}\n## {heading}\n\n1. **稳**：x\n")
    assert plain(issue.watch_title) == heading
    assert [(plain(entry.label), plain(entry.text)) for entry in issue.watch] == [("稳", "x")]


@pytest.mark.parametrize("heading", ["趋势科技发布新品", "值得关注", "总结", "关注我们", "Trending repositories"])
def test_other_headings_are_sections(heading: str) -> None:
    issue = body(f"{ITEMS}\n## {heading}\n\n- x\n")
    assert sections(issue) == [(heading, "x")]


def test_an_item_about_trends_is_an_item() -> None:
    issue = body(
        f"{ITEMS}\n## 3) 趋势科技发布新品\n\n来源：https://c.com\n\n## 今日趋势\n\n- x\n\n## 行业趋势\n\n- y\n"
    )
    assert headlines(issue)[2] == (3, "趋势科技发布新品")
    assert plain(issue.trends_title) == "今日趋势"
    assert sections(issue) == [("行业趋势", "y")]


def test_trends_may_stand_deeper_than_items() -> None:
    issue = body(f"{ITEMS}\n### 今日趋势\n\n- x\n")
    assert [plain(trend.text) for trend in issue.trends] == ["x"]
    assert len(issue.items[1].points) == 1


def test_late_sections_and_sections_between_items_are_kept() -> None:
    issue = body(
        f"{ITEMS}\n## 工具\n\nz\n\n## 3) 三\n\n来源：https://c.com\n\n## 今日趋势\n\n- x\n\n## 参考\n\n- [r](https://r.com)\n"
    )
    assert headlines(issue) == [(1, "一"), (2, "二"), (3, "三")]
    assert sections(issue) == [("工具", "z"), ("参考", "r")]


def test_headings_that_only_gather_items_are_their_group() -> None:
    issue = body("# 模型\n\n## 1. 一\n\n来源：https://a.com\n\n# 工具\n\n说明。\n\n## 2. 二\n\n来源：https://b.com\n")
    assert [plain(item.group) for item in issue.items] == ["模型", ""]
    assert plain_blocks(issue.intro) == ""
    assert sections(issue) == [("工具", "说明。")]


def test_a_group_may_have_text_of_its_own() -> None:
    issue = body("## 模型\n\n说明。\n\n### 1. 一\n\n来源：https://a.com\n\n### 2. 二\n\n来源：https://b.com\n")
    assert [plain(item.group) for item in issue.items] == ["模型", "模型"]
    assert sections(issue) == [("模型", "说明。")]


@pytest.mark.parametrize("numbers", [(1, 1, 2), (2, 1, 3), (1, 3, 3)])
def test_numbers_that_do_not_rise_are_replaced_and_told(numbers: tuple[int, ...]) -> None:
    result = reading(HEAD + "".join(f"## {number}) x\n\n来源：https://a.com/{number}\n\n" for number in numbers))
    assert [item.number for item in result.issue.items] == [1, 2, 3]
    (warning,) = result.diagnostics
    assert warning.severity == "warning"
    assert warning.line in {9, 13}


def test_numbers_that_rise_are_kept() -> None:
    result = reading(HEAD + "".join(f"## {number}) x\n\n来源：https://a.com/{number}\n\n" for number in (0, 2, 7)))
    assert [item.number for item in result.issue.items] == [0, 2, 7]
    assert result.diagnostics == ()


def test_headings_that_are_links_are_items() -> None:
    issue = body("### [一](https://a.com)\n\n正文\n\n### 🔗 **[二](https://b.com)**\n\n正文\n")
    assert [(item.number, plain(item.title), item.first_url) for item in issue.items] == [
        (1, "一", "https://a.com"),
        (2, "🔗 二", "https://b.com"),
    ]


def test_a_list_of_links_is_a_digest() -> None:
    issue = body(
        """
        说明。

        ## 模型

        - [一](https://a.com)：为什么
        - **[二](https://b.com)** - 好 ([讨论](https://hn.com), [论文](https://p.com))
          - 子项

        ## 工具

        1. 三发布 [链接](https://c.com)
        2. **四**：说明 [原文](https://d.com)
        3. https://e.com

        ## 今日趋势

        - x

        ## 参考

        - [r](https://r.com)
        """
    )
    assert issue.kind == "digest"
    assert headlines(issue) == [(1, "一"), (2, "二"), (3, "三发布"), (4, "四"), (5, "https://e.com")]
    assert [[(source.url, source.label) for source in item.sources] for item in issue.items] == [
        [("https://a.com", None)],
        [("https://b.com", None), ("https://hn.com", "讨论"), ("https://p.com", "论文")],
        [("https://c.com", "链接")],
        [("https://d.com", "原文")],
        [("https://e.com", None)],
    ]
    assert [[plain(point.text) for point in item.points] for item in issue.items] == [
        ["为什么"],
        ["好", "子项"],
        [],
        ["说明"],
        [],
    ]
    assert [plain(item.group) for item in issue.items] == ["模型", "模型", "工具", "工具", "工具"]
    assert plain_blocks(issue.intro) == "说明。"
    assert sections(issue) == [("参考", "r")]
    assert [plain(trend.text) for trend in issue.trends] == ["x"]


@pytest.mark.parametrize(
    ("bullet", "title", "text"),
    [
        ("[一](https://a.com)", "一", []),
        ("🔥 [一](https://a.com) — 说明", "🔥 一", ["说明"]),
        ("**一**：说明。[原文](https://a.com)", "一", ["说明。"]),
        ("**一**：详见 [文档](https://a.com)", "一", ["详见 文档"]),
        ("发布一（[官方](https://a.com)、[论文](https://b.com)）", "发布一", []),
        ("发布一：https://a.com", "发布一", []),
        ("详见 [文档](https://a.com)", "详见 文档", []),
        ("一条 [很长](https://a.com) 的新闻", "一条 很长 的新闻", []),
    ],
)
def test_what_a_linked_bullet_is_called(bullet: str, title: str, text: list[str]) -> None:
    item = body(f"- {bullet}\n- [二](https://b.com)\n").items[0]
    assert plain(item.title) == title
    assert [plain(point.text) for point in item.points] == text
    assert item.first_url == "https://a.com"


def test_a_list_of_links_keeps_what_stands_between() -> None:
    issue = body(
        """
        # 周报

        ## 模型

        说明。

        ### 开源

        - [一](https://a.com)

          后一段 `x`

          来源：https://a2.com
        - 说 [二](https://b.com) 的事

        ### 闭源

        ## 尾声
        """
    )
    assert headlines(issue) == [(1, "一"), (2, "说 二 的事")]
    assert [plain(item.group) for item in issue.items] == ["开源", "开源"]
    assert [plain(point.text) for point in issue.items[0].points] == ["后一段 x"]
    assert [source.url for source in issue.items[0].sources] == ["https://a.com", "https://a2.com"]
    assert sections(issue) == [("模型", "说明。"), ("闭源", ""), ("尾声", "")]
    assert plain_blocks(issue.intro) == "周报"


def test_headings_over_headings_name_the_group_together() -> None:
    issue = body("## 模型\n\n### 开源\n\n- [一](https://a.com)\n\n### 闭源\n\n- [二](https://b.com)\n\n## 杂项\n")
    assert [plain(item.group) for item in issue.items] == ["模型 · 开源", "模型 · 闭源"]
    assert sections(issue) == [("杂项", "")]


def test_footnotes_are_a_section_of_their_own() -> None:
    assert sections(body(f"{ITEMS}\n正文[^1]\n\n[^1]: 注。\n")) == [("", "[1] 注。")]
    assert sections(body("正文[^1]\n\n[^1]: 注。\n")) == [("", "正文[1]"), ("", "[1] 注。")]


def test_the_title_may_come_from_the_leading_heading() -> None:
    assert issue_of(f"# 日报\n{ITEMS}").title == "日报"
    issue = issue_of("说明。\n\n# 日报\n\n正文。\n")
    assert (issue.title, sections(issue)) == ("日报", [("", "说明。\n正文。")])
    issue = issue_of("## 一\n\nx\n\n## 二\n\ny\n")
    assert (issue.title, sections(issue)) == ("一", [("一", "x"), ("二", "y")])


def test_the_dialect_that_fits_is_named() -> None:
    assert reading(HEAD + ITEMS).dialect == "parenthesis"
    assert reading(HEAD + ITEMS.replace(")", ".")).dialect == "numbered"
    assert reading(HEAD + "- [a](https://a.com)\n- [b](https://b.com)\n").dialect == "list"
    assert reading(HEAD + dedent("### [a](https://a.com)\n### [b](https://b.com)\n")).dialect == "headings"
    assert reading(HEAD + "x").dialect == "essay"


def test_a_paragraph_is_never_an_item() -> None:
    issue = body("1) 一\n\n来源：https://a.com\n")
    assert issue.kind == "essay"
    assert all(not isinstance(block, Paragraph) or block.content for block in issue.sections[0].blocks)
