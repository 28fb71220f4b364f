"""Who subscribes, as the store answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.destination import Destination, Platform
from bot.domain.subscription import Place, Preferences, Subscription
from formatters.views import Style


class Subscriptions(Protocol):
    """Every destination that ever subscribed. At most one subscription a destination."""

    async def find(self, destination: Destination) -> Subscription | None:
        """Return the subscription, active or ended."""
        ...

    async def knows(self, platform: Platform, chat: str) -> bool:
        """Return whether a chat, or a thread in it, ever subscribed."""
        ...

    async def subscribe(
        self, destination: Destination, *, language: str, now: datetime, place: Place | None = None
    ) -> bool:
        """Make the destination's subscription active as a reader's; return whether it was not before.

        A new one gets the default preferences of its place, which the address tells if `place` is None. A reader
        who returns finds their preferences again, but for a pause. `language` counts unless they chose one.
        """
        ...

    async def prefer(self, destination: Destination, preferences: Preferences) -> bool:
        """Replace the preferences of the destination's subscription, active or not; False if it has none."""
        ...

    async def adjust(
        self, destination: Destination, change: Callable[[Preferences], Preferences | None]
    ) -> Subscription | None:
        """Change the preferences of the destination's subscription, active or not, and return it as it is then.

        Nobody else changes them between what `change` is given and what it returns; None leaves them as they
        are. Returns None, without a call of `change`, if there is no subscription.
        """
        ...

    async def unsubscribe(self, destination: Destination, *, reason: str, now: datetime) -> bool:
        """End the subscription; return whether it was active."""
        ...

    async def unsubscribe_chat(self, platform: Platform, chat: str, *, reason: str, now: datetime) -> int:
        """End every subscription of a chat, whatever its thread; return how many were active."""
        ...

    async def erase_chat(self, platform: Platform, chat: str) -> int:
        """Forget a chat, whatever its thread, with everything that was or is to be delivered there.

        Return how many destinations were forgotten. A message that is on its way may still arrive.
        """
        ...

    async def unsubscribe_team(self, platform: Platform, team: str, *, reason: str, now: datetime) -> int:
        """End every subscription of a team's chats; return how many were active."""
        ...

    async def move_chat(self, platform: Platform, old: str, new: str, *, now: datetime) -> int:
        """Give every subscription of a chat its new address; return how many.

        Where the new address has a subscription already, the old one ends instead.
        """
        ...

    async def set_fixed(
        self,
        destinations: Iterable[Destination],
        *,
        language: str,
        now: datetime,
        styles: Mapping[Destination, Style] | None = None,
    ) -> None:
        """Make exactly these the active subscriptions that come from the settings.

        One that a reader had already becomes the settings' own; one dropped from the settings ends. Those in
        `styles` get that style; the others keep theirs, and a new one gets the default of its place.
        """
        ...

    async def audiences(self, *, awake_at: datetime | None = None) -> dict[tuple[Platform, Style, str], int]:
        """Return how many active subscriptions there are for each (platform, style, language).

        With `awake_at` only those count that do not pause at that instant.
        """
        ...

    async def active_fixed(self) -> list[Subscription]:
        """Return the active subscriptions that come from the settings, by destination."""
        ...
