"""Where an item comes from: source lines, lists of addresses, paragraphs that are nothing but links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from formatters.document import (
    Code,
    Emphasis,
    Inlines,
    LineBreak,
    Link,
    ListItem,
    Paragraph,
    Strikethrough,
    Strong,
    Text,
    plain,
)
from formatters.issue import SourceLink
from formatters.patterns import lazy
from formatters.reading.inlines import drop, split_lead
from formatters.reading.links import is_address

_JOINTS = " \t\n\u3000、，,；;|｜/·•：:（(）)[]。→-–—+&"
_WORDS_BETWEEN = lazy(r"(?:和|与|及|以及|and\b|via\b)\s*")
_MAX_ENTRY = 80
"""Characters outside of links in a list entry that is still a source and not a sentence."""
_MAX_PROSE = 160
"""Characters of a line without a link that is still a source and not a paragraph."""


def read_sources(content: Inlines) -> tuple[SourceLink, ...]:
    """Return the links of a source line, each with the name that stands in or beside it; prose becomes a name alone."""
    sources: list[SourceLink] = []
    pending = ""
    for part in _parts(content):
        if isinstance(part, str):
            pending += part
            continue
        words = " ".join(plain(part.children).split())
        name = _bare(pending)
        pending = ""
        if not is_address(words) and words:
            name = f"{name} {words}".strip() if name else words
        sources.append(SourceLink(part.url, name or None))
    rest = _bare(pending) if sources else pending.strip()
    if not rest:
        return tuple(sources)
    if sources and sources[-1].label is None:
        sources[-1] = SourceLink(sources[-1].url, rest)
    else:
        sources.append(SourceLink(None, rest))
    return tuple(sources)


def _bare(text: str) -> str:
    """Return `text` without what joins two sources: punctuation, brackets, an "and"."""
    text = text.strip(_JOINTS)
    joint = _WORDS_BETWEEN.match(text)
    return text[joint.end() :].strip(_JOINTS) if joint else text


def _parts(content: Inlines) -> Iterator[str | Link]:
    for inline in content:
        match inline:
            case Link():
                yield inline
            case Strong(children) | Emphasis(children) | Strikethrough(children):
                yield from _parts(children)
            case Text(text) | Code(text):
                yield text
            case LineBreak():
                yield " "
            case _:
                assert_never(inline)


def source_line(content: Inlines, pattern: re.Pattern[str]) -> tuple[str | None, tuple[SourceLink, ...]] | None:
    """Return the bracketed note and the sources of a line that `pattern` begins; None for any other line."""
    text = plain(content)
    found = pattern.match(text)
    if not found:
        return None
    sources = read_sources(drop(content, found.end()))
    if len(text) > _MAX_PROSE and not any(source.url for source in sources):
        return None
    return found["note"] or None, sources


def is_only_links(content: Inlines) -> bool:
    """Tell whether a paragraph holds links and nothing else to read."""
    parts = list(_parts(content))
    return any(isinstance(part, Link) for part in parts) and not any(
        isinstance(part, str) and any(character.isalnum() for character in part) for part in parts
    )


def source_entry(item: ListItem) -> tuple[SourceLink, ...]:
    """Return the sources that a list entry under a source line is; empty where it is something else."""
    match item.blocks:
        case (Paragraph(content),) if not split_lead(content)[2]:
            parts = list(_parts(content))
            words = sum(len(part) for part in parts if isinstance(part, str))
            if words <= _MAX_ENTRY and any(isinstance(part, Link) for part in parts):
                return read_sources(content)
        case _:
            pass
    return ()
