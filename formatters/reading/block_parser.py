"""markdown-it-py's block rules, met faster and with bounded work.

markdown-it-py tries every rule at every line; here a rule is tried only where its first character stands, and only
where the line below it lets it be, which is all that these rules look at first.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_block import ParserBlock
from markdown_it.ruler import Ruler
from markdown_it.rules_block import (
    StateBlock,
    blockquote,
    heading,
    hr,
    html_block,
    lheading,
    list_block,
    reference,
    table,
)
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_def

from formatters.patterns import lazy
from formatters.reading.math import math_block

MAX_LEVEL = 20
"""Quotes and lists nested deeper are read as text. A quote is one level, a list two."""
MAX_TOKENS = 600_000
"""Beyond as many tokens, about 100,000 list entries, lists and quotes are read as text: a line may open many."""
MAX_CELLS = 50_000
"""Table cells in one post; rows beyond are read as text. Short rows are filled up to the header's width."""
MAX_DEFINITION_LINES = 8
"""A link definition that takes more lines is read as text: each one scans its whole paragraph otherwise."""

BlockRule = Callable[[StateBlock, int, int, bool], bool]

_STARTS: Mapping[str, str] = {
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
"""The characters that a rule's lines begin with; a rule that is not here may begin with any."""
_PARAGRAPH_ENDS = ["paragraph", "reference", "blockquote"]
# A line that underlines a heading, or parts a table's header from its rows, whatever it is nested in
_RULED = lazy(r"^[ \t>]*([-=:|][-=:| \t]*)$", re.MULTILINE)


class _Ruler(Ruler[BlockRule]):
    """Tries, where a rule may end the block above it, only those that begin with the line's first character."""

    def __compile__(self) -> None:
        super().__compile__()
        named = {id(rule.fn): rule.name for rule in self.__rules__}
        chains = self.__cache__ or {}
        self.by_start = _by_start([(named[id(rule)], rule) for rule in chains.get("", [])])
        for chain, rules in chains.items():
            if chain:
                chains[chain] = [_any_of(_by_start([(named[id(rule)], rule) for rule in rules]))]


def _by_start(named: list[tuple[str, BlockRule]]) -> dict[str, list[BlockRule]]:
    """Return the rules to try by first character; under "" those for any other."""
    return {
        first: [rule for name, rule in named if name not in _STARTS or first in set(_STARTS[name])]
        for first in ("", *"".join(_STARTS.values()))
    }


def _any_of(rules: Mapping[str, list[BlockRule]]) -> BlockRule:
    others = rules[""]

    def ends(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        first = state.bMarks[start] + state.tShift[start]
        if first >= state.eMarks[start]:
            return False
        for rule in rules.get(state.src[first], others):  # noqa: SIM110 - a generator would cost more than the rules
            if rule(state, start, end, silent):
                return True
        return False

    return ends


class BlockParser(ParserBlock):
    """CommonMark with tables, footnotes and math."""

    ruler: _Ruler

    def __init__(self) -> None:
        super().__init__()
        known, self.ruler = self.ruler.__rules__, _Ruler()
        self.ruler.__rules__ = known

    def with_guards(self) -> None:
        """Put in the rules that need one, among those that plugins have brought."""
        rules, ends = self.ruler, _PARAGRAPH_ENDS
        rules.before("fence", "math_block", math_block, {"alt": [*ends, "list"]})
        rules.at("table", _small_table, {"alt": ends[:2]})
        rules.at("blockquote", _no_deeper(blockquote), {"alt": [*ends, "list"]})
        rules.at("hr", _hr, {"alt": [*ends, "list"]})
        rules.at("list", _no_deeper(list_block), {"alt": ends})
        rules.at("footnote_def", _no_deeper(footnote_def), {"alt": ends[:2]})
        rules.at("reference", _short_reference)
        rules.at("html_block", html_block, {"alt": ends})
        rules.at("heading", heading, {"alt": ends})
        rules.at("lheading", _underlined)

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803 - the names are markdown-it's
        self.ruler.getRules("")  # which sorts them by their first character
        rules, src = self.ruler.by_start, state.src
        others = rules[""]
        line = startLine
        after_empty = False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            # the last rule, which makes paragraphs, takes whatever the others leave
            any(
                rule(state, line, endLine, False)
                for rule in rules.get(src[state.bMarks[line] + state.tShift[line]], others)
            )
            state.tight = not after_empty
            line = state.line
            if line - 1 < endLine and state.isEmpty(line - 1):
                after_empty = True
            if line < endLine and state.isEmpty(line):
                after_empty = True
                state.line = line = line + 1


class _Lines(StateBlock):
    """The state of the block parser, which finds its lines without looking at every character."""

    src = ""  # an attribute, as the property that it stands for is asked at every character

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
        self._find_rules()

    def _find_rules(self) -> None:
        """Note which lines may part a table's header from its rows, and which lines have an underline below them."""
        starts = self.bMarks
        self.parting: set[int] = set()
        self.underlined: set[int] = set()
        for found in _RULED.finditer(self.src):
            line = bisect_right(starts, found.start()) - 1
            self.parting.add(line)
            if len(set(found[1].rstrip(" \t"))) > 1:
                continue
            above = line - 1
            while above >= 0 and above not in self.underlined and not self.isEmpty(above):
                self.underlined.add(above)
                above -= 1


def read_blocks(state: StateCore) -> None:
    """Do what markdown-it-py's rule of the core does."""
    lines = _Lines(state.src, state.md, state.env, state.tokens)
    state.md.block.tokenize(lines, 0, lines.lineMax)


def _no_deeper(rule: BlockRule) -> BlockRule:
    def guarded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return state.level < MAX_LEVEL and len(state.tokens) < MAX_TOKENS and rule(state, start, end, silent)

    return guarded


def _hr(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A rule ends in its own sign, or in white space."""
    src, last = state.src, state.eMarks[start] - 1
    return src[last] in "*-_ \t" and hr(state, start, end, silent)


def _underlined(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A heading with a line of = or - below: the rule would look through the whole paragraph for it."""
    return isinstance(state, _Lines) and start in state.underlined and lheading(state, start, end, silent)


def _small_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if not isinstance(state, _Lines) or start + 1 not in state.parting or start + 2 > end:
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
