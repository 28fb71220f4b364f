"""Who subscribes, as the store answers it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from bot.domain.destination import Destination, Platform
from bot.domain.subscription import Subscription


class Subscriptions(Protocol):
    """Every destination that ever subscribed. At most one subscription a destination."""

    async def find(self, destination: Destination) -> Subscription | None:
        """Return the subscription, active or ended."""
        ...

    async def subscribe(self, destination: Destination, *, language: str, now: datetime) -> bool:
        """Make the destination's subscription active as a reader's; return whether it was not before."""
        ...

    async def unsubscribe(self, destination: Destination, *, reason: str, now: datetime) -> bool:
        """End the subscription; return whether it was active."""
        ...

    async def unsubscribe_chat(self, platform: Platform, chat: str, *, reason: str, now: datetime) -> int:
        """End every subscription of a chat, whatever its thread; return how many were active."""
        ...

    async def unsubscribe_team(self, platform: Platform, team: str, *, reason: str, now: datetime) -> int:
        """End every subscription of a team's chats; return how many were active."""
        ...

    async def move_chat(self, platform: Platform, old: str, new: str, *, now: datetime) -> int:
        """Give every subscription of a chat its new address; return how many.

        Where the new address has a subscription already, the old one ends instead.
        """
        ...

    async def set_fixed(self, destinations: Iterable[Destination], *, language: str, now: datetime) -> None:
        """Make exactly these the active subscriptions that come from the settings.

        One that a reader had already becomes the settings' own; one dropped from the settings ends.
        """
        ...

    async def audiences(self) -> dict[tuple[Platform, str], int]:
        """Return how many active subscriptions there are for each (platform, language)."""
        ...

    async def active_fixed(self) -> list[Subscription]:
        """Return the active subscriptions that come from the settings, by destination."""
        ...
