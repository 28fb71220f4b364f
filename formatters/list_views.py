"""What can be shown of many issues: lists whose entries open what they name."""

from __future__ import annotations

from datetime import date

from formatters.actions import AnswerWithHeadlines, AnswerWithItem
from formatters.values import value


@value
class Finding:
    """One item, or one issue, that holds what was searched for."""

    ref: str
    number: int | None
    """The item's; None for what stands outside of items."""
    day: date
    title: str
    before: str
    """The text before the match, in the item's own words."""
    match: str
    after: str

    @property
    def opening(self) -> AnswerWithItem | AnswerWithHeadlines:
        """What opens it."""
        return AnswerWithHeadlines(self.ref) if self.number is None else AnswerWithItem(self.ref, self.number)


@value
class FindingsView:
    """One page of what a search found, always one message."""

    query: str
    findings: tuple[Finding, ...]
    page: int
    """From 0."""
    more: bool
    """Whether another page follows."""
    bot: str = ""
    """The bot's user name, where findings are to open in the private chat with it; there are no pages then."""


@value
class SavedItem:
    """One item that a reader saved."""

    ref: str
    number: int
    day: date | None
    """None where the issue is no more."""
    title: str
    """Empty where the item is no more."""


@value
class SavedView:
    """One page of what a reader saved, the newest first."""

    items: tuple[SavedItem, ...]
    page: int
    more: bool


@value
class MonthView:
    """A month as a calendar."""

    month: date
    """Its first day."""
    days: frozenset[int]
    """Those that have an issue."""
    today: date
    earlier: bool
    """Whether an earlier month has an issue, and so with `later`."""
    later: bool


@value
class ListedTitle:
    """An issue in a list."""

    ref: str
    title: str
    day: date


@value
class TitlesOfIssuesView:
    """Several issues to choose from: those of one day, or in a group the newest."""

    issues: tuple[ListedTitle, ...]
    bot: str = ""
    """The bot's user name, where issues are to open in the private chat with it."""


ListView = FindingsView | SavedView | MonthView | TitlesOfIssuesView
