"""What was missed during a pause."""

from __future__ import annotations

from bot.domain.destination import Destination
from bot.domain.issues import ListedIssue
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.subscriptions import Subscriptions
from bot.services.library import Library

_MOST = 30
"""Issues of one answer: a month of them."""


class CatchingUp:
    """Finds issues that were released during a destination's latest pause, and that it did not get."""

    def __init__(
        self, *, subscriptions: Subscriptions, ledger: Ledger, library: Library, timetable: Timetable, clock: Clock
    ) -> None:
        self._subscriptions = subscriptions
        self._ledger = ledger
        self._library = library
        self._timetable = timetable
        self._clock = clock

    async def missed(self, destination: Destination) -> list[ListedIssue]:
        """Return what may still be shown of them, the newest first, a month of them at most."""
        subscription = await self._subscriptions.find(destination)
        if subscription is None:
            return []
        since, until = subscription.preferences.paused_at, subscription.preferences.paused_until
        if since is None or until is None:
            return []
        now = self._clock.now()
        keys = await self._ledger.missed(destination, since=since, until=min(now, until))
        today = self._timetable.today(now)
        listed = (self._library.listed_by_key(key) for key in keys)
        shown = [one for one in listed if one and not one.draft and one.day is not None and one.day <= today]
        return shown[:_MOST]
