"""How values of more than one field are kept in columns."""

from __future__ import annotations

import json
from datetime import time
from typing import Any

from sqlalchemy import Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from formatters.editions import Subject, decoded, encoded

_HOUR = 60


class MinuteOfDay(TypeDecorator[time]):
    """An hour and minute, kept as minutes since midnight: a number that statements can calculate with."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: time | None, _dialect: Dialect) -> int | None:
        """Return the minutes."""
        return None if value is None else value.hour * _HOUR + value.minute

    def process_result_value(self, value: Any, _dialect: Dialect) -> time | None:
        """Return the hour and minute."""
        return None if value is None else time(*divmod(int(value), _HOUR))


class Weekdays(TypeDecorator[frozenset[int]]):
    """A set of ISO weekdays, kept as a number: Monday is its lowest bit, Sunday its seventh."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: frozenset[int] | None, _dialect: Dialect) -> int | None:
        """Return the number."""
        return None if value is None else sum(1 << (day - 1) for day in value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> frozenset[int] | None:
        """Return the set."""
        return None if value is None else frozenset(day for day in range(1, 8) if value >> (day - 1) & 1)


class Subjects(TypeDecorator[tuple[Subject, ...]]):
    """What an issue's items are recognised by, as JSON text: read and written whole."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Subject, ...] | None, _dialect: Dialect) -> str | None:
        """Return the JSON text."""
        return None if value is None else json.dumps([encoded(one) for one in value], ensure_ascii=False)

    def process_result_value(self, value: Any, _dialect: Dialect) -> tuple[Subject, ...] | None:
        """Return the subjects."""
        return None if value is None else tuple(decoded(fields) for fields in json.loads(value))
