"""Markdown as a Document, through markdown-it-py.

CommonMark with tables, strikethrough, footnotes, task lists and CJK-friendly emphasis. Decided here: images
and raw HTML become links or text (`raw_html.py`, `spans.py`), links that readers must not be offered become their
text (`links.py`), comments vanish. Nothing else does.

Work is bounded. markdown-it-py drops what is nested too deeply and needs quadratic time for some input; the
guards below keep the text and bound the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block, reference, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_cjk_friendly import cjk_friendly
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def

from formatters.document import (
    Block,
    Blocks,
    BulletList,
    CodeBlock,
    Heading,
    Inlines,
    ListItem,
    OrderedList,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
)
from formatters.reading.inlines import drop, trim
from formatters.reading.raw_html import hides_the_rest
from formatters.reading.span_builder import read_html
from formatters.reading.spans import read_spans

MAX_LEVEL = 20
"""Quotes and lists nested deeper are read as text. A quote is one level, a list two."""
MAX_SPAN = 8_000
"""A paragraph is read in pieces of about as many characters: emphasis takes quadratic time."""
MAX_CELLS = 50_000
"""Table cells in one post; rows beyond are read as text. Short rows are filled up to the header's width."""
MAX_DEFINITION_LINES = 8
"""A link definition that takes more lines is read as text: each one scans its whole paragraph otherwise."""

_BOX = re.compile(r"\[([ xX])\][ \t]+")
_BlockRule = Callable[[StateBlock, int, int, bool], bool]


@dataclass(frozen=True, slots=True)
class Document:
    """A post's body: its blocks, its footnotes, and the line of a comment that is never closed."""

    blocks: Blocks
    notes: Blocks = ()
    open_comment: int | None = None


class _Parser(MarkdownIt):
    """Takes every link; which of them are offered to readers is decided in `links.py`."""

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - the name is markdown-it's
        return True


def _shallow(rule: _BlockRule) -> _BlockRule:
    def guarded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < MAX_LEVEL and rule(state, start, end, silent)

    return guarded


def _small_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if start + 2 > end:
        return False
    columns = state.src.count("|", state.bMarks[start], state.eMarks[start]) + 1
    left: int = state.env.setdefault("cells_left", MAX_CELLS)
    rows = left // columns
    if rows < 2 or not table(state, start, min(end, start + rows), silent):
        return False
    if not silent:
        state.env["cells_left"] = left - columns * (state.line - start)
    return True


def _short_reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    lines = state.lineMax
    state.lineMax = min(lines, start + MAX_DEFINITION_LINES)
    try:
        return reference(state, start, end, silent)
    finally:
        state.lineMax = lines


