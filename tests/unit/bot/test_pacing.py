"""How fast messages may leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.services.pacing import Pace

NOW = datetime(2026, 2, 12, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_the_first_message_goes_at_once_and_the_next_ones_a_step_apart() -> None:
    pace = Pace()
    assert [pace.slot("chat", NOW, every=1) - NOW for _ in range(3)] == [seconds(0), seconds(1), seconds(2)]


def test_a_message_after_a_break_goes_at_once() -> None:
    pace = Pace()
    pace.slot("chat", NOW, every=1)
    later = NOW + seconds(5)
    assert pace.slot("chat", later, every=1) == later
    assert pace.slot("chat", later, every=1) == later + seconds(1)


def test_one_chat_does_not_wait_for_another() -> None:
    pace = Pace()
    pace.slot("one", NOW, every=1)
    assert pace.slot("other", NOW, every=1) == NOW


def test_nothing_goes_before_a_hold_ends() -> None:
    pace = Pace()
    pace.hold("chat", NOW + seconds(30))
    assert pace.slot("chat", NOW, every=1) == NOW + seconds(30)
    assert pace.slot("chat", NOW, every=1) == NOW + seconds(31)
    assert pace.slot("other", NOW, every=1) == NOW


def test_a_shorter_hold_does_not_end_a_longer_one() -> None:
    pace = Pace()
    pace.hold("chat", NOW + seconds(30))
    pace.hold("chat", NOW + seconds(3))
    assert pace.held_until("chat", NOW) == NOW + seconds(30)
    assert pace.held_until("chat", NOW + seconds(31)) == NOW + seconds(31)
    assert pace.held_until("other", NOW) == NOW


def test_what_is_forgotten_of_many_chats_is_only_what_no_longer_matters() -> None:
    pace = Pace()
    pace.hold("held", NOW + seconds(3_600))
    pace.slot("busy", NOW, every=3_600)
    for number in range(25_000):
        assert pace.slot(str(number), NOW + seconds(number / 1_000), every=0.001) == NOW + seconds(number / 1_000)
    assert pace.slot("held", NOW + seconds(60), every=1) == NOW + seconds(3_600)
    assert pace.slot("busy", NOW + seconds(60), every=1) == NOW + seconds(3_600)
