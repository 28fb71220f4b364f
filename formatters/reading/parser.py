"""markdown-it-py as posts need it: its rules and those of its plugins, met faster, and with bounded work.

The grammar is CommonMark with tables, strikethrough, footnotes, CJK-friendly emphasis and math. markdown-it-py tries
every rule at every line and every character; here a rule is tried only where its first character stands, which is
all that these rules look at first. It drops what is nested too deeply and needs quadratic time for some input; the
guards below keep the text and bound the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any, ClassVar

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import (
    StateBlock,
    blockquote,
    fence,
    heading,
    hr,
    html_block,
    lheading,
    list_block,
    reference,
    table,
)
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
from mdit_py_cjk_friendly import cjk_friendly
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def, footnote_ref

from formatters.reading.math import inline_math, math_block

MAX_LEVEL = 20
"""Quotes and lists nested deeper are read as text. A quote is one level, a list two."""
MAX_SPAN = 8_000
"""A paragraph is read in pieces of about as many characters: emphasis takes quadratic time."""
MAX_CELLS = 50_000
"""Table cells in one post; rows beyond are read as text. Short rows are filled up to the header's width."""
MAX_DEFINITION_LINES = 8
"""A link definition that takes more lines is read as text: each one scans its whole paragraph otherwise."""

_BlockRule = Callable[[StateBlock, int, int, bool], bool]
_InlineRule = Callable[[StateInline, bool], bool]

_SPECIAL = re.compile(r"[\n\\`~*_\[\]!<&$]")
_PARAGRAPH_ENDS = ["paragraph", "reference", "blockquote", "list"]


def parse(body: str) -> list[Token]:
    """Return the tokens of a Markdown text."""
    return _parser().parse(body, {})


class _Parser(MarkdownIt):
    """Takes every link; which of them are offered to readers is decided in `links.py`."""

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - the name is markdown-it's
        return True


def _closed(rule: _InlineRule) -> _InlineRule:
    """Return `rule`, tried only where a closing bracket follows at all: the rule itself would look for it long."""

    def guarded(state: StateInline, silent: bool) -> bool:
        return state.src.find("]", state.pos, state.posMax) >= 0 and rule(state, silent)

    return guarded


