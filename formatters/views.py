"""What can be shown of an issue. Every renderer takes any of these."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from formatters.editions import Notes
from formatters.issue import Issue
from formatters.list_views import ListView
from formatters.values import value


@value
class IssueView:
    """The whole issue as it is delivered: overview, one part per item, closing part.

    Delivered parts carry source buttons only: they stand together, and only a correction changes them.
    An essay is its sections in as few parts as fit. `notes` say which items are new or changed in a correction.

    With `ref`, the overview stands alone: it has the trends too, and a button for every item (`AnswerWithItem`).
    What a button asks for is the post as it is, so `renumbered` tells the post's own number of an item by the one that
    readers know from what was delivered, where they differ.
    """

    issue: Issue
    notes: Notes = ()
    ref: str = ""
    renumbered: tuple[tuple[int, int], ...] = ()


@value
class OverviewView:
    """The overview alone, for a reader who joined after the delivery.

    Its number buttons answer with new messages (`AnswerWithItem`), because it counts as delivered.
    """

    issue: Issue
    ref: str
    """The issue's short reference, for the buttons."""


@value
class HeadlinesView:
    """The answer to /today: headlines, trends folded into one quote, always one message.

    With `buttons`, numbers turn the message into an item in place (`TurnToItem`), and [send all].
    Without (groups), a hint names /item.
    """

    issue: Issue
    ref: str
    buttons: bool = True


@value
class Own:
    """What an item is to the one reader who sees it, in a private chat."""

    bot: str
    """The bot's user name in Telegram, without @, for the address to share; empty where there is none."""
    saved: bool = False
    up: bool | None = None
    """The reader's vote; None where there is none."""


@value
class ItemView:
    """One item as an answer, always one message: too long a text ends in an ellipsis.

    With `paging`, previous, next and headlines turn the page in place. With `own`, a reader can save, share and
    judge it.
    """

    issue: Issue
    ref: str
    number: int
    paging: bool = True
    own: Own | None = None


@value
class TrendsView:
    """Trends and watch list as an answer, always one message."""

    issue: Issue


@value
class LinkedHeadlinesView:
    """Headlines for a group, always one message: each opens its item in the private chat with the bot."""

    issue: Issue
    ref: str
    bot: str
    """The bot's user name in Telegram, without @."""


@value
class TitlesView:
    """Headlines alone, each a link to its first source, always one message."""

    issue: Issue


@value
class SourcesView:
    """Every item's sources, always one message."""

    issue: Issue


@value
class AdviceView:
    """What the issue advises to do: the points labelled so, under their items, always one message."""

    issue: Issue


@value
class WatchView:
    """The watch list alone, always one message."""

    issue: Issue


@value
class NoticeView:
    """What takes the place of a message that was withdrawn and cannot be deleted, always one message."""


View = (
    IssueView
    | OverviewView
    | HeadlinesView
    | ItemView
    | TrendsView
    | LinkedHeadlinesView
    | TitlesView
    | SourcesView
    | AdviceView
    | WatchView
    | ListView
    | NoticeView
)


class Style(StrEnum):
    """How much of an issue a delivery shows at once."""

    ITEMS = "items"
    """One message per item."""
    COMPACT = "compact"
    """One message of headlines, whose buttons turn it into an item and back."""
    RICH = "rich"
    """The whole issue as one rich message of Telegram; as `items` elsewhere."""
    HEADLINES = "headlines"
    """For groups: one message of headlines that open in the private chat with the bot."""
    THREAD = "thread"
    """Slack: the overview in the channel, all else in its thread."""


def delivered(issue: Issue, style: Style, *, ref: str, bot: str) -> View:
    """Return what a delivery in this style shows; `bot` is the user name that `headlines` links to."""
    match style:
        case Style.ITEMS | Style.RICH:
            return IssueView(issue)
        case Style.THREAD:
            return IssueView(issue, ref=ref)
        case Style.COMPACT:
            return HeadlinesView(issue, ref)
        case Style.HEADLINES:
            return LinkedHeadlinesView(issue, ref, bot)
        case _:
            assert_never(style)
