"""What a button does, and how it travels.

One codec serves Telegram's `callback_data` and Slack's button `value`. It is versioned, so that a
button pressed a year later is either understood or known to be outdated.
"""

from __future__ import annotations

from typing import assert_never

from formatters.patterns import lazy
from formatters.values import value

VERSION = "1"

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


Action = TurnToItem | TurnToHeadlines | AnswerWithItem | AnswerWithHeadlines | SendAll
StartAction = AnswerWithItem | AnswerWithHeadlines
"""What a link into the private chat can do."""


def encode(action: Action) -> str:
    """Return at most 64 bytes of ASCII.

    64 is Telegram's limit: https://core.telegram.org/bots/api#inlinekeyboardbutton
    """
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
        case _:
            assert_never(action)


def decode(data: str) -> Action | None:
    """Return the action, or None for anything that this version did not write."""
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
        case _:
            return None


def as_link(action: TurnToItem | TurnToHeadlines | AnswerWithItem | AnswerWithHeadlines) -> StartAction:
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
    return f"https://t.me/{bot}?start={encode(action).replace(':', '-')}"


def decode_start(argument: str) -> StartAction | None:
    """Return the action that `/start` carries, or None for anything else."""
    action = decode(argument.replace("-", ":"))
    return action if isinstance(action, AnswerWithItem | AnswerWithHeadlines) else None


def _fits(version: str, ref: str) -> bool:
    return version == VERSION and _REF.fullmatch(ref) is not None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6
