"""Block Kit of the bot's own, beside what renderers make of posts. All text is plain: nothing in it is parsed.

https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from formatters.rendering import limits

Json = dict[str, Any]

SECTION_CHARACTERS = 3000
OPTION_CHARACTERS = 75
VIEW_BLOCKS = 100
TITLE_CHARACTERS = 24
"""https://docs.slack.dev/reference/views/modal-views"""

PRESSED = "view:"
"""Begins the action_id of a button in a view whose value is an action; in messages they begin with `digest:`."""
_IN_MESSAGES = "digest:"


def plain_text(text: str, most: int = SECTION_CHARACTERS) -> Json:
    """Return a text object in which `:name:` stays as written; a longer text ends in an ellipsis."""
    return {"type": "plain_text", "text": shortened(text, most) or "…", "emoji": False}


def shortened(text: str, most: int) -> str:
    """Return at most so many characters of a text."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def section(text: str, accessory: Json | None = None) -> Json:
    """Return a paragraph, with something to press beside it."""
    block: Json = {"type": "section", "text": plain_text(text)}
    return block | ({"accessory": accessory} if accessory else {})


def header(text: str) -> Json:
    """Return a heading."""
    return {"type": "header", "text": plain_text(text, limits.SLACK_HEADER_CHARACTERS)}


def context(text: str) -> Json:
    """Return a small line."""
    return {"type": "context", "elements": [plain_text(text)]}


def divider() -> Json:
    """Return a line between two parts."""
    return {"type": "divider"}


def button(text: str, action_id: str, value: str = "", *, style: str = "") -> Json:
    """Return a button; `style` is primary or danger."""
    found = {
        "type": "button",
        "text": plain_text(text, limits.SLACK_BUTTON_CHARACTERS),
        "action_id": action_id,
        "value": value,
    }
    return found | ({"style": style} if style else {})


def actions(*elements: Json) -> Json:
    """Return a row of things to press."""
    return {"type": "actions", "elements": list(elements)}


def options(choices: Mapping[str, str]) -> list[Json]:
    """Return options for these labels by value."""
    return [{"text": plain_text(label, OPTION_CHARACTERS), "value": value} for value, label in choices.items()]


def chooser(kind: str, action_id: str, choices: Mapping[str, str], chosen: str = "") -> Json:
    """Return a `static_select` or `radio_buttons` of labels by value."""
    offered = options(choices)
    initial = [option for option in offered if option["value"] == chosen]
    found: Json = {"type": kind, "action_id": action_id, "options": offered}
    return found | ({"initial_option": initial[0]} if initial else {})


def checkboxes(action_id: str, choices: Mapping[str, str], chosen: Sequence[str]) -> Json:
    """Return checkboxes of labels by value."""
    offered = options(choices)
    initial = [option for option in offered if option["value"] in chosen]
    found: Json = {"type": "checkboxes", "action_id": action_id, "options": offered}
    return found | ({"initial_options": initial} if initial else {})


def question(block_id: str, label: str, element: Json, *, hint: str = "", optional: bool = False) -> Json:
    """Return an input."""
    block: Json = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label),
        "element": element,
        "optional": optional,
    }
    return block | ({"hint": plain_text(hint)} if hint else {})


def modal(title: str, blocks: Sequence[Json], *, close: str, metadata: str = "", callback_id: str = "") -> Json:
    """Return a modal that is read and closed."""
    return {
        "type": "modal",
        "title": plain_text(title, TITLE_CHARACTERS),
        "close": plain_text(close, TITLE_CHARACTERS),
        "blocks": list(blocks)[:VIEW_BLOCKS],
        "private_metadata": metadata,
        "callback_id": callback_id,
    }


def in_view(blocks: Sequence[Json], prefix: str = PRESSED) -> list[Json]:
    """Return a message's blocks as a view takes them.

    Views have no tables; and what is pressed in them is answered in them, so the action_ids are others.
    """
    return [shown for block in blocks for shown in _in_view(block, prefix)]


def _in_view(block: Json, prefix: str) -> list[Json]:
    match block["type"]:
        case "table":
            return [{"type": "rich_text", "elements": _rows(block["rows"])}]
        case "actions":
            return [block | {"elements": [_renamed(element, prefix) for element in block["elements"]]}]
        case _:
            return [block]


def _renamed(element: Json, prefix: str) -> Json:
    action_id = str(element["action_id"])
    if not action_id.startswith(_IN_MESSAGES):
        return element
    return element | {"action_id": prefix + action_id.removeprefix(_IN_MESSAGES)}


def _rows(rows: Sequence[Sequence[Json]]) -> list[Json]:
    """Return a table's rows as lines, their cells side by side."""
    between = {"type": "text", "text": " · "}
    found = []
    for row in rows:
        line: list[Json] = []
        for cell in row:
            line += [between] if line else []
            line += cell["elements"][0]["elements"]
        found.append({"type": "rich_text_section", "elements": [*line, {"type": "text", "text": "\n"}]})
    return found
