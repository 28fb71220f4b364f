"""Split a post into front matter and body, and read the fields with their line numbers.

YAML, TOML, JSON or none, told by the first line. python-frontmatter is not used, for three reasons. It returns
*no metadata at all* for `+++` unless the `toml` package is installed (https://github.com/eyeseast/python-frontmatter,
`default_handlers.py`); it strips the body, which loses line numbers and the indentation of a first code
block; and it tells no lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from formatters.patterns import lazy
from formatters.reading.fields import Fault, Field, Fields, shortened
from formatters.reading.findings import Findings

MAX_CHARACTERS = 20_000
"""Longer front matter is refused: parsers need quadratic time on hostile input."""
_MOST_BITS = 64
"""Of a whole number in TOML: https://toml.io/en/v1.0.0#integer. Python takes more, and may refuse to write them out."""


class FrontMatter(NamedTuple):
    """The fields, by key in lower case, and the body with the line on which it begins."""

    fields: Fields
    body: str
    body_line: int
    line: int
    """Where a missing field would be added: the opening fence, or line 1."""
    sign: str = ": "
    """What stands between key and value."""


class _Kind(Protocol):
    """One way to write front matter."""

    @property
    def opening(self) -> re.Pattern[str]: ...

    @property
    def sign(self) -> str:
        """What stands between key and value."""
        ...

    @property
    def first(self) -> int:
        """On which line below the opening the fields begin: 1 below a fence, 0 without."""
        ...

    def split(self, text: str) -> tuple[str, str]:
        """Return front matter and body; raise Fault."""
        ...

    def load(self, fm: str) -> Fields:
        """Return the fields; raise Fault."""
        ...


_FENCED = lazy(r"(?:-{3,}|\+{3,}|;{3,})[ \t]*\w*[ \t]*$", re.MULTILINE)


class _Yaml:
    """`---` to `---` or `...`."""

    opening = lazy(r"-{3,}[ \t]*$", re.MULTILINE)
    closing = lazy(r"^(?:-{3,}|\.{3})[ \t]*$", re.MULTILINE)
    sign = ": "
    first = 1

    def split(self, text: str) -> tuple[str, str]:
        return _split(text, self.closing, "---")

    def load(self, fm: str) -> Fields:
        from formatters.reading.yaml_fields import read_yaml

        return read_yaml(fm)


class _Toml:
    """`+++` to `+++`, through the standard library's tomllib."""

    opening = lazy(r"\+{3,}[ \t]*$", re.MULTILINE)
    closing = lazy(r"^\+{3,}[ \t]*$", re.MULTILINE)
    sign = " = "
    first = 1
    _where = lazy(r" \(at (?:line (\d+), column \d+|end of document)\)$")

    def split(self, text: str) -> tuple[str, str]:
        return _split(text, self.closing, "+++")

    def load(self, fm: str) -> Fields:
        """Return the fields; raise Fault."""
        import tomllib

        try:
            values = tomllib.loads(fm)
        except RecursionError as error:
            raise Fault(1, "the TOML front matter is nested too deeply", "flatten it") from error
        except ValueError as error:
            raise self._fault(fm, str(error)) from error
        fields: Fields = {}
        for key, value in values.items():
            line = _line_of(rf"[ \t]*\[*[\"']?{re.escape(key)}[\"']?[ \t]*[=.\]]", fm)
            if any(isinstance(one, int) and one.bit_length() > _MOST_BITS for one in _members(value)):
                raise Fault(line, f"{key} holds a number of more than {_MOST_BITS} bits", "put it in quotes")
            fields[key.casefold()] = Field(value, line)
        return fields

    def _fault(self, fm: str, message: str) -> Fault:
        found = self._where.search(message)
        end = fm.rstrip().count("\n") + 1
        line = int(found[1]) if found and found[1] else end
        problem = self._where.sub("", message)
        if "Cannot overwrite" in problem:
            advice = "keep each key once"
            line = _line_of_repetition(fm) or line
        elif "date" in problem:
            advice = "write a date that exists, as in date = 2026-02-12"
        else:
            key, equals, value = fm.split("\n")[min(line, end) - 1].partition("=")
            quoted = shortened(value.strip().strip("\"'"))
            advice = f'put text in quotes: {key.strip()} = "{quoted}"' if equals else 'write one `key = "value"` a line'
        return Fault(line, f"the TOML front matter cannot be read: {problem}", advice)


