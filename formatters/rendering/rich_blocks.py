"""Write lines as blocks of a rich message: lists within lists, quotes, native tables.

https://core.telegram.org/bots/api#inputrichblock
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from formatters.parts import Json
from formatters.rendering.lines import Form, Grid, Line
from formatters.rendering.runs import BOLD, CODE, ITALIC, STRUCK, Run, Runs, text_of
from formatters.rendering.telegram_text import is_linkable

Object = dict[str, Json]

_DEEPEST = 5
"""Of a list: with what surrounds it, each level takes two of Telegram's sixteen."""
_DEEPEST_IN_QUOTE = 1
_ENTRIES = (Form.POINT, Form.BULLET, Form.NUMBERED)
_TITLE_SIZE, _HEADING_SIZE = 1, 3
_MARKS = ((CODE, "code"), (STRUCK, "strikethrough"), (ITALIC, "italic"), (BOLD, "bold"))


def blocks_of(lines: Sequence[Line], *, deepest: int = _DEEPEST) -> list[Json]:
    """Return the blocks of lines, in order; lines of one frame share a quote."""
    tree = _Tree(deepest)
    start = 0
    while start < len(lines):
        line = lines[start]
        end = start + 1
        if line.frame:
            while end < len(lines) and lines[end].frame == line.frame:
                end += 1
            tree.add_framed(lines[start:end])
        else:
            tree.add(line)
        start = end
    return tree.blocks


class _Tree:
    """Blocks, and at each depth the place where the next one goes."""

    def __init__(self, deepest: int) -> None:
        self.blocks: list[Json] = []
        self._places: list[list[Json]] = [self.blocks]
        self._lists: list[tuple[Form, int, list[Json]] | None] = [None]
        """At each depth the list that the next entry may go on with: its kind, next number, entries."""
        self._deepest = deepest

    def add(self, line: Line) -> None:
        """Add a line that no frame surrounds."""
        place = self._place(line.depth)
        if line.form in _ENTRIES:
            self._add_entry(line, place)
        else:
            self._lists[-1] = None
            place.append(_block(line))

    def add_framed(self, lines: Sequence[Line]) -> None:
        """Add a quote, or details whose summary is the heading that begins a fold.

        Points that classic messages fold are open here: their item is folded up as a whole.
        """
        bare = [line._replace(frame="") for line in lines]
        if lines[0].frame == "fold" and lines[0].form is not Form.HEADING:
            for line in bare:
                self.add(line)
            return
        place = self._place(min(line.depth for line in lines))
        self._lists[-1] = None
        if lines[0].frame == "fold":
            place.append(details(lines[0].runs, blocks_of(bare[1:], deepest=_DEEPEST_IN_QUOTE)))
        else:
            place.append({"type": "blockquote", "blocks": blocks_of(bare, deepest=_DEEPEST_IN_QUOTE)})

    def _place(self, depth: int) -> list[Json]:
        places = self._places
        depth = min(depth, len(places) - 1, self._deepest)
        if len(places) > depth + 1:
            del places[depth + 1 :]
            del self._lists[depth + 1 :]
        return places[depth]

    def _add_entry(self, line: Line, place: list[Json]) -> None:
        kind = Form.NUMBERED if line.form is Form.NUMBERED else Form.BULLET
        inner: list[Json] = [_paragraph(line.runs)]
        entry: Object = {"blocks": inner}
        if kind is Form.NUMBERED:
            entry |= {"value": line.number, "type": "1"}
        open_list = self._lists[-1]
        if open_list is None or open_list[:2] != (kind, line.number):
            entries: list[Json] = []
            place.append({"type": "list", "items": entries})
        else:
            entries = open_list[2]
        entries.append(entry)
        self._lists[-1] = (kind, line.number + (kind is Form.NUMBERED), entries)
        if len(self._places) <= self._deepest:
            self._places.append(inner)
            self._lists.append(None)


def details(summary: Runs, blocks: Sequence[Json]) -> Object:
    """Return what opens on demand; its summary holds no link, as a touch opens it."""
    return {
        "type": "details",
        "summary": rich_text([Run(text, style) for text, style, _ in summary]),
        "blocks": list(blocks),
    }


def count(blocks: Iterable[Json]) -> int:
    """Return how many blocks there are with those within others; list entries, table rows and buttons count, too."""
    total = 0
    for block in blocks:
        if isinstance(block, dict):
            inner = [block.get(name) for name in ("blocks", "items", "cells", "buttons")]
            total += 1 + sum([count(found) for found in inner if isinstance(found, list)])
        else:
            total += 1
    return total


def _block(line: Line) -> Json:
    if line.table is not None:
        return _table(line.table)
    if line.form is Form.TITLE or line.form is Form.HEADING:
        size = _TITLE_SIZE if line.form is Form.TITLE else _HEADING_SIZE
        plain_runs = [Run(text, style & ~BOLD, url) for text, style, url in line.runs]
        return {"type": "heading", "text": rich_text(plain_runs), "size": size}
    if line.form is Form.CODE:
        language: Object = {"language": line.language} if line.language else {}
        return {"type": "pre", "text": text_of(line.runs), **language}
    return _paragraph(line.runs)


def _paragraph(runs: Runs) -> Object:
    return {"type": "paragraph", "text": rich_text(runs)}


def _table(table: Grid) -> Json:
    rows: list[Json] = [[_cell(cell, header=True) for cell in table.header]]
    rows += [[_cell(cell, header=False) for cell in row] for row in table.rows]
    return {"type": "table", "cells": rows, "is_bordered": True, "is_striped": True}


def _cell(runs: Runs, *, header: bool) -> Json:
    cell: Object = {"text": rich_text(runs)} if runs else {}
    if header:
        cell["is_header"] = True
    return {**cell, "align": "left", "valign": "top"}


def rich_text(runs: Runs) -> Json:
    """Return styled text: a string, one object, or an array of them."""
    found = [_styled(run) if run.style or run.url else run.text for run in runs]
    return found[0] if len(found) == 1 else found


def _styled(run: Run) -> Json:
    text: Json = run.text
    if run.style == BOLD and not run.url:
        return {"type": "bold", "text": text}
    for bit, kind in _MARKS if run.style else ():
        if run.style & bit:
            text = {"type": kind, "text": text}
    if run.url and is_linkable(run.url):
        text = {"type": "url", "text": text, "url": run.url}
    return text
