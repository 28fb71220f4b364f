"""Where parts go, and what a platform can do with what is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.delivery import Absent, Outcome, Rejected, Sent, Tag, Throttled, Unreadable, Unsent
from bot.domain.destination import Destination
from formatters.parts import Part


class LengthUnit(StrEnum):
    """What a platform counts a message's length in."""

    UTF16_UNITS = "UTF-16 units"
    CHARACTERS = "characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a platform can do; services ask this, never the platform's name. A platform that only sends sets `pace`."""

    pace: float
    """Messages a second that one chat takes without complaint."""
    pace_of_groups: int | None = None
    """Messages a minute that a chat of several people takes; None where there is no such limit."""
    silent: bool = False
    """Messages can arrive without a sound."""
    edit: bool = False
    """What a message shows can be changed."""
    delete_within: timedelta | None = None
    """How old a message may be to be deleted; `timedelta.max` for any age, None if none can be."""
    threads: bool = False
    """Later parts hang under the first."""
    callbacks: bool = False
    """Buttons can act in the chat."""
    links: bool = False
    """Messages have addresses, in some places at least: `Sender.has_links` tells which."""
    lookup: bool = False
    """A message can be found again by its tag, where the bot may read."""
    unit: LengthUnit = LengthUnit.CHARACTERS


class Sender(Protocol):
    """Carries out one step, once. Retrying belongs to the ledger. Methods raise only for programming errors."""

    @property
    def capabilities(self) -> Capabilities:
        """Return what the platform can do; the same on every call."""
        ...

    async def send(
        self,
        part: Part,
        *,
        to: Destination,
        silent: bool,
        under: str | None,
        previews: bool = False,
        tag: Tag | None = None,
    ) -> Outcome:
        """Send `part` and return what became of it.

        `silent` asks for delivery without a sound, where the platform has one. `under` is the message
        id of the delivery's first part, for platforms with threads. `previews` allows the platform to add
        previews of links. `tag` goes with the message where it can be looked up.
        """
        ...

    async def edit(self, part: Part, message_id: str, *, to: Destination, previews: bool = False) -> Outcome:
        """Show `part` in place of what the message shows. Sent, too, if it shows that already."""
        ...

    async def delete(self, message_id: str, *, to: Destination) -> Outcome:
        """Take the message away. Sent, too, if it is gone already; Rejected if it must stay."""
        ...

    def has_links(self, to: Destination) -> bool:
        """Return whether messages there have addresses."""
        ...

    async def link(self, message_id: str, *, to: Destination, under: str | None) -> str | None:
        """Return the message's address, or None if it cannot be told. `under` is the message whose thread it is in."""
        ...

    async def look_up(
        self, tag: Tag, *, to: Destination, under: str | None, since: datetime, now: datetime
    ) -> Sent | Absent | Unreadable | Throttled | Unsent:
        """Return whether a message with this tag has been there since that instant, by the clock that shows `now`."""
        ...


class OnlySends:
    """What a sender answers that can do nothing but send: a base for platforms without more."""

    async def edit(self, part: Part, message_id: str, *, to: Destination, previews: bool = False) -> Outcome:
        """Refuse."""
        del previews
        return Rejected(f"{to.platform} cannot edit message {message_id} for {part.name}")

    async def delete(self, message_id: str, *, to: Destination) -> Outcome:
        """Refuse."""
        return Rejected(f"{to.platform} cannot delete message {message_id}")

    def has_links(self, to: Destination) -> bool:
        """Return False."""
        del to
        return False

    async def link(self, message_id: str, *, to: Destination, under: str | None) -> str | None:
        """Return None."""
        del message_id, to, under
        return None

    async def look_up(
        self, tag: Tag, *, to: Destination, under: str | None, since: datetime, now: datetime
    ) -> Sent | Absent | Unreadable | Throttled | Unsent:
        """Tell that nobody knows."""
        del tag, under, since, now
        return Unreadable(f"{to.platform} has no history that a bot may read")
