"""Plain text: for a terminal, for notifications, and where a platform refuses markup."""

from __future__ import annotations

from collections.abc import Sequence

from formatters.parts import Part, Rendition
from formatters.rendering.buttons import LinkButton
from formatters.rendering.limits import TERMINAL_COLUMNS, columns
from formatters.rendering.lines import GAPS, Form, Line, marker, table_rows
from formatters.rendering.page import Page
from formatters.rendering.pages import pages
from formatters.rendering.runs import Runs, text_of
from formatters.views import View
from formatters.words import Words


def render(view: View, words: Words) -> Rendition:
    """Return the view's parts for a terminal; each payload is `{"text"}`, of any length.

    Titles are underlined, tables aligned where they are narrow enough, addresses written out. There
    are no buttons: sources are listed, actions left out.

    Raises NoSuchItem and NothingToShow for what the issue does not hold.
    """
    return Rendition(tuple(_part(page, words) for page in pages(view, words)))


def plain(lines: Sequence[Line]) -> str:
    """Return the visible text of lines, with list marks and blank lines."""
    written: list[str] = []
    for line in lines:
        written += (GAPS[line.gap], marker(line), *[run[0] for run in line.runs])
    return "".join(written[1:])


def _part(page: Page, words: Words) -> Part:
    written: list[str] = []
    for line in [*page.lines, *([] if page.hint is None else [page.hint])]:
        if written:
            written.append("\n\n" if line.gap else "\n")
        written.append(_line(line, words.label_separator))
    links = [button.url for row in page.rows for button in row if isinstance(button, LinkButton)]
    if links:
        listed = links if len(links) == 1 else ["", *links]
        written.append("\n\n" + words.sources + words.label_separator + "\n  ".join(listed))
    text = "".join(written)
    return Part(page.name, {"text": text}, text)


def _line(line: Line, separator: str) -> str:
    indent = "  " * line.depth + ("│ " if line.frame == "quote" else "")
    if line.form is Form.TABLE:
        return _indented(_table(line, separator), indent)
    if line.form is Form.CODE:
        return _indented(text_of(line.runs), indent + "    ")
    if line.form is Form.TITLE:
        title = text_of(line.runs)
        return f"{title}\n{'═' * min(columns(title), TERMINAL_COLUMNS)}"
    if line.form is Form.HEADING:
        return f"{indent}{text_of(line.runs)}\n{indent}{'─' * min(columns(text_of(line.runs)), TERMINAL_COLUMNS)}"
    return _indented(_mark(line) + _with_addresses(line.runs), indent)


def _mark(line: Line) -> str:
    """Return a list mark; depth shows as indentation here, as a terminal's columns are even."""
    if line.form is Form.BULLET:
        return "– " if line.depth else "• "
    return f"{line.number}. " if line.form is Form.NUMBERED else ""


def _indented(text: str, indent: str) -> str:
    return indent + text.replace("\n", "\n" + indent)


def _with_addresses(runs: Runs) -> str:
    """Return the text with every link's address behind its last character, unless it is the text itself."""
    written: list[str] = []
    shown = ""
    for index, (text, _, url) in enumerate(runs):
        written.append(text)
        shown += text
        following = runs[index + 1].url if index + 1 < len(runs) else ""
        if url != following:
            if url and shown.strip() != url and not url.startswith("mailto:"):
                written.append(f" <{url}>")
            shown = ""
    return "".join(written)


def _table(line: Line, separator: str) -> str:
    """Return the table with aligned columns, or as readable rows where it is too wide."""
    if line.table is None:
        return ""
    rows = [[_with_addresses(cell) for cell in row] for row in (line.table.header, *line.table.rows)]
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    if sum(widths) + 3 * len(widths) > TERMINAL_COLUMNS or any("\n" in cell for row in rows for cell in row):
        return plain([row.of(row.runs) for row in table_rows(line, separator)]).strip("\n")
    written = [" │ ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    written.insert(1, "─┼─".join("─" * width for width in widths))
    return "\n".join(row.rstrip() for row in written)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
