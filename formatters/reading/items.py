"""What stands under an item's heading, or in an item's bullet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from formatters.document import Block, Blocks, BulletList, Inlines, Link, ListItem, Paragraph, Quote, Text, plain
from formatters.issue import Item, Point, SourceLink
from formatters.patterns import lazy
from formatters.reading.dialect import Keywords
from formatters.reading.inlines import drop, links, split_lead, take, trim, without_links
from formatters.reading.links import is_address
from formatters.reading.points import read_point, read_points
from formatters.reading.sources import is_only_links, read_sources, source_entry, source_line

_SEPARATOR = lazy(r"\s*[：:—–\-|｜·•,，。.]*\s*")
_OPENING = ("（", "(", "[", "【")
_TAIL = " \t\n\u3000（([【：:—–-|｜·•,，→"


@dataclass(slots=True, eq=False, repr=False)
class _Sources:
    """The sources found so far; each address once."""

    links: list[SourceLink] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def add(self, sources: Iterable[SourceLink], note: str | None = None, *, line: int) -> None:
        if note:
            self.notes.append(note)
        for source in sources:
            if source.url is None or source.url not in self.known:
                self.known.add(source.url or "")
                self.links.append(SourceLink(source.url, source.label, line))
            elif source.label:
                self.notes.append(source.label)

    @property
    def note(self) -> str | None:
        return "；".join(self.notes) or None


def read_item(number: int, title: Inlines, blocks: Blocks, keywords: Keywords, *, line: int, group: Inlines) -> Item:
    """Return the item that a heading and the blocks below it are."""
    sources = _Sources()
    sources.add(_title_links(title), line=line)
    rest = list(_without_sources(blocks, sources, keywords))
    points = _without_source_points(read_points(tuple(rest)), sources, keywords)
    return Item(
        number, without_links(title), tuple(sources.links), points, line, group=group, sources_note=sources.note
    )


def _title_links(title: Inlines) -> Iterator[SourceLink]:
    for link in links(title):
        words = plain(link.children)
        yield SourceLink(link.url, None if words == plain(title) or is_address(words) else words)


def _without_sources(blocks: Blocks, sources: _Sources, keywords: Keywords) -> Iterator[Block]:
    listed = False  # whether the block before was a source line that a list of addresses may follow
    for block in blocks:
        was_listed, listed = listed, False
        match block:
            case Paragraph(content, line) | Quote((Paragraph(content, line),)) if line_found := source_line(
                content, keywords.source_line
            ):
                note, named = line_found
                sources.add(named, note, line=line)
                listed = not any(source.url for source in named)
            case Paragraph(content, line) if is_only_links(content):
                sources.add(_paragraph_links(content), line=line)
            case BulletList(items, line) if was_listed:
                count = 0
                for item in items:
                    entry = source_entry(item)
                    if not entry:
                        break
                    sources.add(entry, line=item.line)
                    count += 1
                if count < len(items):
                    yield BulletList(items[count:], items[count].line if count else line)
            case _:
                yield block


def _paragraph_links(content: Inlines) -> Iterator[SourceLink]:
    for link in links(content):
        words = plain(link.children)
        yield SourceLink(link.url, None if is_address(words) else words)


def _without_source_points(points: tuple[Point, ...], sources: _Sources, keywords: Keywords) -> tuple[Point, ...]:
    kept = []
    for point in points:
        label = keywords.source_label.fullmatch(plain(point.label)) if point.label else None
        unlabelled = source_line(point.text, keywords.source_line) if _is_plain(point) else None
        if label and not point.blocks and all(_is_plain(below) for below in point.points):
            sources.add(read_sources(point.text), label["note"], line=point.line)
            for below in point.points:
                entry = source_entry(ListItem((Paragraph(below.text),))) or (SourceLink(None, plain(below.text)),)
                sources.add(entry, line=below.line)
        elif unlabelled:
            sources.add(unlabelled[1], unlabelled[0], line=point.line)
        else:
            kept.append(point)
    return tuple(kept)


def _is_plain(point: Point) -> bool:
    return bool(point.text) and not (point.label or point.points or point.blocks)


def is_linked(entry: ListItem) -> bool:
    """Tell whether a list entry begins with a paragraph that holds a link."""
    match entry.blocks:
        case (Paragraph(content), *_):
            return next(links(content), None) is not None
        case _:
            return False


def read_linked_bullet(number: int, entry: ListItem, keywords: Keywords, *, group: Inlines) -> Item:
    """Return the item that a linked bullet is; `entry` satisfies `is_linked`."""
    first, *below = entry.blocks
    content = first.content if isinstance(first, Paragraph) else ()
    title, rest = _title_and_rest(content, keywords)
    sources = _Sources()
    for link in links(content):
        words = plain(link.children)
        name = None if words == plain(title) or is_address(words) else words
        sources.add((SourceLink(link.url, name),), line=entry.line)
    points: list[Point] = []
    if any(character.isalnum() for character in plain(_unlinked(rest))):
        points.append(Point((), rest, line=entry.line))
    remaining = tuple(_without_sources(tuple(below), sources, keywords))
    nested = read_point(ListItem((Paragraph(title), *remaining), entry.line))
    points.extend(nested.points)
    points.extend(read_points(nested.blocks))
    kept = _without_source_points(tuple(points), sources, keywords)
    return Item(
        number, without_links(title), tuple(sources.links), kept, entry.line, group=group, sources_note=sources.note
    )


def _title_and_rest(content: Inlines, keywords: Keywords) -> tuple[Inlines, Inlines]:
    """Cut a bullet at the end of the link or the bold that it begins with, and drop the links that only say where."""
    lead, rest, _ = split_lead(content)
    match content:
        case _ if lead:
            title = lead
        case (Link(_, children), *more):
            title, rest = children, tuple(more)
        case (Text(mark), Link(_, children), *more) if not any(character.isalnum() for character in mark):
            title, rest = (Text(mark), *children), tuple(more)
        case _:
            return _without_pointers(content, keywords) or content, ()
    found = _SEPARATOR.match(plain(rest))
    return title, _without_pointers(trim(drop(rest, found.end() if found else 0)), keywords)


def _without_pointers(content: Inlines, keywords: Keywords) -> Inlines:
    """Return `content` without links at its end that are in brackets, an address, or called source or the like."""
    for index, inline in enumerate(content):
        if isinstance(inline, Link) and is_only_links(content[index:]):
            before = plain(content[:index]).rstrip()
            words = plain(inline.children)
            if before.endswith(_OPENING) or is_address(words) or keywords.source_label.fullmatch(words):
                return trim(take(content[:index], len(before.rstrip(_TAIL))))
            return content
    return content


def _unlinked(inlines: Inlines) -> Inlines:
    return tuple(inline for inline in inlines if not isinstance(inline, Link))
