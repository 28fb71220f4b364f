"""Slack messages: `chat.postMessage` with Block Kit.

Text stands in `rich_text` and `plain_text` only, which Slack does not parse: nothing in a post can
become markup or a mention. The top-level `text`, which Slack does parse, is escaped.
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never, cast

from formatters.actions import encode
from formatters.parts import Json, Part, Rendition
from formatters.patterns import lazy
from formatters.rendering import limits
from formatters.rendering.buttons import ActionButton, LinkButton, Row
from formatters.rendering.jumps import is_jump
from formatters.rendering.lines import Form, Grid, Line, marker, table_rows, without_tables
from formatters.rendering.packing import Cost, pack
from formatters.rendering.page import Page
from formatters.rendering.pages import pages
from formatters.rendering.plain_text import plain
from formatters.rendering.rich_text import Writer, inlines
from formatters.rendering.runs import BOLD, Run, Runs, text_of
from formatters.views import IssueView, View
from formatters.words import Words

_TABLE_CHARACTERS = limits.SLACK_TEXT_CHARACTERS // 2
_BUTTON_BLOCKS = 6
"""Kept for buttons: 100 of them need four blocks, sources one more."""


def render(view: View, words: Words) -> Rendition:
    """Return the view's messages.

    Each payload holds the parameters of `chat.postMessage` but for the channel. `text` carries the whole
    message for notifications and screen readers. Unfurling is off.

    Raises NoSuchItem and NothingToShow for what the issue does not hold.
    """
    scale = _Scale(words.label_separator)
    found = [(page, _parts(page, scale, words)) for page in pages(view, words)]
    if isinstance(view, IssueView):
        for page, parts in found:
            if page.name.startswith(_ITEM):
                parts[-1] = _with_permalink(parts[-1], words)
    return Rendition(tuple(part for _, parts in found for part in parts))


_ITEM = "item-"
PERMALINK = "permalink"
"""The action id of the button that gives the address of its message."""


def _with_permalink(part: Part, words: Words) -> Part:
    """Return a delivered item with a button for its address: who reads it wants to point others at it."""
    buttons: list[Json] = [{"type": "button", "text": _plain_text(words.permalink), "action_id": PERMALINK}]
    blocks = cast("list[dict[str, Json]]", part.payload["blocks"])
    sources = cast("list[Json]", blocks[-1]["elements"]) if blocks[-1]["type"] == "actions" else []
    if 0 < len(sources) < limits.SLACK_ACTIONS:
        blocks, buttons = blocks[:-1], sources + buttons
    return replace(part, payload={**part.payload, "blocks": [*blocks, {"type": "actions", "elements": buttons}]})


def _parts(page: Page, scale: _Scale, words: Words) -> list[Part]:
    if any(line.table is not None for line in page.lines):
        page = replace(page, lines=[kept for line in page.lines for kept in scale.shown(line)])
    lines = list(page.lines) if page.hint is None else [*page.lines, page.hint]
    text = plain(without_tables(lines, words.label_separator))
    if scale.holds(lines, text):
        part = _part(page.name, lines, page.rows, words.label_separator, text)
        return [replace(part, linked=_with_jumps(part, page, scale, words))]
    messages = pack(page, scale, words)
    return [
        _part(page.named(number), lines, page.rows if number == len(messages) else (), words.label_separator)
        for number, lines in enumerate(messages, 1)
    ]


def _part(name: str, lines: Sequence[Line], rows: tuple[Row, ...], separator: str, text: str = "") -> Part:
    text = text or plain(without_tables(lines, separator))
    payload: dict[str, Json] = {
        "text": escape(text),
        "blocks": [*_blocks(lines, separator), *_actions(rows)],
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return Part(name, payload, text)


def _with_jumps(part: Part, page: Page, scale: _Scale, words: Words) -> Mapping[str, Json] | None:
    """Return the part's payload with jumps, where the page has some and they surely fit."""
    jumps = sum(is_jump(run.url) for line in page.linked for run in line.runs)
    if not jumps or not scale.holds(page.linked, part.text, more=jumps * limits.SLACK_MESSAGE_LINK_CHARACTERS):
        return None
    return {**part.payload, "blocks": [*_blocks(page.linked, words.label_separator), *_actions(page.rows)]}


