"""markdown-it-py's inline rules, met faster and with bounded work.

markdown-it-py tries every rule at every character; here a rule is tried only where its first character stands. Most
text of a digest holds nothing but bold words, and is read at one glance.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import (
    StateInline,
    autolink,
    backtick,
    entity,
    escape,
    html_inline,
    image,
    link,
    newline,
)
from markdown_it.rules_inline.emphasis import tokenize as emphasis
from markdown_it.rules_inline.strikethrough import tokenize as strikethrough
from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_ref

from formatters.patterns import lazy
from formatters.reading.math import inline_math

MAX_INLINES = 300_000
"""Tokens of all texts of one post; texts beyond are taken as they stand."""
MAX_SPAN = 8_000
"""A paragraph is read in pieces of about as many characters: emphasis takes quadratic time."""

InlineRule = Callable[[StateInline, bool], bool]

_SPECIAL = lazy(r"[\n\\`~*_\[\]!<&$]")
_PLAIN = r"[^\n\\`~*_\[\]!<&$]*"
# Bold words whose stars stand beside letters and digits on the inner side can be meant in one way only
_BOLD_WORDS = lazy(rf"(?:{_PLAIN}\*\*(?=[^\W_]){_PLAIN}(?<=[^\W_])\*\*)+{_PLAIN}")


def _closed(rule: InlineRule) -> InlineRule:
    """Return `rule`, tried only where a closing bracket follows at all: the rule itself would look for it long."""

    def guarded(state: StateInline, silent: bool) -> bool:
        return state.src.find("]", state.pos, state.posMax) >= 0 and rule(state, silent)

    return guarded


class _Span(StateInline):
    """The state of the inline parser."""

    src = ""  # an attribute, as the property that it stands for is asked at every character


class InlineParser(ParserInline):
    """Goes from one special character to the next, and tries the rules that begin with it."""

    RULES: ClassVar[dict[str, tuple[InlineRule, ...]]] = {
        "\n": (newline,),
        "\\": (escape,),
        "`": (backtick,),
        "~": (strikethrough,),
        "*": (emphasis,),
        "_": (emphasis,),
        "[": (_closed(link), footnote_ref),
        "!": (_closed(image),),
        "<": (autolink, html_inline),
        "&": (entity,),
        "$": (inline_math,),
        "]": (),
    }

    def __init__(self) -> None:
        super().__init__()
        self.ruler2.enableOnly(["balance_pairs", "strikethrough", "emphasis"])

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:
        state = _Span(src, md, env, tokens)
        self.tokenize(state)
        if state.delimiters or any(state.tokens_meta):
            for rule in self.ruler2.getRules(""):
                rule(state)
        return state.tokens

    def tokenize(self, state: StateInline) -> None:
        src, end, rules = state.src, state.posMax, self.RULES
        while (pos := state.pos) < end:
            character = src[pos]
            if character not in rules:
                found = _SPECIAL.search(src, pos, end)
                state.pos = found.start() if found else end
                state.pending += src[pos : state.pos]
                continue
            for rule in rules[character]:  # no deeper than a link, as links hold none
                if rule(state, False):
                    break
            else:
                state.pending += character
                state.pos = pos + 1
        if state.pending:
            state.pushPending()

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 - the name is markdown-it's
        pos = state.pos
        known = state.cache.get(pos)
        if known is not None:
            state.pos = known
            return
        rules = self.RULES.get(state.src[pos])
        if rules is None:
            found = _SPECIAL.search(state.src, pos, state.posMax)
            state.pos = found.start() if found else state.posMax
        elif state.level >= state.md.options.maxNesting:
            state.pos = state.posMax
        else:
            state.level += 1
            for rule in rules:
                if rule(state, True):
                    break
            else:
                state.pos = pos + 1
            state.level -= 1
        state.cache[pos] = state.pos


def read_inlines(state: StateCore) -> None:
    """Do what markdown-it-py's rule of the core does."""
    left = MAX_INLINES
    for token in state.tokens:
        if token.type == "inline":
            token.children = children = []
            for piece in _pieces(token.content):
                found = [_text(piece)] if left <= 0 else _parsed(piece, state)
                left -= len(found)
                children += found


def _parsed(piece: str, state: StateCore) -> list[Token]:
    if _SPECIAL.search(piece) is None:
        return [_text(piece)]
    if _BOLD_WORDS.fullmatch(piece):
        return _bold_words(piece)
    return state.md.inline.parse(piece, state.md, state.env, [])


def _text(text: str) -> Token:
    token = Token("text", "", 0)
    token.content = text
    return token


def _bold_words(text: str) -> list[Token]:
    tokens: list[Token] = []
    for index, part in enumerate(text.split("**")):
        if index % 2:
            tokens += (Token("strong_open", "strong", 1), _text(part), Token("strong_close", "strong", -1))
        elif part:
            tokens.append(_text(part))
    return tokens


def _pieces(text: str) -> list[str]:
    """Cut after a line end, a sentence or a word, whichever comes first in this order."""
    pieces = []
    start = 0
    while len(text) - start > MAX_SPAN:
        window = text[start : start + MAX_SPAN]
        cut = max(window.rfind(mark, MAX_SPAN // 2) for mark in "\n。！？") + 1 or window.rfind(" ") + 1 or MAX_SPAN
        pieces.append(window[:cut])
        start += cut
    pieces.append(text[start:])
    return pieces
