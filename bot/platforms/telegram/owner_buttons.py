"""What an owner's buttons do, and how it travels: versioned, at most 64 bytes, told apart from readers' by a `!`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

VERSION = "1"
PATTERN = re.compile(r"\d+:!")
"""How the data of an owner's button begins, in whatever version."""

_REF = re.compile(r"[0-9a-z]{1,16}")
_KEY = re.compile(r"[0-9a-z-]{1,30}")


class Order(StrEnum):
    """What a button does that needs not say with what."""

    SHOW_STATUS = "s"
    """Show how it stands now, in place."""
    HOLD = "h"
    """Hold today's issue back."""
    LET_GO = "g"
    """Hold today's issue back no longer."""
    DISMISS = "n"
    """Do nothing of what was offered."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Send this issue to everybody who lacks it."""

    ref: str


@dataclass(frozen=True, slots=True)
class Recall:
    """Take what was sent under this reference back."""

    ref: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Send this draft to everybody."""

    key: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Drop this draft."""

    key: str


OwnerAction = Order | Publish | Recall | Announce | Drop


def encode(action: OwnerAction) -> str:
    """Return at most 64 bytes of ASCII."""
    match action:
        case Order():
            return f"{VERSION}:!{action}"
        case Publish(ref):
            return f"{VERSION}:!p:{ref}"
        case Recall(ref):
            return f"{VERSION}:!r:{ref}"
        case Announce(key):
            return f"{VERSION}:!a:{key}"
        case Drop(key):
            return f"{VERSION}:!d:{key}"
        case _:
            assert_never(action)


def decode(data: str) -> OwnerAction | None:
    """Return the action, or None for anything that this version did not write."""
    match data.split(":"):
        case [version, word] if version == VERSION and word.startswith("!") and word[1:] in set(Order):
            return Order(word[1:])
        case [version, "!p", ref] if version == VERSION and _REF.fullmatch(ref):
            return Publish(ref)
        case [version, "!r", ref] if version == VERSION and _KEY.fullmatch(ref):
            return Recall(ref)
        case [version, "!a", key] if version == VERSION and _KEY.fullmatch(key):
            return Announce(key)
        case [version, "!d", key] if version == VERSION and _KEY.fullmatch(key):
            return Drop(key)
        case _:
            return None


def keyboard(*rows: tuple[tuple[str, OwnerAction], ...]) -> InlineKeyboardMarkup:
    """Return rows of buttons, each a label and what it does."""
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=encode(action)) for label, action in row] for row in rows]
    )
