"""What a button of a settings menu does, and how it travels: `1:c:CHAT:VERB:ARGUMENT`.

As in `formatters.actions`, the version comes first, so that an old menu is understood or known to be old. CHAT is
empty for the chat that holds the menu, else the channel that is configured from elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import assert_never

from bot.domain.pauses import LONGEST
from bot.domain.preference_changes import (
    SetHour,
    SetLanguage,
    SetPreviews,
    SetSilent,
    SetStyle,
    SetWeekday,
    SetWeekdays,
    SetZone,
)
from bot.domain.subscription import is_zone
from bot.languages import LANGUAGES
from formatters.actions import VERSION
from formatters.views import Style

MENU_DATA = re.compile(r"\d+:c:")
"""How the data of every menu's button begins, in whatever version."""

_CHAT = re.compile(r"(?:-?\d{1,20})?", re.ASCII)


class Page(StrEnum):
    """A page of the menu."""

    MAIN = "main"
    HOUR = "hour"
    ZONE = "zone"
    OFFSET = "offset"
    DAYS = "days"
    STYLE = "style"
    LANGUAGE = "language"
    PAUSE = "pause"


class Deed(StrEnum):
    """What a button does beside opening a page and changing a preference."""

    JOIN = "join"
    LEAVE = "leave"
    FOLLOW = "follow"
    """Use the language that nobody chose."""
    RESUME = "resume"
    DONE = "done"
    FORGET = "forget"
    KEEP = "keep"
    """Do not erase."""


@dataclass(frozen=True, slots=True)
class PauseFor:
    """Begin a pause of so many days now."""

    days: int


ButtonChange = SetHour | SetZone | SetWeekday | SetWeekdays | SetStyle | SetLanguage | SetSilent | SetPreviews
"""The changes that a button can carry as they are."""
MenuAction = Page | Deed | PauseFor | ButtonChange


@dataclass(frozen=True, slots=True)
class MenuButton:
    """One button: what it does, and where."""

    chat: str
    """Empty for the chat that holds the menu."""
    action: MenuAction


def encode_menu(button: MenuButton) -> str:
    """Return at most 64 bytes of ASCII."""
    verb, argument = _spelled(button.action)
    return f"{VERSION}:c:{button.chat}:{verb}:{argument}"


def _spelled(action: MenuAction) -> tuple[str, str]:
    match action:
        case Page():
            return "p", action
        case Deed():
            return "a", action
        case PauseFor(days):
            return "u", str(days)
        case SetHour(hour):
            return "h", "" if hour is None else f"{hour:%H%M}"
        case SetZone(zone):
            return "z", zone or ""
        case SetStyle(style):
            return "s", style
        case SetLanguage(language):
            return "l", language
        case _:
            return _spelled_switch(action)


def _spelled_switch(action: SetWeekday | SetWeekdays | SetSilent | SetPreviews) -> tuple[str, str]:
    match action:
        case SetWeekday(day, on):
            return "d", f"{day}{on:d}"
        case SetWeekdays(days):
            return "w", "".join(map(str, sorted(days)))
        case SetSilent(on):
            return "q", f"{on:d}"
        case SetPreviews(on):
            return "v", f"{on:d}"
        case _:
            assert_never(action)


def page_after(action: MenuAction) -> Page:
    """Return the page that shows what a button has done."""
    return Page.DAYS if isinstance(action, SetWeekday | SetWeekdays) else Page.MAIN


def decode_menu(data: str) -> MenuButton | None:
    """Return the button, or None for anything that this version did not write."""
    match data.split(":"):
        case [version, "c", chat, verb, argument] if version == VERSION and _CHAT.fullmatch(chat):
            action = _read(verb, argument)
            return None if action is None else MenuButton(chat, action)
        case _:
            return None


def _read(verb: str, argument: str) -> MenuAction | None:
    match verb:
        case "p":
            return Page(argument) if argument in set(Page) else None
        case "a":
            return Deed(argument) if argument in set(Deed) else None
        case "h":
            return _hour(argument)
        case "z":
            return SetZone(argument or None) if not argument or is_zone(argument) else None
        case "s":
            return SetStyle(Style(argument)) if argument in set(Style) else None
        case "l":
            return SetLanguage(argument) if argument in LANGUAGES else None
        case _:
            return _read_digits(verb, argument)


def _read_digits(verb: str, argument: str) -> MenuAction | None:
    if not (argument.isascii() and argument.isdecimal()):
        return None
    digits = [int(digit) for digit in argument]
    match verb, digits:
        case "u", [_, *_] if len(digits) <= 3 and timedelta(0) < timedelta(days=int(argument)) <= LONGEST:
            return PauseFor(int(argument))
        case "d", [day, (0 | 1) as on] if 1 <= day <= 7:
            return SetWeekday(day, on == 1)
        case "w", [_, *_] if all(1 <= day <= 7 for day in digits):
            return SetWeekdays(frozenset(digits))
        case "q", [(0 | 1) as on]:
            return SetSilent(on == 1)
        case "v", [(0 | 1) as on]:
            return SetPreviews(on == 1)
        case _:
            return None


def _hour(argument: str) -> SetHour | None:
    if not argument:
        return SetHour(None)
    if not (argument.isascii() and argument.isdecimal() and len(argument) == 4):
        return None
    hour, minute = int(argument[:2]), int(argument[2:])
    return SetHour(time(hour, minute)) if hour < 24 and minute < 60 else None
