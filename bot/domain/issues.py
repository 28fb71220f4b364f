"""Issues as the bot knows them: which there are, which is newest, which is today's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Protocol, TypeVar

from formatters.issue import Issue, Kind


class Listed(Protocol):
    """What is known of an issue without its content."""

    @property
    def key(self) -> str:
        """Front-matter slug, else the path below the posts folder without suffix (NFC, `/`)."""
        ...

    @property
    def ref(self) -> str:
        """Short form of the first key that this issue had, for buttons; survives a rename."""
        ...

    @property
    def title(self) -> str:
        """The post's."""
        ...

    @property
    def day(self) -> date | None:
        """The calendar date in the digest's own time zone; None where the post has none."""
        ...

    @property
    def kind(self) -> Kind:
        """Digest or essay."""
        ...

    @property
    def draft(self) -> bool:
        """Whether it is not to be shown yet."""
        ...

    @property
    def content_hash(self) -> str:
        """SHA-256 of the file."""
        ...

    @property
    def path(self) -> PurePath:
        """Of the file."""
        ...


@dataclass(frozen=True, slots=True)
class ListedIssue:
    """An issue as it stands in a list: thousands of them fit into memory."""

    key: str
    ref: str
    title: str
    day: date | None
    kind: Kind
    draft: bool
    content_hash: str
    path: PurePath


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """A post that was read, with its identity."""

    key: str
    """Front-matter slug, else the path below the posts folder without suffix (NFC, `/`)."""
    ref: str
    """Short form of the first key that this issue had, for buttons; survives a rename."""
    issue: Issue
    content_hash: str
    """SHA-256 of the file."""
    path: PurePath

    @property
    def title(self) -> str:
        """The post's."""
        return self.issue.title

    @property
    def day(self) -> date | None:
        """The calendar date in the digest's own time zone; None where the post has none."""
        return self.issue.date

    @property
    def kind(self) -> Kind:
        """Digest or essay."""
        return self.issue.kind

    @property
    def draft(self) -> bool:
        """Whether it is not to be shown yet."""
        return self.issue.draft


_AnyListed = TypeVar("_AnyListed", bound=Listed)


def listed(known: Listed) -> ListedIssue:
    """Return the issue without its content."""
    return ListedIssue(
        known.key, known.ref, known.title, known.day, known.kind, known.draft, known.content_hash, known.path
    )


def ref_of(key: str) -> str:
    """Return the short reference of a key: 10 hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def eligible(known: Iterable[_AnyListed], today: date) -> list[_AnyListed]:
    """Return what may be shown on `today`, newest first; of one day, digests before essays, then by key.

    Left out: drafts, issues without a date, and those dated after `today`.
    """
    shown = [one for one in known if not one.draft and one.day is not None and one.day <= today]
    shown.sort(key=lambda one: (one.kind != "digest", one.key))
    shown.sort(key=lambda one: one.day or date.min, reverse=True)
    return shown


def newest(known: Iterable[_AnyListed], today: date) -> _AnyListed | None:
    """Return the newest issue, today's or older; None where there is none."""
    return next(iter(eligible(known, today)), None)


def of_day(known: Iterable[_AnyListed], day: date) -> list[_AnyListed]:
    """Return the issues dated `day` that may be sent on it, the digest first."""
    return [one for one in eligible(known, day) if one.day == day]
