"""Builds inline content piece by piece: styles, links, bare addresses, and what HTML shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import SplitResult

from markdown_it.common.normalize_url import normalizeLink

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
    plain,
)
from formatters.reading.inlines import trim
from formatters.reading.links import bare_urls, safe_url
from formatters.reading.raw_html import Tag, pieces

MAX_DEPTH = 10
"""Styles nested deeper are dropped; their text stays."""


@dataclass(slots=True, eq=False, repr=False)
class _Frame:
    """A style that is still open."""

    style: str
    children: list[Inline] = field(default_factory=list)
    url: str = ""
    html: bool = False


class SpanBuilder:
    """Collects inline content; never nests deeper than MAX_DEPTH, never recurses."""

    def __init__(self, site: SplitResult | None = None) -> None:
        self._site = site
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
        while self._frames[-1].html:
            self._pop()
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
                url = safe_url(normalizeLink(tag.url), self._site)
                self.open("link" if url else "", url or "", html=True)

    def image(self, source: str, alternative: str) -> None:
        """Add an image as a link to it, or as its alternative text where it cannot be linked."""
        url = safe_url(source, self._site)
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
        if frame.url and not plain(children).strip():
            children = (Text(frame.url),)
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


def read_html(source: str, site: SplitResult | None = None) -> Inlines:
    """Return the visible content of a block of raw HTML."""
    builder = SpanBuilder(site)
    for piece in pieces(source):
        if isinstance(piece, Tag):
            builder.tag(piece)
        else:
            builder.text(piece)
    return builder.finish()
