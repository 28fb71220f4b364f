"""Split a post into front matter and body, and read the fields with their line numbers.

YAML, TOML, JSON or none, told by the first line. Each kind is a handler in python-frontmatter's sense
(https://python-frontmatter.readthedocs.io/en/latest/handlers.html); its `parse` is not called, because it strips the
body, which loses line numbers and the indentation of a first code block.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from formatters.patterns import lazy
from formatters.reading.fields import Fault, Field, Fields
from formatters.reading.findings import Findings

if TYPE_CHECKING:
    from formatters.reading.front_matter_kinds import Kind

MAX_CHARACTERS = 20_000
"""Longer front matter is refused: parsers need quadratic time on hostile input."""


class FrontMatter(NamedTuple):
    """The fields, by key in lower case, and the body with the line on which it begins."""

    fields: Fields
    body: str
    body_line: int
    line: int
    """Where a missing field would be added: the opening fence, or line 1."""
    sign: str = ": "
    """What stands between key and value."""


class Unclosed(Fault):
    """The fence that opens the front matter has no partner."""


_FENCED = lazy(r"(?:-{3,}|\+{3,}|;{3,})[ \t]*\w*[ \t]*$", re.MULTILINE)


def split_front_matter(text: str, findings: Findings) -> FrontMatter:
    """Return the fields and the body of `text`, whose line ends are line feeds.

    Raises PostError for a fence that is never closed, a kind that is unknown and contents that are unreadable.
    """
    stripped = text.lstrip(" \t\n") if text[:1].isspace() else text
    before = text[: len(text) - len(stripped)]
    if before.rpartition("\n")[2]:
        return FrontMatter({}, text, 1, 1)  # an indented first line is code, not a fence
    first = before.count("\n") + 1
    kind = _kind_of(stripped)
    if kind is None:
        fence = _FENCED.match(stripped)
        if fence:
            findings.stop(
                first,
                f"front matter that begins with {fence[0].strip()!r} is of an unknown kind",
                "use --- for YAML or +++ for TOML, alone on the line",
            )
        return FrontMatter({}, text, 1, 1)
    try:
        fm, body = kind.split(stripped)
        if len(fm) > MAX_CHARACTERS:
            findings.stop(
                first,
                f"the front matter has {len(fm)} characters, more than {MAX_CHARACTERS}",
                "close it with its own fence before the text begins",
            )
        fields: Fields = {}
        for key, field in kind.load(fm).items():
            line = field.line + first + kind.first - 1
            if key.startswith("\0"):
                findings.warn(line, f"the key {field.value!r} is given twice", "keep one; the last one is used")
            else:
                fields[key] = Field(field.value, line)
    except Fault as fault:
        line = first if isinstance(fault, Unclosed) else fault.line + first + kind.first - 1
        findings.stop(line, fault.problem, fault.advice)
    body_line = text.count("\n") - body.count("\n") + 1
    return FrontMatter(fields, body, body_line, first, kind.sign)


def _kind_of(text: str) -> Kind | None:
    if not text.startswith(("-", "+", "{")):
        return None
    from formatters.reading.front_matter_kinds import KINDS  # with the first post that has some: it takes its time

    return next((kind for kind in KINDS if kind.detect(text)), None)
