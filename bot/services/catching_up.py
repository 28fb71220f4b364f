"""What was missed during a pause."""

from __future__ import annotations

from bot.domain.destination import Destination
from bot.domain.timetable import Timetable
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.subscriptions import Subscriptions
from bot.services.library import Library
from formatters.list_views import ListedTitle, TitlesOfIssuesView

_MOST = 30
"""Issues of one list: a month of them."""


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

    async def missed(self, destination: Destination, *, bot: str = "") -> TitlesOfIssuesView | None:
        """Return the newest of them to choose from, or None if there are none.

        With `bot`, the bot's user name, they open in the private chat with it.
        """
        subscription = await self._subscriptions.find(destination)
        if subscription is None:
            return None
        since, until = subscription.preferences.paused_at, subscription.preferences.paused_until
        if since is None or until is None:
            return None
        now = self._clock.now()
        keys = await self._ledger.missed(destination, since=since, until=min(now, until))
        today = self._timetable.today(now)
        known = (self._library.listed_by_key(key) for key in keys)
        titles = [ListedTitle(one.ref, one.title, one.day) for one in known
                  if one is not None and one.day is not None and one.day <= today and not one.draft]  # fmt: skip
        return TitlesOfIssuesView(tuple(titles[:_MOST]), bot) if titles else None
