"""An event loop whose time passes only while everybody waits: hours take milliseconds, and no timer is ever late."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

_Result = TypeVar("_Result")
_TURN = 1e-9
"""Seconds that each turn of the loop takes: where none passed, a timer due in less than that would be due for ever."""
_BEGAN = datetime(2026, 2, 12, tzinfo=UTC)


class _Selector(selectors.SelectSelector):
    """Passes the time instead of waiting for it."""

    passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        self.passed += _TURN
        if not ready and timeout is not None and timeout > 0:
            self.passed += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.passed


def run(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine in virtual time. What needs threads, sockets or processes does not work there."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)


class LoopClock:
    """A clock that shows the loop's time."""

    def now(self) -> datetime:
        return _BEGAN + timedelta(seconds=self.elapsed())

    def elapsed(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        timer = asyncio.get_running_loop().call_later(seconds, event.set)
        try:
            await event.wait()
        finally:
            timer.cancel()
