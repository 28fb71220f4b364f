"""Values are what frozen dataclasses with slots are."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any

import pytest

from formatters.values import value


@value
class Pair:
    """Two things, one of which does not count."""

    left: int
    right: str = "r"
    seen: list[int] = field(default_factory=list, compare=False)


@value
class Marked(Pair):
    """A pair and one more."""

    mark: str = ""
    width: int = field(default=7, init=False)


@dataclass(frozen=True, slots=True)
class Model:
    """What `dataclass` itself makes."""

    left: int
    right: str = "r"
    seen: list[int] = field(default_factory=list, compare=False)


def test_is_made_as_a_dataclass_is() -> None:
    for arguments, named in ([1], {}), ([1, "x"], {}), ([], {"left": 1, "right": "x"}), ([1], {"seen": [2]}):
        made, model = Pair(*arguments, **named), Model(*arguments, **named)
        assert [getattr(made, one.name) for one in fields(made)] == [getattr(model, one.name) for one in fields(model)]
    assert Pair(1).seen is not Pair(1).seen
    assert replace(Pair(1, "x"), left=2) == Pair(2, "x")


def test_wrong_arguments_are_refused_the_first_time_and_later() -> None:
    made: Any = Pair
    for _ in range(2):
        with pytest.raises(TypeError, match="left"):
            made()
        with pytest.raises(TypeError, match="wrong"):
            made(1, wrong=2)


def test_what_is_inherited_comes_first() -> None:
    marked = Marked(1, mark="!")
    assert (marked.left, marked.right, marked.mark, marked.width) == (1, "r", "!", 7)
    assert Pair(1).left == 1
    assert marked != Pair(1)


def test_equality_and_hash_leave_out_what_does_not_count() -> None:
    assert Pair(1, seen=[1]) == Pair(1, seen=[2])
    assert len({Pair(1, seen=[1]), Pair(1, seen=[2]), Pair(2)}) == 2


def test_nothing_changes_afterwards() -> None:
    pair: Any = Pair(1)
    with pytest.raises(FrozenInstanceError, match=r"Pair\.left"):
        pair.left = 2
    with pytest.raises(FrozenInstanceError, match=r"Pair\.left"):
        del pair.left
    with pytest.raises(FrozenInstanceError):
        pair.other = 2
    assert pair.left == 1
    assert not hasattr(pair, "__dict__")


def test_a_pattern_takes_it_apart() -> None:
    match Pair(1, "x"):
        case Pair(left, right):
            assert (left, right) == (1, "x")


def test_it_shows_itself() -> None:
    assert repr(Pair(1)) == "Pair(left=1, right='r', seen=[])"
