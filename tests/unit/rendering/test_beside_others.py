"""What other libraries get wrong on the same text, as `bot/README.md` tells, and ours gets right."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import telegramify_markdown
from markdown_to_mrkdwn import SlackMarkdownConverter

from formatters.rendering import slack_blocks, telegram_html
from formatters.views import IssueView
from tests.unit.rendering.judges import Parsed, judge_slack, judge_telegram, slack_text
from tests.unit.rendering.makers import WORDS

README = (Path(__file__).parents[3] / "bot" / "README.md").read_text("utf-8")
TABLE = "| a | b |\n|---|---|\n| 1 | **2** |"


def ours(markdown: str) -> tuple[Parsed, list[dict[str, Any]]]:
    from formatters.reading import read_post

    data = f"---\ntitle: t\ndate: 2026-03-05\n---\n\n{markdown}\n".encode()
    issue = read_post(data, name="t.md", home=ZoneInfo("UTC")).issue
    (telegram,) = telegram_html.render(IssueView(issue), WORDS).parts
    (slack,) = slack_blocks.render(IssueView(issue), WORDS).parts
    return judge_telegram(telegram), judge_slack(slack)


def telegramify(markdown: str) -> tuple[str, list[tuple[str, str | None]]]:
    text, entities = telegramify_markdown.convert(markdown)
    return text, [(entity.type, entity.url) for entity in entities]


def mrkdwn(markdown: str) -> str:
    return str(SlackMarkdownConverter().convert(markdown))


@pytest.mark.parametrize(
    ("markdown", "bold"), [("**“文字”**中文", "“文字”"), ("中**（注）**中", "（注）"), ("**100%**的", "100%")]
)
def test_bold_beside_chinese_is_bold(markdown: str, bold: str) -> None:
    telegram, slack = ours(markdown)
    assert bold in telegram.texts("Bold")
    assert f"'text': '{bold}', 'style': {{'bold': True}}" in str(slack)
    assert telegramify(markdown) == (markdown, [])
    assert f"*{bold}*" in mrkdwn(markdown)  # which Slack shows with its asterisks


def test_multiplication_is_no_emphasis() -> None:
    telegram, slack = ours("5 * 3 * 2")
    assert telegram.text.endswith("5 * 3 * 2")
    assert slack_text(slack).endswith("5 * 3 * 2")
    assert telegramify("5 * 3 * 2") == ("5 * 3 * 2", [])
    assert mrkdwn("5 * 3 * 2") == "5 _ 3 _ 2"


def test_nobody_is_called() -> None:
    telegram, slack = ours("<!channel> hi")
    assert telegram.text.endswith("<!channel> hi")
    assert slack_text(slack).endswith("<!channel> hi")
    assert telegramify("<!channel> hi") == ("", [])
    assert mrkdwn("<!channel> hi") == "<!channel> hi"


def test_a_table_is_a_table_or_readable_rows() -> None:
    telegram, slack = ours(TABLE)
    assert telegram.text.endswith("\n\n1 — b：2")
    assert "2" in telegram.texts("Bold")
    assert [block["type"] for block in slack][-1] == "table"
    assert telegramify(TABLE) == ("a | b\n--+--\n1 | 2", [("pre", None)])
    wide = telegramify("| 维度 | x |\n|---|---|\n| a | b |")[0]  # 维度 takes four columns
    assert wide == "维度 | x\n---+--\na  | b"
    assert mrkdwn(TABLE) == "*a* | *b*\n1 | *2*"


def test_a_script_is_no_link() -> None:
    telegram, slack = ours("[x](javascript:alert(1))")
    assert telegram.links == []
    assert "'url'" not in str(slack)
    assert telegramify("[x](javascript:alert(1))")[1] == [("text_link", "javascript:alert(1)")]
    assert mrkdwn("[x](javascript:alert(1))") == "<javascript:alert(1|x>)"


def test_the_table_of_the_readme_has_a_line_for_each() -> None:
    table = README.partition("### Beside other libraries")[2].partition("###")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    named = (
        "`**“文字”**中文`, `中**（注）**中`, `**100%**的`",
        "`5 * 3 * 2`",
        "`<!channel> hi`",
        "a table",
        "`[x](java",
    )
    assert [line.removeprefix("| ").startswith(name) for line, name in zip(lines, named, strict=True)] == [True] * 5
    for told in ("`*“文字”*中文`", "`5 _ 3 _ 2`", "nothing at all", "`<!channel> hi`: calls everybody"):
        assert told in table
