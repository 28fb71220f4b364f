"""The overview's headlines lead to the items' own messages, once these have addresses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formatters.parts import Part, Rendition
from formatters.rendering import plain_text, slack_blocks, telegram_html
from formatters.rendering.jumps import resolved
from formatters.rendering.limits import TELEGRAM_TEXT_UNITS, utf16_units
from formatters.views import IssueView, OverviewView, View
from formatters.words import Words
from tests.unit.rendering.judges import judge_slack
from tests.unit.rendering.makers import WORDS, digest, essay, item, section
from tests.unit.rendering.strategies import TEXTS
from tests.unit.rendering.test_properties import anything

Render = Callable[[View, Words], Rendition]

LONGEST = f"https://t.me/{'n' * 32}/1234567890/1234567890"
LINKS = {"item-1": "https://t.me/c/2000000001/11?single&x=1", "item-2": "https://t.me/c/2000000001/12"}


def overview(*titles: str, render: Render = telegram_html.render) -> Part:
    issue = digest(*(item(number, title) for number, title in enumerate(titles, 1)))
    return render(IssueView(issue), WORDS).parts[0]


def test_in_telegram_each_headline_becomes_a_link_and_nothing_else_changes() -> None:
    part = overview("甲 & <乙>", "丙")
    linked = resolved(part, LINKS)
    assert linked.payload["text"] == str(part.payload["text"]).replace(
        "1. 甲 &amp; &lt;乙&gt;", '1. <a href="https://t.me/c/2000000001/11?single&amp;x=1">甲 &amp; &lt;乙&gt;</a>'
    ).replace("2. 丙", '2. <a href="https://t.me/c/2000000001/12">丙</a>')
    assert {**linked.payload, "text": ""} == {**part.payload, "text": ""}
    assert linked.linked is None


def test_in_slack_each_headline_becomes_a_link() -> None:
    part = resolved(overview("甲", "乙", render=slack_blocks.render), LINKS)
    links = re.findall(r"'type': 'link', 'url': '([^']+)', 'text': '([^']+)'", str(part.payload["blocks"]))
    assert links == [(LINKS["item-1"], "甲"), (LINKS["item-2"], "乙")]


@pytest.mark.parametrize("render", [telegram_html.render, slack_blocks.render], ids=["telegram", "slack"])
def test_a_headline_whose_message_has_no_address_stays_mere_text(render: Render) -> None:
    linked = json.dumps(resolved(overview("甲", "乙", render=render), {"item-1": "https://t.me/a/1"}).payload)
    assert "message.invalid" not in linked
    assert linked.count("https://t.me/a/1") == 1


def test_a_mention_in_a_headline_stays_inert_with_and_without_its_link() -> None:
    part = overview("问 @someone 吧")
    assert "@\u2060someone" in str(resolved(part, {}).payload["text"])
    assert "@\u2060someone" in str(resolved(part, LINKS).payload["text"])


def test_without_items_and_in_answers_there_is_nothing_to_jump_to() -> None:
    assert telegram_html.render(IssueView(essay(section("节", "文"))), WORDS).parts[0].linked is None
    assert telegram_html.render(OverviewView(digest(item()), "abc"), WORDS).parts[0].linked is None
    assert plain_text.render(IssueView(digest(item())), WORDS).parts[0].linked is None


def test_an_overview_that_links_would_make_too_long_gets_none() -> None:
    title = "很长的标题" * 15
    assert overview(*[title] * 20).linked is not None
    assert overview(*[title] * 40).linked is None


def test_the_hash_of_a_linked_part_does_not_depend_on_where_it_leads() -> None:
    part = overview("甲", "乙")
    assert part.linked_digest != part.digest
    assert resolved(part, LINKS).digest != part.linked_digest
    assert overview("甲", "乙").linked_digest == part.linked_digest
    assert overview("甲", "丙").linked_digest != part.linked_digest


@given(st.lists(TEXTS, min_size=1, max_size=30))
@anything
def test_linked_or_not_an_overview_says_the_same_and_fits(titles: list[str]) -> None:
    part = overview(*titles)
    assert resolved(part, {}).payload == part.payload
    addresses = {f"item-{number}": LONGEST for number in range(1, 31)}
    assert utf16_units(str(resolved(part, addresses).payload["text"])) <= TELEGRAM_TEXT_UNITS


@given(st.lists(TEXTS, min_size=1, max_size=30))
@anything
def test_the_same_holds_in_slack(titles: list[str]) -> None:
    part = overview(*titles, render=slack_blocks.render)
    judge_slack(resolved(part, {f"item-{number}": LONGEST for number in range(1, 31)}))
