"""How often one may send, with time in the test's hands."""

import pytest

from bot.sandbox.limits import Meter, Pace, Rate, Throttled


def test_a_rate_lets_through_its_count_in_any_window() -> None:
    meter = Meter()
    for number in range(30):
        meter.admit(number / 100, [("bot", Rate(30))])
    with pytest.raises(Throttled) as refusal:
        meter.admit(0.5, [("bot", Rate(30))])
    assert refusal.value.retry_after == 1


def test_a_scope_that_overflowed_stays_closed_until_its_pause_is_over() -> None:
    meter = Meter()
    for _ in range(20):
        meter.admit(0.0, [("group", Rate(20, 60.0))])
    with pytest.raises(Throttled) as refusal:
        meter.admit(1.0, [("group", Rate(20, 60.0))])
    assert refusal.value.retry_after == 59
    with pytest.raises(Throttled):
        meter.admit(59.9, [("group", Rate(20, 60.0))])
    meter.admit(60.1, [("group", Rate(20, 60.0))])


def test_a_pace_tolerates_a_burst_and_then_one_a_second() -> None:
    meter, pace = Meter(), Pace(1.0, 5)
    for _ in range(5):
        meter.admit(0.0, [("chat", pace)])
    with pytest.raises(Throttled):
        meter.admit(0.5, [("chat", pace)])
    for second in (2, 3, 4):
        meter.admit(float(second), [("chat", pace)])


def test_one_message_a_second_is_never_throttled() -> None:
    meter = Meter()
    for second in range(100):
        meter.admit(float(second), [("chat", Pace(1.0, 1)), ("bot", Rate(30))])


def test_a_refused_message_counts_in_no_scope() -> None:
    meter = Meter()
    meter.admit(0.0, [("chat", Pace(1.0, 1))])
    for _ in range(50):
        with pytest.raises(Throttled):
            meter.admit(0.1, [("bot", Rate(30)), ("chat", Pace(1.0, 1))])
    for _ in range(30):
        meter.admit(0.2, [("bot", Rate(30))])


def test_a_limit_that_is_off_lets_everything_through() -> None:
    meter = Meter()
    for _ in range(1000):
        meter.admit(0.0, [("bot", None)])
