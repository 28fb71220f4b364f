"""How near pacing comes to what a platform allows, beside the limiters that bots usually have.

The platform takes 30 messages in any second and one a second to a chat, and round trips vary by ±30 %: evenly sent
messages meet no refusal up to about 30 / (1 + J) a second, where J is the spread of the way there in seconds. All of it
happens in virtual time, the same for everybody: no busy machine can make a timer late, and nine minutes take seconds.
"""

from __future__ import annotations

import asyncio
import random
import statistics
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate, SingleBucketFactory
from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

from bot.services.pacing import ChatPace, Pace
from tests import virtual_time

ROUNDS = 5
CHATS, PARTS = 2000, 8
ALLOWED = 30
"""Messages in any second."""
ROUND_TRIP, JITTER = 0.06, 0.3
SPREAD = ROUND_TRIP / 2 * 2 * JITTER
BEST = ALLOWED / (1 + SPREAD)
RATE = 0.995 * BEST
INTENT = (0.002, 0.012)
"""Seconds that putting an intent on disk takes."""
SLOWER = 1.04
"""Times the optimum that a broadcast may take."""
BUSY, NEAR = 0.95, 0.99
"""The share of a broadcast in which there is always a chat that may get its next part, and how near the best pace it
must come meanwhile."""
SOON, SHARE = 15.0, 0.95
"""Seconds after its first part in which such a share of the chats has the whole issue."""
RATE_OF_ANSWERS, ANSWER_BOUND = 28.0, 1.5
"""What the pace is while readers ask, and how many times as long as in idle hours an answer may take (p99)."""
OURS, AIO, PYRATE = "ours, Pace", "AIORateLimiter with retries", "pyrate-limiter"

Send = Callable[[int, int], Awaitable[None]]
"""Brings one part to one chat; the second number is the part's."""


@dataclass(slots=True)
class Platform:
    """Refuses what comes too fast, and remembers what came when."""

    random: random.Random
    accepted: list[tuple[float, int, int]] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)
    in_flight: int = 0
    flood_at: float = float("inf")
    """When it refuses everything for `flood_for` seconds, and says so once it is asked."""
    flood_for: float = 0.0
    _window: deque[float] = field(default_factory=deque)
    _last: dict[int, float] = field(default_factory=dict)

    async def post(self, chat: int, part: int) -> None:
        """Take a message; RetryAfter if it comes too early."""
        self.in_flight += 1
        try:
            await asyncio.sleep(self._way())
            pause = self._judge(chat, part, now())
            await asyncio.sleep(self._way())
            if pause:
                self.refused.append(now())
                raise RetryAfter(pause)
        finally:
            self.in_flight -= 1

    def _way(self) -> float:
        return ROUND_TRIP / 2 * (1 + self.random.uniform(-JITTER, JITTER))

    def _judge(self, chat: int, part: int, at: float) -> int:
        self.arrivals.append(at)
        if self.flood_at <= at < self.flood_at + self.flood_for:
            return int(self.flood_at + self.flood_for - at) + 1
        while self._window and self._window[0] <= at - 1:
            self._window.popleft()
        if len(self._window) >= ALLOWED or at - self._last.get(chat, -1.0) < 1 - 1e-9:
            return 1
        self._window.append(at)
        self._last[chat] = at
        self.accepted.append((at, chat, part))
        return 0


def now() -> float:
    """Return the virtual time."""
    return asyncio.get_running_loop().time()


class Ours:
    """Sends as the drain does: admitted, an intent written down, and off at its instant."""

    def __init__(self, platform: Platform, rate: float = RATE) -> None:
        self._platform = platform
        self.pace = Pace(virtual_time.LoopClock(), rate)

    async def send(self, chat: int, part: int) -> None:
        """Bring a part to its chat, however often it is refused."""
        while True:
            turn = await self.pace.turn(str(chat), ChatPace(1.0), order=chat)
            if turn is None:
                raise AssertionError("nobody stops the pace")
            try:
                await asyncio.sleep(self._platform.random.uniform(*INTENT))
                if await turn.departs():
                    await self._platform.post(chat, part)
                    return
            except RetryAfter as refusal:
                self.pace.hold(pause_of(refusal))
            finally:
                turn.end()


def pause_of(refusal: RetryAfter) -> timedelta:
    """Return for how long nothing is to be sent."""
    pause = refusal.retry_after
    return pause if isinstance(pause, timedelta) else timedelta(seconds=pause)