def escape(text: str) -> str:
    """Return the text with Slack's control characters replaced, so that it means only itself.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class _Scale:
    """What a message holds: characters of `text`, characters and addresses in blocks, blocks."""

    limit: Cost = (
        limits.SLACK_TEXT_CHARACTERS,
        limits.SLACK_BODY_CHARACTERS,
        limits.SLACK_BLOCKS - _BUTTON_BLOCKS,
    )

    def __init__(self, separator: str) -> None:
        self._separator = separator

    def cost(self, line: Line, _above: Line | None) -> Cost:
        """Return what a line takes; neighbours do not matter here."""
        if line.table is not None:
            rows = [self.cost(row, line) for row in table_rows(line, self._separator)]
            names = sum(len(text_of(name)) for name in line.table.header)
            return sum(row[0] for row in rows), sum(row[1] for row in rows) + names, 2
        text = marker(line) + text_of(line.runs)
        characters = len(escape(text)) + (2 if line.gap else 1)
        addresses = sum([len(run[2]) for run in line.runs])
        return characters, characters + addresses, 2 if line.form in _BLOCKS else 0

    def holds(self, lines: Sequence[Line], text: str, *, more: int = 0) -> bool:
        """Tell quickly whether one message surely holds the lines, of which `text` is the plain text.

        `more` is the number of characters that addresses may yet grow by.
        """
        characters, body, blocks = self.limit
        if 5 * len(text) > characters and len(escape(text)) > characters:
            return False
        addresses = sum([len(run[2]) for line in lines for run in line.runs])
        owning = len([1 for line in lines if line.form in _BLOCKS])
        return 2 * len(text) + addresses + more <= body and 2 * owning <= blocks

    def shown(self, line: Line) -> list[Line]:
        """Return the line itself, or readable rows for a table that Slack would refuse."""
        if (table := line.table) is None:
            return [line]
        native = (
            1 + len(table.rows) <= limits.SLACK_TABLE_ROWS
            and 0 < len(table.header) <= limits.SLACK_TABLE_COLUMNS
            and not (line.depth or line.frame)
            and self.cost(line, None)[1] <= _TABLE_CHARACTERS
        )
        return [line] if native else table_rows(line, self._separator)


_BLOCKS = (Form.TITLE, Form.HEADING, Form.META, Form.TABLE)
"""The forms that may take a block of their own, which ends the rich text before it."""


def _blocks(lines: Sequence[Line], separator: str) -> list[Json]:
    blocks: list[Json] = []
    writer = Writer()
    tables = 0

    def add(block: Json) -> None:
        blocks.extend(writer.close())
        blocks.append(block)

    for line in lines:
        if line.form not in _BLOCKS:
            writer.add(line)
        elif line.table is not None and tables < limits.SLACK_TABLES:
            add(_table(line.table))
            tables += 1
        elif line.table is not None:
            for row in table_rows(line, separator):
                writer.add(row)
        elif line.form is Form.META:
            add({"type": "context", "elements": [_plain_text(text_of(line.runs))]})
        elif _can_be_header(line):
            add({"type": "header", "text": _plain_text(text_of(line.runs))})
        else:
            writer.add(line)
    return [*blocks, *writer.close()]


_NUMBERED = lazy(r"\d+\. ")


def _can_be_header(line: Line) -> bool:
    """Tell whether a title or heading can be a header block, which holds neither links nor much text.

    An item's title is none, so that items with and without a source look alike in a thread.
    """
    return (
        not (line.depth or line.frame == "quote")
        and not any(run.url for run in line.runs)
        and not (line.form is Form.TITLE and _NUMBERED.match(text_of(line.runs)))
        and len(text_of(line.runs)) <= limits.SLACK_HEADER_CHARACTERS
    )


def _plain_text(text: str) -> Json:
    """Return a text object in which `:name:` stays as written."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _table(table: Grid) -> Json:
    header: list[Json] = [_cell([Run(text, style | BOLD, url) for text, style, url in cell]) for cell in table.header]
    rows: list[Json] = [header, *([_cell(cell) for cell in row] for row in table.rows)]
    return {"type": "table", "rows": rows, "column_settings": [{"is_wrapped": True}] * len(header)}


def _cell(runs: Runs) -> Json:
    """Return a cell; Slack refuses an empty one."""
    found = inlines(runs or [Run(" ")])
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": found}]}


def _actions(rows: Sequence[Row]) -> list[Json]:
    links: list[Json] = []
    actions: list[Json] = []
    for row in rows:
        for button in row:
            match button:
                case LinkButton(text, url):
                    links.append(_button(text, f"link:{len(links) + 1}", "url", url))
                case ActionButton(text, action):
                    actions.append(_button(text, f"digest:{len(actions) + 1}", "value", encode(action)))
                case _:
                    assert_never(button)
    return [
        {"type": "actions", "elements": buttons[start : start + limits.SLACK_ACTIONS]}
        for buttons in (links, actions)
        for start in range(0, len(buttons), limits.SLACK_ACTIONS)
    ]


def _button(text: str, action_id: str, field: str, value: str) -> Json:
    shown = _plain_text(text[: limits.SLACK_BUTTON_CHARACTERS])
    return {"type": "button", "text": shown, "action_id": action_id, field: value}
