"""Who gets the daily issue, and how they want it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.destination import Destination, Platform
from formatters.views import Style

EVERY_DAY = frozenset(range(1, 8))
"""ISO weekdays: Monday is 1."""


class Origin(StrEnum):
    """How a subscription came to be."""

    READER = "reader"
    """Somebody sent /start."""
    SETTINGS = "settings"
    """The operator named the destination."""


class Place(StrEnum):
    """What kind of place a destination is."""

    PRIVATE = "private"
    GROUP = "group"
    """Where people talk; Slack's channels are no such place, as they have threads."""
    TOPIC = "topic"
    CHANNEL = "channel"


_STYLES: Mapping[tuple[Platform, Place], tuple[Style, ...]] = {
    (Platform.TELEGRAM, Place.PRIVATE): (Style.ITEMS, Style.COMPACT, Style.RICH),
    # where people talk: one message, whose headlines open in the private chat
    (Platform.TELEGRAM, Place.GROUP): (Style.HEADLINES, Style.ITEMS, Style.RICH),
    (Platform.TELEGRAM, Place.TOPIC): (Style.ITEMS, Style.HEADLINES, Style.RICH),
    (Platform.TELEGRAM, Place.CHANNEL): (Style.ITEMS, Style.HEADLINES, Style.RICH),
    (Platform.SLACK, Place.PRIVATE): (Style.ITEMS, Style.THREAD, Style.COMPACT),
}
_SLACK_CHANNEL = (Style.THREAD, Style.ITEMS, Style.COMPACT)


def styles_of(platform: Platform, place: Place) -> tuple[Style, ...]:
    """Return the styles to choose from in such a place, the default one first.

    In Telegram a button that turns the page would turn it for all readers of a group or channel, so there is no
    `compact` there. In Slack the page that turns is the presser's own.
    """
    if platform is Platform.CONSOLE:
        return (Style.ITEMS,)
    return _STYLES.get((platform, place), _SLACK_CHANNEL)


def default_style(platform: Platform, place: Place) -> Style:
    """Return how an issue is shown in such a place unless somebody chooses otherwise."""
    return styles_of(platform, place)[0]


def place_of(destination: Destination) -> Place:
    """Return what kind of place an address is likely to be.

    A supergroup's address looks like a channel's and is taken for one; only Telegram itself tells them apart.
    """
    if destination.platform is Platform.SLACK:
        return Place.PRIVATE if destination.channel[:1] in {"D", "U", "W"} else Place.CHANNEL
    if destination.thread:
        return Place.TOPIC
    if destination.chat.startswith(("@", "-100")):
        return Place.CHANNEL
    return Place.GROUP if destination.chat.startswith("-") else Place.PRIVATE


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a destination wants its issues. ValueError for what cannot be."""

    language: str
    """zh or en."""
    style: Style
    place: Place
    """Found out, not chosen; it decides which styles there are."""
    language_chosen: bool = False
    """Whether a person chose it; else it follows the reader's own, or the digest's."""
    hour: time | None = None
    """The local hour and minute at which issues are wanted; None: at the release."""
    zone: str | None = None
    """IANA name of the zone of `hour` and `weekdays`; None: the digest's own."""
    weekdays: frozenset[int] = EVERY_DAY
    """ISO weekdays, Monday is 1; at least one."""
    paused_until: datetime | None = None
    """The first instant at which issues are wanted again; None: there is no pause."""
    paused_at: datetime | None = None
    """When the pause until `paused_until` began; kept when it is over, as what was missed can be asked for then."""
    silent: bool = False
    """Whether the first message comes without a sound, too."""
    previews: bool = False
    """Whether the platform may add a preview of what a message links to."""

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError(f"{sorted(self.weekdays)} are not ISO weekdays; name at least one of 1 (Monday) to 7")
        if self.hour is not None and (self.hour.second or self.hour.microsecond or self.hour.tzinfo):
            raise ValueError(f"{self.hour!r} is not an hour and minute of the day")
        for instant in (self.paused_at, self.paused_until):
            if instant is not None and instant.tzinfo is None:
                raise ValueError(f"{instant!r} has no time zone")
        if self.zone is not None and not is_zone(self.zone):
            raise ValueError(f"{self.zone!r} is not an IANA time zone; use a name such as 'Asia/Shanghai'")

    def paused(self, now: datetime) -> bool:
        """Return whether nothing is to be delivered at this instant."""
        return self.paused_until is not None and now < self.paused_until

    @classmethod
    def default(cls, platform: Platform, place: Place, language: str) -> Preferences:
        """Return what a destination gets unless somebody chooses otherwise."""
        return cls(language=language, style=default_style(platform, place), place=place)

    def in_place(self, platform: Platform, place: Place) -> Preferences:
        """Return the same for a place that turned out to be of this kind: a style that was chosen stays, if it can."""
        chosen = self.style is not default_style(platform, self.place)
        stays = chosen and self.style in styles_of(platform, place)
        return replace(self, place=place, style=self.style if stays else default_style(platform, place))


def is_zone(name: str) -> bool:
    """Return whether there is such an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Subscription:
    """A destination and its preferences."""

    id: int
    destination: Destination
    origin: Origin
    preferences: Preferences
    active: bool
    joined_at: datetime
    """When the present subscription began; a reader who returns joins anew."""
    ended_at: datetime | None
    end_reason: str | None
