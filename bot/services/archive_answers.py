"""The sentences that answer questions about the archive: its days, searching it, what a reader saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class NoIssueOn:
    """That day had no issue."""

    day: date
    before: date | None
    """The nearest earlier day that had one."""
    after: date | None


@dataclass(frozen=True, slots=True)
class DayToCome:
    """That day is not here yet."""

    day: date


@dataclass(frozen=True, slots=True)
class DayMissing:
    """/date without a day."""

    newest: date


@dataclass(frozen=True, slots=True)
class DayUnclear:
    """/date with something that is no day."""

    asked: str
    newest: date


@dataclass(frozen=True, slots=True)
class SearchMissing:
    """/search without words."""


@dataclass(frozen=True, slots=True)
class SearchUnclear:
    """/search with something that holds no word, such as punctuation."""

    asked: str


@dataclass(frozen=True, slots=True)
class SearchTooLong:
    """/search with a whole text."""

    most: int
    """Characters."""


@dataclass(frozen=True, slots=True)
class NothingFound:
    """No issue holds these words."""

    asked: str


@dataclass(frozen=True, slots=True)
class NothingSaved:
    """The reader has saved nothing."""


@dataclass(frozen=True, slots=True)
class DayHint:
    """A part of the calendar was pressed that is no day with an issue."""


@dataclass(frozen=True, slots=True)
class PrivateOnly:
    """What is one reader's own is not shown, or changed, where others look on."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The database cannot be used just now."""


@dataclass(frozen=True, slots=True)
class AnsweredHere:
    """What is asked for stands in the same group, in a message not long ago."""


@dataclass(frozen=True, slots=True)
class TooFast:
    """The reader asks faster than anybody reads."""

    seconds: int
    """To wait."""


ArchiveSentence = (
    NoIssueOn
    | DayToCome
    | DayMissing
    | DayUnclear
    | SearchMissing
    | SearchUnclear
    | SearchTooLong
    | NothingFound
    | NothingSaved
    | DayHint
    | PrivateOnly
    | Unavailable
    | AnsweredHere
    | TooFast
)