def aio(platform: Platform) -> Send:
    """Return python-telegram-bot's own limiter."""
    limiter = AIORateLimiter(max_retries=1000)

    async def send(chat: int, part: int) -> None:
        async def post(*_: Any, **__: Any) -> bool:
            await platform.post(chat, part)
            return True

        await limiter.process_request(post, (), {}, "sendMessage", {"chat_id": chat + 1}, None)

    return send


class _Bucket(InMemoryBucket):
    """A bucket in virtual time."""

    def now(self) -> int:
        return int(now() * 1000)


def pyrate(platform: Platform) -> Send:
    """Return pyrate-limiter with the platform's own figure, and a pause of the chat for each refusal."""
    bucket = _Bucket([Rate(ALLOWED, Duration.SECOND)])
    limiter = Limiter(SingleBucketFactory(bucket, schedule_leak=False))

    async def send(chat: int, part: int) -> None:
        while True:
            await limiter.try_acquire_async("telegram")
            try:
                await platform.post(chat, part)
            except RetryAfter as refusal:
                await asyncio.sleep(pause_of(refusal).total_seconds())
            else:
                bucket.leak(bucket.now())
                return

    return send


SENDERS: dict[str, Callable[[Platform], Send]] = {OURS: lambda platform: Ours(platform).send, AIO: aio, PYRATE: pyrate}


@dataclass(frozen=True, slots=True)
class Run:
    """One broadcast."""

    seconds: float
    refused: int
    reordered: int
    soon: float
    """The share of chats that had the whole issue soon after its first part."""
    pace: float
    """Messages a second, of the best, until the last chats alone are left."""


def main() -> bool:
    """Print the tables; return whether the bounds hold."""
    runs: dict[str, list[Run]] = {name: [] for name in SENDERS}
    for seed in range(ROUNDS):
        for name, sender in SENDERS.items():
            runs[name].append(virtual_time.run(broadcast(sender, seed)))
    show(runs)
    return all([*broadcast_holds(runs[OURS]), *flood_holds(), *answers_hold()])


async def broadcast(sender: Callable[[Platform], Send], seed: int) -> Run:
    """Send an issue to everybody."""
    platform = Platform(random.Random(seed))  # no secret
    send = sender(platform)

    async def deliver(chat: int) -> None:
        for part in range(PARTS):
            await send(chat, part)

    await asyncio.gather(*(deliver(chat) for chat in range(CHATS)))
    seen: dict[int, list[tuple[float, int]]] = {}
    for at, chat, part in platform.accepted:
        seen.setdefault(chat, []).append((at, part))
    if sum(map(len, seen.values())) != CHATS * PARTS:
        raise AssertionError(f"{sum(map(len, seen.values()))} messages of {CHATS * PARTS} arrived")
    reordered = sum([part for _, part in found] != list(range(PARTS)) for found in seen.values())
    soon = sum(found[-1][0] - found[0][0] <= SOON for found in seen.values()) / CHATS
    times = [at for at, _, _ in platform.accepted]
    busy = int(BUSY * len(times))
    pace = busy / (times[busy] - times[0]) / BEST
    return Run(times[-1] - times[0], len(platform.refused), reordered, soon, pace)


def show(runs: dict[str, list[Run]]) -> None:
    """Print medians."""
    optimum = CHATS * PARTS / BEST
    print(f"{CHATS} chats × {PARTS} parts; {ALLOWED} taken in any second, ways there differ by {SPREAD * 1000:.0f} ms:"
          f" at best {optimum:.0f} s. Medians of {ROUNDS} rounds in virtual time\n")  # fmt: skip
    print(f"  {'':<30} {'seconds':>8} {'of the best':>12} {'429':>6} {'out of order':>13} {'whole in 15 s':>14}")
    for name, found in runs.items():
        seconds, refused, reordered, soon = (
            statistics.median(values)
            for values in zip(*((one.seconds, one.refused, one.reordered, one.soon) for one in found), strict=True)
        )
        print(
            f"  {name:<30} {seconds:>8.0f} {seconds / optimum:>12.3f} {refused:>6.0f} {reordered:>13.0f} {soon:>14.1%}"
        )
    print()


