"""What a preview shows of a part: the platform's own payload, with styles, links and buttons."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from types import ModuleType

import pytest
from rich.console import Console
from rich.text import Text

from bot.platforms.console.appearance import buttons_of, look_of
from bot.platforms.console.printer import print_parts
from formatters.document import (
    Block,
    BulletList,
    Code,
    CodeBlock,
    Emphasis,
    Link,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Strikethrough,
    Strong,
    Table,
)
from formatters.document import (
    Text as Words,
)
from formatters.issue import Issue, Section
from formatters.parts import Part
from formatters.rendering import plain_text, slack_blocks, telegram_html, telegram_rich
from formatters.views import HeadlinesView, IssueView, delivered
from tests.unit.rendering.golden import FORMS, POSTS, read
from tests.unit.rendering.makers import WORDS, digest, inline, item, paragraphs

LINK = Link("https://a.example/x", (Words("链接"),))
BLOCKS: tuple[Block, ...] = (
    Paragraph((Strong((Words("粗"),)), Emphasis((Words("斜"),)), Strikethrough((Words("删"),)), Code("码"), LINK)),
    BulletList((ListItem((*paragraphs("项"), BulletList((ListItem(paragraphs("深")),)))), ListItem(paragraphs("末")))),
    OrderedList((ListItem(paragraphs("首")), ListItem(paragraphs("次"))), 3),
    Quote((*paragraphs("引"), *paragraphs("用"))),
    CodeBlock("a\nb"),
    Table((inline("甲"), inline("乙")), ((inline("一"), inline("二")),)),
)
ESSAY = IssueView(Issue("题", None, "essay", sections=(Section(inline("节"), BLOCKS),)))


def styles(text: Text) -> dict[str, str]:
    """Return the style of each styled stretch."""
    return {text.plain[start:end]: str(style) for start, end, style in text.spans}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("post", POSTS, ids=lambda post: post.stem)
def test_every_word_and_address_of_a_part_is_shown(post: Path, form: str) -> None:
    style, render = FORMS[form]
    for part in render(delivered(read(post), style, ref="ref", bot="some_bot"), WORDS).parts:
        shown = look_of(part).plain
        wanted = re.findall(r"\w+", re.sub(r"^(?:\d+\.|–)|: |；|; |：|— ", " ", part.text, flags=re.MULTILINE))
        assert [word for word in wanted if word not in shown] == []
        if form.startswith("telegram-") and isinstance(text := part.payload.get("text"), str):
            assert all(address.replace("&amp;", "&") in shown for address in re.findall(r'<a href="([^"]+)"', text))


@pytest.mark.parametrize("module", [telegram_html, telegram_rich, slack_blocks, plain_text])
def test_styles_are_those_of_the_platform(module: ModuleType) -> None:
    (part,) = module.render(ESSAY, WORDS).parts
    shown = look_of(part)
    found = styles(shown)
    assert found["粗"] == "bold"
    assert found["斜"] == "italic"
    assert found["删"] == "strike"
    assert found["码"] == "cyan"
    assert "link https://a.example/x" in found["链接"]
    assert "链接 <https://a.example/x>" in shown.plain


def test_telegrams_form_is_shown() -> None:
    (part,) = telegram_html.render(ESSAY, WORDS).parts
    assert look_of(part).plain.split("\n\n", 2)[2] == (
        "粗斜删码链接 <https://a.example/x>\n\n• 项\n– 深\n• 末\n\n3. 首\n4. 次\n\n"
        "│ 引\n│ \n│ 用\n\na\nb\n\n一 — 乙：二"
    )


def test_slacks_form_is_shown() -> None:
    (part,) = slack_blocks.render(ESSAY, WORDS).parts
    assert "• 项\n  • 深\n• 末\n3. 首\n4. 次\n│ 引\n│ \n│ 用\n    a\n    b\n\n甲 │ 乙\n一 │ 二" in look_of(part).plain


def test_a_rich_messages_form_is_shown() -> None:
    (part,) = telegram_rich.render(ESSAY, WORDS).parts
    assert look_of(part).plain.endswith(
        "• 项\n  • 深\n• 末\n\n3. 首\n4. 次\n\n│ 引\n│ \n│ 用\n\n    a\n    b\n\n甲 │ 乙\n一 │ 二"
    )


def test_buttons_show_where_they_lead() -> None:
    view = HeadlinesView(digest(item(1), item(2)), "ab", buttons=True)
    for module in (telegram_html, slack_blocks):
        (part,) = module.render(view, WORDS).parts
        assert "1  |  2" in buttons_of(part)[0].plain
        sourced = module.render(IssueView(digest(item(1, urls=("https://a.example/",)))), WORDS).parts[1]
        assert buttons_of(sourced)[0].plain.startswith("[ a.example <https://a.example/> ")


def test_a_folded_quote_is_told_from_an_open_one() -> None:
    part = Part("x", {"text": "<blockquote expandable>甲\n乙</blockquote>", "parse_mode": "HTML"}, "甲\n乙")
    assert look_of(part).plain == "┆ 甲\n┆ 乙"


def test_a_payload_that_is_none_of_ours_is_shown_as_plain_text() -> None:
    assert look_of(Part("x", {}, "文")).plain == "文"
    assert look_of(Part("x", {"blocks": [{"type": "divider"}]}, "文")).plain == ""
    assert buttons_of(Part("x", {}, "文")) == []


@pytest.mark.parametrize("colours", [True, False])
def test_a_terminal_gets_styles_and_links_and_a_file_the_text_alone(colours: bool) -> None:
    parts = plain_text.render(IssueView(digest(item(1, urls=("https://a.example/",)))), WORDS).parts
    out = StringIO()
    print_parts(parts[1:2], ["rings"], console=Console(file=out, force_terminal=colours, width=40, color_system="auto"))
    assert ("\x1b[1m" in out.getvalue()) == colours
    assert ("\x1b]8;" in out.getvalue()) == colours
    plain = re.sub(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", out.getvalue())
    assert plain.startswith("item-1 · rings ─")
    assert parts[1].text in plain