class _Inline(ParserInline):
    """Goes from one special character to the next, and tries the rules that begin with it."""

    RULES: ClassVar[dict[str, tuple[_InlineRule, ...]]] = {
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

    def tokenize(self, state: StateInline) -> None:
        src, end, rules = state.src, state.posMax, self.RULES
        deepest = state.md.options.maxNesting
        while (pos := state.pos) < end:
            character = src[pos]
            if character not in rules:
                found = _SPECIAL.search(src, pos, end)
                state.pos = found.start() if found else end
                state.pending += src[pos : state.pos]
                continue
            if state.level < deepest:
                for rule in rules[character]:
                    if rule(state, False):
                        break
                else:
                    state.pending += character
                    state.pos = pos + 1
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


class _Blocks(ParserBlock):
    """Tries the rules that begin with a line's first character."""

    STARTS: ClassVar[dict[str, str]] = {
        "math_block": "$",
        "fence": "`~",
        "blockquote": ">",
        "hr": "*-_",
        "list": "*-+0123456789",
        "footnote_def": "[",
        "reference": "[",
        "html_block": "<",
        "heading": "#",
    }

    @cached_property
    def rules(self) -> dict[str, list[_BlockRule]]:
        """The rules to try by first character; under "" those for any other."""
        named = list(zip(self.ruler.get_active_rules(), self.ruler.getRules(""), strict=True))
        return {
            first: [rule for name, rule in named if name not in self.STARTS or first in set(self.STARTS[name])]
            for first in ("", *"".join(self.STARTS.values()))
        }

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 - the names are markdown-it's
        rules, others, src = self.rules, self.rules[""], state.src
        line = startLine
        after_empty = False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            for rule in rules.get(src[state.bMarks[line] + state.tShift[line]], others):
                if rule(state, line, endLine, False):
                    break
            state.tight = not after_empty
            line = state.line
            if line - 1 < endLine and state.isEmpty(line - 1):
                after_empty = True
            if line < endLine and state.isEmpty(line):
                after_empty = True
                state.line = line = line + 1


class _Lines(StateBlock):
    """The state of the block parser, which finds its lines without looking at every character."""

    def __init__(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> None:
        super().__init__("", md, env, tokens)
        self.src = src
        starts, ends, shifts, indents = [], [], [], []
        start = 0
        lines = src.split("\n")
        if not lines[-1].strip(" \t"):
            lines.pop()
        for line in lines:
            shift = len(line) - len(line.lstrip(" \t"))
            starts.append(start)
            start += len(line) + 1
            ends.append(start - 1)
            shifts.append(shift)
            indents.append(len(line[:shift].expandtabs(4)) if shift else 0)
        self.lineMax = len(starts)
        self.bMarks = [*starts, len(src)]  # one line more than there is, as markdown-it has it
        self.eMarks = [*ends, len(src)]
        self.tShift = [*shifts, 0]
        self.sCount = [*indents, 0]
        self.bsCount = [0] * len(self.bMarks)


def _blocks(state: StateCore) -> None:
    lines = _Lines(state.src, state.md, state.env, state.tokens)
    state.md.block.tokenize(lines, 0, lines.lineMax)


def _inlines(state: StateCore) -> None:
    for token in state.tokens:
        if token.type == "inline":
            children: list[Token] = []
            token.children = children
            text = token.content
            if _SPECIAL.search(text) is None:
                whole = Token("text", "", 0)
                whole.content = text
                children.append(whole)
                continue
            for piece in _pieces(text):
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


def _starting(rule: _BlockRule, characters: str, deepest: int = 100) -> _BlockRule:
    """Return `rule`, tried only at lines that begin with one of `characters`, and no deeper than `deepest`."""

    def guarded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        first = state.bMarks[start] + state.tShift[start]
        if first >= state.eMarks[start] or state.src[first] not in characters or state.level >= deepest:
            return False
        return rule(state, start, end, silent)

    return guarded


def _underlined(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A heading with a line of = or - below needs a second line."""
    return start + 1 < end and not state.isEmpty(start + 1) and lheading(state, start, end, silent)


def _small_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if start + 2 > end:
        return False
    below = state.bMarks[start + 1] + state.tShift[start + 1]
    if below >= state.eMarks[start + 1] or state.src[below] not in "|-:":
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


@cache
def _parser() -> MarkdownIt:
    parser = _Parser("commonmark", {"maxNesting": MAX_LEVEL + 20})
    parser.block = _Blocks()
    parser.enable(["table", "strikethrough"]).use(cjk_friendly)
    parser.use(footnote_plugin, inline=False, move_to_end=False)
    rules = parser.block.ruler
    ends = _PARAGRAPH_ENDS
    rules.before("fence", "math_block", _starting(math_block, "$"), {"alt": ends})
    rules.at("table", _small_table, {"alt": ends[:2]})
    rules.at("fence", _starting(fence, "`~"), {"alt": ends})
    rules.at("blockquote", _starting(blockquote, ">", MAX_LEVEL), {"alt": ends})
    rules.at("hr", _starting(hr, "*-_"), {"alt": ends})
    rules.at("list", _starting(list_block, "*-+0123456789", MAX_LEVEL), {"alt": ends[:3]})
    rules.at("footnote_def", _starting(footnote_def, "[", MAX_LEVEL), {"alt": ends[:2]})
    rules.at("reference", _starting(_short_reference, "["))
    rules.at("html_block", _starting(html_block, "<"), {"alt": ends[:3]})
    rules.at("heading", _starting(heading, "#"), {"alt": ends[:3]})
    rules.at("lheading", _underlined)
    parser.core.ruler.at("block", _blocks)
    parser.core.ruler.at("inline", _inlines)
    parser.core.ruler.disable("text_join")  # the spans join text themselves
    inline = _Inline()
    inline.ruler2.enableOnly(["balance_pairs", "strikethrough", "emphasis"])
    parser.inline = inline
    return parser
