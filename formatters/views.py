"""What can be shown of an issue. Every renderer takes any of these."""

from __future__ import annotations

from dataclasses import dataclass

from formatters.issue import Issue


@dataclass(frozen=True, slots=True)
class IssueView:
    """The whole issue as it is delivered: overview, one part per item, closing part.

    Delivered parts carry source buttons only: they stand together, and only a correction changes them.
    An essay is its sections in as few parts as fit.
    """

    issue: Issue


@dataclass(frozen=True, slots=True)
class OverviewView:
    """The overview alone, for a reader who joined after the delivery.

    Its number buttons answer with new messages (`AnswerWithItem`), because it counts as delivered.
    """

    issue: Issue
    ref: str
    """The issue's short reference, for the buttons."""


@dataclass(frozen=True, slots=True)
class HeadlinesView:
    """The answer to /today: headlines, trends folded into one quote, always one message.

    With `buttons`, numbers turn the message into an item in place (`TurnToItem`), and [send all].
    Without (groups), a hint names /item.
    """

    issue: Issue
    ref: str
    buttons: bool = True


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as an answer, always one message: too long a text ends in an ellipsis.

    With `paging`, previous, next and headlines turn the page in place.
    """

    issue: Issue
    ref: str
    number: int
    paging: bool = True


@dataclass(frozen=True, slots=True)
class TrendsView:
    """Trends and watch list as an answer, always one message."""

    issue: Issue


View = IssueView | OverviewView | HeadlinesView | ItemView | TrendsView
