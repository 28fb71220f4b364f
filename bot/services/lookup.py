"""Finding out whether a message arrived whose answer was lost, where the platform lets a bot look."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

import structlog

from bot.domain.delivery import Absent, Deed, Delivery, Sent, Throttled, UnknownPolicy, Unreadable, Unsent
from bot.domain.retry import MOST_ATTEMPTS
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.services.keeping import Keeping
from bot.services.steps import LOOK_AFTER, Steps

_log = structlog.get_logger(__name__)


class Lookup:
    """Asks the platform, and records what it says."""

    def __init__(self, ledger: Ledger, clock: Clock, *, keeping: Keeping, unknown: UnknownPolicy) -> None:
        self._ledger = ledger
        self._clock = clock
        self._keeping = keeping
        self._unknown = unknown

    async def find_out(self, delivery: Delivery, steps: Steps) -> Delivery | None:
        """Return the delivery with what was found; as it was given, if nobody may look; None if it is to wait.

        What is not there yet may still come: it counts as missing only after a while.
        """
        last, now = delivery.receipts[-1], self._clock.now()
        found = await steps.look_up(delivery, now=now)
        match found:
            case Unreadable(reason):
                if self._unknown is UnknownPolicy.RESEND and _tries(delivery) < MOST_ATTEMPTS:
                    return await self._keeping.keep(self._ledger.resolve, delivery, Absent(), now=now)
                _log.info("a message stays unknown", destination=str(delivery.destination), reason=reason)
                return delivery
            case Absent() if now - last.at < LOOK_AFTER:
                await self._wait(delivery, last.at + LOOK_AFTER, "looking whether a message arrived")
                return None
            case Sent() | Absent():
                return await self._keeping.keep(self._ledger.resolve, delivery, found, now=now)
            case Throttled(after, reason):
                await self._wait(delivery, now + after, reason)
                return None
            case Unsent(reason):
                await self._wait(delivery, now + LOOK_AFTER, reason)
                return None
            case _:
                assert_never(found)

    async def _wait(self, delivery: Delivery, until: datetime, reason: str) -> None:
        await self._keeping.keep(self._ledger.postpone, delivery, until=until, reason=reason, counts=False)


def _tries(delivery: Delivery) -> int:
    """Return how often the last message was sent."""
    part = delivery.receipts[-1].part
    return sum(receipt.part == part and receipt.deed is Deed.NEW for receipt in delivery.receipts)
