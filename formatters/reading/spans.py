"""markdown-it's inline tokens as Inlines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token
from mdit_py_cjk_friendly import is_cjk

from formatters.document import (
    Code,
    Emphasis,
    Inline,
    Inlines,
    LineBreak,
    Link,
    Strikethrough,
    Strong,
    Text,
)
from formatters.reading.inlines import trim
from formatters.reading.links import bare_urls, safe_url
from formatters.reading.raw_html import Tag, pieces, read_tag

MAX_DEPTH = 10
"""Styles nested deeper are dropped; their text stays."""

# The dashes, dots and curly quotes that Chinese shares with other scripts
_SHARED_PUNCTUATION = frozenset("“”‘’…—·")
_STYLES = {"strong_open": "strong", "em_open": "em", "s_open": "s"}


@dataclass(slots=True)
class _Frame:
    """A style that is still open."""

    style: str
    children: list[Inline] = field(default_factory=list)
    url: str = ""
    html: bool = False


class SpanBuilder:
    """Collects inline content; never nests deeper than MAX_DEPTH, never recurses."""

    def __init__(self) -> None:
        self._frames = [_Frame("root")]
        self._text: list[str] = []
        self._links = 0

    @property
    def at_top(self) -> bool:
        """Whether no style is open."""
        return len(self._frames) == 1

    def finish(self) -> Inlines:
        """Return what was collected, without white space at its margins, and begin anew."""
        while len(self._frames) > 1:
            self._pop()
        self._flush()
        content = tuple(self._frames[0].children)
        self._frames = [_Frame("root")]
        return trim(content)

    def text(self, text: str) -> None:
        """Add visible characters; an encoded line end is white space."""
        self._text.append(text.replace("\n", " ") if "\n" in text else text)

    def code(self, text: str) -> None:
        """Add a code span."""
        self._flush()
        self._frames[-1].children.append(Code(text))

    def line_break(self) -> None:
        """Add a line end that was meant, once, and none at the start."""
        self._flush()
        children = self._frames[-1].children
        if children and isinstance(last := children[-1], Text):
            children[-1:] = [Text(kept)] if (kept := last.text.rstrip()) else []
        if children and not isinstance(children[-1], LineBreak):
            children.append(LineBreak())

    def open(self, style: str, url: str = "", *, html: bool = False) -> None:
        """Begin a style: strong, em, s, link, or "" for one that shows nothing."""
        self._flush()
        parent = self._frames[-1]
        if len(self._frames) > MAX_DEPTH or (style == "link" and self._links) or not style:
            self._frames.append(_Frame("", parent.children, html=html))
            return
        self._links += style == "link"
        self._frames.append(_Frame(style, url=url, html=html))

    def close(self) -> None:
        """End the innermost style of Markdown, and any tag that was left open inside of it."""
        while len(self._frames) > 1 and self._frames[-1].html:
            self._pop()
        if len(self._frames) > 1:
            self._pop()

    def tag(self, tag: Tag) -> None:
        """Add what an HTML tag shows."""
        match tag.name:
            case "br":
                self.line_break()
            case "cell":
                self.text(" ")
            case "text":
                self.text(tag.text)
            case "img":
                self.image(tag.url, tag.text)
            case _ if tag.closes:
                if self._frames[-1].html:
                    self._pop()
            case _:
                url = safe_url(normalizeLink(tag.url))
                self.open("link" if url else "", url or "", html=True)

    def image(self, source: str, alternative: str) -> None:
        """Add an image as a link to it, or as its alternative text where it cannot be linked."""
        url = safe_url(source)
        name = " ".join(alternative.split()) or source.partition("?")[0].rstrip("/").rpartition("/")[2]
        if not name:
            return
        if url is None or self._links:
            self.text(name)
            return
        self.open("link", url)
        self.text(name)
        self._pop()

    def _pop(self) -> None:
        self._flush()
        frame = self._frames.pop()
        if not frame.style:
            return
        self._links -= frame.style == "link"
        children = tuple(frame.children)
        if not children:
            children = (Text(frame.url),) if frame.url else ()
        if not children:
            return
        parent = self._frames[-1].children
        match frame.style:
            case "strong":
                parent.append(Strong(children))
            case "em":
                parent.append(Emphasis(children))
            case "s":
                parent.append(Strikethrough(children))
            case _:
                parent.append(Link(frame.url, children))

    def _flush(self) -> None:
        if not self._text:
            return
        text = "".join(self._text)
        self._text.clear()
        position = 0
        children = self._frames[-1].children
        if not self._links and "://" in text:
            for start, end in bare_urls(text):
                _append_text(children, text[position:start])
                children.append(Link(text[start:end], (Text(text[start:end]),)))
                position = end
        _append_text(children, text[position:])


def _append_text(children: list[Inline], text: str) -> None:
    last = children[-1] if children else None
    if isinstance(last, LineBreak):
        text = text.lstrip()
    if not text:
        return
    if isinstance(last, Text):
        children[-1] = Text(last.text + text)
    else:
        children.append(Text(text))


def read_html(source: str) -> Inlines:
    """Return the visible content of a block of raw HTML."""
    builder = SpanBuilder()
    for piece in pieces(source):
        if isinstance(piece, Tag):
            builder.tag(piece)
        else:
            builder.text(piece)
    return builder.finish()


def read_spans(tokens: Sequence[Token], own_line: re.Pattern[str] | None = None) -> list[tuple[int, Inlines]]:
    """Return the paragraphs that `tokens` hold, each with its line counted from 0; none of them is empty.

    There is one, unless a line in the middle matches `own_line`: that line is a paragraph of its own, together
    with the lines of addresses that follow it. Other line ends are a space, and nothing between Chinese characters.
    """
    builder = SpanBuilder()
    paragraphs: list[tuple[int, Inlines]] = []
    line = start = 0
    last = ""
    alone = own_line is not None and own_line.match(_ahead(tokens, 0, 80)) is not None
    for index, token in enumerate(tokens):
        kind = token.type
        if kind in {"text", "text_special"}:
            if token.content:
                builder.text(token.content)
                last = token.content[-1]
        elif kind in {"softbreak", "hardbreak"}:
            line += 1
            if own_line is not None and builder.at_top:
                ahead = _ahead(tokens, index + 1, 80)
                begins = own_line.match(ahead) is not None
                if begins or (alone and not _is_link(tokens, index + 1, ahead)):
                    paragraphs.append((start, builder.finish()))
                    start, alone, last = line, begins, ""
                    continue
            if kind == "hardbreak":
                builder.line_break()
            elif last and _spaced(last, _ahead(tokens, index + 1, 1)):
                builder.text(" ")
        elif kind == "code_inline":
            builder.code(token.content)
            last = token.content[-1:]
        elif kind == "image":
            builder.image(str(token.attrs.get("src", "")), _alternative(token))
            last = "!"  # shows something, if only a file's name
        elif kind == "html_inline":
            tag = read_tag(token.content)
            if tag:
                builder.tag(tag)
        elif kind == "link_open":
            url = safe_url(str(token.attrs.get("href", "")))
            builder.open("link" if url else "", url or "")
        elif kind == "footnote_ref":
            builder.text(f"[{token.meta['label']}]")
        elif token.nesting > 0:
            builder.open(_STYLES.get(kind, ""))
        elif token.nesting < 0:
            builder.close()
    paragraphs.append((start, builder.finish()))
    return [(number, content) for number, content in paragraphs if content]


def _ahead(tokens: Sequence[Token], index: int, count: int) -> str:
    """Return up to `count` characters of what the line shows from `index` on."""
    shown = ""
    for token in tokens[index : index + 16]:
        if token.type in {"softbreak", "hardbreak"}:
            break
        shown += token.content[:count] if token.type != "html_inline" else ""
        if len(shown) >= count:
            break
    return shown[:count]


def _is_link(tokens: Sequence[Token], index: int, ahead: str) -> bool:
    return ahead.startswith(("http://", "https://")) or (index < len(tokens) and tokens[index].type == "link_open")


def _spaced(before: str, after: str) -> bool:
    """Tell whether a line end between two characters shows as a space."""
    if not after or before.isspace():
        return False
    chinese = is_cjk(before), is_cjk(after)
    if all(chinese):
        return False
    return not (any(chinese) and (before in _SHARED_PUNCTUATION or after in _SHARED_PUNCTUATION))


def _alternative(token: Token) -> str:
    return "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in token.children or ()
        if child.type != "html_inline"
    )
