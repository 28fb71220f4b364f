"""The drain: carries planned deliveries out, part by part, and records what became of each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import structlog

from bot.domain.change import Step
from bot.domain.delivery import Delivery, DeliveryState, Outcome, Unknown, UnknownPolicy
from bot.domain.destination import LANES, Platform
from bot.domain.errors import DatabaseError
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.subscriptions import Subscriptions
from bot.services.keeping import Keeping
from bot.services.lanes import LaneHolder
from bot.services.lookup import Lookup
from bot.services.outcomes import Consequences
from bot.services.outlet import MOST_OPEN, Outlet
from bot.services.pacing import Turn
from bot.services.steps import Steps, repeatable
from bot.services.tidying import Tidying

_log = structlog.get_logger(__name__)

LONGEST_REQUEST = 20.0
"""Seconds that an answer is waited for. A lane is taken over no earlier than this after its holder's lease ended."""
_LOOK_AGAIN = 1.0
"""Seconds until deliveries planned by another process are noticed."""
_GRACE = 5.0
"""Seconds that a stopping bot waits for answers: a server that never answers must not keep it from ending."""


class Drain:
    """Works through due deliveries until told to stop.

    The intent is on record before each request and the outcome after it, so that whatever moment the
    process dies at, at most the parts in flight are in doubt.
    """

    def __init__(
        self,
        ledger: Ledger,
        subscriptions: Subscriptions,
        outlets: Mapping[Platform, Outlet],
        clock: Clock,
        lanes: LaneHolder,
        *,
        unknown: UnknownPolicy = UnknownPolicy.SKIP,
    ) -> None:
        self._ledger = ledger
        self._outlets = outlets
        self._clock = clock
        self._lanes = lanes
        self._stopping = asyncio.Event()
        self._keeping = Keeping(clock, self._stopping)
        self._lookup = Lookup(ledger, clock, keeping=self._keeping, unknown=unknown)
        self._consequences = Consequences(ledger, subscriptions, outlets, clock, keeping=self._keeping, unknown=unknown)
        self._tidying = Tidying(ledger, clock)
        self._due = asyncio.Event()
        self._claiming = False
        self._woken = True
        self._working: set[asyncio.Task[None]] = set()
        self._orders = count()

    def wake(self) -> None:
        """Look for due deliveries now."""
        for outlet in self._outlets.values():
            outlet.more = True
        self._woken = True
        self._due.set()

    def stop(self) -> None:
        """Let `run` end once what is in flight has its outcome."""
        self._stopping.set()
        for outlet in self._outlets.values():
            outlet.stop()
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
        if hanging:
            _log.warning("stopping without an answer; the parts will be unknown", parts=len(hanging))
            for task in hanging:
                task.cancel()
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
        now = self._clock.now()
        self._claiming = True
        try:
            await self._tidying.look(now)
            # what nobody serves here is looked for when there may be more of it, not whenever a delivery begins
            served, self._woken = (self._outlets if not self._woken else LANES), False
            for platform in served:
                await self._claim_for(platform, now)
        except DatabaseError as error:
            _log.error("the ledger cannot be read; trying again", problem=str(error))
        finally:
            self._claiming = False

    async def _claim_for(self, platform: Platform, now: datetime) -> None:
        lanes = self._lanes.open_lanes(platform)
        outlet = self._outlets.get(platform)
        wanted = outlet.lacking if outlet else MOST_OPEN
        if not wanted or not lanes:
            return
        claimed = await self._ledger.claim(lanes, holder=self._lanes.worker, now=now, limit=wanted)
        if outlet is not None:
            outlet.more = len(claimed) == wanted
        for delivery in claimed:
            if outlet is None:
                reason = f"{platform} is not configured"
                await self._consequences.finish(delivery, DeliveryState.DEAD, reason)
                continue
            outlet.take(delivery)
            task = asyncio.create_task(self._work_on(delivery, outlet, next(self._orders)))
            self._working.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a delivery stopped by a fault of ours", exc_info=error)

    async def _wait_for_work(self) -> None:
        try:
            await asyncio.wait_for(self._due.wait(), _LOOK_AGAIN)
        except TimeoutError:
            self.wake()

    async def _work_on(self, delivery: Delivery, outlet: Outlet, order: int) -> None:
        try:
            with self._lanes.working(delivery.lane):
                await self._deliver(delivery, outlet, order)
        except DatabaseError as error:
            _log.error("stopping with a part in doubt", issue=delivery.issue_key, problem=str(error))
        finally:
            outlet.open -= 1
            self._begun(delivery, outlet)

    def _begun(self, delivery: Delivery, outlet: Outlet) -> None:
        outlet.begun(delivery)
        if outlet.more and outlet.lacking:
            self._due.set()

    async def _deliver(self, delivery: Delivery, outlet: Outlet, order: int) -> None:
        """Carry out what is left of a delivery, as long as it is ours."""
        steps = Steps(outlet.sender)
        present: Delivery | None = delivery
        readable = True
        while present is not None:
            if readable and steps.may_look_up(present):
                found = await self._lookup.find_out(present, steps)
                readable, present = found is not present, found
                continue
            step = steps.next(present)
            if step is None:
                break
            present = await self._await_turn(steps.take_in_hand(present, step), step, steps, outlet, order)
        if present is None:
            return
        if not present.is_over:
            await self._keeping.keep(self._ledger.complete, present, now=self._clock.now())
        _log.info("delivered", issue=present.issue_key, destination=str(present.destination), occasion=present.occasion)

    async def _await_turn(
        self, delivery: Delivery, step: Step, steps: Steps, outlet: Outlet, order: int
    ) -> Delivery | None:
        """Carry the step out in its turn; return the delivery moved on, or None if its work is over for now."""
        turn = await outlet.turn(delivery.destination, order=order, rest=self._rest(delivery, outlet))
        if turn is None or self._lanes.is_wanted_elsewhere(delivery.lane):
            if turn is not None:
                turn.end()
            await self._keeping.keep(self._ledger.give_back, delivery)
            return None
        self._begun(delivery, outlet)
        try:
            return await self._carry_out(delivery, step, steps, turn)
        finally:
            turn.end()

    def _rest(self, delivery: Delivery, outlet: Outlet) -> float:
        """Return for how many seconds the chat must rest from a part that a process before this one sent."""
        if not delivery.receipts or not outlet.is_unbegun(delivery):
            return 0.0
        every = 1 / outlet.chat_pace(delivery.destination).a_second
        since = (self._clock.now() - delivery.receipts[-1].at).total_seconds()
        return every - since if 0 <= since < every else 0.0

    async def _carry_out(self, delivery: Delivery, step: Step, steps: Steps, turn: Turn) -> Delivery | None:
        now = self._clock.now()
        if now >= delivery.expires_at:
            await self._consequences.expire(delivery)
            return None
        if not await self._keeping.keep(self._ledger.intend, delivery, now=now):
            if self._lanes.may_send(delivery.lane):
                # changes nothing if it was the lease that was lost
                await self._consequences.unwanted(delivery)
            return None
        secured = await self._lanes.secured(delivery.lane)
        if not secured or not await turn.departs() or not self._lanes.may_send(delivery.lane):
            await self._consequences.withdraw(delivery)
            return None
        outcome = await self._request(delivery, step, steps)
        turn.end()
        if isinstance(outcome, Unknown) and steps.sender.capabilities.lookup:
            delivery = replace(delivery, doing=replace(delivery.in_hand, last=False))  # it may be found out
        return await self._consequences.follow(delivery, outcome)

    async def _request(self, delivery: Delivery, step: Step, steps: Steps) -> Outcome:
        """Carry the step out, once. What goes wrong by our own fault must not hold up the delivery."""
        try:
            async with asyncio.timeout(LONGEST_REQUEST):
                outcome = await steps.carry_out(delivery, step, now=self._clock.now())
        except TimeoutError:
            outcome = Unknown(f"no answer within {LONGEST_REQUEST:.0f} s")
        except Exception as error:  # noqa: BLE001  # a fault of ours must not hold up the delivery until a restart
            _log.error("a sender failed by a fault of ours", destination=str(delivery.destination), exc_info=error)
            outcome = Unknown(f"{type(error).__name__}: {error}")
        return repeatable(step, outcome)
