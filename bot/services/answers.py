"""What a reader's question is answered with: something to show, or one helpful sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.services.archive_answers import ArchiveSentence
from formatters.views import View


@dataclass(frozen=True, slots=True)
class Show:
    """Render this view."""

    view: View


class Arrival(StrEnum):
    """When today's issue can be expected."""

    AT_RELEASE = "at release"
    """The daily hour is still to come."""
    WHEN_PUBLISHED = "when published"
    """The daily hour is over and the post is watched for."""
    NEXT_RELEASE = "next release"
    """Today's watch is over."""


@dataclass(frozen=True, slots=True)
class TodayNotYet:
    """Today's issue does not exist yet."""

    today: date
    arrival: Arrival
    release: datetime
    """The next daily hour."""
    subscribed: bool
    newest_day: date | None
    """Of the newest issue that there is."""
    newest_ref: str | None


@dataclass(frozen=True, slots=True)
class NothingPublished:
    """There is no issue at all."""


@dataclass(frozen=True, slots=True)
class ItemNotFound:
    """The newest issue has no item of the number asked for."""

    day: date
    count: int
    asked: int
    nearest: int


@dataclass(frozen=True, slots=True)
class NumberMissing:
    """/item without a number."""

    day: date
    count: int


@dataclass(frozen=True, slots=True)
class NumberUnclear:
    """/item with something that is no number."""

    asked: str
    day: date
    count: int


@dataclass(frozen=True, slots=True)
class EssayHasNoItems:
    """The newest issue is an essay."""

    day: date


class Extract(StrEnum):
    """What can be asked for of an issue, beside headlines and items; each is a command of this name."""

    TRENDS = "trends"
    """With the watch list."""
    WATCH = "watch"
    SOURCES = "sources"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Lacking:
    """The newest issue has nothing of this kind."""

    what: Extract
    day: date


@dataclass(frozen=True, slots=True)
class OutdatedButton:
    """The button speaks of something that is no more, or in a version that is not understood."""


@dataclass(frozen=True, slots=True)
class OutdatedLink:
    """As `OutdatedButton`, of a link into the private chat."""


Sentence = (
    TodayNotYet
    | NothingPublished
    | ItemNotFound
    | NumberMissing
    | NumberUnclear
    | EssayHasNoItems
    | Lacking
    | OutdatedButton
    | ArchiveSentence
    | OutdatedLink
)
Answer = Show | Sentence
