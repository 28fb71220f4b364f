"""The state machine: every pair of state and event is either drawn, or cannot happen."""

from __future__ import annotations

from itertools import product

import pytest

from bot.domain.delivery import FINAL, DeliveryState, PartState
from bot.domain.lifecycle import PART_TRANSITIONS, TRANSITIONS, Event, PartEvent, follow

S, E = DeliveryState, Event

DRAWN = {
    (S.PENDING, E.CLAIM): S.LEASED,
    (S.PENDING, E.EXPIRE): S.EXPIRED,
    (S.LEASED, E.ADVANCE): S.LEASED,
    (S.LEASED, E.COMPLETE): S.SENT,
    (S.LEASED, E.POSTPONE): S.PENDING,
    (S.LEASED, E.GIVE_BACK): S.PENDING,
    (S.LEASED, E.TAKE_OVER): S.PENDING,
    (S.LEASED, E.GIVE_UP): S.DEAD,
    (S.LEASED, E.END): S.GONE,
    (S.LEASED, E.EXPIRE): S.EXPIRED,
    (S.PENDING, E.OVERTAKE): S.WITHDRAWN,
    (S.LEASED, E.OVERTAKE): S.WITHDRAWN,
    (S.SENT, E.REOPEN): S.PENDING,
    (S.DEAD, E.REOPEN): S.PENDING,
    (S.GONE, E.REOPEN): S.PENDING,
    (S.EXPIRED, E.REOPEN): S.PENDING,
}

P, F = PartState, PartEvent

DRAWN_FOR_PARTS = {
    (None, F.INTEND): P.SENDING,
    (P.SENDING, F.INTEND): P.SENDING,
    (P.SENDING, F.ACCEPT): P.SENT,
    (P.SENDING, F.LOSE): P.UNKNOWN,
    (P.SENDING, F.REFUSE): P.REJECTED,
    (P.SENDING, F.WITHDRAW): None,
    (P.UNKNOWN, F.FIND): P.SENT,
    (P.UNKNOWN, F.MISS): P.ABSENT,
}


@pytest.mark.parametrize(("state", "event"), list(product(DeliveryState, Event)))
def test_a_delivery_becomes_what_is_drawn_or_nothing(state: DeliveryState, event: Event) -> None:
    if (state, event) in DRAWN:
        assert follow(state, event) is DRAWN[state, event]
    else:
        with pytest.raises(KeyError):
            follow(state, event)


@pytest.mark.parametrize(("state", "event"), list(product((None, *PartState), PartEvent)))
def test_a_part_becomes_what_is_drawn_or_nothing(state: PartState | None, event: PartEvent) -> None:
    drawn = (state, event) in DRAWN_FOR_PARTS
    assert ((state, event) in PART_TRANSITIONS) is drawn
    if drawn:
        assert PART_TRANSITIONS[state, event] is DRAWN_FOR_PARTS[state, event]


def test_a_part_that_was_sent_never_moves_again_and_what_was_withdrawn_stays_so() -> None:
    assert not [event for state, event in PART_TRANSITIONS if state is P.SENT]
    assert not [event for state, event in TRANSITIONS if state is S.WITHDRAWN]


def test_from_every_state_that_is_not_final_a_final_one_can_be_reached() -> None:
    reached = set(FINAL)
    while more := {state for (state, _), after in TRANSITIONS.items() if after in reached} - reached:
        reached |= more
    assert reached == set(DeliveryState)
