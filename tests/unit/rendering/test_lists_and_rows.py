"""Lists of what was found, the buttons below an item, and sentences that are no post."""

from __future__ import annotations

from typing import Any

import pytest

from formatters.actions import OpenDay, decode
from formatters.list_views import Finding, FindingsView
from formatters.rendering import notice
from formatters.rendering.lists import list_page
from formatters.rendering.own_row import own_row
from formatters.views import Own
from tests.unit.rendering.makers import THURSDAY, WORDS

FOUND = Finding("abc", 3, THURSDAY, "推理降价", before="", match="", after="")


def test_what_is_found_in_a_title_alone_has_no_line_of_its_own() -> None:
    bare = list_page(FindingsView("推理", (FOUND,), page=0, more=False), WORDS)
    quoted = Finding("abc", 3, THURSDAY, "降价", before="这次", match="推理", after="降价")
    with_text = list_page(FindingsView("推理", (quoted,), page=0, more=False), WORDS)
    assert len(with_text.lines) == len(bare.lines) + 1


def test_an_item_can_be_shared_only_where_the_bot_has_a_name() -> None:
    assert [button.text for button in own_row(Own("digest_bot"), "abc", 3, "标题", WORDS)] == ["收藏", "分享", "⋯"]
    assert [button.text for button in own_row(Own(""), "abc", 3, "标题", WORDS)] == ["收藏", "⋯"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("https://example.org/a", ["link"]),
        ("见 https://example.org/a", ["text", "link"]),
        ("见 https://example.org/a。", ["text", "link", "text"]),
        ("没有", ["text"]),
    ],
)
def test_an_address_in_a_notice_is_a_link_in_slack(text: str, kinds: list[str]) -> None:
    blocks: Any = notice.slack(text).payload["blocks"]
    [line] = blocks[0]["elements"]
    assert [element["type"] for element in line["elements"]] == kinds
    assert "".join(element.get("text", element.get("url")) for element in line["elements"]) == text


@pytest.mark.parametrize("data", ["1:d:2026021", "1:d:20260231", "1:d:２０２６０２１２", "1:d:"])
def test_a_day_that_is_none_opens_nothing(data: str) -> None:
    assert decode(data) is None
    assert decode("1:d:20260212") == OpenDay(THURSDAY)
