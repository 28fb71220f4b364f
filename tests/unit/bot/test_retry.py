"""What follows from each outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.delivery import Gone, Moved, Outcome, Rejected, Sent, Throttled, Unfit, Unknown, Unsent
from bot.domain.destination import Destination, Platform
from bot.domain.retry import (
    MOST_ATTEMPTS,
    Advance,
    Decision,
    EndSubscription,
    FallBack,
    GiveUp,
    Redirect,
    TryAgain,
    decide,
    fresh_jitter,
    pause,
)

NEW_HOME = Destination(Platform.TELEGRAM, "-1001234567890")
MINUTE = timedelta(minutes=1)

TABLE: list[tuple[Outcome, int, int, Decision]] = [
    # outcome, tries in vain before, position, what to do
    (Sent("7"), 0, 0, Advance()),
    (Sent("7"), MOST_ATTEMPTS, 3, Advance()),
    (Unknown("read timeout"), 0, 0, Advance()),
    (Unknown("read timeout"), 5, 3, Advance()),
    (Rejected("message is too long"), 0, 0, GiveUp("message is too long")),
    (Rejected("message is too long"), 0, 1, Advance()),
    (Rejected("message is too long"), 9, 8, Advance()),
    (Unfit("no rich messages"), 0, 0, FallBack("no rich messages")),
    (Unfit("no rich messages"), 2, 1, FallBack("no rich messages")),
    (Gone("bot was blocked"), 0, 0, EndSubscription("bot was blocked")),
    (Gone("bot was blocked"), 3, 4, EndSubscription("bot was blocked")),
    (Moved(NEW_HOME, "upgraded"), 0, 0, Redirect(NEW_HOME, "upgraded")),
    (Moved(NEW_HOME, "upgraded"), 2, 5, Redirect(NEW_HOME, "upgraded")),
    (Throttled(MINUTE, "429"), 0, 0, TryAgain(MINUTE, "429", counts=False)),
    (Throttled(MINUTE, "429"), MOST_ATTEMPTS * 2, 6, TryAgain(MINUTE, "429", counts=False)),
    (Unsent("refused"), 0, 0, TryAgain(timedelta(seconds=0.5), "refused", counts=True)),
    (Unsent("refused"), 3, 2, TryAgain(timedelta(seconds=4), "refused", counts=True)),
    (Unsent("refused"), MOST_ATTEMPTS - 2, 2, TryAgain(timedelta(minutes=7.5), "refused", counts=True)),
    (Unsent("refused"), MOST_ATTEMPTS - 1, 0, GiveUp(f"gave up after {MOST_ATTEMPTS} tries: refused")),
    (Unsent("refused"), MOST_ATTEMPTS - 1, 4, GiveUp(f"gave up after {MOST_ATTEMPTS} tries: refused")),
]


@pytest.mark.parametrize(("outcome", "attempts", "position", "expected"), TABLE)
def test_each_outcome_has_its_decision(outcome: Outcome, attempts: int, position: int, expected: Decision) -> None:
    assert decide(outcome, attempts=attempts, position=position, jitter=0) == expected


def test_the_table_knows_every_outcome_at_the_first_part_and_at_a_later_one() -> None:
    first = {type(outcome) for outcome, _, position, _ in TABLE if position == 0}
    later = {type(outcome) for outcome, _, position, _ in TABLE if position > 0}
    assert first == later == set(get_args(Outcome))


def test_pauses_double_from_one_second_up_to_a_quarter_of_an_hour() -> None:
    longest = [pause(attempts, 1).total_seconds() for attempts in range(12)]
    assert longest == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


@given(attempts=st.integers(0, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_jitter_shortens_a_pause_by_at_most_half(attempts: int, jitter: float) -> None:
    assert pause(attempts, 1) / 2 <= pause(attempts, jitter) <= pause(attempts, 1)


def test_fresh_jitter_is_at_least_zero_less_than_one_and_not_always_the_same() -> None:
    drawn = [fresh_jitter() for _ in range(100)]
    assert all(0 <= jitter < 1 for jitter in drawn)
    assert len(set(drawn)) > 1


def test_an_outage_of_three_quarters_of_an_hour_is_survived_and_a_day_is_not_waited() -> None:
    shortest, longest = (
        sum((pause(attempts, jitter) for attempts in range(MOST_ATTEMPTS - 1)), timedelta()) for jitter in (0, 1)
    )
    assert shortest > timedelta(minutes=45)
    assert longest < timedelta(hours=24)
