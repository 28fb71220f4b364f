"""One post, read: what a digest is made of."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from typing import Literal

from formatters.document import Blocks, Inlines
from formatters.values import value

Kind = Literal["digest", "essay"]


@value
class SourceLink:
    """Where an item comes from: a URL with or without a name, or a name alone (`url` is None)."""

    url: str | None
    label: str | None = None
    line: int = field(default=0, compare=False)
    """Where it stands in the file; two links to the same place are equal wherever they stand."""


@value
class Point:
    """One bullet: an optional bold label, its text, and what hangs below it."""

    label: Inlines = ()
    """Without the colon that follows it in the post; empty where the bullet has none."""
    text: Inlines = ()
    """Without the label; empty where the label only introduces sub-points."""
    points: tuple[Point, ...] = ()
    blocks: Blocks = ()
    """Code, quotes, tables and further paragraphs that follow the text."""
    line: int = 0


@value
class Item:
    """One numbered story."""

    number: int
    """As readers call it; unique in its issue and rising."""
    title: Inlines
    """Without its number."""
    sources: tuple[SourceLink, ...] = ()
    points: tuple[Point, ...] = ()
    """Paragraphs outside of bullets are points without a label."""
    line: int = 0
    group: Inlines = ()
    """The heading that the post gathers this item and others under; empty where it has none."""
    sources_note: str | None = None
    """What the post says about its sources as a whole, such as a bracket in the source line."""

    @property
    def first_url(self) -> str | None:
        """The URL that stands for the item, if it has one."""
        return next((source.url for source in self.sources if source.url), None)


@value
class Section:
    """A heading and what stands below it, up to the next section."""

    title: Inlines
    """Empty for text that precedes an essay's first heading."""
    blocks: Blocks
    """May hold deeper headings."""
    line: int = 0


@value
class Issue:
    """A post: a `digest` has items, an `essay` has sections only."""

    title: str
    date: date | None
    """The calendar date in the digest's own time zone; None where the post has none."""
    kind: Kind
    draft: bool = False
    tags: tuple[str, ...] = ()
    slug: str | None = None
    intro: Blocks = ()
    """A digest's note before the first item."""
    items: tuple[Item, ...] = ()
    trends_title: Inlines = ()
    """The post's own heading; empty where there are no trends."""
    trends: tuple[Point, ...] = ()
    watch_title: Inlines = ()
    watch: tuple[Point, ...] = ()
    """What the author will follow next."""
    sections: tuple[Section, ...] = ()
    """An essay's body; in a digest, what is neither item nor trends nor watch list."""
    trends_line: int = 0
    """Where the heading of the trends stands in the file; 0 where there is none."""
    watch_line: int = 0

    def item(self, number: int) -> Item | None:
        """Return the item of this number, or None."""
        return next((item for item in self.items if item.number == number), None)
