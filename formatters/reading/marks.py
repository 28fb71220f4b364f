"""Where items begin: at headings, at bold lines, at lines with a number, as a dialect has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from formatters.document import Block, Blocks, BulletList, Heading, Inlines, Link, OrderedList, Paragraph, Text, plain
from formatters.patterns import lazy
from formatters.reading.dialect import Dialect, Keywords
from formatters.reading.inlines import drop, links, split_lead, take, trim
from formatters.reading.outline import Stretch, name_of, size
from formatters.reading.passages import Marked
from formatters.reading.sources import is_only_links, source_line

BRIEF = 600
"""Characters below an item's heading that a link among them can still stand for."""
_LINE_LEVEL = 6
_LONGEST_TITLE = 120
_SENTENCE = lazy(r"[。！？；!?](?=\s*\S)")


class Marking(NamedTuple):
    """One way to see a post: the stretches, their special roles, and which of them begin items."""

    stretches: Sequence[Stretch]
    roles: Sequence[str | None]
    marked: Marked


def markings(stretches: Sequence[Stretch], roles: Sequence[str | None], dialect: Dialect) -> Iterator[Marking]:
    """Yield the ways in which a dialect of headings can see the post: its headings, and lines instead of headings."""
    if dialect.marker == "linked heading":
        yield Marking(stretches, roles, _headings_with_links(stretches, roles, dialect.keywords))
        return
    yield Marking(stretches, roles, _numbered_headings(stretches, roles, dialect))
    lined = _with_lines(stretches, roles, dialect)
    if lined:
        yield lined


def begins_item(heading: Heading, dialects: Sequence[Dialect]) -> bool:
    """Tell whether any of the dialects takes this heading for an item by its looks."""
    return is_linked(heading.content) or any(_numbered(heading.content, dialect.number) for dialect in dialects)


def is_linked(content: Inlines) -> bool:
    """Tell whether a heading is nothing but a link, with a mark before it at most."""
    lead, rest, _ = split_lead(content)
    words = [part for part in (lead or content) if not isinstance(part, Text) or any(c.isalnum() for c in part.text)]
    return len(words) == 1 and isinstance(words[0], Link) and not (lead and plain(rest))


def _numbered_headings(stretches: Sequence[Stretch], roles: Sequence[str | None], dialect: Dialect) -> Marked:
    levels: dict[int, Marked] = {}
    for index, (stretch, role) in enumerate(zip(stretches, roles, strict=True)):
        if stretch.heading and not role and (found := _numbered(stretch.heading.content, dialect.number)):
            levels.setdefault(stretch.level, Marked(stretch.level)).items[index] = found
    return _fullest(levels)


def _numbered(content: Inlines, pattern: re.Pattern[str] | None) -> tuple[int, Inlines] | None:
    found = pattern.match(plain(content)) if pattern else None
    return (int(found["number"]), trim(drop(content, found.end()))) if found else None


def _headings_with_links(stretches: Sequence[Stretch], roles: Sequence[str | None], keywords: Keywords) -> Marked:
    levels: dict[int, Marked] = {}
    for index, (stretch, role) in enumerate(zip(stretches, roles, strict=True)):
        if stretch.heading and not role and _looks_like_news(stretch.heading, stretch.blocks, keywords):
            marked = levels.setdefault(stretch.level, Marked(stretch.level))
            marked.items[index] = (len(marked.items) + 1, stretch.heading.content)
    return _fullest(levels)


def _fullest(levels: dict[int, Marked]) -> Marked:
    return max(levels.values(), key=lambda marked: len(marked.items), default=Marked())


def _looks_like_news(heading: Heading, blocks: Blocks, keywords: Keywords) -> bool:
    if is_linked(heading.content):
        return True
    if keywords.references.fullmatch(name_of(heading)):
        return False
    linked = False
    for block in blocks:
        match block:
            case Paragraph(content):
                if source_line(content, keywords.source_line) or is_only_links(content):
                    return True
                linked = linked or has_link(content)
            case BulletList(items) | OrderedList(items):
                first = [item.blocks[0] for item in items if item.blocks]
                openings = [block.content for block in first if isinstance(block, Paragraph)]
                if any(keywords.item_label.fullmatch(plain(split_lead(content)[0])) for content in openings):
                    return True
                with_links = sum(map(has_link, openings))
                if with_links > 1 and with_links == len(items):
                    return False  # the bullets are the news
                linked = linked or with_links > 0
            case _:
                pass
    return linked and size(blocks) <= BRIEF


def has_link(content: Inlines) -> bool:
    """Tell whether there is a link among `content`."""
    return next(links(content), None) is not None


def _with_lines(stretches: Sequence[Stretch], roles: Sequence[str | None], dialect: Dialect) -> Marking | None:
    """Take paragraphs that begin like items for headings; None where there are fewer than two."""
    seen: list[Stretch] = []
    seen_roles: list[str | None] = []
    marked = Marked(_LINE_LEVEL)
    for stretch, role in zip(stretches, roles, strict=True):
        heading, below = stretch.heading, list[Block]()
        kept_role = role
        for block in stretch.blocks:
            line = _line(block, dialect) if not role and isinstance(block, Paragraph) else None
            if line is None:
                below.append(block)
                continue
            if heading or below:
                seen.append(Stretch(heading, tuple(below)))
                seen_roles.append(kept_role)
            number, title, rest = line
            heading, below, kept_role = Heading(_LINE_LEVEL, title, block.line), list(rest), None
            marked.items[len(seen)] = (number, title)
        seen.append(Stretch(heading, tuple(below)))
        seen_roles.append(kept_role)
    return Marking(seen, seen_roles, marked) if len(marked.items) > 1 else None


def _line(paragraph: Paragraph, dialect: Dialect) -> tuple[int, Inlines, Blocks] | None:
    """Return number, title and remaining text of a paragraph that begins an item."""
    content, line = paragraph.content, paragraph.line
    lead, rest, _ = split_lead(content)
    if lead and (found := _numbered(lead, dialect.number)):
        return (*found, (Paragraph(rest, line),) if rest else ())
    found = _numbered(content, dialect.line)
    if not found:
        return None
    number, title = found
    words = plain(title)
    end = _SENTENCE.search(words, 0, _LONGEST_TITLE) if len(words) > _LONGEST_TITLE else None
    if not end:
        return number, title, ()
    return number, trim(take(title, end.end())), (Paragraph(trim(drop(title, end.end())), line),)
