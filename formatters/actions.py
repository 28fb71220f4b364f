"""What a button does, and how it travels.

One codec serves Telegram's `callback_data` and Slack's button `value`. It is versioned, so that a
button pressed a year later is either understood or known to be outdated.
"""

from __future__ import annotations

from datetime import date
from typing import assert_never

from formatters.patterns import lazy
from formatters.values import value

VERSION = "1"
MOST_BYTES = 64
"""Telegram's limit: https://core.telegram.org/bots/api#inlinekeyboardbutton"""

_REF = lazy(r"[0-9a-z]{1,16}")


@value
class TurnToItem:
    """Show this item in place of the message that holds the button."""

    ref: str
    """The issue's short reference: 1 to 16 of `0-9a-z`."""
    number: int


@value
class TurnToHeadlines:
    """Show the issue's headlines in place of the message that holds the button."""

    ref: str


@value
class AnswerWithItem:
    """Answer with a new message that shows this item; the message with the button stays."""

    ref: str
    number: int


@value
class AnswerWithHeadlines:
    """Answer with a new message that shows the issue's headlines."""

    ref: str


@value
class SendAll:
    """Send the whole issue, in the chat's style."""

    ref: str


@value
class TurnToFindings:
    """Show a page of what a search finds, in place."""

    page: int
    """From 0."""
    query: str


@value
class TurnToMonth:
    """Show the calendar of a month, in place."""

    year: int
    month: int


@value
class OpenDay:
    """Answer with what there is of this day."""

    day: date


@value
class Explain:
    """Say what the other buttons are for: this one only completes their pattern."""


@value
class Keep:
    """Save this item for the reader, or remove it again."""

    ref: str
    number: int
    on: bool


@value
class Vote:
    """Take the reader's vote on this item, or take it back."""

    ref: str
    number: int
    up: bool | None


@value
class Unfold:
    """Show what else can be done with this item."""

    ref: str
    number: int


@value
class TurnToSaved:
    """Show a page of what the reader saved, in place."""

    page: int


@value
class DropSaved:
    """Remove this item from what the reader saved, and show that page again."""

    ref: str
    number: int
    page: int


IssueAction = TurnToItem | TurnToHeadlines | AnswerWithItem | AnswerWithHeadlines
"""Shows something of one issue."""
ListAction = TurnToFindings | TurnToMonth | OpenDay | Explain | TurnToSaved | DropSaved
"""Shows something of many issues."""
TurningAction = TurnToItem | TurnToHeadlines | TurnToFindings | TurnToMonth | TurnToSaved | DropSaved
"""Shows it in place of the message that holds the button."""
OwnAction = Keep | Vote | Unfold
"""Changes what an item is to the reader."""
Action = IssueAction | SendAll | ListAction | OwnAction
StartAction = AnswerWithItem | AnswerWithHeadlines | TurnToMonth
"""What a link into the private chat can do."""


def encode(action: Action) -> str:
    """Return at most 64 bytes of ASCII; only a search carries more, and other characters: see `fits`."""
    match action:
        case TurnToItem(ref, number):
            return f"{VERSION}:t:{ref}:{number}"
        case TurnToHeadlines(ref):
            return f"{VERSION}:h:{ref}"
        case AnswerWithItem(ref, number):
            return f"{VERSION}:a:{ref}:{number}"
        case AnswerWithHeadlines(ref):
            return f"{VERSION}:o:{ref}"
        case SendAll(ref):
            return f"{VERSION}:s:{ref}"
        case Keep(ref, number, on):
            return f"{VERSION}:k:{ref}:{number}:{on:d}"
        case Vote(ref, number, up):
            return f"{VERSION}:v:{ref}:{number}:{_VOTES[up]}"
        case Unfold(ref, number):
            return f"{VERSION}:u:{ref}:{number}"
        case _:
            return _encoded_of_lists(action)


