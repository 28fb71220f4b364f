"""Two editions of one issue: which item is which, and what of it changed.

Items are recognised by where they come from and what they are called, never by position. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, assert_never

from formatters.document import plain
from formatters.issue import Issue, Item
from formatters.values import value


@value
class Added:
    """The item came after the issue had been delivered."""


@value
class Updated:
    """The item's title, sources or number of points changed after it had been delivered."""

    at: str
    """As readers are told it: 09:12, in the digest's own time zone."""


Note: TypeAlias = Added | Updated
Notes: TypeAlias = tuple[tuple[int, Note], ...]
"""By the item's number."""


@value
class Subject:
    """What an item is recognised by, and what of it readers are told when it changes."""

    number: int
    """As readers know it from what was delivered."""
    title: str
    sources: tuple[str, ...]
    """Addresses, and the names of sources without one."""
    url: str | None
    """The address that stands for the item."""
    points: int
    note: Note | None = None


@value
class Revision:
    """A newer edition, in the terms of what was delivered."""

    issue: Issue
    notes: Notes
    subjects: tuple[Subject, ...]
    """Of the newer edition."""
    added: tuple[int, ...]
    removed: tuple[int, ...]
    renumbered: tuple[tuple[int, int], ...]
    """The number of an item in the post itself, by the one that it has here, where they differ."""


def subjects_of(issue: Issue, notes: Notes = ()) -> tuple[Subject, ...]:
    """Return the subjects of an issue's items."""
    told = dict(notes)
    return tuple(_subject(item, told.get(item.number)) for item in issue.items)


def revised(delivered: Sequence[Subject], issue: Issue, *, at: str, keep_numbers: bool) -> Revision:
    """Return what `issue` is to those who have `delivered`.

    With `keep_numbers`, for items that are messages of their own: an item that was delivered keeps its number and its
    place, so that it need not be touched, and a new one comes after all others under the next number. Without, order
    and numbers are the issue's own. `at` is the time of day that updated items are marked with.
    """
    pairs = matched(delivered, subjects_of(issue))
    before = {after: delivered[index] for index, after in pairs.items()}
    next_number = max((subject.number for subject in delivered), default=0) + 1
    items: list[Item] = []
    notes: list[tuple[int, Note]] = []
    added: list[int] = []
    renumbered: list[tuple[int, int]] = []
    for index, item in enumerate(issue.items):
        old = before.get(index)
        number = item.number
        if keep_numbers:
            number = old.number if old else next_number
            next_number += old is None
        items.append(replace(item, number=number))
        if number != item.number:
            renumbered.append((number, item.number))
        if old is None:
            added.append(number)
        if (note := Added() if old is None else _note(old, _subject(item), at)) is not None:
            notes.append((number, note))
    if keep_numbers:
        items.sort(key=lambda item: item.number)
    changed = replace(issue, items=tuple(items))
    kept = tuple(sorted(notes, key=lambda note: note[0]))
    removed = tuple(subject.number for index, subject in enumerate(delivered) if index not in pairs)
    return Revision(changed, kept, subjects_of(changed, kept), tuple(added), removed, tuple(renumbered))


def matched(before: Sequence[Subject], after: Sequence[Subject]) -> dict[int, int]:
    """Return which item of `after` each of `before` is, by index; what is in neither key nor value has no partner.

    Those that are the same throughout, then by address and title together, by address, by title, and last by any
    address that both name. Of several that are alike, the first belongs to the first.
    """
    pairs: dict[int, int] = {}
    for trait in _TRAITS:
        offered: dict[Hashable, list[int]] = {}
        taken = set(pairs.values())
        for index, subject in enumerate(after):
            if index not in taken:
                for value in trait(subject):
                    offered.setdefault(value, []).append(index)
        for index, subject in enumerate(before):
            if index in pairs:
                continue
            for value in trait(subject):
                partner = next((one for one in offered.get(value, ()) if one not in taken), None)
                if partner is not None:
                    pairs[index] = partner
                    taken.add(partner)
                    break
    return pairs


def _whole(subject: Subject) -> Sequence[Hashable]:
    return [(_folded(subject.title), subject.sources, subject.points)]


def _both(subject: Subject) -> Sequence[Hashable]:
    return [(subject.url, _folded(subject.title))] if subject.url else []


def _url(subject: Subject) -> Sequence[Hashable]:
    return [subject.url] if subject.url else []


def _title(subject: Subject) -> Sequence[Hashable]:
    return [folded] if (folded := _folded(subject.title)) else []


def _any_url(subject: Subject) -> Sequence[Hashable]:
    return [source for source in subject.sources if "://" in source]


_TRAITS: Sequence[Callable[[Subject], Sequence[Hashable]]] = (_whole, _both, _url, _title, _any_url)


def _folded(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def _subject(item: Item, note: Note | None = None) -> Subject:
    sources = tuple(source.url or source.label or "" for source in item.sources)
    return Subject(item.number, plain(item.title), sources, item.first_url, len(item.points), note)


def _note(before: Subject, after: Subject, at: str) -> Note | None:
    """Return what readers are told about an item that they have: a mended typo in its text is not worth a word."""
    same = (before.title, before.sources, before.points) == (after.title, after.sources, after.points)
    return before.note if same else Updated(at)


def encoded(subject: Subject) -> Mapping[str, str | int | Sequence[str] | None]:
    """Return the subject as JSON knows it."""
    return {
        "number": subject.number,
        "title": subject.title,
        "sources": list(subject.sources),
        "url": subject.url,
        "points": subject.points,
        "note": _encoded_note(subject.note),
    }


def decoded(fields: Mapping[str, object]) -> Subject:
    """Return the subject that `encoded` wrote."""
    match fields:
        case {
            "number": int(number),
            "title": str(title),
            "sources": list(sources),
            "url": str() | None as url,
            "points": int(points),
            "note": str() | None as note,
        }:
            return Subject(number, title, tuple(map(str, sources)), url, points, _decoded_note(note))
        case _:
            raise ValueError(f"{fields!r} is no subject")


def _encoded_note(note: Note | None) -> str | None:
    match note:
        case None:
            return None
        case Added():
            return "added"
        case Updated(at):
            return at
        case _:
            assert_never(note)


def _decoded_note(text: str | None) -> Note | None:
    if text is None:
        return None
    return Added() if text == "added" else Updated(text)
