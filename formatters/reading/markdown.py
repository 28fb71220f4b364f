"""Markdown as a Document, through markdown-it-py (`parser.py`).

Decided here: images and raw HTML become links or text (`raw_html.py`, `spans.py`), links that readers must not be
offered become their text (`links.py`), comments vanish. Nothing else does. `README.md` has the whole list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import SplitResult

from markdown_it.token import Token

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
from formatters.patterns import lazy
from formatters.reading.inlines import drop, trim
from formatters.reading.parser import parse
from formatters.reading.raw_html import hides_the_rest
from formatters.reading.span_builder import read_html
from formatters.reading.spans import SpanReader

_BOX = lazy(r"\[([ xX])\][ \t]+")


class Document(NamedTuple):
    """A post's body: its blocks, its footnotes, and the line of a comment that is never closed."""

    blocks: Blocks
    notes: Blocks = ()
    open_comment: int | None = None


def read_markdown(
    body: str,
    *,
    first_line: int = 1,
    own_line: re.Pattern[str] | None = None,
    site: SplitResult | None = None,
) -> Document:
    """Return the document. Lines are counted from `first_line`, the line of the file on which `body` begins.

    A line inside of a paragraph that matches `own_line` becomes a paragraph of its own. Links that begin with / are
    taken from `site`.
    """
    builder = _Builder(first_line, own_line, site)
    for token in parse(body):
        builder.take(token)
    return builder.document()


@dataclass(slots=True, eq=False, repr=False)
class _Frame:
    """A block that is still open."""

    line: int
    blocks: list[Block] = field(default_factory=list)
    items: list[ListItem] = field(default_factory=list)
    start: int = 1
    label: str = ""


class _Builder:
    """Builds the tree from a flat stream of tokens, without recursion."""

    def __init__(self, first_line: int, own_line: re.Pattern[str] | None, site: SplitResult | None) -> None:
        self._first_line = first_line
        self._spans = SpanReader(own_line, site)
        self._site = site
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
        elif kind in _LEAVES:
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
            for offset, content in self._spans.paragraphs(children):
                self._add(Paragraph(content, self._line + offset))
            return
        content = self._spans.content(children)
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
            case _:  # raw HTML
                if self._open_comment is None and hides_the_rest(token.content):
                    self._open_comment = self._line
                content = read_html(token.content, self._site)
                if content:
                    self._add(Paragraph(content, self._line))


_LEAVES = frozenset({"paragraph_open", "th_open", "td_open"})
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
