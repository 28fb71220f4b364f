"""How well a dialect fits a post: a score, and the reason in words.

Numbers alone fit nothing, because essays number their headings too. A dialect of headings fits when there are at
least two items, or one numbered beside a trends section, and either half of the items name a source, or half of them
carry labels that only digests use or that recur, or there are three and each is brief and has a link in a post that
calls itself a digest or tells trends; and when items with trends and watch list make up most of the text. A list of
links fits when bullets with links make up most of it.
The score is the share of items that speak for the dialect, times the share of the text that it makes sense of, times
the dialect's weight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from formatters.document import Inlines, Paragraph, plain, plain_blocks
from formatters.issue import Item, Point, SourceLink
from formatters.reading.dialect import Dialect
from formatters.reading.inlines import links
from formatters.reading.items import read_item
from formatters.reading.link_lists import list_of_links
from formatters.reading.links import is_address
from formatters.reading.marks import BRIEF, Marking, markings
from formatters.reading.outline import Stretch, name_of, size
from formatters.reading.passages import NEWS, Passage, passages


class Fit(NamedTuple):
    """How well one dialect fits."""

    dialect: str
    score: float
    """0 where it does not fit, up to 1."""
    reason: str
    """What speaks for it or against it, for people."""


@dataclass(slots=True, eq=False, repr=False)
class Candidate:
    """A post as one dialect sees it."""

    dialect: Dialect
    fit: Fit
    passages: Sequence[Passage] = ()
    items: Sequence[Item] = ()
    marking: Marking | None = None


def candidates(
    stretches: Sequence[Stretch],
    roles: Sequence[str | None],
    dialect: Dialect,
    before: Sequence[Candidate],
    *,
    title: str,
) -> Iterator[Candidate]:
    """Yield the post as the dialect can see it; at least one candidate, perhaps without items.

    What sees the same items as one of the candidates `before` is not read again.
    """
    if dialect.marker == "linked bullet":
        yield _listed(stretches, roles, dialect)
        return
    for marking in markings(stretches, roles, dialect):
        same = next((one for one in before if _sees_the_same(one, marking, dialect)), None)
        yield _again(same, dialect) if same else _headed(marking, dialect, title)


def _sees_the_same(candidate: Candidate, marking: Marking, dialect: Dialect) -> bool:
    return (
        candidate.marking is not None
        and candidate.dialect.marker == dialect.marker
        and candidate.dialect.keywords is dialect.keywords
        and candidate.marking.stretches is marking.stretches
        and candidate.marking.marked == marking.marked
    )


def _again(same: Candidate, dialect: Dialect) -> Candidate:
    score = round(same.fit.score / same.dialect.weight * dialect.weight, 3)
    return replace(same, dialect=dialect, fit=Fit(dialect.name, score, f"the same items as {same.fit.dialect}"))


def _listed(stretches: Sequence[Stretch], roles: Sequence[str | None], dialect: Dialect) -> Candidate:
    found = list_of_links(stretches, roles, dialect.keywords)
    if not found:
        return Candidate(dialect, Fit(dialect.name, 0, "lists of links do not make up most of the post"))
    kept, items = found
    others = sum(size(passage.content) for passage in kept if passage.role == "section")
    news = sum(len(plain(item.title)) + sum(map(_point_size, item.points)) for item in items)
    share = news / (news + others)
    reason = f"{len(items)} bullets with links, {share:.0%} of the text"
    return Candidate(dialect, Fit(dialect.name, round(dialect.weight * share, 3), reason), kept, items)


def _headed(marking: Marking, dialect: Dialect, title: str) -> Candidate:
    if not marking.marked.items:
        return Candidate(dialect, Fit(dialect.name, 0, "nothing begins an item"))
    found = passages(*marking)
    items = [
        read_item(
            passage.number, passage.title, passage.content, dialect.keywords, line=passage.line, group=passage.group
        )
        for passage in found
        if passage.role == "item"
    ]
    fit, by_links = _weighed(items, found, dialect, title)
    if by_links or dialect.marker == "linked heading":
        items = [_with_first_link(item) for item in items]
    return Candidate(dialect, fit, found, items, marking)


def _weighed(items: Sequence[Item], found: Sequence[Passage], dialect: Dialect, title: str) -> tuple[Fit, bool]:
    """Return the fit, and whether only links within brief texts speak for it."""
    count = len(items)
    sourced = sum(bool(item.sources) for item in items)
    labelled = _labelled(items, dialect)
    others = sum(size(passage.content) for passage in found if passage.role == "section")
    news = sum(size(passage.content) for passage in found if passage.role in NEWS) if others else 0
    share = news / (news + others) if others else 1.0
    speaking = max(sourced, labelled)
    by_links = False
    reason = f"{count} items, {sourced} with sources, {labelled} with labels of digests, {share:.0%} of the text"
    if count == 1 and not _may_be_alone(found, dialect):
        fits = bool(sourced and labelled and dialect.number)
    elif sourced * 2 >= count:
        fits = others <= news
    elif labelled * 2 >= count:
        fits = others * 3 <= news
    else:
        linked = sum(map(_is_brief_with_link, items))
        reason += f", {linked} brief with a link"
        by_links = fits = linked == count >= 3 and others * 3 <= news and not _reads_like_an_essay(found, dialect)
        if fits and not _says_digest(found, dialect, title):
            reason += ", but neither the title nor trends say that these are news"
            by_links = fits = False
        speaking = linked
    return Fit(dialect.name, round(dialect.weight * share * speaking / count, 3) if fits else 0.0, reason), by_links


def _may_be_alone(found: Sequence[Passage], dialect: Dialect) -> bool:
    return dialect.number is not None and any(passage.role == "trends" for passage in found)


def _labelled(items: Sequence[Item], dialect: Dialect) -> int:
    """Return how many items carry a label that only digests use or that another item has too."""
    labels = [{plain(point.label) for point in item.points if point.label} for item in items]
    counts = Counter(label for own in labels for label in own)
    known = dialect.keywords.item_label
    return sum(any(counts[label] > 1 or known.fullmatch(label) for label in own) for own in labels)


def _is_brief_with_link(item: Item) -> bool:
    if item.sources:
        return True
    return _first_link(item) is not None and sum(map(_point_size, item.points)) <= BRIEF


def _reads_like_an_essay(found: Sequence[Passage], dialect: Dialect) -> bool:
    pattern = dialect.keywords.essay
    return any(passage.heading and pattern.fullmatch(name_of(passage.heading)) for passage in found)


def _says_digest(found: Sequence[Passage], dialect: Dialect, title: str) -> bool:
    """Tell whether the post says what it is: short sections with links are an essay's as well."""
    return dialect.keywords.digest.search(title) is not None or any(
        passage.role in {"trends", "watch"} for passage in found
    )


def _point_size(point: Point) -> int:
    below = sum(map(_point_size, point.points))
    return len(plain(point.label)) + len(plain(point.text)) + len(plain_blocks(point.blocks)) + below


def _with_first_link(item: Item) -> Item:
    """Give an item without a source the first link of its text for one."""
    source = None if item.sources else _first_link(item)
    return replace(item, sources=(source,)) if source else item


def _first_link(item: Item) -> SourceLink | None:
    for point in item.points:
        for content in _contents(point):
            for link in links(content):
                words = plain(link.children)
                return SourceLink(link.url, None if is_address(words) else words, point.line)
    return None


def _contents(point: Point) -> Iterator[Inlines]:
    yield point.label
    yield point.text
    yield from (block.content for block in point.blocks if isinstance(block, Paragraph))
    for below in point.points:
        yield from _contents(below)
