"""Math between dollar signs: `$x_i$` within a text, `$$ … $$` as a block of its own.

Chats cannot typeset it, so what the author wrote is shown verbatim, as code: its underscores and stars are no styles.
A price is no math: what stands between two dollar signs must look like TeX.
"""

from __future__ import annotations

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

from formatters.patterns import lazy

_FORMULA = lazy(r"(\$\$?)(?![\s$])([^$\n]{1,400}?)(?<![\s\\])\1(?![\d$])")

# a command, a power, an index, an equation, or one letter, perhaps applied to something
_TEX = lazy(r"[\\^_={}]|^[A-Za-z](?:['′]|\([^()]*\))?$")
_RUNNING_TEXT = lazy(r"[\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
_MOST_LINES = 100


def inline_math(state: StateInline, silent: bool) -> bool:
    """Take a formula within a text for code."""
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if not found or not _TEX.search(found[2]) or _RUNNING_TEXT.search(found[2]):
        return False
    if not silent:
        state.push("code_inline", "code", 0).content = found[2]
    state.pos = found.end()
    return True


def math_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take the lines from `$$` to `$$` for a block of code in the language math."""
    first = _line(state, start)
    if not first.startswith("$$") or state.is_code_block(start):
        return False
    alone = first.rstrip()
    if len(alone) > 4 and alone.endswith("$$"):
        last = start
        text = alone[2:-2].strip()
    else:
        last = _closing(state, start, end)
        if not last:
            return False
        closing = _line(state, last).rstrip().removesuffix("$$")
        between = state.getLines(start + 1, last, state.sCount[start], False)
        text = "\n".join(line for line in (alone[2:].strip(), between, closing.strip()) if line)
    if "$" in text:
        return False
    if not silent:
        token = state.push("fence", "code", 0)
        token.info, token.content, token.map = "math", text + "\n", [start, last + 1]
        state.line = last + 1
    return True


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _closing(state: StateBlock, start: int, end: int) -> int:
    """Return the line that ends in `$$`; 0 if there is none nearby."""
    for number in range(start + 1, min(end, start + _MOST_LINES)):
        if state.sCount[number] < state.blkIndent:
            break
        if _line(state, number).rstrip().endswith("$$"):
            return number
    return 0
