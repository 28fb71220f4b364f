"""How fast messages leave, and which of those that wait goes next.

Everything that is sent with one token goes through one `Pace`. It is even: a platform that allows 30 messages in any
second is asked for 28, one every 36 ms, and never for a burst. So what a request's way there takes, a little more or
less each time, makes no difference.

Who waits longest for more goes first: of the chats that may get a message now, the one whose delivery began first. So a
reader has the whole issue within seconds, and new deliveries begin only when no chat under way may get its next part.

A part's turn has two steps. First it is admitted, a little ahead, so that its intent can be on disk; then it departs,
at its instant. Answers to readers skip the first step and go before every part that waits.
"""

from __future__ import annotations

import asyncio
import heapq
import math
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

import structlog

from bot.domain.errors import DatabaseError
from bot.ports.budget import Budget
from bot.ports.clock import Clock

_log = structlog.get_logger(__name__)

IN_FLIGHT = 64
"""Requests without an answer at most, and so parts in doubt after a crash; more only where the rate asks for it."""
_ROUND_TRIP = 0.13
"""Seconds that most requests take at most, with their intent."""
LATENESS = 0.004
"""Seconds that a timer may be late without making everything after it late."""
_AHEAD = 0.03
"""Seconds that an intent takes to be on disk, at most times."""
_RESERVED = 0.07
"""Seconds' worth of places that are reserved at a time: so short that others do not wait for what is not used."""
_MINUTE = 60.0
_MOST_CHATS = 10_000
"""Chats whose pace is over are forgotten when there are this many."""
_AGAIN = 1.0
_INSTANT = 1e-6
"""Seconds that are no time: what a clock rounds away must not be waited for."""


@dataclass(frozen=True, slots=True)
class ChatPace:
    """What one chat takes without complaint."""

    a_second: float
    a_minute: int | None = None


@dataclass(slots=True)
class _Chat:
    name: str
    pace: ChatPace
    free_at: float
    busy: bool = False
    waiting: list[tuple[int, int, Turn]] = field(default_factory=list)
    """A heap by order."""
    recent: deque[float] = field(default_factory=deque)
    """When the last messages of a minute went; kept only where there is a limit for a minute."""

    def sent(self, now: float) -> None:
        self.free_at = max(self.free_at, now + 1 / self.pace.a_second)
        if self.pace.a_minute is not None:
            self.recent.append(now)
            if len(self.recent) >= self.pace.a_minute:
                self.free_at = max(self.free_at, self.recent.popleft() + _MINUTE)


class Turn:
    """One part's way through the pace, from admission until its answer came. Must be ended."""

    __slots__ = ("_pace", "admitted", "chat", "departed", "ended", "moment")

    def __init__(self, pace: Pace, chat: _Chat) -> None:
        self._pace = pace
        self.chat = chat
        self.admitted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.moment: asyncio.Future[bool] | None = None
        self.departed = False
        self.ended = False

    async def departs(self) -> bool:
        """Wait for the instant at which the request may leave; False if it must not: a hold began, or the end."""
        return await self._pace.departure_of(self)

    def end(self) -> None:
        """The answer came, or nothing was sent. Once is enough, twice does no harm."""
        self._pace.end(self)


class _Block(NamedTuple):
    """Reserved places."""

    first: float
    left: int


