"""Being told to stop: once is a request, twice is an order."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from bot.cli.daily import stop_signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_first_signal_is_told_and_the_second_does_what_it_always_does(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_signals() as stop:
        assert signal.getsignal(number) is not before
        os.kill(os.getpid(), number)
        async with asyncio.timeout(60):
            await stop.wait()
        assert signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}


async def test_afterwards_signals_do_what_they_always_do() -> None:
    event = asyncio.Event()
    with stop_signals(event) as stop:
        assert stop is event
    for number in (signal.SIGTERM, signal.SIGINT):
        assert signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}
    assert not event.is_set()