def _encoded_of_lists(action: ListAction) -> str:
    match action:
        case TurnToFindings(page, query):
            return f"{VERSION}:f:{page}:{query}"
        case TurnToMonth(year, month):
            return f"{VERSION}:m:{year}:{month}"
        case OpenDay(day):
            return f"{VERSION}:d:{day.isoformat().replace('-', '')}"
        case Explain():
            return f"{VERSION}:e"
        case TurnToSaved(page):
            return f"{VERSION}:l:{page}"
        case DropSaved(ref, number, page):
            return f"{VERSION}:x:{ref}:{number}:{page}"
        case _:
            assert_never(action)


_VOTES = {True: "u", False: "d", None: "n"}


def fits(action: Action) -> bool:
    """Return whether a button can carry the action: a search for many words may be too long."""
    return len(encode(action).encode()) <= MOST_BYTES


def decode(data: str) -> Action | None:
    """Return the action, or None for anything that this version did not write."""
    return _decode_of_issue(data) or _decode_of_lists(data)


def _decode_of_issue(data: str) -> Action | None:
    match data.split(":"):
        case [version, "t", ref, number] if _fits(version, ref) and _is_number(number):
            return TurnToItem(ref, int(number))
        case [version, "a", ref, number] if _fits(version, ref) and _is_number(number):
            return AnswerWithItem(ref, int(number))
        case [version, "h", ref] if _fits(version, ref):
            return TurnToHeadlines(ref)
        case [version, "o", ref] if _fits(version, ref):
            return AnswerWithHeadlines(ref)
        case [version, "s", ref] if _fits(version, ref):
            return SendAll(ref)
        case [version, "k", ref, number, ("0" | "1") as on] if _fits(version, ref) and _is_number(number):
            return Keep(ref, int(number), on == "1")
        case [version, "v", ref, number, ("u" | "d" | "n") as vote] if _fits(version, ref) and _is_number(number):
            return Vote(ref, int(number), {"u": True, "d": False, "n": None}[vote])
        case [version, "u", ref, number] if _fits(version, ref) and _is_number(number):
            return Unfold(ref, int(number))
        case _:
            return None


def _decode_of_lists(data: str) -> Action | None:
    match data.split(":", 3):
        case [version, "f", page, query] if version == VERSION and _is_number(page) and query:
            return TurnToFindings(int(page), query)
    match data.split(":"):
        case [version, "m", year, month] if version == VERSION and _is_number(year) and _is_number(month):
            return TurnToMonth(int(year), int(month)) if 1 <= int(month) <= 12 and 1 <= int(year) <= 9999 else None
        case [version, "d", day] if version == VERSION:
            return _open_day(day)
        case [version, "e"] if version == VERSION:
            return Explain()
        case [version, "l", page] if version == VERSION and _is_number(page):
            return TurnToSaved(int(page))
        case [version, "x", ref, number, page] if _fits(version, ref) and _is_number(number) and _is_number(page):
            return DropSaved(ref, int(number), int(page))
        case _:
            return None


def _open_day(text: str) -> OpenDay | None:
    if not (text.isascii() and text.isdecimal() and len(text) == 8):
        return None
    try:
        return OpenDay(date(int(text[:4]), int(text[4:6]), int(text[6:])))
    except ValueError:
        return None


def as_link(action: IssueAction) -> StartAction:
    """Return the action for a link that shows the same."""
    match action:
        case TurnToItem(ref, number):
            return AnswerWithItem(ref, number)
        case TurnToHeadlines(ref):
            return AnswerWithHeadlines(ref)
        case _:
            return action


def start_link(bot: str, action: StartAction) -> str:
    """Return the address that opens the private chat with the bot and carries the action as `/start`'s argument.

    https://core.telegram.org/bots/features#deep-linking allows 64 of `A-Za-z0-9_-`.
    """
    return f"https://t.me/{bot}?start={start_argument(action)}"


def start_argument(action: StartAction) -> str:
    """Return the action as `/start`'s argument."""
    return encode(action).replace(":", "-")


def decode_start(argument: str) -> StartAction | None:
    """Return the action that `/start` carries, or None for anything else."""
    action = decode(argument.replace("-", ":"))
    return action if isinstance(action, StartAction) else None


def _fits(version: str, ref: str) -> bool:
    return version == VERSION and _REF.fullmatch(ref) is not None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
