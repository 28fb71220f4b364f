"""What was answered where a short while ago, so that a group need not read it twice."""

from __future__ import annotations

from collections import OrderedDict

from bot.domain.destination import Destination
from bot.ports.clock import Clock

SPAN = 600.0
"""Seconds for which an answer counts as recent."""
_REMEMBERED = 10_000
"""Answers; one that is forgotten is given again."""


class RecentAnswers:
    """The messages that hold answers, in memory: after a restart each is given once more."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given: OrderedDict[tuple[Destination, str], tuple[float, str]] = OrderedDict()

    def find(self, to: Destination, text: str) -> str | None:
        """Return the id of the message there that says just this, if it is recent."""
        at, message_id = self._given.get((to, text), (0.0, None))
        return message_id if self._clock.elapsed() - at < SPAN else None

    def remember(self, to: Destination, text: str, message_id: str) -> None:
        """Remember that a message says this there."""
        self._given[to, text] = (self._clock.elapsed(), message_id)
        self._given.move_to_end((to, text))
        if len(self._given) > _REMEMBERED:
            self._given.popitem(last=False)
