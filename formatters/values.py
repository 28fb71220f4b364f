"""Values: frozen dataclasses with slots, made quickly.

`dataclass` compiles six functions for each class, which is most of what importing this package would cost. Three of
them can be the same for all classes, and are here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True)
def value(of: type[_Class]) -> type[_Class]:
    """Make a class what `dataclass(frozen=True, slots=True)` makes of it."""
    made = dataclass(frozen=True, slots=True, eq=False, repr=False)(of)
    for name, method in _METHODS.items():
        setattr(made, name, method)
    return made


def _compared(instance: Any) -> tuple[object, ...]:
    return tuple([getattr(instance, field.name) for field in fields(instance) if field.compare])


def _equals(self: Any, other: Any) -> bool:
    return _compared(self) == _compared(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash((self.__class__, *_compared(self)))


def _repr(self: Any) -> str:
    shown = ", ".join([f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr])
    return f"{self.__class__.__qualname__}({shown})"


_METHODS = {"__eq__": _equals, "__hash__": _hash, "__repr__": _repr}
