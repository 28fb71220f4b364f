"""Which blocks the local Slack takes."""

from typing import Any

import pytest

from bot.sandbox.slack_blocks import check_blocks, text_length


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def line(*inline: dict[str, Any], kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": kind, "elements": list(inline)}


def text(value: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": value, **({"style": style} if style else {})}


def actions(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(buttons)}


def button(action_id: str, label: str = "x", **rest: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(label), **rest}


def table(rows: int, columns: int) -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


GOOD: list[list[dict[str, Any]]] = [
    [{"type": "divider"}] * 50,
    [{"type": "header", "text": plain("x" * 150)}],
    [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}],
    [{"type": "context", "elements": [plain("x")] * 10}],
    [rich(line(text("粗", bold=True), {"type": "link", "url": "https://example.com", "text": "x"}))],
    [rich({"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [line(text("x"))]})],
    [rich(line(text("x"), kind="rich_text_quote"), line(text("x"), kind="rich_text_preformatted"))],
    [actions(*(button(f"digest:{number}", "x" * 75, value="x" * 2000) for number in range(25)))],
    [actions(button("link:1", url=f"https://example.com/{'x' * 2900}"))],
    [table(100, 20)],
    [{"type": "markdown", "text": "# x"}],
]


@pytest.mark.parametrize("blocks", GOOD)
def test_good_blocks_are_taken(blocks: list[dict[str, Any]]) -> None:
    assert check_blocks(blocks) == []


BAD: list[tuple[list[dict[str, Any]], str]] = [
    ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([{"type": "nonsense"}], "unsupported type: nonsense [json-pointer:/blocks/0/type]"),
    ([{"type": "header"}], "missing required field: text [json-pointer:/blocks/0]"),
    (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "must be a text object of type plain_text [json-pointer:/blocks/0/text]",
    ),
    ([{"type": "section"}], "must define either `text` or `fields` [json-pointer:/blocks/0]"),
    (
        [{"type": "section", "text": plain("")}],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        [{"type": "section", "text": plain("x" * 3001)}],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        [{"type": "section", "fields": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        [{"type": "context", "elements": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ([actions()], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (
        [actions(*(button(str(number)) for number in range(26)))],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        [actions(button("a", "x" * 76))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        [actions(button("a", url=f"https://example.com/{'x' * 3000}"))],
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    ([actions(button("a", url="x"))], "must be a valid URL [json-pointer:/blocks/0/elements/0/url]"),
    (
        [actions(button("a", value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        [actions(button("a", style="loud"))],
        "must be one of primary, danger [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        [actions(button("a")), actions(button("a"))],
        "`action_id` already in use: a [json-pointer:/blocks/1/elements/0/action_id]",
    ),
    ([table(101, 1)], "no more than 100 items allowed [json-pointer:/blocks/0/rows]"),
    ([table(1, 21)], "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"),
    ([table(1, 1), table(1, 1)], "only one table allowed [json-pointer:/blocks]"),
    ([rich(line())], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements/0/elements]"),
    (
        [rich(line(text("")))],
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    (
        [rich(line({"type": "link", "text": "x"}))],
        "missing required field: url [json-pointer:/blocks/0/elements/0/elements/0]",
    ),
    (
        [rich({"type": "rich_text_list", "style": "none", "elements": [line(text("x"))]})],
        "must be one of bullet, ordered [json-pointer:/blocks/0/elements/0/style]",
    ),
    (
        [rich(line(text("x", loud=True)))],
        "unsupported style: loud [json-pointer:/blocks/0/elements/0/elements/0/style]",
    ),
    (
        [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
        "duplicate block_id: a [json-pointer:/blocks/1/block_id]",
    ),
]


@pytest.mark.parametrize(("blocks", "error"), BAD, ids=[error for _, error in BAD])
def test_bad_blocks_are_named_with_their_place(blocks: list[dict[str, Any]], error: str) -> None:
    assert error in check_blocks(blocks)


def test_all_text_of_a_message_is_counted() -> None:
    assert (
        text_length([{"type": "header", "text": plain("abc")}, rich(line(text("中文"))), actions(button("a", "d"))])
        == 6
    )
