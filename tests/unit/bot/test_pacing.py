"""How fast messages leave, in virtual time."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import wraps
from itertools import pairwise
from typing import Any, ParamSpec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import DatabaseError
from bot.services.pacing import ChatPace, Pace
from tests.virtual_time import LoopClock, run

_Arguments = ParamSpec("_Arguments")

ONE_A_SECOND = ChatPace(a_second=1.0)
NO_LIMIT = ChatPace(a_second=1e6)


class Traffic:
    """What left, and when."""

    def __init__(self, pace: Pace, *, takes: Callable[[], float] = lambda: 0.05) -> None:
        self.pace = pace
        self.takes = takes
        self.sent: list[tuple[float, str]] = []
        self.answered: dict[str, list[float]] = defaultdict(list)

    async def deliver(self, chat: str, parts: int, order: int, limit: ChatPace = ONE_A_SECOND) -> None:
        for _ in range(parts):
            turn = await self.pace.turn(chat, limit, order=order)
            if turn is None:
                return
            await asyncio.sleep(0.003)  # the intent
            if await turn.departs():
                self.note(chat)
                await asyncio.sleep(self.takes())
                self.answered[chat].append(now())
            turn.end()

    async def reply(self, chat: str) -> float:
        asked = now()
        await self.pace.reply(chat, ONE_A_SECOND)
        self.note(chat)
        return now() - asked

    def note(self, chat: str) -> None:
        self.sent.append((now(), chat))

    @property
    def times(self) -> list[float]:
        return [at for at, _ in self.sent]

    def times_of(self, chat: str) -> list[float]:
        return [at for at, name in self.sent if name == chat]


def now() -> float:
    return asyncio.get_running_loop().time()


def traffic(rate: float, *, takes: Callable[[], float] = lambda: 0.05) -> Traffic:
    return Traffic(Pace(LoopClock(), rate), takes=takes)


def in_virtual_time(test: Callable[_Arguments, Coroutine[Any, Any, None]]) -> Callable[_Arguments, None]:
    """Let a test run where waiting takes no time."""

    @wraps(test)
    def wrapped(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> None:
        run(test(*arguments, **named))

    return wrapped


def most_within(times: list[float], span: float) -> int:
    """Return the greatest number of messages in any half-open span of this length."""
    return max(sum(start <= at < start + span - 1e-9 for at in times) for start in times)


@in_virtual_time
async def test_messages_leave_one_after_the_other_at_even_distances() -> None:
    some = traffic(28)
    await asyncio.gather(*(some.deliver(f"chat {n}", 1, n) for n in range(100)))
    gaps = [after - before for before, after in pairwise(some.times)]
    assert len(some.times) == 100
    assert min(gaps) == pytest.approx(1 / 28, abs=1e-3)
    assert max(gaps) == pytest.approx(1 / 28, abs=1e-3)


@in_virtual_time
async def test_no_burst_follows_a_time_without_messages() -> None:
    some = traffic(10)
    await some.deliver("first", 1, 0)
    await asyncio.sleep(60)
    await asyncio.gather(*(some.deliver(f"chat {n}", 1, n) for n in range(30)))
    assert most_within(some.times, 1) <= 10


@in_virtual_time
async def test_a_chat_rests_from_the_answer_on() -> None:
    some = traffic(28, takes=lambda: 0.3)
    await some.deliver("chat", 5, 0)
    rests = [after - answer for answer, after in zip(some.answered["chat"], some.times_of("chat")[1:], strict=False)]
    assert len(rests) == 4
    assert min(rests) >= 1 - 1e-6


@in_virtual_time
async def test_two_deliveries_to_one_chat_share_its_pace() -> None:
    some = traffic(28)
    await asyncio.gather(*(some.deliver("chat", 3, n) for n in range(3)))
    assert len(some.times) == 9
    assert min(after - before for before, after in pairwise(some.times)) >= 1


@in_virtual_time
async def test_a_group_gets_no_more_than_its_number_a_minute() -> None:
    some = traffic(28)
    await some.deliver("group", 50, 0, ChatPace(a_second=1.0, a_minute=20))
    assert most_within(some.times, 60) == 20
    assert some.times[19] < 25  # the first twenty need not be spread over the minute


@in_virtual_time
async def test_readers_get_their_whole_issue_soon_though_thousands_wait() -> None:
    some = traffic(28)
    await asyncio.gather(*(some.deliver(f"chat {n}", 8, n) for n in range(500)))
    spans = sorted(times[-1] - times[0] for times in (some.times_of(f"chat {n}") for n in range(500)))
    assert spans[int(0.95 * len(spans))] < 12
    assert some.times[-1] <= 500 * 8 / 28 * 1.01 + 9  # the pace is used up to the last chats
    assert some.times_of("chat 0")[-1] < some.times_of("chat 400")[0]


@given(st.lists(st.integers(1, 4), min_size=1, max_size=60), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_no_second_holds_more_than_the_rate_and_no_chat_is_asked_too_soon(
    deliveries: list[int], chance: random.Random
) -> None:
    async def whole() -> None:
        some = traffic(20, takes=lambda: chance.uniform(0.01, 0.4))
        await asyncio.gather(*(some.deliver(f"chat {n % 17}", size, n) for n, size in enumerate(deliveries)))
        assert len(some.times) == sum(deliveries)
        assert most_within(some.times, 1) <= 20
        for chat in {name for _, name in some.sent}:
            times = some.times_of(chat)
            assert all(after - before >= 1 for before, after in pairwise(times))

    run(whole())


class TestAnAnswer:
    @in_virtual_time
    async def test_goes_before_everything_that_waits(self) -> None:
        some = traffic(28)
        waiting = [asyncio.create_task(some.deliver(f"chat {n}", 8, n)) for n in range(300)]
        await asyncio.sleep(5)
        waits = []
        for n in range(20):
            await asyncio.sleep(0.731)
            waits.append(await some.reply(f"reader {n}"))
        assert max(waits) <= 2 / 28
        some.pace.stop()
        await asyncio.gather(*waiting)

    @in_virtual_time
    async def test_is_within_the_same_budget(self) -> None:
        some = traffic(10)
        waiting = [asyncio.create_task(some.deliver(f"chat {n}", 1, n)) for n in range(60)]
        await asyncio.gather(*(some.reply(f"reader {n}") for n in range(40)), *waiting)
        assert most_within(some.times, 1) <= 10

    @in_virtual_time
    async def test_counts_for_its_chat(self) -> None:
        some = traffic(28)
        await some.reply("chat")
        await some.deliver("chat", 1, 0)
        assert some.times[1] - some.times[0] >= 1

    @in_virtual_time
    async def test_leaves_though_the_drain_was_stopped(self) -> None:
        some = traffic(28)
        some.pace.stop()
        assert await some.reply("chat") < 1


class TestAHold:
    @in_virtual_time
    async def test_lets_nothing_leave_before_it_is_over(self) -> None:
        some = traffic(28)
        waiting = [asyncio.create_task(some.deliver(f"chat {n}", 2, n)) for n in range(50)]
        await asyncio.sleep(1)
        before = len(some.times)
        some.pace.hold(timedelta(seconds=30))
        held_at = now()
        answer = asyncio.create_task(some.reply("reader"))
        await asyncio.gather(answer, *waiting)
        assert all(at >= held_at + 30 for at in some.times[before:])
        assert most_within(some.times[before:], 1) <= 28

    @in_virtual_time
    async def test_sends_those_away_who_were_about_to_leave(self) -> None:
        pace = Pace(LoopClock(), 1)
        turn = await pace.turn("chat 1", NO_LIMIT, order=0)
        other = await pace.turn("chat 2", NO_LIMIT, order=1)
        assert turn is not None
        assert other is not None
        assert await turn.departs()
        departing = asyncio.create_task(other.departs())
        await asyncio.sleep(0.1)
        pace.hold(timedelta(seconds=5))
        assert not await departing
        other.end()
        turn.end()

    @in_virtual_time
    async def test_of_one_chat_holds_no_other(self) -> None:
        some = traffic(28)
        some.pace.hold_chat("slow", ONE_A_SECOND, timedelta(seconds=40))
        await asyncio.gather(*(some.deliver(chat, 1, n) for n, chat in enumerate(("slow", "other"))))
        assert some.times_of("slow")[0] >= 40
        assert some.times_of("other")[0] < 1


class TestStopping:
    @in_virtual_time
    async def test_sends_everybody_away(self) -> None:
        some = traffic(1)
        waiting = [asyncio.create_task(some.deliver(f"chat {n}", 8, n)) for n in range(20)]
        await asyncio.sleep(3)
        some.pace.stop()
        await asyncio.wait_for(asyncio.gather(*waiting), 1)
        assert await some.pace.turn("late", NO_LIMIT, order=0) is None


class SharedBudget:
    """One row of places for several processes, in memory."""

    def __init__(self, *, fails: int = 0) -> None:
        self.free_at = 0.0
        self.fails = fails

    async def reserve(self, every: float, count: int) -> float:
        await asyncio.sleep(0.004)
        if self.fails:
            self.fails -= 1
            raise DatabaseError("it is away")
        first = max(self.free_at, now())
        self.free_at = first + every * count
        return first - now()

    async def hold(self, pause: timedelta) -> None:
        self.free_at = max(self.free_at, now() + pause.total_seconds())


class TestASharedBudget:
    @in_virtual_time
    async def test_is_not_exceeded_by_two(self) -> None:
        budget = SharedBudget()
        one, other = (Traffic(Pace(LoopClock(), 20, budget)) for _ in range(2))
        await asyncio.gather(
            *(some.deliver(f"{name} {n}", 2, n) for name, some in (("a", one), ("b", other)) for n in range(100))
        )
        times = sorted(one.times + other.times)
        assert len(times) == 400
        assert most_within(times, 1) <= 20
        assert times[-1] <= 400 / 20 * 1.03 + 2

    @in_virtual_time
    async def test_that_cannot_be_asked_lets_nothing_leave(self) -> None:
        some = Traffic(Pace(LoopClock(), 20, SharedBudget(fails=5)))
        await some.deliver("chat", 1, 0)
        assert some.times[0] >= 5
