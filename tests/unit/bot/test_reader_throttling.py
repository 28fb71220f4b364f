"""How often one reader may ask."""

from __future__ import annotations

from bot.scheduling.clock import SystemClock
from bot.services.throttling import Throttle


class StandingClock(SystemClock):
    def __init__(self) -> None:
        super().__init__()
        self.at = 0.0

    def elapsed(self) -> float:
        return self.at


def test_a_burst_is_let_in_and_then_the_rate_counts() -> None:
    clock = StandingClock()
    throttle = Throttle(clock, burst=3, rate=0.5)
    assert [throttle.admit("lin") for _ in range(5)] == [0, 0, 0, 2, 2]
    clock.at += 1
    assert throttle.admit("lin") == 1
    clock.at += 1
    assert throttle.admit("lin") == 0
    assert throttle.admit("lin") == 2


def test_one_reader_does_not_hold_up_another() -> None:
    throttle = Throttle(StandingClock(), burst=1)
    assert (throttle.admit("lin"), throttle.admit("lin"), throttle.admit("mo")) == (0, 1, 0)


def test_who_has_to_wait_is_told_once_until_one_more_is_let_in() -> None:
    clock = StandingClock()
    throttle = Throttle(clock, burst=1, rate=1)
    throttle.admit("lin")
    assert throttle.admit("lin")
    assert [throttle.tell("lin"), throttle.tell("lin")] == [True, False]
    clock.at += 1
    throttle.admit("lin")
    throttle.admit("lin")
    assert throttle.tell("lin")
    assert not throttle.tell("nobody")


def test_rest_gives_back_no_more_than_a_burst() -> None:
    clock = StandingClock()
    throttle = Throttle(clock, burst=2, rate=1)
    clock.at += 24 * 3600
    assert [throttle.admit("lin") for _ in range(3)] == [0, 0, 1]


def test_a_million_readers_take_no_more_room_than_thousands() -> None:
    throttle = Throttle(StandingClock(), burst=1)
    assert throttle.admit(0) == 0
    for reader in range(1, 10_001):
        throttle.admit(reader)
    assert throttle.admit(0) == 0, "who was forgotten begins anew"
