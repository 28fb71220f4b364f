"""The drain: carries planned deliveries out, part by part, and records what became of each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar, assert_never

import structlog

from bot.domain.delivery import Delivery, DeliveryState, Outcome, Rejected, Scope, Sent, Throttled, Unknown
from bot.domain.destination import Destination, Platform
from bot.domain.errors import DatabaseError
from bot.domain.retry import Advance, EndSubscription, FallBack, GiveUp, Redirect, TryAgain, decide, fresh_jitter
from bot.domain.subscription import Origin
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.sender import Sender
from bot.ports.subscriptions import Subscriptions
from bot.services.pacing import Pace

_log = structlog.get_logger(__name__)

_Result = TypeVar("_Result")

WINDOW = 32
"""Deliveries worked on at once. Each works through its whole issue, so readers get theirs within seconds."""
_LOOK_AGAIN = 1.0
"""Seconds until deliveries planned by another process are noticed."""
_GRACE = 5.0
"""Seconds that a stopping bot waits for answers: a server that never answers must not keep it from ending."""
_DATABASE_PAUSE = 1.0
"""Seconds between two tries to write what must not be forgotten."""
_EXPIRE_EVERY = timedelta(minutes=1)


class Drain:
    """Works through due deliveries until told to stop.

    The intent is on record before each request and the outcome after it, so that whatever moment the
    process dies at, at most the parts in flight are in doubt.
    """

    def __init__(
        self,
        ledger: Ledger,
        subscriptions: Subscriptions,
        senders: Mapping[Platform, Sender],
        clock: Clock,
        *,
        platform_rates: Mapping[Platform, float],
    ) -> None:
        self._ledger = ledger
        self._subscriptions = subscriptions
        self._senders = senders
        self._clock = clock
        self._rates = platform_rates
        self._pace = Pace()
        self._expired_at: datetime | None = None
        self._due = asyncio.Event()
        self._stopping = asyncio.Event()
        self._claiming = False
        self._working: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._due.set()

    def stop(self) -> None:
        """Let `run` end once what is in flight has its outcome."""
        self._stopping.set()
        self._due.set()

    async def run(self) -> None:
        """Work until `stop`."""
        try:
            while not self._stopping.is_set():
                self._due.clear()
                await self._take_due()
                await self._wait_for_work()
        finally:
            await self._finish_in_flight()

    async def _finish_in_flight(self) -> None:
        """Give requests in flight time for their outcome; a part without one is in doubt until the next start."""
        if not self._working:
            return
        _, hanging = await asyncio.wait(self._working, timeout=_GRACE)
        for task in hanging:
            _log.warning("stopping without an answer; the part will be unknown")
            task.cancel()
        if hanging:
            await asyncio.wait(hanging)

    async def run_until_done(self, *, patience: timedelta) -> None:
        """Work until no delivery is pending or leased, or all that are left have to wait longer than `patience`."""
        running = asyncio.create_task(self.run())
        try:
            while not running.done() and not await self._is_done(patience):
                await asyncio.wait({running}, timeout=0.05)
        finally:
            self.stop()
            await running

    async def _is_done(self, patience: timedelta) -> bool:
        if self._working or self._claiming:
            return False
        due = await self._ledger.next_due()
        return due is None or due - self._clock.now() > patience

    async def _take_due(self) -> None:
        free = WINDOW - len(self._working)
        if free <= 0:
            return
        now = self._clock.now()
        self._claiming = True
        try:
            if self._expired_at is None or now - self._expired_at >= _EXPIRE_EVERY:
                await self._ledger.expire(now=now)
                self._expired_at = now
            due = await self._ledger.next_due()
            claimed = await self._ledger.claim(now=now, limit=free) if due is not None and due <= now else []
        except DatabaseError as error:
            _log.error("the ledger cannot be read; trying again", problem=str(error))
            claimed = []
        finally:
            self._claiming = False
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery))
            self._working.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a delivery stopped by a fault of ours", exc_info=error)
        self._due.set()

    async def _wait_for_work(self) -> None:
        try:
            await asyncio.wait_for(self._due.wait(), _LOOK_AGAIN)
        except TimeoutError:
            return

    async def _deliver(self, claimed: Delivery) -> None:
        delivery: Delivery | None = claimed
        try:
            while delivery is not None and delivery.cursor < len(delivery.parts):
                delivery = await self._send_next(delivery)
        except DatabaseError as error:
            _log.error("stopping with a part in doubt", issue=claimed.issue_key, problem=str(error))
            return
        if delivery is not None:
            _log.info("delivered", issue=delivery.issue_key, destination=str(delivery.destination))

    async def _send_next(self, delivery: Delivery) -> Delivery | None:
        """Send the part at the cursor; return the delivery moved on, or None if its work is over for now."""
        to = delivery.destination
        sender = self._senders.get(to.platform)
        if sender is None:
            await self._finish(delivery, DeliveryState.DEAD, f"{to.platform} is not configured")
            return None
        await self._await_turn(str(to), every=1 / sender.capabilities.pace)
        await self._await_turn(to.account, every=1 / self._rates[to.platform])
        if self._stopping.is_set():
            await self._keep(lambda: self._ledger.give_back(delivery))
            return None
        if not await self._keep(lambda: self._ledger.intend(delivery, now=self._clock.now())):
            # changes nothing if it was the lease that was lost
            await self._finish(delivery, DeliveryState.GONE, "the subscription has ended")
            return None
        part = delivery.parts[delivery.cursor]
        under = delivery.first_message_id if sender.capabilities.threads and part.threaded else None
        try:
            outcome = await sender.send(
                part,
                to=to,
                silent=delivery.silent or delivery.cursor > 0,
                under=under,
                previews=delivery.previews,
            )
        except Exception as error:  # noqa: BLE001  # a fault of ours must not hold up the delivery until a restart
            _log.error("a sender failed by a fault of ours", destination=str(to), exc_info=error)
            outcome = Unknown(f"{type(error).__name__}: {error}")
        return await self._follow(delivery, outcome)

    async def _await_turn(self, key: str, *, every: float) -> None:
        """Wait for a slot, and through any hold that begins meanwhile; return early when stopping."""
        now = self._clock.now()
        until = self._pace.slot(key, now, every=every)
        while until > now and not self._stopping.is_set():
            sleeping = asyncio.ensure_future(self._clock.sleep((until - now).total_seconds()))
            stopping = asyncio.ensure_future(self._stopping.wait())
            await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
            sleeping.cancel()
            stopping.cancel()
            now = self._clock.now()
            until = max(until, self._pace.held_until(key, now))

    async def _follow(self, delivery: Delivery, outcome: Outcome) -> Delivery | None:
        """Record the outcome and do what follows from it."""
        now = self._clock.now()
        decision = decide(outcome, attempts=delivery.attempts, position=delivery.cursor, jitter=fresh_jitter())
        if not isinstance(outcome, Sent):
            _log.warning("part not sent", issue=delivery.issue_key, destination=str(delivery.destination),
                         part=delivery.parts[delivery.cursor].name, outcome=type(outcome).__name__.lower(),
                         reason=outcome.reason)  # fmt: skip
        match decision:
            case Advance():
                return await self._settle(delivery, outcome)
            case TryAgain(after, reason, counts):
                if isinstance(outcome, Throttled):
                    self._pace.hold(str(delivery.destination), now + after)
                    if outcome.scope is Scope.PLATFORM:
                        self._pace.hold(delivery.destination.account, now + after)
                await self._keep(
                    lambda: self._ledger.postpone(delivery, until=now + after, reason=reason, counts=counts)
                )
                return None
            case Redirect(to, reason):
                return await self._keep(lambda: self._ledger.redirect(delivery, to, now=now))
            case FallBack(reason):
                changed = await self._keep(lambda: self._ledger.fall_back(delivery, reason))
                if changed is None:  # changes nothing if it was the lease that was lost
                    await self._finish(delivery, DeliveryState.DEAD, reason)
                return changed
            case GiveUp(reason):
                await self._finish(delivery, DeliveryState.DEAD, reason)
                return None
            case EndSubscription(reason):
                await self._finish(delivery, DeliveryState.GONE, reason)
                await self._keep(lambda: self._end_subscription(delivery.destination, reason))
                return None
            case _:
                assert_never(decision)

    async def _end_subscription(self, destination: Destination, reason: str) -> None:
        """End a reader's subscription. What the operator named stays: tomorrow the fault may be mended."""
        subscription = await self._subscriptions.find(destination)
        if subscription is not None and subscription.origin is Origin.READER:
            await self._subscriptions.unsubscribe(destination, reason=reason, now=self._clock.now())

    async def _settle(self, delivery: Delivery, outcome: Outcome) -> Delivery | None:
        match outcome:
            case Sent() | Unknown() | Rejected():
                settled = outcome
                return await self._keep(lambda: self._ledger.settle(delivery, settled, now=self._clock.now()))
            case _:
                raise AssertionError(f"{outcome} does not settle a part")

    async def _finish(self, delivery: Delivery, state: DeliveryState, reason: str) -> None:
        _log.warning(
            "delivery ended",
            issue=delivery.issue_key,
            destination=str(delivery.destination),
            state=state,
            reason=reason,
        )
        await self._keep(lambda: self._ledger.finish(delivery, state, reason, now=self._clock.now()))

    async def _keep(self, write: Callable[[], Awaitable[_Result]]) -> _Result:
        """Write what must not be forgotten; while the database fails, hold it in memory and try again.

        When stopping, one failure is enough: the part stays in doubt, and is unknown at the next start.
        """
        while True:
            try:
                return await write()
            except DatabaseError as error:
                _log.error("the ledger cannot be written; keeping the result and trying again", problem=str(error))
                if self._stopping.is_set():
                    raise
                await self._clock.sleep(_DATABASE_PAUSE)
