"""What a message is made of on every platform: lines of styled text, each with a form.

Blocks and points become a flat sequence, in reading order. A line knows its depth and whether a blank
line stands above it, so every platform can show it natively: a list entry, a quote, a heading.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Literal, NamedTuple, assert_never

from formatters.document import (
    Block,
    BulletList,
    CodeBlock,
    Heading,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Rule,
    Table,
)
from formatters.issue import Point
from formatters.patterns import lazy
from formatters.rendering.runs import BOLD, Run, Runs, clean, flatten, text_of


class Form(Enum):
    """How a line presents itself."""

    TITLE = "title"
    META = "meta"
    HEADING = "heading"
    TEXT = "text"
    POINT = "point"
    BULLET = "bullet"
    NUMBERED = "numbered"
    CODE = "code"
    TABLE = "table"


Frame = Literal["", "quote", "fold"]
"""What surrounds a line; a fold is a quote that opens on demand."""


class Grid(NamedTuple):
    """A table, its cells as styled text; every row has as many as the header."""

    header: Sequence[Runs]
    rows: Sequence[Sequence[Runs]]


class Line(NamedTuple):
    """One paragraph, list entry, heading, code block or table. A named tuple, as `Run` is."""

    form: Form
    runs: Runs
    gap: bool = True
    """Whether a blank line stands above."""
    depth: int = 0
    """Of a list entry, and of text that belongs to one: 0 is outermost."""
    number: int = 0
    """Of a numbered entry; 0 of any other, so that neighbours share a list."""
    frame: Frame = ""
    language: str = ""
    """Of a code block."""
    table: Grid | None = None

    def of(self, runs: Runs) -> Line:
        """Return this line with other characters, for a part of it."""
        return self._replace(runs=runs)

    def framed(self, frame: Frame) -> Line:
        """Return this line in a frame; a quote inside gives way to it, as frames cannot nest."""
        return self._replace(frame=frame)


GAPS = ("\n", "\n\n")
"""What parts a line from the one above, by `gap`."""

_BULLET, _NUMBERED = Form.BULLET, Form.NUMBERED


def marker(line: Line) -> str:
    """Return what stands before a list entry where the platform has no lists of its own.

    Depth shows as dashes: spaces at a line's start are lost or unsightly in proportional type.
    """
    form = line.form
    if form is _BULLET:
        return "– " * line.depth or "• "
    return f"{'– ' * line.depth}{line.number}. " if form is _NUMBERED else ""


def add_blocks(
    lines: list[Line], blocks: Sequence[Block], *, depth: int = 0, frame: Frame = "", gap: bool = True
) -> None:
    """Append the lines of blocks; `gap` says whether blank lines part them."""
    for block in blocks:
        match block:
            case Paragraph(content):
                _add(lines, Line(Form.TEXT, flatten(content), gap, depth, 0, frame))
            case Heading(_, content):
                _add(lines, Line(Form.HEADING, flatten(content, BOLD), gap, depth, 0, frame))
            case BulletList(items):
                _add_list(lines, items, None, depth=depth, frame=frame, gap=gap)
            case OrderedList(items, start):
                _add_list(lines, items, start, depth=depth, frame=frame, gap=gap)
            case Quote(inner):
                add_blocks(lines, inner, depth=depth, frame=frame or "quote", gap=gap)
            case CodeBlock(text, language):
                code = clean(text).strip("\n")
                _add(lines, Line(Form.CODE, [Run(code)] if code else (), gap, depth, 0, frame, language))
            case Table(header, rows):
                grid = Grid([flatten(cell) for cell in header], [[flatten(cell) for cell in row] for row in rows])
                lines.append(Line(Form.TABLE, (), gap, depth, 0, frame, "", grid))
            case Rule():
                pass
            case _:
                assert_never(block)


def _add(lines: list[Line], line: Line) -> None:
    """Append a line, unless there would be nothing to see."""
    for run in line.runs:
        if not run[0].isspace():
            lines.append(line)
            return


def _add_list(
    lines: list[Line], items: Sequence[ListItem], start: int | None, *, depth: int, frame: Frame, gap: bool
) -> None:
    form = Form.BULLET if start is None else Form.NUMBERED
    for number, item in enumerate(items, start or 0):
        blocks = item.blocks
        runs: list[Run] = [] if item.checked is None else [Run("☑ " if item.checked else "☐ ")]
        if blocks and isinstance(first := blocks[0], Paragraph):
            runs += flatten(first.content)
            blocks = blocks[1:]
        _add(lines, Line(form, runs, gap, depth, 0 if start is None else number, frame))
        add_blocks(lines, blocks, depth=depth + 1, frame=frame, gap=False)
        gap = False


def add_points(
    lines: list[Line], points: Sequence[Point], separator: str, *, frame: Frame = "", listed: bool = True
) -> None:
    """Append points, a blank line between them; unless `listed`, unlabelled ones are mere paragraphs."""
    for point in points:
        if point.blocks and not (point.label or point.text or point.points):
            add_blocks(lines, point.blocks, frame=frame)
            continue
        form = Form.POINT if listed or point.label or point.points else Form.TEXT
        _add(lines, Line(form, point_runs(point, separator), True, 0, 0, frame))
        if point.points or point.blocks:
            _add_below(lines, point, separator, 1, frame)


def add_numbered(
    lines: list[Line], points: Sequence[Point], separator: str, *, frame: Frame = "", gap: bool = True
) -> None:
    """Append points numbered from 1."""
    for number, point in enumerate(points, 1):
        _add(lines, Line(Form.NUMBERED, point_runs(point, separator), gap, 0, number, frame))
        _add_below(lines, point, separator, 1, frame)


def _add_below(lines: list[Line], point: Point, separator: str, depth: int, frame: Frame) -> None:
    """Append what hangs below a point."""
    for inner in point.points:
        _add(lines, Line(Form.BULLET, point_runs(inner, separator), False, depth, 0, frame))
        if inner.points or inner.blocks:
            _add_below(lines, inner, separator, depth + 1, frame)
    if point.blocks:
        add_blocks(lines, point.blocks, depth=depth, frame=frame, gap=False)


_CHINESE = lazy("[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")
_JOINS_LABEL = tuple("（(，,。.；;：:、！？!?—–-")


def point_runs(point: Point, separator: str) -> list[Run]:
    """Return the bold label, the separator and the text; no separator before punctuation."""
    rest = flatten(point.text)
    if not point.label:
        return rest
    runs = flatten(point.label, BOLD)
    if not runs:
        return rest
    if _CHINESE.search(runs[-1].text[-1:]):
        separator = "："  # a Chinese label keeps its colon, whoever reads it
    if not rest:
        return [*runs, Run(separator.rstrip() or ":")]
    if not rest[0].text.startswith(_JOINS_LABEL):
        runs.append(Run(separator))
    runs += rest
    return runs


def table_rows(line: Line, separator: str) -> list[Line]:
    """Return a table as readable lines, one a row: first cell bold, then each column's name and cell."""
    table = line.table
    if table is None:
        return [line]
    rows: list[Line] = []
    joint = "；" if separator == "：" else "; "
    names = [text_of(name) for name in table.header]
    for cells in table.rows:
        runs = _row_runs(cells, names, separator, joint)
        if runs:
            rows.append(Line(Form.TEXT, runs, line.gap and not rows, line.depth, frame=line.frame))
    if not table.rows and (header := [name for name in names if name]):
        rows.append(Line(Form.TEXT, [Run(joint.join(header), BOLD)], line.gap, line.depth, frame=line.frame))
    return rows


def _row_runs(cells: Sequence[Runs], names: list[str], separator: str, joint: str) -> list[Run]:
    runs = [Run(text, style | BOLD, url) for text, style, url in cells[0]] if cells else []
    between = " — " if runs else ""
    for name, cell in zip(names[1:], cells[1:], strict=False):
        if cell:
            lead = between + (name + separator if name else "")
            if lead:
                runs.append(Run(lead))
            runs += cell
            between = joint
    return runs


def without_tables(lines: Sequence[Line], separator: str) -> Sequence[Line]:
    """Return the lines with every table as readable rows."""
    if all(line.table is None for line in lines):
        return lines
    return [row for line in lines for row in table_rows(line, separator)]
