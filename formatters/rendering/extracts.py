"""What is gathered across an issue's items: titles, sources, advice."""

from __future__ import annotations

import re

from formatters.actions import AnswerWithItem, start_link
from formatters.document import plain
from formatters.issue import Issue, Item, Point
from formatters.patterns import lazy
from formatters.rendering.lines import Form, Line, add_points
from formatters.rendering.runs import BOLD, Run, clean_label, flatten, text_of
from formatters.rendering.sources import host_of, is_button_link

ADVICE = (
    *(
        "(?:落地|实践|行动|使用|工程|团队|操作|我的|小)?(?:建议|建議)",
        "(?:可以)?怎么(?:做|用|办)",
        "行动(?:项|点|清单)",
    ),
    *("如何(?:落地|行动|应对)", "(?:对策|应对)"),
    r"(?:action|next|practical|recommended)?\s*(?:actions?|steps?|items?|advice|recommendations?|suggestions?)",
    r"what (?:to do|you can do|we recommend)(?: next| now)?",
    r"how to (?:act|respond|use (?:it|this))",
    "제안|추천|실천 ?방안|할 일|提案|おすすめ|推奨(?:事項)?",
    "(?:ال)?(?:توصية|توصيات|اقتراح|اقتراحات)|ما العمل",
    "öneri(?:ler)?|ne yapmalı|empfehlung(?:en)?|consejos?|conseils?",
)
"""Labels of points that advise, without regard to case."""

_ADVICE = lazy(r"\W*(?:" + "|".join(ADVICE) + r")\W*", re.IGNORECASE)


def is_advice(point: Point) -> bool:
    """Tell whether the point's label says that it advises."""
    return bool(point.label) and _ADVICE.fullmatch(plain(point.label)) is not None


def linked_headlines(issue: Issue, ref: str, bot: str) -> list[Line]:
    """Return the headlines, each a link into the private chat with the bot."""
    return [
        _headline(item, start_link(bot, AnswerWithItem(ref, item.number)), first=index == 0)
        for index, item in enumerate(issue.items)
    ]


def titles(issue: Issue) -> list[Line]:
    """Return the headlines, each a link to its first source where it has one."""
    return [
        _headline(item, url if (url := item.first_url) and is_button_link(url) else "", first=index == 0)
        for index, item in enumerate(issue.items)
    ]


def _headline(item: Item, url: str, *, first: bool) -> Line:
    title = clean_label(text_of(flatten(item.title))) or "…"
    return Line(Form.TEXT, [Run(f"{item.number}. "), Run(title, 0, url)], gap=first)


def sources(issue: Issue) -> list[Line]:
    """Return every item that names sources, and below it each of them."""
    lines: list[Line] = []
    for item in issue.items:
        found = [
            Line(Form.BULLET, [Run(name, 0, url if url and is_button_link(url) else "")], gap=False, depth=1)
            for label, url in [(source.label, source.url) for source in item.sources]
            if (name := clean_label(label or (host_of(url) if url and is_button_link(url) else url or "")))
        ]
        if found:
            lines += [_item_heading(item), *found]
    return lines


def advice(issue: Issue, separator: str) -> list[Line]:
    """Return every item that gives advice, and below it the points that do."""
    lines: list[Line] = []
    for item in issue.items:
        if points := [point for point in item.points if is_advice(point)]:
            found: list[Line] = []
            add_points(found, points, separator)  # each shows its label at least
            lines += [_item_heading(item), found[0]._replace(gap=False), *found[1:]]
    return lines


def _item_heading(item: Item) -> Line:
    return Line(Form.TEXT, [Run(f"{item.number}. ", BOLD), *flatten(item.title, BOLD)])
