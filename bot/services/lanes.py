"""Holding lanes: the heartbeat of this process, and what it may work on between two beats."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from bot.domain.destination import LANES, Platform
from bot.domain.errors import DatabaseError
from bot.ports.clock import Clock
from bot.ports.lanes import Lanes, Tenure

_log = structlog.get_logger(__name__)

BEAT = 2.0
"""Seconds between two heartbeats."""
_NOTHING = Tenure(frozenset(), frozenset(), leads=False, taken_over=0, in_doubt=0, lease=None)


class LaneHolder:
    """What this process holds. Whoever sends asks it right before each request."""

    def __init__(self, lanes: Lanes, clock: Clock, worker: str) -> None:
        self._lanes = lanes
        self._clock = clock
        self.worker = worker
        self._tenure = _NOTHING
        self._until = float("-inf")
        self._steady_since: float | None = None
        self._busy: Counter[int] = Counter()
        self._beaten = asyncio.Event()

    @property
    def leads(self) -> bool:
        """Whether this process is the one that listens to readers and watches the posts."""
        return self._tenure.leads and self._clock.elapsed() < self._until

    def open_lanes(self, platform: Platform) -> list[int]:
        """Return the lanes of a platform from which deliveries may be claimed."""
        if self._clock.elapsed() >= self._until:
            return []
        kept = self._tenure.lanes - self._tenure.surplus
        return [number for number in LANES[platform] if number in kept]

    def may_send(self, lane: int) -> bool:
        """Return whether nobody else can hold the lane at this moment."""
        return lane in self._tenure.lanes and self._clock.elapsed() < self._until

    def is_wanted_elsewhere(self, lane: int) -> bool:
        """Return whether work on the lane should stop at the next part."""
        return lane not in self._tenure.lanes or lane in self._tenure.surplus

    async def secured(self, lane: int) -> bool:
        """Wait for the next heartbeats while the lease has lapsed; return whether the lane is still ours."""
        while lane in self._tenure.lanes and not self.may_send(lane):
            self._beaten.clear()
            await self._beaten.wait()
        return lane in self._tenure.lanes

    @contextmanager
    def working(self, lane: int) -> Iterator[None]:
        """Note that something of the lane is in hand: until it is not, the lane is not given up."""
        self._busy[lane] += 1
        try:
            yield
        finally:
            self._busy[lane] -= 1

    async def beat(self) -> int:
        """Renew what is held and take what is free; return how many parts a holder that is gone left in doubt.

        Raises DatabaseError if that fails.
        """
        began = self._clock.elapsed()
        giving_up = {lane for lane in self._tenure.surplus if not self._busy[lane]}
        # a database that was away for all must not make those that come back first take over from the others
        lease = self._tenure.lease.total_seconds() if self._tenure.lease else 0.0
        if self._steady_since is None or began >= self._until:
            self._steady_since = began
        steady = self._tenure is not _NOTHING and began - self._steady_since >= lease
        tenure = await self._lanes.beat(self.worker, giving_up=giving_up, may_take_over=steady)
        before, self._tenure = self._tenure, tenure
        self._until = began + tenure.lease.total_seconds() if tenure.lease else float("inf")
        self._beaten.set()
        _tell(before, tenure)
        return tenure.in_doubt

    async def run(self, on_change: Callable[[], None]) -> None:
        """Beat until cancelled; call `on_change` when there is more, or less, to do. Returns where no lease ends."""
        while self._tenure.lease is not None:
            await asyncio.sleep(BEAT)
            before = self._tenure
            try:
                await self.beat()
            except DatabaseError as error:
                if self._clock.elapsed() >= self._until:
                    _log.error("the lanes cannot be renewed; nothing is sent meanwhile", problem=str(error))
                self._beaten.set()
            if (before.lanes, before.surplus, before.leads) != (
                self._tenure.lanes,
                self._tenure.surplus,
                self._tenure.leads,
            ):
                on_change()

    async def others_work(self) -> bool:
        """Return whether another process is at work. Raises DatabaseError if that cannot be found out."""
        return await self._lanes.others_work(self.worker)

    async def until_leading(self, *, leading: bool = True) -> None:
        """Return when this process leads, or when it no longer does."""
        while self.leads is not leading:
            self._beaten.clear()
            await self._beaten.wait()

    async def leave(self) -> None:
        """Give up everything; a database that fails then finds out by itself."""
        self._tenure = _NOTHING
        try:
            await self._lanes.leave(self.worker)
        except DatabaseError as error:
            _log.warning("the lanes could not be given up; others wait until their leases end", problem=str(error))


def _tell(before: Tenure, now: Tenure) -> None:
    if now.lanes != before.lanes:
        _log.info("lanes", held=len(now.lanes), taken_over=now.taken_over, leads=now.leads)
    if now.in_doubt:
        _log.warning(
            "messages were in flight when a bot last ended; they may have arrived and are not sent again",
            parts=now.in_doubt,
            advice="list them with: digestbot deliveries --troubled",
        )
