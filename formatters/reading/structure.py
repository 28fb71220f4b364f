"""Document to Issue: what is an item, a trend, a section.

A post is a digest if one of the dialects fits, tried in order; else it is an essay. Numbers alone fit nothing,
because essays number their headings too. A dialect of headings fits when there are at least two items, or
one beside a trends section, and either half of the items name a source, or half of them carry labels that only
digests use or that recur, and items with trends and watch list make up most of the text. A list of links fits
when bullets with links make up most of it. Nothing is dropped but rules, comments and a heading that
repeats the title.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from formatters.document import Block, Blocks, Inlines, plain
from formatters.issue import Item, Kind, Point, Section
from formatters.reading.dialect import Dialect, Keywords
from formatters.reading.findings import Findings
from formatters.reading.items import read_item
from formatters.reading.link_lists import list_of_links
from formatters.reading.markdown import Document
from formatters.reading.outline import Stretch, outline, repeats, size
from formatters.reading.passages import NEWS, Passage, begins_item, mark, passages, special_role
from formatters.reading.points import read_points


@dataclass(frozen=True, slots=True)
class Structure:
    """An issue's parts; `dialect` is the name of the one that fits, or "essay"."""

    title: str | None
    kind: Kind = "essay"
    dialect: str = "essay"
    intro: Blocks = ()
    items: tuple[Item, ...] = ()
    trends_title: Inlines = ()
    trends: tuple[Point, ...] = ()
    watch_title: Inlines = ()
    watch: tuple[Point, ...] = ()
    sections: tuple[Section, ...] = ()


def read_structure(
    document: Document,
    *,
    title: str | None,
    dialects: Sequence[Dialect],
    keywords: Keywords,
    findings: Findings,
) -> Structure:
    """Return the parts of a document. `title` is the one of the front matter; without it the leading heading is."""
    title, stretches = _settle_title(title, outline(document.blocks), dialects, keywords)
    roles = [special_role(stretch.heading, keywords) for stretch in stretches]
    notes = (Section((), document.notes, document.notes[0].line),) if document.notes else ()
    for dialect in dialects:
        if dialect.marker == "linked bullet":
            found = list_of_links(stretches, roles, keywords)
        else:
            found = _headed(stretches, roles, dialect, keywords)
        if found:
            whole = _assembled(*found)
            items = _numbered(whole.items, findings)
            return replace(whole, title=title, dialect=dialect.name, items=items, sections=whole.sections + notes)
    return Structure(title, sections=tuple(_essay(stretches)) + notes)


def _settle_title(
    title: str | None, stretches: list[Stretch], dialects: Sequence[Dialect], keywords: Keywords
) -> tuple[str | None, list[Stretch]]:
    """Find the title where there is none, and take out the heading that is the title."""
    index, heading = next(((i, s.heading) for i, s in enumerate(stretches) if s.heading), (0, None))
    if heading is None:
        return title, stretches
    words = " ".join(plain(heading.content).split())
    if title is None:
        if begins_item(heading, dialects) or special_role(heading, keywords):
            return None, stretches
        title = words
        is_title = all(other.level > heading.level for other in stretches[index + 1 :])
    else:
        is_title = heading.level == 1 and repeats(words, title)
    if is_title:
        joined = (*(block for before in stretches[:index] for block in before.blocks), *stretches[index].blocks)
        stretches = [Stretch(None, joined)] * bool(joined) + stretches[index + 1 :]
    return title, stretches


def _headed(
    stretches: Sequence[Stretch], roles: Sequence[str | None], dialect: Dialect, keywords: Keywords
) -> tuple[list[Passage], list[Item]] | None:
    marked = mark(stretches, roles, dialect)
    if not marked.items:
        return None
    found = passages(stretches, roles, marked)
    items = [
        read_item(passage.number, passage.title, passage.content, keywords, line=passage.line, group=passage.group)
        for passage in found
        if passage.role == "item"
    ]
    return (found, items) if _fits(items, found, keywords) else None


def _fits(items: Sequence[Item], found: Sequence[Passage], keywords: Keywords) -> bool:
    labels = Counter(label for item in items for label in {plain(point.label) for point in item.points if point.label})
    digest_like = sum(
        any(
            point.label and (labels[plain(point.label)] > 1 or keywords.item_label.fullmatch(plain(point.label)))
            for point in item.points
        )
        for item in items
    )
    sourced = sum(bool(item.sources) for item in items)
    if len(items) == 1 and not any(passage.role == "trends" for passage in found):
        return bool(sourced and digest_like)
    if sourced * 2 < len(items) and digest_like * 2 < len(items):
        return False
    others = sum(size(passage.content) for passage in found if passage.role == "section")
    news = sum(size(passage.content) for passage in found if passage.role in NEWS) if others else 0
    return others <= news if sourced * 2 >= len(items) else others * 3 <= news


def _assembled(found: Sequence[Passage], items: Sequence[Item]) -> Structure:
    intro: list[Block] = []
    sections: list[Section] = []
    whole = Structure(None, "digest")
    before_items = True
    for passage in found:
        blocks = passage.content
        if passage.role == "trends" and passage.heading:
            whole = replace(whole, trends_title=passage.heading.content, trends=read_points(blocks, leads=True))
        elif passage.role == "watch" and passage.heading:
            whole = replace(whole, watch_title=passage.heading.content, watch=read_points(blocks, leads=True))
        elif passage.role == "item":
            before_items = False
        elif before_items and (passage.heading is None or passage.level == 1):
            intro.extend((passage.heading, *blocks) if passage.heading else blocks)
        else:
            sections.append(Section(passage.heading.content if passage.heading else (), blocks, passage.line))
    return replace(whole, intro=tuple(intro), items=tuple(items), sections=tuple(sections))


def _essay(stretches: Sequence[Stretch]) -> Iterator[Section]:
    """Cut at the shallowest level that has two headings, so that a lone one above them does not swallow all."""
    counts = Counter(stretch.level for stretch in stretches if stretch.heading)
    cut = min((level for level, count in counts.items() if count > 1), default=min(counts, default=0))
    title: Inlines = ()
    blocks: list[Block] = []
    line = 0
    for stretch in stretches:
        if line and stretch.level > cut:
            blocks.extend(stretch.whole)
            continue
        if line:
            yield Section(title, tuple(blocks), line)
        title = stretch.heading.content if stretch.heading else ()
        blocks, line = list(stretch.blocks), stretch.whole[0].line
    if line:
        yield Section(title, tuple(blocks), line)


def _numbered(items: tuple[Item, ...], findings: Findings) -> tuple[Item, ...]:
    previous = -1
    for item in items:
        if item.number <= previous:
            findings.warn(
                item.line,
                f"item number {item.number} follows {previous}",
                f"number the items in rising order; they are shown as 1 to {len(items)}",
            )
            return tuple(replace(item, number=number) for number, item in enumerate(items, 1))
        previous = item.number
    return items
