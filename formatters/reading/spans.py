"""markdown-it's inline tokens as Inlines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import SplitResult

from markdown_it.token import Token
from mdit_py_cjk_friendly import is_cjk

from formatters.document import Inlines, Text
from formatters.reading.links import safe_url
from formatters.reading.raw_html import read_tag
from formatters.reading.span_builder import SpanBuilder

# The dashes, dots and curly quotes that Chinese shares with other scripts
_SHARED_PUNCTUATION = frozenset("“”‘’…—·")
_STYLES = {"strong_open": "strong", "em_open": "em", "s_open": "s"}
_TEXTS = frozenset({"text", "text_special"})
_LINE_ENDS = frozenset({"softbreak", "hardbreak"})
_AHEAD = 80


class SpanReader:
    """Reads the tokens of paragraphs, headings and cells, one after the other."""

    def __init__(self, own_line: re.Pattern[str] | None, site: SplitResult | None) -> None:
        self._own_line = own_line
        self._site = site
        self._builder = SpanBuilder(site)
        self._tokens: Sequence[Token] = ()
        self._splits = False
        self._done: list[tuple[int, Inlines]] = []
        self._line = self._start = 0
        self._last = ""
        self._alone: bool | None = None

    def content(self, tokens: Sequence[Token]) -> Inlines:
        """Return what `tokens` show as one text."""
        if len(tokens) == 1 and tokens[0].type == "text" and _is_simple(tokens[0].content):
            return (Text(tokens[0].content),)
        return self._read(tokens, splits=False)[0][1]

    def paragraphs(self, tokens: Sequence[Token]) -> list[tuple[int, Inlines]]:
        """Return the paragraphs that `tokens` hold, each with its line counted from 0; none of them is empty.

        There is one, unless a line in the middle matches `own_line`: that line is a paragraph of its own, together
        with the lines of addresses that follow it. Other line ends are a space, and nothing between Chinese characters.
        """
        if len(tokens) == 1 and tokens[0].type == "text" and _is_simple(tokens[0].content):
            return [(0, (Text(tokens[0].content),))]
        return [(line, content) for line, content in self._read(tokens, splits=True) if content]

    def _read(self, tokens: Sequence[Token], *, splits: bool) -> list[tuple[int, Inlines]]:
        self._tokens, self._splits = tokens, splits and self._own_line is not None
        self._done = []
        self._line = self._start = 0
        self._last, self._alone = "", None
        builder = self._builder
        for index, token in enumerate(tokens):
            kind = token.type
            if kind in _TEXTS:
                if token.content:
                    builder.text(token.content)
                    self._last = token.content[-1]
            elif kind in _LINE_ENDS:
                self._line_end(index, meant=kind == "hardbreak")
            elif token.nesting < 0:
                builder.close()
            elif token.nesting > 0:
                self._open(token)
            else:
                self._single(token)
        self._done.append((self._start, builder.finish()))
        return self._done

    def _open(self, token: Token) -> None:
        if token.type == "link_open":
            url = safe_url(str(token.attrs.get("href", "")), self._site)
            self._builder.open("link" if url else "", url or "")
        else:
            self._builder.open(_STYLES.get(token.type, ""))

    def _single(self, token: Token) -> None:
        match token.type:
            case "code_inline":
                self._builder.code(token.content)
                self._last = token.content[-1:]
            case "image":
                self._builder.image(str(token.attrs.get("src", "")), _alternative(token))
                self._last = "!"  # shows something, if only a file's name
            case "html_inline" if tag := read_tag(token.content):
                self._builder.tag(tag)
            case "footnote_ref":
                self._builder.text(f"[{token.meta['label']}]")
                self._last = "]"
            case _:
                pass

    def _line_end(self, index: int, *, meant: bool) -> None:
        self._line += 1
        if self._splits and self._own_line is not None and self._builder.at_top:
            ahead = self._ahead(index + 1, _AHEAD)
            begins = self._own_line.match(ahead) is not None
            if self._alone is None:
                self._alone = self._own_line.match(self._ahead(0, _AHEAD)) is not None
            if begins or (self._alone and not self._is_link(index + 1, ahead)):
                self._done.append((self._start, self._builder.finish()))
                self._start, self._alone, self._last = self._line, begins, ""
                return
        if meant:
            self._builder.line_break()
        elif self._last and _spaced(self._last, self._ahead(index + 1, 1)):
            self._builder.text(" ")

    def _ahead(self, index: int, count: int) -> str:
        """Return up to `count` characters of what the line shows from `index` on."""
        shown = ""
        for token in self._tokens[index : index + 16]:
            if token.type in _LINE_ENDS:
                break
            shown += token.content[:count] if token.type != "html_inline" else ""
            if len(shown) >= count:
                break
        return shown[:count]

    def _is_link(self, index: int, ahead: str) -> bool:
        if ahead.startswith(("http://", "https://")):
            return True
        return index < len(self._tokens) and self._tokens[index].type == "link_open"


def _is_simple(text: str) -> bool:
    """Tell whether a text is shown just as it stands: no address in it, no white space around it."""
    return "://" not in text and "\n" not in text and text != "" and not (text[0].isspace() or text[-1].isspace())


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
