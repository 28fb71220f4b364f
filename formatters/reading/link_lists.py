"""Digests whose items are bullets with a link."""

from __future__ import annotations

from collections.abc import Sequence

from formatters.document import Block, Blocks, BulletList, Inlines, ListItem, OrderedList, Text
from formatters.issue import Item
from formatters.reading.dialect import Keywords
from formatters.reading.items import is_linked, read_linked_bullet
from formatters.reading.outline import Stretch, name_of, size
from formatters.reading.passages import Passage, each_heading


def list_of_links(
    stretches: Sequence[Stretch], roles: Sequence[str | None], keywords: Keywords
) -> tuple[list[Passage], list[Item]] | None:
    """Return the passages and the items, if bullets with links make up most of the post.

    Every bullet of a section must hold a link, and there must be two at least. Headings over references, and
    trends and watch list, count for neither side.
    """
    found = each_heading(stretches, roles)
    linked = {id(passage) for passage in found if _is_link_list(passage, keywords)}
    news = sum(size(_lists(passage.content)) for passage in found if id(passage) in linked)
    others = [
        passage
        for passage in found
        if passage.role == "section" and passage.blocks and id(passage) not in linked
        if not _is_background(passage, keywords)
    ]
    if not news or len(others) > len(linked) or sum(size(passage.content) for passage in others) * 2 > news:
        return None
    kept: list[Passage] = []
    items: list[Item] = []
    above: list[Passage] = []  # headings over deeper headings, with nothing in between
    used: set[int] = set()
    for passage in found:
        kept.extend(upper for upper in above if upper.level >= passage.level and id(upper) not in used)
        above = [upper for upper in above if upper.level < passage.level]
        if id(passage) in linked:
            used.update(id(upper) for upper in above)
            group = _joined([*above, passage])
            for entry in (entry for block in passage.blocks for entry in _entries(block)):
                items.append(read_linked_bullet(len(items) + 1, entry, keywords, group=group))
            rest = [block for block in passage.blocks if not _entries(block)]
            if rest:
                kept.append(Passage(passage.role, passage.heading, rest))
            kept.append(Passage("item", passage.heading, []))
        elif passage.role == "section" and not passage.blocks:
            above.append(passage)
        else:
            kept.extend(upper for upper in above if id(upper) not in used)
            kept.append(passage)
            above = []
    kept.extend(upper for upper in above if id(upper) not in used)
    return (kept, items) if len(items) > 1 else None


def _joined(passages: Sequence[Passage]) -> Inlines:
    group: Inlines = ()
    for passage in passages:
        title = passage.heading.content if passage.heading else ()
        group = (*group, Text(" · "), *title) if group and title else group or title
    return group


def _is_background(passage: Passage, keywords: Keywords) -> bool:
    return passage.heading is not None and keywords.references.fullmatch(name_of(passage.heading)) is not None


def _is_link_list(passage: Passage, keywords: Keywords) -> bool:
    if passage.role not in {"opening", "intro", "section"} or _is_background(passage, keywords):
        return False
    lists = _lists(passage.content)
    return bool(lists) and all(_entries(block) for block in lists) and size(passage.content) < 2 * size(lists)


def _lists(blocks: Blocks) -> Blocks:
    return tuple(block for block in blocks if isinstance(block, BulletList | OrderedList))


def _entries(block: Block) -> Sequence[ListItem]:
    """Return the entries of a list in which each holds a link; else nothing."""
    match block:
        case BulletList(items) | OrderedList(items) if all(is_linked(item) for item in items):
            return items
        case _:
            return ()
