"""What there is to tell of why something did or did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.domain.delivery import DeliveryReport
from bot.domain.destination import Destination
from bot.domain.subscription import Subscription
from bot.ports.clock import Clock
from bot.ports.ledger import DeliveryFilter, Ledger
from bot.ports.subscriptions import Subscriptions

LOOKED_BACK = 5
"""How many deliveries of a destination are explained."""


@dataclass(frozen=True, slots=True)
class Newest:
    """What is known of the newest issue that could have gone out."""

    key: str
    released_at: datetime | None
    recalled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that is known of a destination and what was to go there, at one instant."""

    to: Destination
    subscription: Subscription | None
    newest: Newest | None
    reports: Sequence[DeliveryReport]
    """Its newest deliveries, newest first."""
    now: datetime
    """In the digest's zone."""


@dataclass(frozen=True, slots=True)
class Explaining:
    """Looks up what there is to tell; for the command line and for owners in a chat."""

    ledger: Ledger
    subscriptions: Subscriptions
    clock: Clock
    zone: tzinfo
    """The digest's own."""

    async def why(self, to: Destination, issue: str | None = None) -> Circumstances:
        """Return what is known of an issue, or the newest ones, at a destination."""
        reports = await self.ledger.reports(DeliveryFilter(issue_key=issue, destination=to, limit=LOOKED_BACK))
        key = issue or await self.ledger.newest_issue()
        newest = None
        if key is not None:
            newest = Newest(key, await self.ledger.released_at(key), await self.ledger.recalled_at(key))
        subscription = await self.subscriptions.find(to)
        return Circumstances(to, subscription, newest, reports, self.clock.now().astimezone(self.zone))
