"""What follows from an outcome, carried out: what is recorded, who is paused, whose subscription ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

import structlog

from bot.domain.change import is_change, is_finish
from bot.domain.delivery import (
    LAST_TRY,
    TOO_LATE,
    Deed,
    Delivery,
    DeliveryState,
    Outcome,
    Rejected,
    Sent,
    Throttled,
    Unknown,
    UnknownPolicy,
)
from bot.domain.destination import Destination, Platform
from bot.domain.retry import Advance, EndSubscription, FallBack, GiveUp, Redirect, TryAgain, decide, fresh_jitter
from bot.domain.subscription import Origin
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.subscriptions import Subscriptions
from bot.services.keeping import Keeping
from bot.services.outlet import Outlet

_log = structlog.get_logger(__name__)

RECALLED = "the issue was recalled"
UNWANTED = "the subscription has ended, or pauses"
HELD_BACK = "held back before it left"


class Consequences:
    """Does what `domain.retry.decide` says."""

    def __init__(
        self,
        ledger: Ledger,
        subscriptions: Subscriptions,
        outlets: Mapping[Platform, Outlet],
        clock: Clock,
        *,
        keeping: Keeping,
        unknown: UnknownPolicy,
    ) -> None:
        self._ledger = ledger
        self._subscriptions = subscriptions
        self._outlets = outlets
        self._clock = clock
        self._keeping = keeping
        self._unknown = unknown

    async def follow(self, delivery: Delivery, outcome: Outcome) -> Delivery | None:
        """Record the outcome and do what follows; return the delivery moved on, or None if its work is over for now."""
        now = self._clock.now()
        decision = decide(
            outcome,
            attempts=delivery.attempts,
            # only an issue whose first message is refused is worth nothing
            position=1 if is_change(delivery) else delivery.cursor,
            jitter=fresh_jitter(),
            unknown=self._unknown_policy(delivery),
        )
        if not isinstance(outcome, Sent):
            _log.warning("part not sent", issue=delivery.issue_key, destination=str(delivery.destination),
                         part=delivery.in_hand.part, deed=delivery.in_hand.deed, outcome=type(outcome).__name__.lower(),
                         reason=outcome.reason)  # fmt: skip
        match decision:
            case Advance():
                return await self._settle(delivery, outcome)
            case TryAgain(after, reason, counts):
                if isinstance(outcome, Throttled):
                    self._outlets[delivery.destination.platform].hold(delivery.destination, outcome)
                await self._keeping.keep(
                    self._ledger.postpone, delivery, until=now + after, reason=reason, counts=counts
                )
                return None
            case Redirect(to):
                return await self._keeping.keep(self._ledger.redirect, delivery, to, now=now)
            case FallBack(reason):
                changed = await self._keeping.keep(self._ledger.fall_back, delivery, reason)
                if changed is None:  # changes nothing if it was the lease that was lost
                    await self.finish(delivery, DeliveryState.DEAD, reason)
                return changed
            case GiveUp(reason) if delivery.in_hand.deed is not Deed.NEW:
                return await self._settle(delivery, Rejected(reason))  # the rest is worth as much without it
            case GiveUp(reason):
                await self.finish(delivery, DeliveryState.DEAD, reason)
                return None
            case EndSubscription(reason):
                await self._keeping.keep(self._end_subscription, delivery.destination, reason)
                if is_finish(delivery):
                    return await self._settle(delivery, Rejected(reason))
                await self.finish(delivery, DeliveryState.GONE, reason)
                return None
            case _:
                assert_never(decision)

    async def finish(self, delivery: Delivery, state: DeliveryState, reason: str) -> None:
        """End the delivery."""
        _log.warning(
            "delivery ended",
            issue=delivery.issue_key,
            destination=str(delivery.destination),
            state=state,
            reason=reason,
        )
        await self._keeping.keep(self._ledger.finish, delivery, state, reason, now=self._clock.now())

    async def unwanted(self, delivery: Delivery) -> None:
        """End a delivery that the ledger allowed no intent."""
        if await self._keeping.keep(self._ledger.recalled_at, delivery.issue_key) is not None:
            await self.finish(delivery, DeliveryState.WITHDRAWN, RECALLED)
        else:
            await self._end_before_the_step(delivery, DeliveryState.GONE, UNWANTED)

    async def expire(self, delivery: Delivery) -> None:
        """End a delivery whose time is over."""
        tried = "" if delivery.last_try is None else LAST_TRY + delivery.last_try
        await self._end_before_the_step(delivery, DeliveryState.EXPIRED, TOO_LATE + tried)

    async def _end_before_the_step(self, delivery: Delivery, state: DeliveryState, reason: str) -> None:
        """End the delivery; as sent if only links were still to be put in, for every message of it was."""
        if not is_finish(delivery):
            await self.finish(delivery, state, reason)
            return
        _log.warning(
            "delivered without links", issue=delivery.issue_key, destination=str(delivery.destination), reason=reason
        )
        note = f"the overview has no links: {reason}"
        await self._keeping.keep(self._ledger.complete, delivery, now=self._clock.now(), note=note)

    async def withdraw(self, delivery: Delivery) -> None:
        """Take an intent back whose request never left."""
        await self._keeping.keep(
            self._ledger.postpone, delivery, until=self._clock.now(), reason=HELD_BACK, counts=False
        )

    def _unknown_policy(self, delivery: Delivery) -> UnknownPolicy:
        """Return what becomes of an unknown part; where it can be looked up, that comes first."""
        can_look = self._outlets[delivery.destination.platform].sender.capabilities.lookup
        return UnknownPolicy.SKIP if can_look else self._unknown

    async def _settle(self, delivery: Delivery, outcome: Outcome) -> Delivery | None:
        match outcome:
            case Sent() | Unknown() | Rejected():
                return await self._keeping.keep(self._ledger.settle, delivery, outcome, now=self._clock.now())
            case _:
                raise AssertionError(f"{outcome} does not settle a part")

    async def _end_subscription(self, destination: Destination, reason: str) -> None:
        """End a reader's subscription. What the operator named stays: tomorrow the fault may be mended."""
        subscription = await self._subscriptions.find(destination)
        if subscription is not None and subscription.origin is Origin.READER:
            await self._subscriptions.unsubscribe(destination, reason=reason, now=self._clock.now())
