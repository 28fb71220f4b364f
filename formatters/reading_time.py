"""How long an issue takes to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from math import ceil

from formatters.document import plain, plain_blocks
from formatters.issue import Issue, Point
from formatters.patterns import lazy

CHINESE_CHARACTERS_PER_MINUTE = 400
WORDS_PER_MINUTE = 230

_REMEMBERED = 16
"""Issues whose reading time is kept: an issue is rendered once per platform, style and language."""

_CHINESE = lazy("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_WORD = lazy(r"\w+(?:['’._-]\w+)*")
_ADDRESS = lazy(r"https?://\S+", re.ASCII)


class _Same:
    """An issue that is equal to itself only: comparing whole trees would cost more than reading them."""

    __slots__ = ("issue",)

    def __init__(self, issue: Issue) -> None:
        self.issue = issue

    def __hash__(self) -> int:
        return id(self.issue)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.issue is self.issue


def minutes(issue: Issue) -> int:
    """Return whole minutes, at least 1, for everything that the issue shows except addresses.

    Silent reading of non-fiction takes adults about 238 English words a minute, and 260 Chinese words of about
    1.5 characters: M. Brysbaert, "How many words do we read per minute?", Journal of Memory and Language 109
    (2019), https://doi.org/10.1016/j.jml.2019.104047. Both are rounded here. Other scripts count by the word.
    """
    return _minutes(_Same(issue))


@lru_cache(_REMEMBERED)
def _minutes(same: _Same) -> int:
    text = _ADDRESS.sub(" ", "\n".join(_texts(same.issue)))
    others = _CHINESE.sub("\n", text)
    words = len(_WORD.findall(others))
    characters = len(text) - len(others) + others.count("\n") - text.count("\n")
    return max(1, ceil(characters / CHINESE_CHARACTERS_PER_MINUTE + words / WORDS_PER_MINUTE))


def _texts(issue: Issue) -> Iterator[str]:
    yield issue.title
    yield plain_blocks(issue.intro)
    for item in issue.items:
        yield plain(item.title)
        for point in item.points:
            yield from _point_texts(point)
    yield plain(issue.trends_title)
    yield plain(issue.watch_title)
    for point in (*issue.trends, *issue.watch):
        yield from _point_texts(point)
    for section in issue.sections:
        yield plain(section.title)
        yield plain_blocks(section.blocks)


def _point_texts(point: Point) -> Iterator[str]:
    yield plain(point.label)
    yield plain(point.text)
    yield plain_blocks(point.blocks)
    for below in point.points:
        yield from _point_texts(below)
