"""Tables of contents: links into the page, which a chat does not have."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from formatters.document import Block, BulletList, Inlines, OrderedList, Paragraph, plain
from formatters.patterns import lazy
from formatters.reading.dialect import Dialect
from formatters.reading.inlines import links
from formatters.reading.outline import Stretch, name_of
from formatters.reading.passages import Roles

_SOUNDLESS = lazy(r"[\W_]+")
_MOST = 200
"""Entries of a table of contents, and headings of the post that it can be compared with."""
_LONGEST = 100
_FIRST = 3
"""Stretches from the top among which a table of contents may stand."""


def without_contents(
    stretches: list[Stretch], roles: Roles, known: Sequence[Dialect], left_out: list[tuple[int, str]]
) -> list[Stretch]:
    """Return the stretches without lists that only repeat the headings; `left_out` is told of each.

    Under a heading that says contents, a list need not repeat them word for word, as long as it has no address.
    """
    kept: list[Stretch] = []
    for index, stretch in enumerate(stretches):
        lists = [block for block in stretch.blocks if isinstance(block, BulletList | OrderedList)]
        said = bool(lists) and roles.any_of(stretch.heading, known) == "skip"
        if not lists or (index >= _FIRST and not said):
            kept.append(stretch)
            continue
        below = stretches[index + 1 :]
        rest = [block for block in stretch.blocks if not _is_contents(block, below, said=said)]
        if len(rest) == len(stretch.blocks):
            kept.append(stretch)
            continue
        left_out.append((stretch.whole[0].line if not rest else lists[0].line, "a table of contents"))
        if rest:
            kept.append(Stretch(stretch.heading, tuple(rest)))
    return kept


def _is_contents(block: Block, below: Sequence[Stretch], *, said: bool) -> bool:
    match block:
        case BulletList() | OrderedList():
            entries = list(_entries(block))
        case _:
            return False
    if said:
        return not any(next(links(entry), None) for entry in entries)
    words = [plain(entry) for entry in entries]
    if not 1 < len(words) <= _MOST or max(map(len, words)) > _LONGEST:
        return False
    headings = _sounds_of(below)
    return all(
        sound in headings or (len(sound) > 1 and any(heading.startswith(sound) for heading in headings))
        for sound in map(_sound, words)
    )


def _sounds_of(stretches: Sequence[Stretch]) -> set[str]:
    """Return what each heading says, with its number and without."""
    found = [heading for stretch in stretches if (heading := stretch.heading)][:_MOST]
    return {_sound(words) for heading in found for words in (plain(heading.content), name_of(heading))} - {""}


def _entries(block: BulletList | OrderedList) -> Iterator[Inlines]:
    for item in block.items:
        for below in item.blocks:
            match below:
                case Paragraph(content):
                    yield content
                case BulletList() | OrderedList():
                    yield from _entries(below)
                case _:
                    yield ()


def _sound(words: str) -> str:
    return _SOUNDLESS.sub("", unicodedata.normalize("NFKC", words).casefold())
