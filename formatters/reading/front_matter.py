"""Split a post into front matter and body, and read the fields with their line numbers.

python-frontmatter chooses the handler; the handlers here replace its own for three reasons. It returns
*no metadata at all* for `+++` unless the `toml` package is installed (https://github.com/eyeseast/python-frontmatter,
`default_handlers.py`); it strips the body, which loses line numbers and the indentation of a first code
block; and its YAML loader turns an offset datetime into an instant, while the calendar day that the author
wrote is what counts. YAML is read from parser events: no tag ever builds an object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml
from frontmatter import detect_format
from frontmatter.default_handlers import BaseHandler, SafeLoader

from formatters.reading.findings import Findings
from formatters.reading.patterns import lazy

MAX_CHARACTERS = 20_000
"""Longer front matter is refused: both parsers need quadratic time on hostile input."""
MAX_DEPTH = 40

Fields = dict[str, "Field"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Field:
    """One top-level value: text, number, truth value, date, list, mapping or None."""

    value: object
    line: int
    """Counted from 1 in the whole file."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FrontMatter:
    """The fields, by key in lower case, and the body with the line on which it begins."""

    fields: Fields
    body: str
    body_line: int
    line: int
    """Where a missing field would be added: the opening fence, or line 1."""
    sign: str = ": "
    """What stands between key and value."""


class Fault(Exception):
    """A handler's complaint: `line` is counted from 1 within the front matter."""

    def __init__(self, line: int, problem: str, advice: str) -> None:
        self.line, self.problem, self.advice = line, problem, advice
        super().__init__(problem)


_FENCED = lazy(r"(?:-{3,}|\+{3,}|;{3,})[ \t]*\w*[ \t]*$", re.MULTILINE)


