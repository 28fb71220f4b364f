"""Telegram's rich messages: `sendRichMessage`, the whole issue in one message.

Text is written as blocks, never as markup, and `skip_entity_detection` keeps Telegram from finding more.
https://core.telegram.org/bots/api#sendrichmessage
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from formatters.parts import Json, Part, Rendition
from formatters.rendering import limits
from formatters.rendering.buttons import LinkButton, Row
from formatters.rendering.lines import Form, Line, marker, table_rows, without_tables
from formatters.rendering.limits import utf16_units
from formatters.rendering.packing import Cost, pack
from formatters.rendering.pages import Page, introduction, pages
from formatters.rendering.plain_text import plain
from formatters.rendering.rich_blocks import blocks_of, count, details
from formatters.rendering.runs import flatten, text_of
from formatters.rendering.telegram_html import keyboard
from formatters.views import IssueView, View
from formatters.words import Words

_LINE_BLOCKS = 3
"""What a line takes at most: a list, its entry, a paragraph."""
_BUTTON_BLOCKS = 50
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
    messages: list[_Message] = [_Message()]
    for page in found:
        for piece in _pieces(page, words, whole=whole):
            if not messages[-1].takes(piece):
                messages.append(_Message())
            messages[-1].add(piece)
    names = [found[0].name, *(f"part-{number}" for number in range(2, len(messages) + 1))]
    return Rendition(tuple(message.part(name) for name, message in zip(names, messages, strict=True)))


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stays together in one message."""

    lines: Sequence[Line]
    blocks: Sequence[Json]
    cost: Cost
    rows: tuple[Row, ...] = ()
    """Of buttons that act; those that link are blocks."""


@dataclass(slots=True)
class _Message:
    pieces: list[_Piece] = field(default_factory=list)
    used: Cost = (0, 0)

    def takes(self, piece: _Piece) -> bool:
        limit = (limits.RICH_TEXT_UNITS, limits.RICH_BLOCKS)
        return all(a + b <= most for a, b, most in zip(self.used, piece.cost, limit, strict=True))

    def add(self, piece: _Piece) -> None:
        self.pieces.append(piece)
        self.used = (self.used[0] + piece.cost[0], self.used[1] + piece.cost[1])

    def part(self, name: str) -> Part:
        blocks = [block for piece in self.pieces for block in piece.blocks]
        payload: dict[str, Json] = {"rich_message": {"blocks": blocks, "skip_entity_detection": True}}
        if rows := [row for piece in self.pieces for row in piece.rows]:
            payload["reply_markup"] = keyboard(rows)
        return Part(name, payload, "\n\n".join(plain(piece.lines) for piece in self.pieces))


def _pieces(page: Page, words: Words, *, whole: bool) -> list[_Piece]:
    """Return the page whole, or cut where it alone exceeds a message; in a whole issue an item is folded up."""
    separator = words.label_separator
    scale = _Scale()
    page = replace(page, lines=[shown for line in page.lines for shown in scale.shown(line, separator)])
    buttons = _button_blocks([button for row in page.rows for button in row if isinstance(button, LinkButton)])
    acting = tuple(row for row in page.rows if not isinstance(row[0], LinkButton))
    pieces: list[_Piece] = []
    messages = pack(page, scale, words)
    for number, lines in enumerate(messages, 1):
        last = number == len(messages)
        below: list[Json] = buttons if last else []
        if whole and page.name.startswith("item-") and lines[0].form in (Form.TITLE, Form.TEXT):
            blocks: list[Json] = [details(lines[0].runs, [*blocks_of(lines[1:]), *below])]
        else:
            blocks = [*blocks_of(lines), *below]
        cost = sum([scale.cost(line, None)[0] for line in lines]) + _BUTTON_UNITS * last, count(blocks)
        pieces.append(_Piece(without_tables(lines, separator), blocks, cost, acting if last else ()))
    return pieces


class _Scale:
    """What a message holds beside its buttons: units of text, blocks."""

    limit: Cost = (limits.RICH_TEXT_UNITS - _BUTTON_UNITS, limits.RICH_BLOCKS - _BUTTON_BLOCKS)

    def cost(self, line: Line, _above: Line | None) -> Cost:
        """Return what a line takes at most; neighbours do not matter here."""
        if (table := line.table) is not None:
            rows = (table.header, *table.rows)
            return sum(utf16_units(text_of(flatten(cell))) + 1 for row in rows for cell in row), 1 + len(rows)
        return utf16_units(marker(line) + text_of(line.runs)) + 2, _LINE_BLOCKS

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
