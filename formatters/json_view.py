"""An issue as the JSON object that `digestbot show --json` prints: plain text throughout, all Markdown resolved."""

from __future__ import annotations

from collections.abc import Iterable

from formatters.document import plain, plain_blocks
from formatters.issue import Issue, Item, Point, Section
from formatters.parts import Json


def issue_object(issue: Issue) -> dict[str, Json]:
    """Return title, date, kind, draft, tags, intro, items, trends, watch and sections.

    `date` is YYYY-MM-DD or None, `intro` None where there is none. A heading that only gathers items is a section
    without text. A line feed parts paragraphs, list entries and table rows.
    """
    return {
        "title": issue.title,
        "date": issue.date.isoformat() if issue.date else None,
        "kind": issue.kind,
        "draft": issue.draft,
        "tags": list(issue.tags),
        "intro": plain_blocks(issue.intro) or None,
        "items": [_item(item) for item in issue.items],
        "trends": [_entry(point) for point in issue.trends],
        "watch": [_entry(point) for point in issue.watch],
        "sections": [*_groups(issue), *(_section(section) for section in issue.sections)],
    }


def _item(item: Item) -> Json:
    return {
        "number": item.number,
        "title": plain(item.title),
        "sources": [{"url": source.url, "label": source.label} for source in item.sources],
        "points": [_point(point) for point in item.points],
    }


def _point(point: Point) -> Json:
    return {
        "label": plain(point.label) or None,
        "text": _lines([plain(point.text), plain_blocks(point.blocks)]),
        "points": [_point(below) for below in point.points],
    }


def _entry(point: Point) -> Json:
    below = [_whole(sub) for sub in point.points]
    return {"title": plain(point.label), "text": _lines([plain(point.text), plain_blocks(point.blocks), *below])}


def _whole(point: Point) -> str:
    label, text = plain(point.label), plain(point.text)
    head = f"{label}：{text}" if label and text else label or text
    return _lines([head, plain_blocks(point.blocks), *(_whole(below) for below in point.points)])


def _groups(issue: Issue) -> list[Json]:
    held = {plain(section.title) for section in issue.sections}
    names = dict.fromkeys(plain(item.group) for item in issue.items if item.group)
    return [{"title": name, "text": ""} for name in names if name not in held]


def _section(section: Section) -> Json:
    return {"title": plain(section.title), "text": plain_blocks(section.blocks)}


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(text for text in texts if text)
