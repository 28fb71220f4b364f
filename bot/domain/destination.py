"""Where a digest goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from zlib import crc32

_TELEGRAM_PLACE = re.compile(r"(-?\d{1,20}|@[A-Za-z]\w{3,31})(?:/(\d{1,20}))?", re.ASCII)
_SLACK_PLACE = re.compile(r"((?:[TE][A-Z0-9]{2,20}/)?[CDGUW][A-Z0-9]{2,20})(?:/(\d{1,20}\.\d{1,10}))?", re.ASCII)


class Platform(StrEnum):
    """A chat service. Never "channel": both services use that word differently."""

    TELEGRAM = "telegram"
    SLACK = "slack"
    CONSOLE = "console"


LANES_APART = 64
"""A platform's lanes begin at a multiple of this: dividing by it, an index finds what one platform has to do."""

LANES: Mapping[Platform, range] = {
    Platform.TELEGRAM: range(48),
    Platform.SLACK: range(LANES_APART, LANES_APART + 12),
    Platform.CONSOLE: range(2 * LANES_APART, 2 * LANES_APART + 4),
}
"""Each platform's lanes: a flood limit of one platform then holds up no lane of another."""

EVERY_LANE = tuple(number for numbers in LANES.values() for number in numbers)


def lane_of(platform: Platform, chat: str) -> int:
    """Return the lane of a chat, the same for ever and for all its threads.

    Deliveries of one lane are in one process's hands, which so knows all that goes to a chat.
    """
    lanes = LANES[platform]
    return lanes[crc32(chat.encode()) % len(lanes)]


@dataclass(frozen=True, slots=True, order=True)
class Destination:
    """One place that receives messages.

    Written `telegram:@channel`, `telegram:-100123/45`, `slack:C123`, `slack:T123/C456`.
    """

    platform: Platform
    chat: str
    """Telegram: a chat id or @username. Slack: the id of a channel or member, after its team's where the app was
    installed by OAuth: `T123/C456`. The workspace of the settings' own token is not named."""
    thread: str = ""
    """Telegram: a forum topic's id. Slack: a thread's timestamp. Empty for the chat itself."""

    @property
    def lane(self) -> int:
        """Its chat's lane."""
        return lane_of(self.platform, self.chat)

    @property
    def is_private(self) -> bool:
        """Whether it is one reader's own: only then Telegram's ids are positive, and Slack's begin with D or U."""
        shared = ("-", "@") if self.platform is Platform.TELEGRAM else ("C", "G")
        return not self.chat.startswith(shared)

    @property
    def whole_chat(self) -> str:
        """The chat without its threads, which share its pace."""
        return f"{self.platform}:{self.chat}"

    def __str__(self) -> str:
        return f"{self.platform}:{self.chat}" + (f"/{self.thread}" if self.thread else "")

    @property
    def team(self) -> str:
        """Slack: the workspace (T…) or organization (E…) that installed the app; empty for the settings' own."""
        return self.chat.partition("/")[0] if self.platform is Platform.SLACK and "/" in self.chat else ""

    @property
    def channel(self) -> str:
        """The chat as its platform names it, without a team."""
        return self.chat.rpartition("/")[2]

    @property
    def account(self) -> str:
        """What shares one rate: the platform, for Slack each team by itself. Such as `telegram`, `slack:T123`."""
        return f"{self.platform}:{self.team}" if self.team else str(self.platform)

    @classmethod
    def in_team(cls, team: str, channel: str, thread: str = "") -> Destination:
        """Return a place in Slack; `team` is empty for the workspace of the settings' own token."""
        return cls(Platform.SLACK, f"{team}/{channel}" if team else channel, thread)

    @classmethod
    def parse(cls, text: str) -> Destination:
        """Return the destination that `text` names.

        Raises ValueError with a sentence that says what was given and which forms are understood.
        """
        platform, separator, place = text.strip().partition(":")
        if separator and platform in (Platform.TELEGRAM, Platform.SLACK):
            parse = telegram_destination if platform == Platform.TELEGRAM else slack_destination
            return parse(place)
        meant = _meant(text.strip())
        raise ValueError(
            f"{text!r} is not a destination; {f'did you mean {str(meant)!r}? ' if meant else ''}"
            "write telegram:CHAT, telegram:CHAT/TOPIC or slack:CHANNEL,"
            " such as telegram:@mychannel, telegram:-1001234567890/45 or slack:C0123456789"
        )


def telegram_destination(text: str) -> Destination:
    """Return the destination that `@channel`, `-100123` or `-100123/45` names; ValueError otherwise."""
    match = _TELEGRAM_PLACE.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is not a Telegram chat; write @channelname, a numeric chat id such as -1001234567890,"
            " or CHAT/TOPIC such as -1001234567890/45"
        )
    return Destination(Platform.TELEGRAM, match[1], match[2] or "")


def slack_destination(text: str) -> Destination:
    """Return the destination that `C0123456789` names, with `T0123456789/` before it or `/1770854400.000100` after it.

    Raises ValueError otherwise.
    """
    match = _SLACK_PLACE.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is not a Slack channel id; open the channel's details in Slack and copy the id"
            " at the bottom, such as C0123456789; where the app has many workspaces, T0123456789/C0123456789"
        )
    return Destination(Platform.SLACK, match[1], match[2] or "")


def _meant(text: str) -> Destination | None:
    """Return the destination that was perhaps meant: its platform is misspelt or missing."""
    from difflib import get_close_matches

    platform, separator, place = text.partition(":")
    near = get_close_matches(platform.lower(), (Platform.TELEGRAM, Platform.SLACK), 1) if separator else ()
    parsers = [telegram_destination if near[0] == Platform.TELEGRAM else slack_destination] if near else []
    if not separator:
        parsers, place = [telegram_destination, slack_destination], text
    for parse in parsers:
        with suppress(ValueError):
            return parse(place)
    return None
