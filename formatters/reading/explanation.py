"""How a post was understood, for those who write posts: the dialect, the reasons, and what each line became."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from formatters.document import Blocks, Inlines, plain, plain_blocks
from formatters.issue import Item, Point
from formatters.reading.post import Reading

_SHOWN = 60
"""Characters of a line that are enough to know it again."""


def verdicts(reading: Reading) -> tuple[str, ...]:
    """Return a sentence on the dialect that was chosen, and one on each dialect that was tried, the best first."""
    chosen = next((fit for fit in reading.fits if fit.dialect == reading.dialect), None)
    others = sorted((fit for fit in reading.fits if fit is not chosen), key=lambda fit: -fit.score)
    first = (
        f"dialect {chosen.dialect} (score {chosen.score:.2f}): {chosen.reason}" if chosen else "essay: no dialect fits"
    )
    return (first, *(f"not {fit.dialect} (score {fit.score:.2f}): {fit.reason}" for fit in others))


def lines_of(reading: Reading) -> list[tuple[int, str]]:
    """Return line and meaning of all that the issue shows or leaves out, in line order.

    Rules and comments show nothing, and what continues the line before it is not told again.
    """
    issue = reading.issue
    told = [(line, f"left out: {reason}") for line, reason in reading.left_out]
    told += _blocks(issue.intro, "intro")
    for item in issue.items:
        told += _item(item)
    if issue.trends_title:
        told += [(issue.trends_line, f"trends: {_short(issue.trends_title)}"), *_points(issue.trends, "trend")]
    if issue.watch_title:
        told += [(issue.watch_line, f"watch list: {_short(issue.watch_title)}"), *_points(issue.watch, "to watch")]
    for section in issue.sections:
        if section.title:
            told.append((section.line, f"section: {_short(section.title)}"))
        told += _blocks(section.blocks, "text")
    return sorted(told, key=lambda line: line[0])


def _item(item: Item) -> Iterator[tuple[int, str]]:
    group = f" (under {_short(item.group)})" if item.group else ""
    yield item.line, f"item {item.number}: {_short(item.title)}{group}"
    for source in item.sources:
        yield source.line, f"source of item {item.number}: {source.url or source.label}"
    yield from _points(item.points, f"point of item {item.number}")


def _points(points: Iterable[Point], meaning: str) -> Iterator[tuple[int, str]]:
    for point in points:
        label = f"[{_short(point.label)}] " if point.label else ""
        if point.label or point.text:
            yield point.line, f"{meaning}: {label}{_short(point.text)}".rstrip()
        yield from _blocks(point.blocks, meaning)
        yield from _points(point.points, f"sub-{meaning.removeprefix('sub-')}")


def _blocks(blocks: Blocks, meaning: str) -> Iterator[tuple[int, str]]:
    for block in blocks:
        text = plain_blocks((block,))
        if text:
            yield block.line, f"{meaning}, {type(block).__name__.lower()}: {_cut(text)}"


def _short(content: Inlines) -> str:
    return _cut(plain(content))


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
