"""Plain text with its styles beside it: for a terminal, for a file, and where a platform refuses markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from formatters.parts import Json, Part, Rendition
from formatters.rendering.buttons import LinkButton
from formatters.rendering.limits import TERMINAL_COLUMNS, columns
from formatters.rendering.lines import GAPS, Form, Grid, Line, marker, table_rows
from formatters.rendering.page import Page
from formatters.rendering.pages import pages
from formatters.rendering.runs import BOLD, CODE, ITALIC, STRUCK, Run, Runs, text_of
from formatters.views import View
from formatters.words import Words

DIM = 16
"""Beside the styles of runs: what is not the author's text."""
_NAMES = ((BOLD, "bold"), (ITALIC, "italic"), (STRUCK, "strike"), (CODE, "code"), (DIM, "dim"))
_STYLES: Mapping[int, str] = {style: " ".join(name for bit, name in _NAMES if style & bit) for style in range(2 * DIM)}


def render(view: View, words: Words) -> Rendition:
    """Return the view's parts for a terminal; each payload is `{"text", "entities"}`, of any length.

    Titles are underlined, tables aligned where they are narrow enough, addresses written out, so that the text
    stands alone. Entities style it where a terminal can: `{"offset", "length"}` in characters, `"style"` in words
    (bold, italic, strike, code, dim), and `"url"` where it is a link. There are no buttons: sources are listed,
    actions left out.

    Raises NoSuchItem and NothingToShow for what the issue does not hold.
    """
    return Rendition(tuple(_part(page, words) for page in pages(view, words)))


def plain(lines: Sequence[Line]) -> str:
    """Return the visible text of lines, with list marks and blank lines."""
    written: list[str] = []
    for line in lines:
        written += (GAPS[line.gap], marker(line))
        written += [run[0] for run in line.runs]
    return "".join(written[1:])


def _part(page: Page, words: Words) -> Part:
    written: list[Run] = []
    for line in [*page.lines, *([] if page.hint is None else [page.hint])]:
        if written:
            written.append(Run(GAPS[line.gap]))
        written += _line(line, words.label_separator)
    links = [button.url for row in page.rows for button in row if isinstance(button, LinkButton)]
    if links:
        written.append(
            Run("\n\n" + words.sources + (words.label_separator if len(links) == 1 else words.label_separator.rstrip()))
        )
        for url in links:
            written += (*([] if len(links) == 1 else [Run("\n  ")]), Run(url, 0, url))
    text = text_of(written)
    return Part(page.name, {"text": text, "entities": list(_entities(written))}, text)


def _entities(runs: Runs) -> Iterator[Json]:
    offset = 0
    for text, style, url in runs:
        if style or url:
            entity: dict[str, Json] = {"offset": offset, "length": len(text)}
            if style:
                entity["style"] = _STYLES[style]
            if url:
                entity["url"] = url
            yield entity
        offset += len(text)


def _line(line: Line, separator: str) -> list[Run]:
    indent = "  " * line.depth + ("│ " if line.frame == "quote" else "")
    if line.table is not None:
        return _indented(_table(line, line.table, separator), indent)
    if line.form is Form.CODE:
        return _indented([Run(text, style | CODE, url) for text, style, url in line.runs], indent + "    ")
    if line.form is Form.TITLE or line.form is Form.HEADING:
        rule = "═" if line.form is Form.TITLE else "─"
        width = min(columns(text_of(line.runs)), TERMINAL_COLUMNS)
        indent = indent if line.form is Form.HEADING else ""
        return [*_indented(line.runs, indent), Run(f"\n{indent}{rule * width}", DIM)]
    if line.form is Form.META:
        return [Run(text, style | DIM, url) for text, style, url in line.runs]
    mark = _mark(line)
    return _indented([*([Run(mark)] if mark else []), *_with_addresses(line.runs)], indent)


def _mark(line: Line) -> str:
    """Return a list mark; depth shows as indentation here, as a terminal's columns are even."""
    if line.form is Form.BULLET:
        return "– " if line.depth else "• "
    return f"{line.number}. " if line.form is Form.NUMBERED else ""


def _indented(runs: Runs, indent: str) -> list[Run]:
    if not indent:
        return list(runs)
    return [Run(indent), *[Run(text.replace("\n", "\n" + indent), style, url) for text, style, url in runs]]


def _with_addresses(runs: Runs) -> list[Run]:
    """Return the runs with every link's address behind its last character, unless it is the text itself."""
    written: list[Run] = []
    shown = ""
    for index, run in enumerate(runs):
        written.append(run)
        if not (url := run.url):
            continue
        shown += run.text
        if index + 1 == len(runs) or runs[index + 1].url != url:
            if shown.strip() != url and not url.startswith("mailto:"):
                written.append(Run(f" <{url}>", DIM, url))
            shown = ""
    return written


def _table(line: Line, table: Grid, separator: str) -> list[Run]:
    """Return the table with aligned columns, or as readable rows where it is too wide."""
    rows = [[_with_addresses(cell) for cell in row] for row in (table.header, *table.rows)]
    texts = [[text_of(cell) for cell in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*texts, strict=True)]
    if sum(widths) + 3 * len(widths) > TERMINAL_COLUMNS or any("\n" in cell for row in texts for cell in row):
        return _rows(line, separator)
    written = _row([[Run(text, style | BOLD, url) for text, style, url in cell] for cell in rows[0]], widths)
    written.append(Run("\n" + "─┼─".join("─" * width for width in widths), DIM))
    for row in rows[1:]:
        written += (Run("\n"), *_row(row, widths))
    return written


def _rows(line: Line, separator: str) -> list[Run]:
    written: list[Run] = []
    for row in table_rows(line, separator):
        written += ([Run(GAPS[row.gap])] if written else []) + _with_addresses(row.runs)
    return written


def _row(cells: Sequence[Runs], widths: Sequence[int]) -> list[Run]:
    """Return cells side by side; the last one with text ends the line."""
    written: list[Run] = []
    owed = ""
    for index, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        owed += " │ " if index else ""
        if cell:
            written += ([Run(owed)] if owed else []) + list(cell)
            owed = ""
        owed += " " * (width - columns(text_of(cell)))
    if owed := owed.rstrip():
        written.append(Run(owed))
    return written
