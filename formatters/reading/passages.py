"""Stretches as passages: an item, trends, a section, each with the deeper headings below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from formatters.document import Block, Blocks, Heading, Inlines
from formatters.reading.dialect import Dialect, Keywords
from formatters.reading.outline import Stretch, name_of

NEWS = frozenset({"item", "trends", "watch"})
"""The roles that only digests have."""
_DEEPEST = 6
_ROLES = ("trends", "watch", "intro", "skip")
_LONGEST_NAME = 60
"""Characters of a heading that may still name a special section."""


@dataclass(slots=True, eq=False, repr=False)
class Passage:
    """A heading with everything below it."""

    role: str
    """opening (above the first heading), intro, item, trends, watch, skip or section."""
    heading: Heading | None
    blocks: list[Block]
    number: int = 0
    title: Inlines = ()
    """An item's heading without its number."""
    group: Inlines = ()
    """The heading that stands over an item and holds nothing else."""

    @property
    def level(self) -> int:
        """The heading's level; 0 without one."""
        return self.heading.level if self.heading else 0

    @property
    def line(self) -> int:
        """Where its heading stands in the file; 0 without one."""
        return self.heading.line if self.heading else 0

    @property
    def content(self) -> Blocks:
        """The blocks below the heading."""
        return tuple(self.blocks)


@dataclass(slots=True)
class Marked:
    """The headings that begin items: number and title by index, all of one level."""

    level: int = _DEEPEST
    items: dict[int, tuple[int, Inlines]] = field(default_factory=dict)


class Roles:
    """What headings are called for in the keywords of any dialect; each is looked at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], str | None] = {}

    def of(self, heading: Heading | None, keywords: Keywords) -> str | None:
        """Return "trends", "watch", "intro" or "skip" for a heading that says so, and None for any other."""
        if heading is None:
            return None
        key = id(heading), id(keywords)
        if key not in self._known:
            self._known[key] = _special_role(name_of(heading), keywords)
        return self._known[key]

    def any_of(self, heading: Heading | None, dialects: Sequence[Dialect]) -> str | None:
        """Return the first role that any of the dialects has for a heading."""
        return next((role for dialect in dialects if (role := self.of(heading, dialect.keywords))), None)


def _special_role(name: str, keywords: Keywords) -> str | None:
    if len(name) > _LONGEST_NAME:
        return None
    for role in _ROLES:
        pattern: re.Pattern[str] = getattr(keywords, role)
        if pattern.fullmatch(name):
            return role
    return None


def each_heading(stretches: Sequence[Stretch], roles: Sequence[str | None]) -> list[Passage]:
    """Return one passage a heading; the first heading of a special role has it."""
    return _passages(stretches, roles, Marked(), nested=False)


def passages(stretches: Sequence[Stretch], roles: Sequence[str | None], marked: Marked) -> list[Passage]:
    """Return the passages of a post whose items are `marked`; deeper headings belong to the one above."""
    return _grouped(_passages(stretches, roles, marked, nested=True))


def _passages(
    stretches: Sequence[Stretch], roles: Sequence[str | None], marked: Marked, *, nested: bool
) -> list[Passage]:
    counts = Counter(roles)
    seen: set[str] = set()
    found: list[Passage] = []
    for index, (stretch, role) in enumerate(zip(stretches, roles, strict=True)):
        heading, blocks = stretch.heading, list(stretch.blocks)
        below = bool(found and found[-1].heading and stretch.level > found[-1].level)
        if heading is None:
            found.append(Passage("opening", None, blocks))
        elif index in marked.items:
            number, title = marked.items[index]
            found.append(Passage("item", heading, blocks, number, title))
        elif role and role not in seen and (heading.level <= marked.level or counts[role] == 1):
            seen.add(role)
            found.append(Passage(role, heading, blocks))
        elif below and (nested or found[-1].role != "section"):
            found[-1].blocks.extend(stretch.whole)
        else:
            found.append(Passage("section", heading, blocks))
    return found


def _grouped(found: list[Passage]) -> list[Passage]:
    """Give items the heading that gathers them, and let go of headings that do nothing else."""
    kept: list[Passage] = []
    group: Passage | None = None
    for index, passage in enumerate(found):
        following = found[index + 1] if index + 1 < len(found) else None
        if passage.role == "item":
            if group and group.heading and group.level < passage.level:
                passage.group = group.heading.content
            kept.append(passage)
        elif passage.role == "section" and following and following.role == "item" and following.level > passage.level:
            # a first-level heading with text of its own opens the post instead
            group = passage if not passage.blocks or passage.level > 1 else None
            if passage.blocks:
                kept.append(passage)
        else:
            group = None
            kept.append(passage)
    return kept
