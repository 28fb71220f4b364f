"""A document as stretches: a heading and the blocks up to the next heading."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from formatters.document import Block, Blocks, Heading, Rule, plain, plain_blocks
from formatters.patterns import lazy

_NUMBER = lazy(r"^[^\w（(\[【]*(?:[（(\[【]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[.．、:：)）\]】]\s*[^\w（(\[【]*)?")
_SUFFIX = lazy(r"\s*(?:[（(\[【][^（）()\[\]【】]*[）)\]】]|[:：—|｜].*)?[\s:：。.!！?？\W]*$")
_SOUNDLESS = lazy(r"[\W_]+")


class Stretch(NamedTuple):
    """A heading, if there is one, and the blocks below it; none of them is a heading."""

    heading: Heading | None
    blocks: Blocks

    @property
    def level(self) -> int:
        """The heading's level; 0 above the first heading."""
        return self.heading.level if self.heading else 0

    @property
    def whole(self) -> Blocks:
        """The heading and the blocks."""
        return (self.heading, *self.blocks) if self.heading else self.blocks


def outline(blocks: Iterable[Block]) -> list[Stretch]:
    """Return the stretches of a document; those without heading and content are left out."""
    stretches: list[Stretch] = []
    heading: Heading | None = None
    below: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            stretches.append(Stretch(heading, without_outer_rules(below)))
            heading, below = block, []
        else:
            below.append(block)
    stretches.append(Stretch(heading, without_outer_rules(below)))
    return [stretch for stretch in stretches if stretch.heading or stretch.blocks]


def without_outer_rules(blocks: Sequence[Block]) -> Blocks:
    """Return `blocks` without thematic breaks at both ends, where they only part sections."""
    start, end = 0, len(blocks)
    while start < end and isinstance(blocks[start], Rule):
        start += 1
    while end > start and isinstance(blocks[end - 1], Rule):
        end -= 1
    return tuple(blocks[start:end])


def name_of(heading: Heading) -> str:
    """Return a heading's words without number, marks and suffix: 今日趋势 of 九、今日趋势（5 点）."""
    text = _NUMBER.sub("", plain(heading.content)[:200])
    return _SUFFIX.sub("", text)


def repeats(heading: str, title: str) -> bool:
    """Tell whether a heading says what the title says, but for punctuation and a date."""
    one, other = (_SOUNDLESS.sub("", unicodedata.normalize("NFKC", text)).casefold() for text in (heading, title))
    if one == other:
        return bool(one)
    one, other = (re.sub(r"\d+[年月日]?", "", text) for text in (one, other))
    return one == other and bool(one)


def size(blocks: Blocks) -> int:
    """Return how many characters `blocks` show."""
    return len(plain_blocks(blocks))
