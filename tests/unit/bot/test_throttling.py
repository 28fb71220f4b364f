"""Whom a 429 concerns is told by what others are answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.delivery import Outcome, Scope, Sent, Throttled, Unknown
from bot.domain.throttling import ScopeEvidence

REFUSED = Throttled(timedelta(seconds=5), "429")
ACCEPTED = Sent("1")


class Wire:
    """Requests that are answered in any order."""

    def __init__(self, likely: Scope = Scope.CHAT) -> None:
        self._evidence = ScopeEvidence()
        self._likely = likely

    def begin(self) -> int:
        return self._evidence.begin()

    def answer(self, place: str, outcome: Outcome, begun: int | None = None) -> Scope | None:
        begun = self.begin() if begun is None else begun
        judged = self._evidence.judge(outcome, place=place, begun=begun, likely=self._likely)
        return judged.scope if isinstance(judged, Throttled) else None


@pytest.mark.parametrize("likely", list(Scope))
def test_a_first_refusal_is_what_is_likely(likely: Scope) -> None:
    assert Wire(likely).answer("a", REFUSED) is likely


def test_a_second_place_that_is_refused_shows_that_it_concerns_everybody() -> None:
    wire = Wire()
    assert wire.answer("a", REFUSED) is Scope.CHAT
    assert wire.answer("b", REFUSED) is Scope.PLATFORM
    assert wire.answer("a", REFUSED) is Scope.PLATFORM


def test_what_was_accepted_in_between_shows_that_each_has_its_own_limit() -> None:
    wire = Wire()
    for place in ("a", "b", "c"):
        assert wire.answer(place, REFUSED) is Scope.CHAT
        wire.answer("other", ACCEPTED)


def test_what_began_before_the_refusal_shows_nothing() -> None:
    wire = Wire()
    early = wire.begin()
    wire.answer("a", REFUSED)
    wire.answer("other", ACCEPTED, early)
    assert wire.answer("b", REFUSED) is Scope.PLATFORM


def test_an_unknown_outcome_shows_nothing() -> None:
    wire = Wire()
    wire.answer("a", REFUSED)
    wire.answer("other", Unknown("lost"))
    assert wire.answer("b", REFUSED) is Scope.PLATFORM


def test_a_place_that_stays_refused_while_others_are_accepted_holds_up_nobody_again() -> None:
    wire = Wire(Scope.PLATFORM)
    assert wire.answer("a", REFUSED) is Scope.PLATFORM
    wire.answer("other", ACCEPTED)
    assert wire.answer("a", REFUSED) is Scope.CHAT
    wire.answer("other", ACCEPTED)
    assert wire.answer("a", REFUSED) is Scope.CHAT


def test_a_place_that_was_accepted_again_is_judged_afresh() -> None:
    wire = Wire(Scope.PLATFORM)
    wire.answer("a", REFUSED)
    wire.answer("other", ACCEPTED)
    wire.answer("a", ACCEPTED)
    assert wire.answer("a", REFUSED) is Scope.PLATFORM


def test_other_outcomes_pass_as_they_are() -> None:
    evidence = ScopeEvidence()
    for outcome in (ACCEPTED, Unknown("lost")):
        assert evidence.judge(outcome, place="a", begun=evidence.begin(), likely=Scope.CHAT) is outcome