def broadcast_holds(runs: list[Run]) -> Iterator[bool]:
    """Print the bounds of a broadcast and yield whether each is kept."""
    slowest = max(run.seconds for run in runs) / (CHATS * PARTS / BEST)
    print(f"  a broadcast takes {slowest:.3f} of the best at worst (at most {SLOWER})")
    yield slowest <= SLOWER
    slowest_pace = min(run.pace for run in runs)
    print(f"  its pace is {slowest_pace:.3f} of the best at worst, until the last chats are left (at least {NEAR})")
    yield slowest_pace >= NEAR
    print(f"  refused: {max(run.refused for run in runs)}, out of order: {max(run.reordered for run in runs)} (none)")
    yield not any(run.refused or run.reordered for run in runs)
    print(f"  whole within {SOON:.0f} s: {min(run.soon for run in runs):.1%} of the chats (at least {SHARE:.0%})")
    yield min(run.soon for run in runs) >= SHARE


FLOOD_AT, FLOOD_FOR = 10.0, 20.0


def flood_holds() -> Iterator[bool]:
    """Print what leaves after a 429 that concerns everybody and yield whether it is what was in flight."""
    print()
    for name, sender in SENDERS.items():
        counts = [virtual_time.run(flood(sender, seed)) for seed in range(ROUNDS)]
        after, in_flight = (statistics.median(values) for values in zip(*counts, strict=True))
        bound = f" (at most the {in_flight:.0f} in flight)" if name == OURS else ""
        print(f"  {name}: {after:.0f} messages reach the platform during the pause that its 429 names{bound}")
        if name == OURS:
            yield all(after <= in_flight for after, in_flight in counts)


async def flood(sender: Callable[[Platform], Send], seed: int) -> tuple[int, int]:
    """Return how many messages arrive between a 429 and the end of its pause, and how many were in flight then."""
    platform = Platform(random.Random(seed), flood_at=FLOOD_AT, flood_for=FLOOD_FOR)  # no secret
    send = sender(platform)
    in_flight = 0

    async def deliver(chat: int) -> None:
        for part in range(PARTS):
            await send(chat, part)

    working = [asyncio.create_task(deliver(chat)) for chat in range(300)]
    while not platform.refused or platform.refused[-1] < FLOOD_AT:
        in_flight = platform.in_flight
        await asyncio.sleep(0.001)
    told = platform.refused[-1]
    await asyncio.sleep(FLOOD_FOR + 10)
    await _end(working)
    return sum(told < at < FLOOD_AT + FLOOD_FOR for at in platform.arrivals), in_flight


def answers_hold() -> Iterator[bool]:
    """Print how long readers wait for an answer and yield whether the broadcast makes no odds."""
    print()
    idle, busy = ([virtual_time.run(answering(seed, busy=busy)) for seed in range(ROUNDS)] for busy in (False, True))
    p99 = [statistics.median(_p99([took for took, _ in round_]) for round_ in rounds) for rounds in (idle, busy)]
    print(f"  an answer takes {p99[0] * 1000:.0f} ms in idle hours, {p99[1] * 1000:.0f} ms during a broadcast at"
          f" {RATE_OF_ANSWERS:.0f}/s (p99; at most {ANSWER_BOUND} times as long)")  # fmt: skip
    yield p99[1] <= ANSWER_BOUND * p99[0]
    waited = max(waited for round_ in busy for _, waited in round_) * RATE_OF_ANSWERS
    print(f"  it waits {waited:.2f} places at most (at most 2)")
    yield waited <= 2


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[-1]


async def answering(seed: int, *, busy: bool) -> list[tuple[float, float]]:
    """Return of each answer how long it took, and for how long it waited to leave."""
    platform = Platform(random.Random(seed))  # no secret
    ours = Ours(platform, RATE_OF_ANSWERS)

    async def deliver(chat: int) -> None:
        for part in range(PARTS):
            await ours.send(chat, part)

    working = [asyncio.create_task(deliver(chat)) for chat in range(CHATS if busy else 0)]
    await asyncio.sleep(5)
    found = []
    for number in range(300):
        await asyncio.sleep(platform.random.expovariate(1.0))
        asked = now()
        reader = CHATS + number
        await ours.pace.reply(str(reader), ChatPace(1.0))
        left = now()
        await platform.post(reader, 0)
        found.append((now() - asked, left - asked))
    await _end(working)
    return found


async def _end(working: list[asyncio.Task[None]]) -> None:
    for task in working:
        task.cancel()
    await asyncio.gather(*working, return_exceptions=True)