class YamlHandler(BaseHandler):
    """`---` to `---` or `...`. Plain scalars stay text, so no value changes by being guessed at."""

    FM_BOUNDARY = re.compile(r"^-{3,}[ \t]*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "---"
    closing = lazy(r"^(?:-{3,}|\.{3})[ \t]*$", re.MULTILINE)

    def split(self, text: str) -> tuple[str, str]:
        return _split(self, self.closing, text)

    def load(self, fm: str) -> dict[str, Any]:
        """Return Fields; raise Fault."""
        try:
            return _YamlReader().read(fm)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            _raise_yaml_fault(fm, 0 if mark is None else mark.line, error)
        except yaml.YAMLError as error:
            raise Fault(1, f"the YAML front matter cannot be read: {error}", "remove unprintable characters") from error


def _raise_yaml_fault(fm: str, line_index: int, error: yaml.MarkedYAMLError) -> NoReturn:
    lines = fm.split("\n")
    context_mark = error.context_mark
    if context_mark is not None and "quoted" in (error.context or ""):
        line_index = context_mark.line
    line_index = min(line_index, len(lines) - 1)
    key, colon, value = lines[line_index].partition(":")
    problem = f"the YAML front matter cannot be read: {error.problem or error.context}"
    if "tab" in problem or "\t" in problem:
        advice = "indent with spaces instead of tabs"
    elif colon and value.strip() and key.strip():
        quoted = value.strip().strip("\"'").replace("\\", "\\\\").replace('"', '\\"')
        advice = f'put the value in quotes: {key.strip()}: "{_shortened(quoted)}"'
    else:
        advice = "write one `key: value` a line and put values with special characters in quotes"
    raise Fault(line_index + 1, problem, advice) from error


def _shortened(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


class _YamlReader:
    """Builds plain values from parser events, without recursion and without constructors."""

    PLAIN = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))
    GROUPS = frozenset({"tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"})

    def read(self, fm: str) -> Fields:
        self._anchors: dict[str, object] = {}
        self._stack: list[list[object]] = []
        self._key: Field | None = None
        self._fields: Fields = {}
        self._repeated: list[tuple[str, int]] = []
        mapping = False
        for event in yaml.parse(fm, Loader=SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.MappingStartEvent) and not mapping:
                mapping = True
            elif isinstance(event, yaml.NodeEvent):
                if not mapping:
                    raise Fault(line, "the front matter is not a list of keys", "write one `key: value` a line")
                self._node(event, line)
            elif isinstance(event, yaml.CollectionEndEvent) and self._stack:
                finished = self._stack.pop()
                if not self._stack:
                    self._top(finished, line)
        return self._fields | {f"\0{key}": Field(key, line) for key, line in self._repeated}

    def _node(self, event: yaml.NodeEvent, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise Fault(line, f"the YAML alias *{event.anchor} is not defined", "put the value in quotes")
            self._add(self._anchors[event.anchor], line)
            return
        if isinstance(event, yaml.ScalarEvent):
            self._check_tag(event.tag, self.PLAIN, line)
            plain = event.implicit[0] and event.style in (None, "")
            value = None if plain and event.value in {"", "~", "null", "Null", "NULL"} else event.value
            if event.anchor:
                self._anchors[event.anchor] = value
            self._add(value, line)
            return
        if isinstance(event, yaml.CollectionStartEvent):
            self._check_tag(event.tag, self.GROUPS, line)
            if len(self._stack) >= MAX_DEPTH:
                raise Fault(line, f"the front matter is nested deeper than {MAX_DEPTH} levels", "flatten it")
            # a nested mapping is kept as a list that starts with its own kind: no field takes either
            group: list[object] = [{}] if isinstance(event, yaml.MappingStartEvent) else []
            if event.anchor:
                self._anchors[event.anchor] = group
            if self._stack:
                self._stack[-1].append(group)
            self._stack.append(group)

    def _check_tag(self, tag: str | None, known: frozenset[str], line: int) -> None:
        if tag is not None and tag != "!" and tag not in known:
            raise Fault(line, f"the YAML tag {tag!r} is not supported", "remove the tag or put the value in quotes")

    def _add(self, value: object, line: int) -> None:
        if self._stack:
            self._stack[-1].append(value)
        else:
            self._top(value, line)

    def _top(self, value: object, line: int) -> None:
        if self._key is None:
            self._key = Field(value, line)
            return
        key, self._key = self._key, None
        if isinstance(key.value, str):
            name = key.value.casefold()
            if name in self._fields:
                self._repeated.append((key.value, key.line))
            self._fields[name] = Field(value, key.line)


class TomlHandler(BaseHandler):
    """`+++` to `+++`, through the standard library's tomllib."""

    closing = FM_BOUNDARY = re.compile(r"^\+{3,}[ \t]*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "+++"
    _where = lazy(r" \(at (?:line (\d+), column \d+|end of document)\)$")

    def split(self, text: str) -> tuple[str, str]:
        return _split(self, self.closing, text)

    def load(self, fm: str) -> dict[str, Any]:
        """Return Fields; raise Fault."""
        import tomllib

        try:
            values = tomllib.loads(fm)
        except RecursionError as error:
            raise Fault(1, "the TOML front matter is nested too deeply", "flatten it") from error
        except ValueError as error:
            raise self._fault(fm, str(error)) from error
        return {
            key.casefold(): Field(value, _line_of(rf"[ \t]*\[*[\"']?{re.escape(key)}[\"']?[ \t]*[=.\]]", fm))
            for key, value in values.items()
        }

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
            quoted = _shortened(value.strip().strip("\"'"))
            advice = f'put text in quotes: {key.strip()} = "{quoted}"' if equals else 'write one `key = "value"` a line'
        return Fault(line, f"the TOML front matter cannot be read: {problem}", advice)


class JsonHandler(BaseHandler):
    """One object at the very start, as Hugo takes it."""

    FM_BOUNDARY = re.compile(r"\{\s*[\"}]")

    def split(self, text: str) -> tuple[str, str]:
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

    def load(self, fm: str) -> dict[str, Any]:
        """Return Fields."""
        values: dict[str, object] = json.loads(fm)
        return {
            key.casefold(): Field(value, _line_of(rf"[^\n]*{re.escape(json.dumps(key, ensure_ascii=False))}\s*:", fm))
            for key, value in values.items()
        }


_HANDLERS = (YamlHandler(), TomlHandler(), JsonHandler())


def split_front_matter(text: str, findings: Findings) -> FrontMatter:
    """Return the fields and the body of `text`, whose line ends are line feeds.

    Raises PostError for a fence that is never closed, a kind that is unknown and contents that are unreadable.
    """
    stripped = text.lstrip(" \t\n") if text[:1].isspace() else text
    before = text[: len(text) - len(stripped)]
    if before.rpartition("\n")[2]:
        return FrontMatter({}, text, 1, 1)  # an indented first line is code, not a fence
    first = before.count("\n") + 1
    handler = detect_format(stripped, _HANDLERS)
    if handler is None:
        fence = _FENCED.match(stripped)
        if fence:
            findings.stop(
                first,
                f"front matter that begins with {fence[0].strip()!r} is of an unknown kind",
                "use --- for YAML or +++ for TOML, alone on the line",
            )
        return FrontMatter({}, text, 1, 1)
    try:
        fm, body = handler.split(stripped)
        offset = first if isinstance(handler, JsonHandler) else first + 1
        if len(fm) > MAX_CHARACTERS:
            findings.stop(
                first,
                f"the front matter has {len(fm)} characters, more than {MAX_CHARACTERS}",
                "close it with its own fence before the text begins",
            )
        fields: Fields = {}
        for key, field in handler.load(fm).items():
            line = field.line + offset - 1
            if key.startswith("\0"):
                findings.warn(line, f"the key {field.value!r} is given twice", "keep one; the last one is used")
            else:
                fields[key] = Field(field.value, line)
    except Fault as fault:
        line = first if isinstance(fault, _Unclosed) else fault.line + first - isinstance(handler, JsonHandler)
        findings.stop(line, fault.problem, fault.advice)
    body_line = text.count("\n") - body.count("\n") + 1
    return FrontMatter(fields, body, body_line, first, " = " if isinstance(handler, TomlHandler) else ": ")


class _Unclosed(Fault):
    """The fence that opens the front matter has no partner."""


def _split(handler: BaseHandler, closing: re.Pattern[str], text: str) -> tuple[str, str]:
    fence, _, rest = text.partition("\n")
    end = closing.search(rest)
    if end is None:
        kind = handler.START_DELIMITER or ""
        other = next((line for line in _lines(rest) if re.fullmatch(r"\s*(?:-{2,}|\+{2,}|={3,}|;{3,})\s*", line)), None)
        hint = f" (the line {other.strip()!r} does not)" if other else ""
        raise _Unclosed(
            1,
            f"the front matter that {fence.strip()!r} opens is never closed{hint}",
            f"add a line {kind} after its last field; a rule at the top of a text is written ***",
        )
    return rest[: end.start()], rest[end.end() + 1 :]


def _lines(text: str) -> Iterator[str]:
    return iter(text[:MAX_CHARACTERS].split("\n"))


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
