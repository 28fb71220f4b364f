"""YAML front matter, from parser events: no tag ever builds an object, and no value is guessed at.

PyYAML's own loader turns an offset datetime into an instant, while the calendar day that the author wrote is what
counts.
"""

from __future__ import annotations

from typing import NoReturn

import yaml

from formatters.reading.fields import MAX_DEPTH, Fault, Field, Fields, shortened

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_PLAIN = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))
_GROUPS = frozenset({"tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"})


def read_yaml(fm: str) -> Fields:
    """Return the fields, plain scalars as text; raise Fault."""
    try:
        return _Reader().read(fm)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        _raise_fault(fm, 0 if mark is None else mark.line, error)
    except yaml.YAMLError as error:
        raise Fault(1, f"the YAML front matter cannot be read: {error}", "remove unprintable characters") from error


def _raise_fault(fm: str, line_index: int, error: yaml.MarkedYAMLError) -> NoReturn:
    lines = fm.split("\n")
    context_mark = error.context_mark
    # a quotation or a bracket that is never closed is noticed lines later
    if context_mark is not None and any(word in (error.context or "") for word in ("quoted", "flow")):
        line_index = context_mark.line
    line_index = min(line_index, len(lines) - 1)
    key, colon, value = lines[line_index].partition(":")
    problem = f"the YAML front matter cannot be read: {error.problem or error.context}"
    if "tab" in problem or "\t" in problem:
        advice = "indent with spaces instead of tabs"
    elif colon and value.strip() and key.strip():
        quoted = value.strip().strip("\"'").replace("\\", "\\\\").replace('"', '\\"')
        advice = f'put the value in quotes: {key.strip()}: "{shortened(quoted)}"'
    else:
        advice = "write one `key: value` a line and put values with special characters in quotes"
    raise Fault(line_index + 1, problem, advice) from error


class _Reader:
    """Builds plain values from parser events, without recursion and without constructors."""

    def read(self, fm: str) -> Fields:
        self._anchors: dict[str, object] = {}
        self._stack: list[list[object]] = []
        self._key: Field | None = None
        self._fields: Fields = {}
        self._repeated: list[tuple[str, int]] = []
        mapping = False
        for event in yaml.parse(fm, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.MappingStartEvent) and not mapping:
                mapping = True
            elif isinstance(event, yaml.AliasEvent | yaml.ScalarEvent | yaml.CollectionStartEvent):
                if not mapping:
                    raise Fault(line, "the front matter is not a list of keys", "write one `key: value` a line")
                self._node(event, line)
            elif isinstance(event, yaml.CollectionEndEvent) and self._stack:
                finished = self._stack.pop()
                if not self._stack:
                    self._top(finished, line)
        return self._fields | {f"\0{key}": Field(key, line) for key, line in self._repeated}

    def _node(self, event: yaml.AliasEvent | yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise Fault(line, f"the YAML alias *{event.anchor} is not defined", "put the value in quotes")
            self._add(self._anchors[event.anchor], line)
            return
        if isinstance(event, yaml.ScalarEvent):
            self._check_tag(event.tag, _PLAIN, line)
            plain = event.implicit[0] and event.style in (None, "")
            value = None if plain and event.value in {"", "~", "null", "Null", "NULL"} else event.value
            if event.anchor:
                self._anchors[event.anchor] = value
            self._add(value, line)
            return
        self._check_tag(event.tag, _GROUPS, line)
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
