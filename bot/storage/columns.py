"""How values are kept in columns, on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from formatters.editions import Subject, decoded, encoded
from formatters.parts import Part

_Word = TypeVar("_Word", bound=StrEnum)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HOUR = 60

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite makes a key its row's own number only where the type is INTEGER."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, given back in UTC.

    PostgreSQL keeps a timestamp with time zone. SQLite keeps whole microseconds since 1970: as exact, half as
    long as text, and compared as a number.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of one dialect."""
        native = TIMESTAMP(timezone=True) if dialect.name == "postgresql" else BigInteger()
        return dialect.type_descriptor(cast("TypeEngine[Any]", native))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what the driver stores; ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value if dialect.name == "postgresql" else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return cast("datetime", value.astimezone(UTC))
        return _EPOCH + cast("int", value) * _MICROSECOND


class Word(TypeDecorator[_Word]):
    """A member of a StrEnum, kept as its text: a new member needs no migration."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[_Word]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: _Word | None, _dialect: Dialect) -> str | None:
        """Return the text."""
        return None if value is None else str(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> _Word | None:
        """Return the member."""
        return None if value is None else self.words(value)


class Parts(TypeDecorator[tuple[Part, ...]]):
    """The parts of a rendition, as JSON text: read and written whole, never searched."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Part, ...] | None, _dialect: Dialect) -> str | None:
        """Return the JSON text."""
        return None if value is None else encode_parts(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> tuple[Part, ...] | None:
        """Return the parts."""
        return None if value is None else tuple(Part(**fields) for fields in json.loads(value))


def encode_parts(parts: tuple[Part, ...]) -> str:
    """Return the parts as JSON text, the same in every process."""
    fields: list[dict[str, object]] = []
    for part in parts:
        linked = {} if part.linked is None else {"linked": part.linked}
        alone = {} if part.threaded else {"threaded": False}
        fields.append({"name": part.name, "payload": part.payload, "text": part.text, **linked, **alone})
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def digest_of(parts: tuple[Part, ...]) -> str:
    """Return a hash that tells renditions apart."""
    return hashlib.sha256(encode_parts(parts).encode()).hexdigest()


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