def _inline_in_pieces(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline":
            children: list[Token] = []
            token.children = children
            for piece in _pieces(token.content):
                state.md.inline.parse(piece, state.md, state.env, children)


def _pieces(text: str) -> list[str]:
    """Cut after a line end, a sentence or a word, whichever comes first in this order."""
    pieces = []
    while len(text) > MAX_SPAN:
        window = text[:MAX_SPAN]
        cut = max(window.rfind(mark, MAX_SPAN // 2) for mark in "\n。！？") + 1 or window.rfind(" ") + 1 or MAX_SPAN
        pieces.append(text[:cut])
        text = text[cut:]
    pieces.append(text)
    return pieces


@cache
def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"maxNesting": MAX_LEVEL + 20})
    parser.enable(["table", "strikethrough"]).use(cjk_friendly)
    parser.use(footnote_plugin, inline=False, move_to_end=False)
    rules = parser.block.ruler
    ends = ["paragraph", "reference", "blockquote", "list"]
    rules.at("blockquote", _shallow(blockquote), {"alt": ends})
    rules.at("list", _shallow(list_block), {"alt": ends[:3]})
    rules.at("footnote_def", _shallow(footnote_def), {"alt": ends[:2]})
    rules.at("table", _small_table, {"alt": ends[:2]})
    rules.at("reference", _short_reference)
    parser.core.ruler.at("inline", _inline_in_pieces)
    parser.core.ruler.disable("text_join")  # the spans join text themselves
    parser.inline.ruler2.disable("fragments_join")
    return parser


def read_markdown(body: str, *, first_line: int = 1, own_line: re.Pattern[str] | None = None) -> Document:
    """Return the document. Lines are counted from `first_line`, the line of the file on which `body` begins.

    A line inside of a paragraph that matches `own_line` becomes a paragraph of its own.
    """
    builder = _Builder(first_line, own_line)
    for token in _parser().parse(body, {}):
        builder.take(token)
    return builder.document()


@dataclass(slots=True)
class _Frame:
    """A block that is still open."""

    line: int
    blocks: list[Block] = field(default_factory=list)
    items: list[ListItem] = field(default_factory=list)
    start: int = 1
    label: str = ""


class _Builder:
    """Builds the tree from a flat stream of tokens, without recursion."""

    def __init__(self, first_line: int, own_line: re.Pattern[str] | None) -> None:
        self._first_line = first_line
        self._own_line = own_line
        self._frames = [_Frame(first_line)]
        self._notes: list[ListItem] = []
        self._rows: list[list[Inlines]] = []
        self._leaf = ""
        self._line = first_line
        self._level = 1
        self._open_comment: int | None = None

    def document(self) -> Document:
        notes = tuple(block for note in self._notes for block in note.blocks)
        return Document(tuple(self._frames[0].blocks), notes, self._open_comment)

    def take(self, token: Token) -> None:
        kind = token.type
        if token.map:
            self._line = self._first_line + token.map[0]
        if kind == "inline":
            self._inline(token)
        elif kind in {"paragraph_open", "th_open", "td_open"}:
            self._leaf = kind
        elif kind == "heading_open":
            self._leaf, self._level = kind, int(token.tag[1])
        elif kind in _OPENS:
            self._open(token)
        elif kind in _CLOSES:
            self._close(kind)
        elif kind == "tr_open":
            self._rows.append([])
        elif token.nesting == 0:
            self._single(token)

    def _add(self, block: Block) -> None:
        self._frames[-1].blocks.append(block)

    def _inline(self, token: Token) -> None:
        children = token.children or []
        if self._leaf == "paragraph_open":
            for offset, content in read_spans(children, self._own_line):
                self._add(Paragraph(content, self._line + offset))
            return
        spans = read_spans(children)
        content = spans[0][1] if spans else ()
        if self._leaf == "heading_open":
            if content:
                self._add(Heading(self._level, content, self._line))
        else:
            self._rows[-1].append(content)

    def _open(self, token: Token) -> None:
        frame = _Frame(self._line, start=int(token.attrs.get("start", 1)), label=token.meta.get("label", ""))
        self._frames.append(frame)

    def _close(self, kind: str) -> None:
        if kind == "table_close":
            table_line = self._frames.pop().line
            header, *rows = self._rows
            self._rows = []
            if any(any(row) for row in (header, *rows)):
                self._add(Table(tuple(header), tuple(tuple(row) for row in rows), table_line))
            return
        frame = self._frames.pop()
        match kind:
            case "list_item_close":
                self._frames[-1].items.append(_list_item(frame))
            case "footnote_reference_close":
                self._notes.append(_note(frame))
            case "blockquote_close" if frame.blocks:
                self._add(Quote(tuple(frame.blocks), frame.line))
            case "bullet_list_close":
                filled = tuple(item for item in frame.items if item.blocks)
                if filled:
                    self._add(BulletList(filled, frame.line))
            case "ordered_list_close" if any(item.blocks for item in frame.items):
                self._add(OrderedList(tuple(frame.items), frame.start, frame.line))
            case _:
                pass

    def _single(self, token: Token) -> None:
        match token.type:
            case "fence" | "code_block":
                text = token.content.removesuffix("\n")
                if text.strip():
                    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
                    self._add(CodeBlock(text, language, self._line))
            case "hr":
                self._add(Rule(self._line))
            case "html_block":
                if self._open_comment is None and hides_the_rest(token.content):
                    self._open_comment = self._line
                content = read_html(token.content)
                if content:
                    self._add(Paragraph(content, self._line))
            case _:
                pass


_OPENS = frozenset(
    {
        "bullet_list_open",
        "ordered_list_open",
        "list_item_open",
        "blockquote_open",
        "footnote_reference_open",
        "table_open",
    }
)
_CLOSES = frozenset(kind.replace("_open", "_close") for kind in _OPENS)


def _list_item(frame: _Frame) -> ListItem:
    match frame.blocks:
        case [Paragraph((Text(text), *_) as content, line), *rest] if box := _BOX.match(text):
            rest_of_line = trim(drop(content, box.end()))
            first = [Paragraph(rest_of_line, line)] if rest_of_line else []
            return ListItem((*first, *rest), frame.line, checked=box[1] != " ")
        case blocks:
            return ListItem(tuple(blocks), frame.line)


def _note(frame: _Frame) -> ListItem:
    mark = Text(f"[{frame.label}] ")
    match frame.blocks:
        case [Paragraph((Text(text), *content), line), *rest]:
            return ListItem((Paragraph((Text(mark.text + text), *content), line), *rest), frame.line)
        case [Paragraph(content, line), *rest]:
            return ListItem((Paragraph((mark, *content), line), *rest), frame.line)
        case blocks:
            return ListItem((Paragraph((Text(mark.text.strip()),), frame.line), *blocks), frame.line)
