"""The JSON object and the reading time."""

from __future__ import annotations

import json

from formatters.document import Paragraph, Text
from formatters.issue import Issue, Section
from formatters.json_view import issue_object
from formatters.reading_time import minutes
from tests.unit.reading.reader import body, issue_of


def test_a_digest_as_an_object() -> None:
    issue = body(
        """
        > 说明。

        ## 1) **一**

        来源：[A](https://a.com)

        - **是什么**：`x` 与 [y](https://y.com)
          1. 甲
          2. 乙
          - 子项
        - 无标签

        ## 2) 二

        来源：综合

        ## 今日趋势

        1. **稳**：x
           - 一
           - **二**：三
             - 四
        2. 全文

        ## 接下来关注

        - **冷**（注）

        ## 其他

        | a | b |
        |---|---|
        | c | d |
        """
    )
    assert issue_object(issue) == {
        "title": "日报",
        "date": "2026-02-12",
        "kind": "digest",
        "draft": False,
        "tags": [],
        "intro": "说明。",
        "items": [
            {
                "number": 1,
                "title": "一",
                "sources": [{"url": "https://a.com", "label": "A"}],
                "points": [
                    {
                        "label": "是什么",
                        "text": "x 与 y\n1. 甲\n2. 乙",
                        "points": [{"label": None, "text": "子项", "points": []}],
                    },
                    {"label": None, "text": "无标签", "points": []},
                ],
            },
            {"number": 2, "title": "二", "sources": [{"url": None, "label": "综合"}], "points": []},
        ],
        "trends": [{"title": "稳", "text": "x\n一\n二：三\n四"}, {"title": "", "text": "全文"}],
        "watch": [{"title": "冷", "text": "（注）"}],
        "sections": [{"title": "其他", "text": "a | b\nc | d"}],
    }


def test_an_essay_as_an_object() -> None:
    assert issue_object(issue_of("---\ntitle: a\ndraft: true\ntags: [b]\n---\nx\n\n## c\n\ny\n")) == {
        "title": "a",
        "date": None,
        "kind": "essay",
        "draft": True,
        "tags": ["b"],
        "intro": None,
        "items": [],
        "trends": [],
        "watch": [],
        "sections": [{"title": "", "text": "x"}, {"title": "c", "text": "y"}],
    }


def test_headings_over_items_are_sections_without_text() -> None:
    issue = body("## 模型\n\n- [一](https://a.com)\n- [二](https://b.com)\n\n## 工具\n\n- [三](https://c.com)\n")
    assert issue_object(issue)["sections"] == [{"title": "模型", "text": ""}, {"title": "工具", "text": ""}]


def test_the_object_is_json() -> None:
    assert json.loads(json.dumps(issue_object(body("x"))))["title"] == "日报"


def essay(text: str) -> Issue:
    return Issue("t", None, "essay", sections=(Section((), (Paragraph((Text(text),)),)),))


def test_reading_takes_at_least_a_minute() -> None:
    assert minutes(essay("x")) == 1


def test_chinese_counts_by_the_character_and_english_by_the_word() -> None:
    assert minutes(essay("字" * 2000)) == 6  # five for the characters, and the title
    assert minutes(essay("word " * 2300)) == 11
    assert minutes(essay("字" * 1999 + " it’s 3.5 GPT-5.3-Codex " * 10)) == 6
    assert minutes(essay("한국어 " * 2299)) == 10


def test_addresses_take_no_time() -> None:
    assert minutes(essay("https://a.com/a/b/c/d/e " * 2000)) == 1


def test_everything_that_is_shown_takes_time() -> None:
    short = body("## 1) 一\n\n- **是什么**：x\n\n## 2) 二\n\n- **是什么**：x\n")
    long = "字" * 400
    full = body(
        f"{long}\n\n## 1) {long}\n\n- **是什么**：{long}\n  - {long}\n\n      {long}\n\n## 2) 二\n\n- **是什么**：x\n\n"
        f"## 趋势\n\n- **{long}**：x\n\n## 接下来关注\n\n- {long}\n\n## 其他\n\n{long}\n"
    )
    assert minutes(short) == 1
    assert minutes(full) == 9
