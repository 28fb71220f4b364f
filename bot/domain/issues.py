"""Issues as the bot knows them: which there are, which is newest, which is today's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from formatters.issue import Issue


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


def ref_of(key: str) -> str:
    """Return the short reference of a key: 10 hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()[:10]


def eligible(known: Iterable[KnownIssue], today: date) -> list[KnownIssue]:
    """Return what may be shown on `today`, newest first; of one day, digests before essays, then by key.

    Left out: drafts, issues without a date, and those dated after `today`.
    """
    shown = [one for one in known if not one.issue.draft and one.issue.date is not None and one.issue.date <= today]
    shown.sort(key=lambda one: (one.issue.kind != "digest", one.key))
    shown.sort(key=lambda one: one.issue.date or date.min, reverse=True)
    return shown


def newest(known: Iterable[KnownIssue], today: date) -> KnownIssue | None:
    """Return the newest issue, today's or older; None where there is none."""
    return next(iter(eligible(known, today)), None)


def of_day(known: Iterable[KnownIssue], day: date) -> list[KnownIssue]:
    """Return the issues dated `day` that may be sent on it, the digest first."""
    return [one for one in eligible(known, day) if one.issue.date == day]
