"""Document to Issue: what is an item, a trend, a section.

A post is a digest if a dialect fits, and the one that fits best has it (`fitting.py`); else it is an essay. Nothing is
dropped but rules, comments, a heading that repeats the title, and a table of contents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from formatters.document import Block, Blocks, Inlines, plain
from formatters.issue import Item, Kind, Point, Section
from formatters.reading.contents import without_contents
from formatters.reading.dialect import ESSAY, Dialect
from formatters.reading.findings import Findings
from formatters.reading.fitting import Candidate, Fit, candidates
from formatters.reading.markdown import Document
from formatters.reading.marks import begins_item
from formatters.reading.outline import Stretch, outline, repeats
from formatters.reading.passages import Passage, Roles
from formatters.reading.points import read_points

LeftOut = tuple[int, str]
"""The line of something that is not shown, and why."""


class Structure(NamedTuple):
    """An issue's parts; `dialect` is the name of the one that fits, or "essay"."""

    title: str | None
    kind: Kind = "essay"
    dialect: str = ESSAY
    intro: Blocks = ()
    items: tuple[Item, ...] = ()
    trends_title: Inlines = ()
    trends: tuple[Point, ...] = ()
    trends_line: int = 0
    watch_title: Inlines = ()
    watch: tuple[Point, ...] = ()
    watch_line: int = 0
    sections: tuple[Section, ...] = ()
    fits: tuple[Fit, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class Choice(NamedTuple):
    """The dialects that may fit; `named` says that the post itself asks for the one, so that no doubt is left."""

    dialects: Sequence[Dialect]
    known: Sequence[Dialect]
    """All that there are: what begins an item in any of them is no title."""
    named: bool = False
    line: int = 0
    """Where the post names it."""


def read_structure(document: Document, *, title: str | None, choice: Choice, findings: Findings) -> Structure:
    """Return the parts of a document. `title` is the one of the front matter; without it the leading heading is."""
    left_out: list[LeftOut] = []
    roles = Roles()
    title, stretches = _settle_title(title, outline(document.blocks), roles, choice.known, left_out)
    stretches = without_contents(stretches, roles, choice.known, left_out)
    notes = (Section((), document.notes, document.notes[0].line),) if document.notes else ()
    best, fits = _best(stretches, roles, choice, title or "")
    if best is None and choice.named and choice.dialects:
        findings.warn(
            choice.line,
            f"nothing in the post begins an item in the dialect {choice.dialects[0].name!r}",
            "remove the dialect from the front matter, or name another one",
        )
    whole = _assembled(best.passages, best.items) if best else Structure(None, sections=tuple(_essay(stretches)))
    return whole._replace(
        title=title,
        dialect=best.fit.dialect if best else ESSAY,
        items=_numbered(whole.items, findings),
        sections=whole.sections + notes,
        fits=fits,
        left_out=tuple(left_out),
    )


def _best(
    stretches: Sequence[Stretch], roles: Roles, choice: Choice, title: str
) -> tuple[Candidate | None, tuple[Fit, ...]]:
    best: Candidate | None = None
    fits: list[Fit] = []
    tried: list[Candidate] = []
    for dialect in choice.dialects:
        if best and best.fit.score >= dialect.weight:
            fits.append(Fit(dialect.name, 0.0, f"cannot fit better than {best.fit.dialect}"))
            continue
        called = [roles.of(stretch.heading, dialect.keywords) for stretch in stretches]
        seen = list(candidates(stretches, called, dialect, tried, title=title))
        tried.extend(seen)
        found = max(seen, key=lambda one: (one.fit.score, len(one.items)))
        fits.append(found.fit)
        if found.items and (found.fit.score or choice.named) and (best is None or found.fit.score > best.fit.score):
            best = found
    return best, tuple(fits)


def _settle_title(
    title: str | None, stretches: list[Stretch], roles: Roles, known: Sequence[Dialect], left_out: list[LeftOut]
) -> tuple[str | None, list[Stretch]]:
    """Find the title where there is none, and take out the heading that is the title."""
    index, heading = next(((i, s.heading) for i, s in enumerate(stretches) if s.heading), (0, None))
    if heading is None:
        return title, stretches
    words = " ".join(plain(heading.content).split())
    if title is None:
        if begins_item(heading, known) or roles.any_of(heading, known):
            return None, stretches
        title = words
        is_title = all(other.level > heading.level for other in stretches[index + 1 :])
    else:
        is_title = heading.level == 1 and repeats(words, title)
    if is_title:
        left_out.append((heading.line, "the title"))
        joined = (*(block for before in stretches[:index] for block in before.blocks), *stretches[index].blocks)
        stretches = [Stretch(None, joined)] * bool(joined) + stretches[index + 1 :]
    return title, stretches


def _assembled(found: Sequence[Passage], items: Sequence[Item]) -> Structure:
    intro: list[Block] = []
    sections: list[Section] = []
    whole = Structure(None, "digest")
    before_items = True
    for passage in found:
        blocks = passage.content
        if passage.role == "trends" and passage.heading:
            whole = whole._replace(
                trends_title=passage.heading.content,
                trends=read_points(blocks, leads=True),
                trends_line=passage.line,
            )
        elif passage.role == "watch" and passage.heading:
            whole = whole._replace(
                watch_title=passage.heading.content,
                watch=read_points(blocks, leads=True),
                watch_line=passage.line,
            )
        elif passage.role == "item":
            before_items = False
        elif passage.heading is None:
            intro.extend(blocks)
        elif before_items and (passage.level == 1 or passage.role == "intro"):
            intro.extend((passage.heading, *blocks))
        else:
            sections.append(Section(passage.heading.content, blocks, passage.line))
    return whole._replace(intro=tuple(intro), items=tuple(items), sections=tuple(sections))


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
