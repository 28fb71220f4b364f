"""Front matter fields as the types that an issue needs."""

from __future__ import annotations

import re
from datetime import date, datetime, time, tzinfo
from typing import NamedTuple

from formatters.patterns import lazy
from formatters.reading.dates import calendar_date, date_in_name
from formatters.reading.fields import Field
from formatters.reading.findings import Findings
from formatters.reading.front_matter import FrontMatter

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0", ""})
_UNPRINTABLE = lazy(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\s]+")


class Metadata(NamedTuple):
    """What the front matter says; `title` is None where it says nothing."""

    title: str | None
    date: date | None
    draft: bool
    tags: tuple[str, ...]
    slug: str | None
    dialect: Field | None = None
    """The name of the dialect that the post is written in, where it tells."""


def read_metadata(front: FrontMatter, findings: Findings, *, name: str, home: tzinfo) -> Metadata:
    """Return the fields that matter; every wrong one becomes a finding with its line."""
    return Metadata(
        title=_text(front, "title", findings),
        date=_date(front, findings, name=name, home=home),
        draft=_truth(front, "draft", findings, default=False) or not _truth(front, "published", findings, default=True),
        tags=_tags(front, findings),
        slug=_text(front, "slug", findings),
        dialect=_dialect(front, findings),
    )


def one_line(text: str) -> str:
    """Return `text` with every run of white space and unprintable characters as one space."""
    return _UNPRINTABLE.sub(" ", text).strip()


def _kind(value: object) -> str:
    match value:
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case datetime() | date():
            return "a date"
        case time():
            return "a time without a day"
        case dict() | [{}, *_]:
            return "a group of fields"
        case _:
            return "a list"


def _text(front: FrontMatter, key: str, findings: Findings) -> str | None:
    match front.fields.get(key):
        case None | Field(value=None):
            return None
        case Field(value=str(text)):
            return one_line(text) or None
        case Field(value=int() | float() as number) if not isinstance(number, bool):
            return str(number)
        case field:
            findings.refuse(
                field.line, f"{key} is {_kind(field.value)}, not text", f'put it in quotes: {key}{front.sign}"…"'
            )
            return None


def _dialect(front: FrontMatter, findings: Findings) -> Field | None:
    name = _text(front, "dialect", findings)
    return Field(name, front.fields["dialect"].line) if name else None


def _date(front: FrontMatter, findings: Findings, *, name: str, home: tzinfo) -> date | None:
    field = front.fields.get("date")
    if field is None or field.value is None or (isinstance(field.value, str) and not field.value.strip()):
        named = date_in_name(name)
        if named is None:
            findings.warn(
                front.line if field is None else field.line,
                "the post has no date, so it is never sent by itself",
                f"add one to the front matter, as in date{front.sign}2026-02-12",
            )
        return named
    day = calendar_date(field.value, home)
    if day is None:
        given = one_line(str(field.value))[:60] if isinstance(field.value, str) else _kind(field.value)
        findings.refuse(
            field.line,
            f"date {given!r} is not a date that exists" if isinstance(field.value, str) else f"date is {given}",
            "write it as 2026-02-12 or 2026-02-12T08:00:00+08:00",
        )
    return day


def _truth(front: FrontMatter, key: str, findings: Findings, *, default: bool) -> bool:
    field = front.fields.get(key)
    if field is None or field.value is None:
        return default
    if isinstance(field.value, bool):
        return field.value
    word = str(field.value).strip().casefold() if isinstance(field.value, str | int) else "?"
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    findings.refuse(
        field.line, f"{key} is neither true nor false", f"write {key}{front.sign}true or {key}{front.sign}false"
    )
    return default


def _tags(front: FrontMatter, findings: Findings) -> tuple[str, ...]:
    match front.fields.get("tags"):
        case None | Field(value=None):
            return ()
        case Field(value=str(text)):
            # Jekyll takes "a b" as two tags, and people write "a, b"
            parts = re.split(r"[,，、]", text) if re.search(r"[,，、]", text) else text.split()
            return tuple(tag for part in parts if (tag := one_line(part)))
        case Field(value=list(values)) if all(isinstance(value, str | int | float) for value in values):
            return tuple(tag for value in values if (tag := one_line(str(value))))
        case field:
            findings.refuse(field.line, "tags are not a list of words", f'write tags{front.sign}["AI", "Agent"]')
            return ()
