"""Telegram's rich messages: `sendRichMessage`, the whole issue in one message.

Text is written as blocks, never as markup, and `skip_entity_detection` keeps Telegram from finding more.
https://core.telegram.org/bots/api#sendrichmessage
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from formatters.parts import Json, Part, Rendition
from formatters.rendering import limits
from formatters.rendering.buttons import LinkButton, Row
from formatters.rendering.limits import utf16_units
from formatters.rendering.lines import Line, marker, table_rows, without_tables
from formatters.rendering.packing import Cost, pack
from formatters.rendering.page import Page
from formatters.rendering.pages import introduction, pages
from formatters.rendering.plain_text import plain
from formatters.rendering.rich_blocks import blocks_of, count, details
from formatters.rendering.runs import text_of
from formatters.rendering.telegram_html import keyboard
from formatters.views import IssueView, View
from formatters.words import Words

_LINE_BLOCKS = 3
"""What a line takes at most: a list, its entry, a paragraph."""
_BUTTON_BLOCKS = 30
"""Kept of a message for a page's buttons and what surrounds it."""
_BUTTON_UNITS = 2000
_TABLE_SHARE = 4
"""A table of more than this fraction (1/n) of a message is written as readable rows."""


def render(view: View, words: Words) -> Rendition:
    """Return the view's messages: one, unless it exceeds what Telegram takes.

    Each payload holds the parameters of `sendRichMessage` but for the chat and the loudness. In a whole
    digest each item opens on demand, so that the closed ones are its headlines.

    Raises NoSuchItem and NothingToShow for what the issue does not hold.
    """
    found = pages(view, words)
    whole = isinstance(view, IssueView)
    if isinstance(view, IssueView) and view.issue.kind == "digest":
        found[0] = replace(found[0], lines=introduction(view.issue, words))
    messages = _fill([piece for page in found for piece in _pieces(page, words, whole=whole)])
    names = [found[0].name, *(f"part-{number}" for number in range(2, len(messages) + 1))]
    return Rendition(tuple(_part(name, pieces) for name, pieces in zip(names, messages, strict=True)))


class _Piece(NamedTuple):
    """What stays together in one message."""

    text: str
    blocks: list[Json]
    units: int
    most_blocks: int
    rows: tuple[Row, ...] = ()
    """Of buttons that act; those that link are blocks."""


def _fill(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Return the pieces of each message: all in one if that is possible."""
    units, blocks = limits.RICH_TEXT_UNITS, limits.RICH_BLOCKS
    if sum([piece.units for piece in pieces]) <= units and sum([piece.most_blocks for piece in pieces]) <= blocks:
        return [pieces]
    messages: list[list[_Piece]] = [[]]
    left = units, blocks
    for piece in pieces:
        taken = count(piece.blocks)
        if messages[-1] and (piece.units > left[0] or taken > left[1]):
            messages.append([])
            left = units, blocks
        messages[-1].append(piece)
        left = left[0] - piece.units, left[1] - taken
    return messages


def _part(name: str, pieces: Sequence[_Piece]) -> Part:
    blocks = [block for piece in pieces for block in piece.blocks]
    payload: dict[str, Json] = {"rich_message": {"blocks": blocks, "skip_entity_detection": True}}
    if rows := [row for piece in pieces for row in piece.rows]:
        payload["reply_markup"] = keyboard(rows)
    return Part(name, payload, "\n\n".join([piece.text for piece in pieces]))


def _pieces(page: Page, words: Words, *, whole: bool) -> list[_Piece]:
    """Return the page whole, or cut where it alone exceeds a message; in a whole issue an item is folded up."""
    separator = words.label_separator
    scale = _Scale()
    if any(line.table is not None for line in page.lines):
        page = replace(page, lines=[shown for line in page.lines for shown in scale.shown(line, separator)])
    buttons = _button_blocks([button for row in page.rows for button in row if isinstance(button, LinkButton)])
    acting = tuple(row for row in page.rows if not isinstance(row[0], LinkButton))
    folds = whole and page.name.startswith("item-")
    lines = list(page.lines) if page.hint is None else [*page.lines, page.hint]
    text = plain(without_tables(lines, separator))
    if scale.holds(lines, text):
        return [_piece(lines, text, buttons, acting, folds=folds)]
    messages = pack(page, scale, words)
    return [
        _piece(
            lines,
            plain(without_tables(lines, separator)),
            buttons if number == len(messages) else [],
            acting if number == len(messages) else (),
            folds=folds,
        )
        for number, lines in enumerate(messages, 1)
    ]


def _piece(lines: Sequence[Line], text: str, buttons: list[Json], rows: tuple[Row, ...], *, folds: bool) -> _Piece:
    blocks = [*blocks_of(lines[1:] if folds else lines), *buttons]
    if folds:
        blocks = [details(lines[0].runs, blocks)]
    units = utf16_units(text) + (_BUTTON_UNITS if buttons else 0)
    rows_of_tables = [2 + len(line.table.rows) for line in lines if line.table is not None]
    most_blocks = _LINE_BLOCKS * len(lines) + sum(rows_of_tables) + (_BUTTON_BLOCKS if buttons else 0)
    return _Piece(text, blocks, units, most_blocks, rows)


class _Scale:
    """What a message holds beside its buttons: units of text, blocks."""

    limit: Cost = (limits.RICH_TEXT_UNITS - _BUTTON_UNITS, limits.RICH_BLOCKS - _BUTTON_BLOCKS)

    def cost(self, line: Line, _above: Line | None) -> Cost:
        """Return what a line takes at most; neighbours do not matter here."""
        if (table := line.table) is not None:
            rows = (table.header, *table.rows)
            return sum(utf16_units(text_of(cell)) + 1 for row in rows for cell in row), 1 + len(rows)
        return utf16_units(marker(line) + text_of(line.runs)) + 2, _LINE_BLOCKS

    def holds(self, lines: Sequence[Line], text: str) -> bool:
        """Tell quickly whether one message surely holds the lines, of which `text` is the plain text."""
        units, blocks = self.limit
        tables = [self.cost(line, None) for line in lines if line.table is not None]
        return (
            2 * len(text) + sum(cost[0] for cost in tables) <= units
            and _LINE_BLOCKS * len(lines) + sum(cost[1] for cost in tables) <= blocks
        )

    def shown(self, line: Line, separator: str) -> list[Line]:
        """Return the line itself, or readable rows for a table that Telegram would refuse."""
        if (table := line.table) is None:
            return [line]
        small = all(cost * _TABLE_SHARE <= most for cost, most in zip(self.cost(line, None), self.limit, strict=True))
        return [line] if small and 0 < len(table.header) <= limits.RICH_COLUMNS else table_rows(line, separator)


def _button_blocks(buttons: Sequence[LinkButton]) -> list[Json]:
    found: list[Json] = [{"text": button.text, "url": button.url} for button in buttons]
    size = limits.RICH_BUTTONS_IN_ROW
    return [{"type": "buttons", "buttons": found[start : start + size]} for start in range(0, len(found), size)]
