"""One platform as the drain sees it."""

from __future__ import annotations

import math
from collections.abc import Callable

from bot.domain.delivery import Delivery, Scope, Throttled
from bot.domain.destination import Destination
from bot.ports.budget import Budget
from bot.ports.clock import Clock
from bot.ports.sender import Sender
from bot.services.pacing import ChatPace, Pace, Turn

MOST_OPEN = 4096
"""Deliveries in hand for one platform."""


class Outlet:
    """A platform's sender, the paces of its accounts, and how much is in hand for it."""

    def __init__(
        self, sender: Sender, rate: float, clock: Clock, *, budget_of: Callable[[str], Budget] | None = None
    ) -> None:
        """`rate` is in messages a second, for one account. `budget_of` names what an account shares with others."""
        self.sender = sender
        self.open = 0
        self.more = True
        """Whether the last look left something."""
        self._rate = rate
        self._clock = clock
        self._budget_of = budget_of
        self._paces: dict[str, Pace] = {}
        self._unbegun: dict[Pace, set[int]] = {}
        self._stopped = False

    @property
    def lacking(self) -> int:
        """Return how many deliveries to claim; 0 while there are enough. What a pause holds is in nobody's way.

        Enough is half a second's worth for each account that has been met: they begin when no chat under way may get
        its next part.
        """
        reserve = min(256, max(16, math.ceil(self._rate / 2) * max(1, len(self._paces))))
        waiting = sum(len(ids) for pace, ids in self._unbegun.items() if not pace.is_held)
        missing = min(reserve - waiting, MOST_OPEN - self.open)
        return missing if missing * 2 >= reserve else 0

    def take(self, delivery: Delivery) -> None:
        """Count a delivery that was claimed."""
        self.open += 1
        self._unbegun_of(delivery).add(delivery.id)

    def begun(self, delivery: Delivery) -> None:
        """Note that a delivery in hand has begun, or is over."""
        self._unbegun_of(delivery).discard(delivery.id)

    def is_unbegun(self, delivery: Delivery) -> bool:
        """Return whether nothing was sent of a delivery since it was claimed."""
        return delivery.id in self._unbegun_of(delivery)

    def _unbegun_of(self, delivery: Delivery) -> set[int]:
        """Return those of the same account."""
        return self._unbegun.setdefault(self.pace_of(delivery.destination), set())

    def stop(self) -> None:
        """Send everybody away who waits with a part."""
        self._stopped = True
        for pace in self._paces.values():
            pace.stop()

    async def reply(self, to: Destination) -> None:
        """Wait until an answer to a reader may leave: it goes before all parts that wait, in the same budget."""
        await self.pace_of(to).reply(to.whole_chat, self.chat_pace(to))

    async def turn(self, to: Destination, *, order: int, rest: float) -> Turn | None:
        """Wait until a part may be prepared, as `Pace.turn` tells; None when stopping."""
        return await self.pace_of(to).turn(to.whole_chat, self.chat_pace(to), order=order, rest=rest)

    def hold(self, to: Destination, refusal: Throttled) -> None:
        """Pause whom the refusal concerns: the chat, or all that the account sends."""
        pace = self.pace_of(to)
        pace.hold_chat(to.whole_chat, self.chat_pace(to), refusal.after)
        if refusal.scope is Scope.PLATFORM:
            pace.hold(refusal.after)

    def pace_of(self, to: Destination) -> Pace:
        """Return the pace of the destination's account."""
        pace = self._paces.get(to.account)
        if pace is None:
            budget = self._budget_of(to.account) if self._budget_of else None
            pace = self._paces[to.account] = Pace(self._clock, self._rate, budget)
            if self._stopped:
                pace.stop()
        return pace

    def chat_pace(self, to: Destination) -> ChatPace:
        """Return what the destination's chat takes."""
        able = self.sender.capabilities
        return ChatPace(able.pace, None if to.is_private else able.pace_of_groups)
