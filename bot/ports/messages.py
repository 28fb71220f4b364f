"""Which message shows what, as platforms speak of messages by their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.domain.destination import Destination
from formatters.editions import Subject


@dataclass(frozen=True, slots=True)
class SentPart:
    """What a delivered message shows."""

    ref: str
    """The issue's."""
    part: str
    """The part's name: overview, item-3, item-3.2, closing."""
    subjects: tuple[Subject, ...] = ()
    """Of the issue's items as they were delivered; empty where that was not noted."""


class Messages(Protocol):
    """What was delivered. Raises DatabaseError if the store fails."""

    async def shown(self, destination: Destination, message_id: str) -> SentPart | None:
        """Return what a message shows that was delivered to this chat, in any of its threads; None for any other."""
        ...