class Pace:
    """The pace of one token. Its work is done while somebody waits, by a task of its own."""

    def __init__(self, clock: Clock, rate: float, budget: Budget | None = None) -> None:
        """`rate` is in messages a second. A `budget` is shared with other processes."""
        self.rate = rate
        self._clock = clock
        self._every = 1 / rate
        self._budget = budget
        self._ahead_most = 1 + math.ceil(rate * _AHEAD)
        self._in_flight_most = max(IN_FLIGHT, math.ceil(rate * _ROUND_TRIP))
        self._count = max(2, math.ceil(rate * _RESERVED))
        self._chats: dict[str, _Chat] = {}
        self._ready: list[tuple[int, int, _Chat]] = []
        self._resting: list[tuple[float, int, _Chat]] = []
        self._replies: deque[asyncio.Future[bool]] = deque()
        self._departing: deque[Turn] = deque()
        self._ahead = 0
        self._in_flight = 0
        self._blocks: deque[_Block] = deque()
        self._next_at = float("-inf")
        self._held_until = float("-inf")
        self._reserving: asyncio.Task[None] | None = None
        self._holding: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._stopped = False
        self._numbers = 0

    @property
    def is_held(self) -> bool:
        """Return whether a pause concerns all that is sent."""
        return self._clock.elapsed() < self._held_until

    # --- what others ask for -------------------------------------------------------------------------------------

    async def turn(self, chat: str, pace: ChatPace, *, order: int, rest: float = 0.0) -> Turn | None:
        """Wait until a part for `chat` may be prepared; None when stopping.

        Of those that may go, the one with the lowest `order` does. `rest` is in seconds: the chat got a message so
        recently, from a process before this one, that it must rest as long.
        """
        if self._stopped:
            return None
        known = self._known(chat, pace)
        if rest > 0:
            known.free_at = max(known.free_at, self._clock.elapsed() + rest)
        turn = Turn(self, known)
        heapq.heappush(known.waiting, (order, self._number(), turn))
        if not known.busy:
            self._line_up(known)
        self._go_on()
        return turn if await turn.admitted else None

    async def reply(self, chat: str, pace: ChatPace) -> None:
        """Wait for the next instant at which an answer may leave; it counts for the chat's pace, too."""
        instant: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._replies.append(instant)
        self._go_on()
        await instant
        self._known(chat, pace).sent(self._clock.elapsed())

    def hold(self, pause: timedelta) -> None:
        """Let nothing leave before `pause` is over, here and wherever the budget is shared."""
        self._held_until = max(self._held_until, self._clock.elapsed() + pause.total_seconds())
        self._blocks.clear()
        for turn in self._departing:
            _answer(turn.moment, value=False)
        self._departing.clear()
        if self._budget is not None:
            task = asyncio.create_task(self._hold_others(self._budget, pause))
            self._holding.add(task)
            task.add_done_callback(self._holding.discard)
        self._go_on()

    async def _hold_others(self, budget: Budget, pause: timedelta) -> None:
        try:
            await budget.hold(pause)
        except DatabaseError as error:
            _log.error("a pause cannot be shared; others find out by themselves", problem=str(error))

    def hold_chat(self, chat: str, pace: ChatPace, pause: timedelta) -> None:
        """Let nothing leave for one chat before `pause` is over."""
        known = self._known(chat, pace)
        known.free_at = max(known.free_at, self._clock.elapsed() + pause.total_seconds())

    def stop(self) -> None:
        """Send everybody away who waits with a part. Answers still go."""
        self._stopped = True
        for chat in self._chats.values():
            for _, _, turn in chat.waiting:
                _answer(turn.admitted, value=False)
            chat.waiting.clear()
        for turn in self._departing:
            _answer(turn.moment, value=False)
        self._departing.clear()

    # --- a turn's way --------------------------------------------------------------------------------------------

    async def departure_of(self, turn: Turn) -> bool:
        """Wait for the turn's instant."""
        if self._stopped or self._clock.elapsed() < self._held_until:
            return False
        turn.moment = asyncio.get_running_loop().create_future()
        self._departing.append(turn)
        self._go_on()
        return await turn.moment

    def end(self, turn: Turn) -> None:
        """Let the chat rest, and the next one in."""
        if turn.ended:
            return
        turn.ended = True
        now = self._clock.elapsed()
        if turn.departed:
            self._in_flight -= 1
            # from the answer on: whatever the request's way took, the next one cannot arrive too early
            turn.chat.sent(now)
        else:
            self._ahead -= 1
            if turn in self._departing:
                self._departing.remove(turn)
        turn.chat.busy = False
        if turn.chat.waiting:
            self._line_up(turn.chat)
        self._go_on()

    def _known(self, name: str, pace: ChatPace) -> _Chat:
        chat = self._chats.get(name)
        if chat is None:
            if len(self._chats) >= _MOST_CHATS:
                self._forget()
            chat = self._chats[name] = _Chat(name, pace, float("-inf"))
        return chat

    def _forget(self) -> None:
        now = self._clock.elapsed()
        self._chats = {
            name: chat
            for name, chat in self._chats.items()
            if chat.busy or chat.waiting or chat.free_at > now or (chat.recent and chat.recent[-1] > now - _MINUTE)
        }

    def _line_up(self, chat: _Chat) -> None:
        """Put a chat in which somebody waits where its next turn is found."""
        heapq.heappush(self._resting, (chat.free_at, self._number(), chat))

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    # --- the work ------------------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        self._changed.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while True:
                self._changed.clear()
                now = self._clock.elapsed() + _INSTANT
                next_at = min(self._admit(now), self._let_go(now))
                if next_at == math.inf and not self._is_waited_for():
                    return
                if next_at == math.inf:
                    await self._changed.wait()
                elif next_at > now:
                    await self._clock.wait(self._changed, next_at - now + _INSTANT)
        finally:
            self._running = None

    def _is_waited_for(self) -> bool:
        return bool(self._replies or self._departing or self._resting or self._ready or self._reserving)

    def _admit(self, now: float) -> float:
        """Admit those whose turn it is; return when there may be another one."""
        while self._resting and self._resting[0][0] <= now:
            _, _, chat = heapq.heappop(self._resting)
            if chat.waiting and not chat.busy:
                if chat.free_at > now:
                    self._line_up(chat)
                else:
                    heapq.heappush(self._ready, (chat.waiting[0][0], self._number(), chat))
        if now < self._held_until:
            return self._held_until if self._ready or self._resting else math.inf
        while self._ready and self._ahead < self._ahead_most and self._ahead + self._in_flight < self._in_flight_most:
            _, _, chat = heapq.heappop(self._ready)
            if chat.busy or not chat.waiting:
                continue
            if chat.free_at > now:
                self._line_up(chat)
                continue
            _, _, turn = heapq.heappop(chat.waiting)
            if turn.admitted.done():
                if chat.waiting:
                    self._line_up(chat)
                continue
            chat.busy = True
            self._ahead += 1
            turn.admitted.set_result(True)
        return self._resting[0][0] if self._resting else math.inf

    def _let_go(self, now: float) -> float:
        """Let leave what may; return when the next one may."""
        while self._replies or self._departing:
            if now < self._held_until:
                return self._held_until
            at = self._place(now)
            if at is None or at > now:
                return math.inf if at is None else at
            self._take_place(at, now)
            if self._replies:
                _answer(self._replies.popleft(), value=True)
                continue
            turn = self._departing.popleft()
            turn.departed = True
            self._ahead -= 1
            self._in_flight += 1
            _answer(turn.moment, value=True)
        return math.inf

    def _place(self, now: float) -> float | None:
        """Return when the next message may leave; None while places are being reserved."""
        if self._budget is None:
            return self._next_at
        while self._blocks and self._blocks[0].first + LATENESS < now - _RESERVED:
            self._drop_first()  # nobody wanted it when it was there
        if not self._blocks:
            self._reserve()
            return None
        return max(self._next_at, self._blocks[0].first)

    def _take_place(self, at: float, now: float) -> None:
        # what a timer was late is caught up with, but no more than that: it would be a burst
        self._next_at = (at if now - at <= LATENESS else now) + self._every
        if self._budget is not None:
            self._drop_first()
            if sum(block.left for block in self._blocks) <= self._count // 2:
                self._reserve()

    def _drop_first(self) -> None:
        first, left = self._blocks.popleft()
        if left > 1:
            self._blocks.appendleft(_Block(first + self._every, left - 1))

    def _reserve(self) -> None:
        if self._reserving is None and self._budget is not None:
            self._reserving = asyncio.create_task(self._reserved(self._budget))

    async def _reserved(self, budget: Budget) -> None:
        try:
            held = self._held_until
            delay = await budget.reserve(self._every, self._count)
            if held == self._held_until:  # else a hold began, for which these places come too early
                self._blocks.append(_Block(self._clock.elapsed() + delay, self._count))
        except DatabaseError as error:
            _log.error("the pace cannot be shared; nothing is sent meanwhile", problem=str(error))
            await self._clock.sleep(_AGAIN)
        finally:
            self._reserving = None
            self._go_on()


def _answer(waiting: asyncio.Future[bool] | None, *, value: bool) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(value)
