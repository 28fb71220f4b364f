"""An issue as text that is read back whole, many times faster than its post."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from typing import Any

from formatters import document
from formatters.issue import Issue, Item, Point, Section, SourceLink

_CLASSES: tuple[type, ...] = (
    *(document.Text, document.Code, document.Strong, document.Emphasis, document.Strikethrough, document.Link),
    *(document.LineBreak, document.Paragraph, document.Heading, document.ListItem, document.BulletList),
    *(document.OrderedList, document.Quote, document.CodeBlock, document.Table, document.Rule),
    *(SourceLink, Point, Item, Section, Issue),
)
_BY_NAME = {kind.__name__: kind for kind in _CLASSES}
_FIELDS = {kind: [(field.name, field.default) for field in fields(kind)] for kind in _CLASSES}
_KIND = "_"


def dump_issue(issue: Issue) -> str:
    """Return the issue as JSON: an object for each dataclass with its class's name under `_`, without defaults."""
    return json.dumps(_encoded(issue), ensure_ascii=False, separators=(",", ":"))


def load_issue(text: str) -> Issue:
    """Return the issue that `dump_issue` wrote. Raises ValueError for any other text."""
    try:
        issue: Any = json.loads(text, object_hook=_decoded)
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no stored issue: {error}") from error
    match issue:
        case Issue(date=None):
            return issue
        case Issue():
            return replace(issue, date=date.fromisoformat(str(issue.date)))
        case _:
            raise ValueError("this is no stored issue")


def _encoded(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_encoded(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    members = _FIELDS.get(type(value))
    if members is None:
        return value
    found = {_KIND: type(value).__name__}
    for name, default in members:
        if (member := getattr(value, name)) != default:
            found[name] = _encoded(member)
    return found


def _decoded(found: dict[str, Any]) -> Any:
    kind = _BY_NAME[found.pop(_KIND)]
    for name, member in found.items():
        if type(member) is list:
            found[name] = _tuple(member)
    return kind(**found)


def _tuple(value: Any) -> Any:
    """Return nested lists as tuples: rows of a table are lists of lists."""
    return tuple([_tuple(one) for one in value]) if type(value) is list else value
