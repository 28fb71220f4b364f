"""Which rich messages the local Telegram takes, what they say, and how its page shows them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox.page_rich import rendered
from bot.sandbox.telegram_errors import ApiError
from bot.sandbox.telegram_rich import buttons_of, checked_rich

Block = dict[str, Any]


def paragraph(text: Any = "x") -> Block:
    return {"type": "paragraph", "text": text}


def quotes(levels: int) -> Block:
    block = paragraph()
    for _ in range(levels - 1):
        block = {"type": "blockquote", "blocks": [block]}
    return block


def table(rows: int, columns: int) -> Block:
    cell = {"align": "left", "valign": "top", "text": "x"}
    return {"type": "table", "cells": [[cell] * columns] * rows}


def buttons(count: int) -> Block:
    return {"type": "buttons", "buttons": [{"text": "x", "callback_data": "1"}] * count}


@pytest.mark.parametrize(
    "blocks",
    [
        [paragraph()] * 500,
        [paragraph("字" * 32_768)],
        [quotes(16)],
        [table(3, 20)],
        [paragraph(), buttons(8)],
        [{"type": "heading", "size": 6, "text": "x"}, {"type": "divider"}],
        [{"type": "list", "items": [{"blocks": [paragraph()], "value": 3, "type": "1"}]}],
        [{"type": "details", "summary": "x", "blocks": [paragraph()]}],
    ],
    ids=lambda blocks: f"{len(blocks)} {blocks[0]['type']}",
)
def test_what_stays_within_the_limits_is_taken(blocks: list[Block]) -> None:
    assert checked_rich({"blocks": blocks}).text


@pytest.mark.parametrize(
    ("message", "refusal"),
    [
        ("x", "Object expected"),
        ({"html": "<b>x</b>"}, "blocks"),
        ({"blocks": []}, "non-empty"),
        ({"blocks": "x"}, "non-empty"),
        ({"blocks": [paragraph()] * 501}, "too long"),
        ({"blocks": [paragraph("😀" * 16_385)]}, "too long"),
        ({"blocks": [table(500, 1)]}, "too long"),
        ({"blocks": [quotes(17)]}, "nested too deep"),
        ({"blocks": [table(1, 21)]}, "too many columns"),
        ({"blocks": [{"type": "table", "cells": [[]]}]}, "rows of cells"),
        ({"blocks": [{"type": "table", "cells": [[{"text": "x"}]]}]}, "align and valign"),
        ({"blocks": [buttons(9)]}, "1 to 8 buttons"),
        ({"blocks": [buttons(0)]}, "1 to 8 buttons"),
        ({"blocks": [{"type": "list", "items": []}]}, "a list needs items"),
        ({"blocks": [{"type": "heading", "size": 7, "text": "x"}]}, "1 to 6"),
        ({"blocks": [{"type": "nonsense"}]}, "unsupported block type 'nonsense'"),
        ({"blocks": ["x"]}, "unsupported block type"),
        ({"blocks": [paragraph("")]}, "empty text"),
        ({"blocks": [paragraph({"type": "blink", "text": "x"})]}, "unsupported"),
        ({"blocks": [paragraph(" ")]}, "message text is empty"),
    ],
)
def test_anything_else_is_refused_with_the_reason(message: Any, refusal: str) -> None:
    with pytest.raises(ApiError, match=refusal):
        checked_rich(message)


def test_a_link_that_telegram_does_not_keep_is_its_text() -> None:
    given = [{"type": "url", "text": "a", "url": "https://a.example/"}, {"type": "url", "text": "b", "url": "/here"}]
    taken = checked_rich({"blocks": [paragraph(given)]})
    assert taken.blocks[0]["text"] == [given[0], "b"]
    assert taken.dropped_links == ("/here",)


MESSAGE: list[Block] = [
    {"type": "heading", "size": 1, "text": "T <1>"},
    {"type": "list", "items": [{"blocks": [paragraph("one"), paragraph("more")]}, {"value": 2, "blocks": []}]},
    {"type": "blockquote", "blocks": [paragraph({"type": "bold", "text": ["b", {"type": "code", "text": "<c>"}]})]},
    {
        "type": "details",
        "summary": "S",
        "is_open": True,
        "blocks": [{"type": "buttons", "buttons": [{"text": "press", "callback_data": "1"}]}, {"type": "divider"}],
    },
    {
        "type": "table",
        "cells": [
            [{"align": "left", "valign": "top", "is_header": True, "text": "h"}, {"align": "left", "valign": "top"}]
        ],
    },
    {"type": "pre", "text": "a\nb"},
    {"type": "buttons", "buttons": [{"text": "go", "url": "https://a.example/?a=1&b=2"}]},
]


def test_what_it_says_is_told_line_by_line() -> None:
    taken = checked_rich({"blocks": MESSAGE})
    assert taken.text.split("\n") == ["T <1>", "• one", "more", "2. ", "b<c>", "S", "h | ", "a", "b"]
    assert [button["text"] for button in buttons_of(taken.blocks)] == ["press", "go"]


def test_the_page_shows_every_block_and_escapes_it() -> None:
    shown = rendered(checked_rich({"blocks": MESSAGE}).blocks)
    for piece in (
        '<h3 class="size-1">T &lt;1&gt;</h3>',
        '<div class="entry"><span>•</span><div><p>one</p><p>more</p></div></div>',
        "<blockquote><p><b>b<code>&lt;c&gt;</code></b></p></blockquote>",
        '<details open><summary>S</summary><div class="keys"><span class="key">press</span></div><hr></details>',
        "<table><tr><th>h</th><td></td></tr></table>",
        "<pre><code>a\nb</code></pre>",
        '<a class="key link" href="https://a.example/?a=1&amp;b=2"',
    ):
        assert piece in shown
