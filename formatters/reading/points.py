"""Bullets and paragraphs as labelled points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from formatters.document import (
    Block,
    Blocks,
    BulletList,
    Heading,
    Inlines,
    ListItem,
    OrderedList,
    Paragraph,
    Rule,
    Text,
)
from formatters.issue import Point
from formatters.reading.inlines import split_lead

_BOXES = {True: Text("☑ "), False: Text("☐ ")}


def read_points(blocks: Blocks, *, leads: bool = False) -> tuple[Point, ...]:
    """Return one point for each bullet, paragraph and other block.

    A label is a bold start with a colon. With `leads` (trends and watch lists) a bold start is a label without a
    colon too, and numbered entries are points. Otherwise a numbered list keeps its numbers: it is a block of
    its point, unless its entries carry labels. A heading is the label of what follows it.
    """
    points: list[Point] = []
    for heading, below in _under_headings(blocks):
        if heading is None:
            points.extend(_points(below, leads))
        else:
            points.append(_labelled(heading, below, leads))
    return tuple(points)


def _under_headings(blocks: Blocks) -> Iterator[tuple[Heading | None, list[Block]]]:
    heading: Heading | None = None
    below: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            if heading or below:
                yield heading, below
            heading, below = block, []
        elif not isinstance(block, Rule):
            below.append(block)
    if heading or below:
        yield heading, below


def _labelled(heading: Heading, below: list[Block], leads: bool) -> Point:
    """A heading's first paragraph is the text beside its label, bullets are sub-points."""
    text: Inlines = ()
    if below and isinstance(first := below[0], Paragraph):
        text, below = first.content, below[1:]
    blocks = tuple(block for block in below if not isinstance(block, BulletList))
    lists = [block for block in below if isinstance(block, BulletList)]
    return Point(heading.content, text, tuple(_points(lists, leads)), blocks, heading.line)


def _points(blocks: Iterable[Block], leads: bool) -> Iterator[Point]:
    for block in blocks:
        match block:
            case BulletList(items):
                yield from (read_point(item, leads=leads) for item in items)
            case OrderedList(items) if leads or _are_labelled(items):
                yield from (read_point(item, leads=leads) for item in items if item.blocks)
            case Paragraph(content, line):
                yield _from_text(content, line, leads=leads)
            case _:
                yield Point(blocks=(block,), line=block.line)


def _are_labelled(items: tuple[ListItem, ...]) -> bool:
    return all(
        isinstance(item.blocks[0], Paragraph) and split_lead(item.blocks[0].content)[2] for item in items if item.blocks
    )


def read_point(item: ListItem, *, leads: bool = False) -> Point:
    """Return the point that a list entry is; entries below it are its sub-points."""
    match item.blocks:
        case (Paragraph(content, _), *rest):
            point = _from_text(content, item.line, leads=leads)
        case rest:
            point = Point(line=item.line)
    if not rest and item.checked is None:
        return point
    points: list[Point] = []
    blocks: list[Block] = []
    for block in rest:
        match block:
            case BulletList(items):
                points.extend(read_point(entry) for entry in items)
            case OrderedList(items) if _are_labelled(items):
                points.extend(read_point(entry) for entry in items if entry.blocks)
            case Rule():
                pass
            case _:
                blocks.append(block)
    if points and not point.label:
        lead, text, _ = split_lead(point.text)
        if lead and not text:  # a bold line over sub-points is their label, colon or not
            point = Point(lead, (), line=point.line)
    if item.checked is not None:
        point = _with_box(point, _BOXES[item.checked])
    return replace(point, points=tuple(points), blocks=tuple(blocks))


def _with_box(point: Point, box: Text) -> Point:
    if point.label:
        return replace(point, label=(box, *point.label))
    return replace(point, text=(box, *point.text))


def _from_text(content: Inlines, line: int, *, leads: bool) -> Point:
    lead, text, colon = split_lead(content)
    if lead and (colon or leads):
        return Point(lead, text, line=line)
    return Point((), content, line=line)
