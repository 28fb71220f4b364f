"""What a post merely says stays words: no mention, command, tag or link comes of it, and nothing hides."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formatters.document import Code, Emphasis, Inline, Link, Paragraph, Strong, Text
from formatters.issue import Section
from formatters.parts import Part
from formatters.rendering import slack_blocks, telegram_html
from formatters.rendering.telegram_text import WORD_JOINER
from formatters.views import HeadlinesView, IssueView
from tests.unit.rendering.judges import found_by_telegram, judge_slack, judge_telegram, slack_text
from tests.unit.rendering.makers import WORDS, digest, essay, item

ALIVE = [
    "@channel",
    "@everyone（所有人）",
    "“@durov”",
    "/start",
    "（/stop）",
    "/start@digest_bot",
    "#tag",
    "#1a",
    "$AAPL",
    "$1INCH",
    "a@example.com",
    "mailto:a@example.com",
    "README.md",
    "main.py",
    "run.sh",
    "x.java",
    "example.com",
    "EXAMPLE.CO",
    "t.me/abc",
    "例子.中国",
    "5.com",
    "a.b.io:80/x",
    "1.2.3.4",
    "http://10.0.0.1/x",
    "ftp://example.com/@abcd",
    "https://user:secret@example.com/#tag",
    "tg://resolve?domain=durov",
    "ton://abc",
    "www.foo",
    "4111-1111-1111-1111",
    "4242 4242 4242 4242",
]
HARMLESS = [
    "Node.js 22",
    "and/or",
    "5.3/4.1",
    "C# 与 F#",
    "#123",
    "$100M",
    "package.json",
    "2026/02/12",
    "e.g. U.S.",
    "中文/英文",
    "1.5x",
]


def parts_of(*inlines: Inline) -> tuple[Part, ...]:
    return telegram_html.render(IssueView(essay(Section((), (Paragraph(inlines),)))), WORDS).parts


@pytest.mark.parametrize("text", ALIVE)
def test_what_telegram_would_bring_to_life_stays_words(text: str) -> None:
    assert found_by_telegram(text)
    (part,) = parts_of(Text(f"见 {text} 。"))
    judge_telegram(part)
    assert f"见 {text} 。" in part.text.replace(WORD_JOINER, "")


@pytest.mark.parametrize("text", ALIVE)
def test_a_change_of_style_in_its_midst_brings_nothing_to_life(text: str) -> None:
    for at in range(1, len(text)):
        (part,) = parts_of(Text(text[:at]), Emphasis((Text(text[at:]),)))
        judge_telegram(part)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_telegram_leaves_alone_is_left_alone(text: str) -> None:
    assert not found_by_telegram(text)
    (part,) = parts_of(Text(text))
    assert part.text.endswith("\n\n" + text)


def test_code_and_links_are_copied_as_they_are() -> None:
    (part,) = parts_of(Code("npm i @scope/pkg"), Text(" "), Link("https://example.com/", (Text("example.com/#a"),)))
    shown = judge_telegram(part)
    assert shown.texts("Code") == ["npm i @scope/pkg"]
    assert shown.links == [("example.com/#a", "https://example.com/")]


def test_half_a_mention_beside_a_link_or_code_is_none() -> None:
    link = Link("https://example.com/", (Text("channel"),))
    for inlines in (
        (Text("@"), link),
        (Link("https://example.com/", (Text("/"),)), Text("start")),
        (Code("@"), Strong((Text("channel"),))),
        (Code("@"), link),
    ):
        (part,) = parts_of(*inlines)
        judge_telegram(part)


def test_headlines_and_titles_bring_nothing_to_life() -> None:
    issue = digest(item(1, "@channel /start README.md"), title="#tag @all 2026-02-12")
    for view in (IssueView(issue), HeadlinesView(issue, "a"), HeadlinesView(issue, "a", buttons=False)):
        for part in telegram_html.render(view, WORDS).parts:
            judge_telegram(part)


@pytest.mark.parametrize("text", ["a/bc" * 3000, "a#bc" * 3000, "x.com/" * 2000, "1.2.3.4" * 2000])
def test_a_cut_brings_nothing_to_life(text: str) -> None:
    for part in parts_of(Text(text)):
        judge_telegram(part)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(alphabet="@#$/.:-_ ab1字A", max_size=6) | st.sampled_from(ALIVE), max_size=5).map("".join))
def test_no_text_at_all_comes_alive(text: str) -> None:
    (part,) = parts_of(Text("见" + text))
    judge_telegram(part)


@pytest.mark.parametrize(
    "text", ["<!channel>", "<!here>", "<@U123>", "<#C123|general>", "@here", "*b* _i_ `c`", "<https://x.example|y>"]
)
def test_slack_shows_what_it_would_parse_elsewhere(text: str) -> None:
    (part,) = slack_blocks.render(IssueView(essay(Section((), (Paragraph((Text(text),)),)))), WORDS).parts
    assert text in slack_text(judge_slack(part))
    assert "<" not in str(part.payload["text"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pay\u202emoc.knab", "paymoc.knab"),
        ("\u2066a\u2069\u200eb\u200f", "ab"),
        ("goo\u200dgle \u200c中\u200c文", "google 中文"),
        ("a\u034fb\u3164c\u115fd", "abcd"),
        ("x\U000e0041\U000e0042y", "xy"),
        (
            "👩\u200d💻 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ❤\ufe0f",
            "👩\u200d💻 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f ❤\ufe0f",
        ),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
    ],
)
def test_a_links_text_hides_and_reorders_nothing(text: str, shown: str) -> None:
    link = Link("https://example.com/", (Text("看 " + text),))
    (part,) = parts_of(link)
    assert judge_telegram(part).links == [("看 " + shown, "https://example.com/")]
    (part,) = slack_blocks.render(IssueView(essay(Section((), (Paragraph((link,)),)))), WORDS).parts
    assert "看 " + shown in slack_text(judge_slack(part))