class _Json:
    """One object at the very start, as Hugo takes it."""

    opening = lazy(r"\{\s*[\"}]")
    sign = ": "
    first = 0

    def split(self, text: str) -> tuple[str, str]:
        import json

        try:
            _, end = json.JSONDecoder().raw_decode(text)
        except RecursionError as error:
            raise Fault(1, "the JSON front matter is nested too deeply", "flatten it") from error
        except json.JSONDecodeError as error:
            raise Fault(
                error.lineno,
                f"the JSON front matter cannot be read: {error.msg}",
                "write an object of quoted keys and values",
            ) from error
        except ValueError as error:
            raise Fault(1, f"the JSON front matter cannot be read: {error}", "put long numbers in quotes") from error
        return text[:end], text[end:].removeprefix("\n")

    def load(self, fm: str) -> Fields:
        """Return the fields."""
        import json

        values: dict[str, object] = json.loads(fm)
        return {
            key.casefold(): Field(value, _line_of(rf"[^\n]*{re.escape(json.dumps(key, ensure_ascii=False))}\s*:", fm))
            for key, value in values.items()
        }


_KINDS: tuple[_Kind, ...] = (_Yaml(), _Toml(), _Json())


def split_front_matter(text: str, findings: Findings) -> FrontMatter:
    """Return the fields and the body of `text`, whose line ends are line feeds.

    Raises PostError for a fence that is never closed, a kind that is unknown and contents that are unreadable.
    """
    stripped = text.lstrip(" \t\n") if text[:1].isspace() else text
    before = text[: len(text) - len(stripped)]
    if before.rpartition("\n")[2]:
        return FrontMatter({}, text, 1, 1)  # an indented first line is code, not a fence
    first = before.count("\n") + 1
    kind = next((kind for kind in _KINDS if kind.opening.match(stripped)), None)
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
        line = first if isinstance(fault, _Unclosed) else fault.line + first + kind.first - 1
        findings.stop(line, fault.problem, fault.advice)
    body_line = text.count("\n") - body.count("\n") + 1
    return FrontMatter(fields, body, body_line, first, kind.sign)


class _Unclosed(Fault):
    """The fence that opens the front matter has no partner."""


def _split(text: str, closing: re.Pattern[str], fence_to_add: str) -> tuple[str, str]:
    fence, _, rest = text.partition("\n")
    end = closing.search(rest)
    if end is None:
        other = next((line for line in _lines(rest) if re.fullmatch(r"\s*(?:-{2,}|\+{2,}|={3,}|;{3,})\s*", line)), None)
        hint = f" (the line {other.strip()!r} does not)" if other else ""
        raise _Unclosed(
            1,
            f"the front matter that {fence.strip()!r} opens is never closed{hint}",
            f"add a line {fence_to_add} after its last field; a rule at the top of a text is written ***",
        )
    return rest[: end.start()], rest[end.end() + 1 :]


def _lines(text: str) -> Iterator[str]:
    return iter(text[:MAX_CHARACTERS].split("\n"))


def _members(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else (value,)


def _line_of(pattern: str, fm: str) -> int:
    """Return the line on which a key stands; tomllib and json tell no positions."""
    found = re.search(rf"^{pattern}", fm, re.MULTILINE)
    return fm.count("\n", 0, found.start()) + 1 if found else 1


def _line_of_repetition(fm: str) -> int | None:
    seen: set[str] = set()
    for number, line in enumerate(fm.split("\n"), 1):
        key, equals, _ = line.partition("=")
        if equals and key.strip() in seen:
            return number
        seen.add(key.strip())
    return None
