"""What front matter holds, whatever it is written in."""

from __future__ import annotations

from typing import NamedTuple

MAX_DEPTH = 40

Fields = dict[str, "Field"]


class Field(NamedTuple):
    """One top-level value: text, number, truth value, date, list, mapping or None."""

    value: object
    line: int
    """Counted from 1 in the whole file."""


class Fault(Exception):
    """A complaint about front matter: `line` is counted from 1 within it."""

    def __init__(self, line: int, problem: str, advice: str) -> None:
        self.line, self.problem, self.advice = line, problem, advice
        super().__init__(problem)


def shortened(text: str) -> str:
    """Return as much of a value as a message can show."""
    return text if len(text) <= 80 else text[:79] + "…"
