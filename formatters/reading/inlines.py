"""Cutting inline content: prefixes, margins and bold leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from formatters.document import Code, Emphasis, Inline, Inlines, LineBreak, Link, Strikethrough, Strong, Text, plain
from formatters.patterns import lazy

_COLON_BEFORE = lazy(r"\s*[：:]\s*")


def trim(inlines: Inlines) -> Inlines:
    """Return `inlines` without white space and line ends at both margins."""
    if not inlines or (_is_solid(inlines[0], 0) and _is_solid(inlines[-1], -1)):
        return inlines
    text = plain(inlines)
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    return take(drop(inlines, start), end - start) if end else ()


def _is_solid(inline: Inline, end: int) -> bool:
    """Tell, at a glance, whether an end of the text is certainly not white space."""
    match inline:
        case Text(text) | Code(text):
            return not text[end].isspace()
        case Strong(children) | Emphasis(children) | Strikethrough(children) | Link(_, children):
            return _is_solid(children[end], end)
        case LineBreak():
            return False
        case _:
            assert_never(inline)


def drop(inlines: Inlines, count: int) -> Inlines:
    """Return `inlines` without the first `count` visible characters."""
    for index, inline in enumerate(inlines):
        if count <= 0:
            return inlines[index:]
        length = len(plain((inline,)))
        if length > count:
            return (*_resized(inline, count, length), *inlines[index + 1 :])
        count -= length
    return ()


def take(inlines: Inlines, count: int) -> Inlines:
    """Return the first `count` visible characters of `inlines`."""
    kept: list[Inline] = []
    for inline in inlines:
        if count <= 0:
            break
        length = len(plain((inline,)))
        kept.extend(_resized(inline, 0, min(count, length)))
        count -= length
    return tuple(kept)


def _resized(inline: Inline, start: int, end: int) -> Inlines:
    match inline:
        case Text(text):
            return (Text(text[start:end]),)
        case Code(text):
            return (Code(text[start:end]),)
        case Strong(children) | Emphasis(children) | Strikethrough(children) | Link(_, children):
            return (replace(inline, children=take(drop(children, start), end - start)),)
        case LineBreak():
            return (inline,)
        case _:
            assert_never(inline)


def split_lead(inlines: Inlines) -> tuple[Inlines, Inlines, bool]:
    """Return the bold start of `inlines`, the rest, and whether a colon joins the two.

    The colon may stand inside or outside of the bold and belongs to neither result. Without a bold start,
    the lead is empty and the rest is everything. A mark before the bold, such as an emoji, belongs to the lead.
    """
    match inlines:
        case (Strong(children), *rest):
            mark: Inlines = ()
        case (Text(text), Strong(children), *rest) if len(text) <= 8 and not any(map(_says_something, text)):
            mark = (Text(text),)
        case _:
            return (), inlines, False
    words = plain(children).rstrip()
    inside = words.endswith(("：", ":"))
    lead = trim((*mark, *(take(children, len(words) - 1) if inside else children)))
    remainder = tuple(rest)
    if inside:
        return lead, trim(remainder), True
    outside = _COLON_BEFORE.match(plain(remainder[:1]))
    if outside:
        return lead, trim(drop(remainder, outside.end())), True
    return lead, trim(remainder), False


def _says_something(character: str) -> bool:
    return character.isalnum() or character in "“‘「『（("


def links(inlines: Inlines) -> Iterator[Link]:
    """Yield every link, in order."""
    for inline in inlines:
        match inline:
            case Link():
                yield inline
            case Strong(children) | Emphasis(children) | Strikethrough(children):
                yield from links(children)
            case _:
                pass


def without_links(inlines: Inlines) -> Inlines:
    """Return `inlines` with every link as its text."""
    kept: list[Inline] = []
    for inline in inlines:
        match inline:
            case Link(_, children):
                kept.extend(children)
            case Strong(children) | Emphasis(children) | Strikethrough(children):
                kept.append(replace(inline, children=without_links(children)))
            case _:
                kept.append(inline)
    return tuple(kept)
