"""One platform as the drain sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from bot.domain.destination import Destination, Platform
from bot.ports.sender import Sender
from bot.services.pacing import ChatPace, Pace

MOST_OPEN = 4096
"""Deliveries in hand for one platform."""


@dataclass(slots=True)
class Outlet:
    """A platform's sender, its pace, and how much is in hand for it."""

    platform: Platform
    sender: Sender
    pace: Pace
    reserve: int
    """Deliveries to have in hand that have not begun: one begins when no chat under way may get its next part."""
    unbegun: set[int] = field(default_factory=set)
    open: int = 0
    more: bool = True
    """Whether the last look left something."""

    @classmethod
    def of(cls, platform: Platform, sender: Sender, pace: Pace) -> Outlet:
        """Return an outlet with nothing in hand, whose reserve fits its rate."""
        return cls(platform, sender, pace, reserve=min(256, max(16, math.ceil(pace.rate / 2))))

    @property
    def lacking(self) -> int:
        """Return how many deliveries to claim; 0 while there are enough."""
        missing = min(self.reserve - len(self.unbegun), MOST_OPEN - self.open)
        return missing if missing * 2 >= self.reserve else 0

    def pace_of(self, to: Destination) -> ChatPace:
        """Return what the destination's chat takes."""
        able = self.sender.capabilities
        return ChatPace(able.pace, None if to.is_private else able.pace_of_groups)
