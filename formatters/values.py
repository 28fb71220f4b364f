"""Values: frozen dataclasses with slots, made quickly.

`dataclass` compiles six functions for each class, which is most of what importing this package would cost. Five of
them can be the same for all classes, and are here; `__init__` is compiled when the first value is made.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, fields, make_dataclass
from typing import Any, NoReturn, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True)
def value(of: type[_Class]) -> type[_Class]:
    """Make a class what `dataclass(frozen=True, slots=True)` makes of it."""
    made = dataclass(init=False, repr=False, eq=False, slots=True)(of)
    for name, method in _METHODS.items():
        setattr(made, name, method)
    return made


def _first(self: Any, *args: object, **kwargs: object) -> None:
    """Make the first value of a class: put its own `__init__` in the place of this one."""
    of: Any = self.__class__
    like = make_dataclass(
        of.__name__,
        [
            (one.name, object, field(default=one.default, default_factory=one.default_factory, init=one.init))
            for one in fields(of)
        ],
        frozen=True,
        eq=False,
        repr=False,
        slots=True,
    )
    of.__init__ = init = vars(like)["__init__"]
    init(self, *args, **kwargs)


def _refuse(self: Any, name: str, *_: object) -> NoReturn:
    raise FrozenInstanceError(f"{self.__class__.__qualname__}.{name} cannot change")


def _compared(instance: Any) -> tuple[object, ...]:
    return tuple([getattr(instance, field.name) for field in fields(instance) if field.compare])


def _equals(self: Any, other: Any) -> bool:
    return _compared(self) == _compared(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash((self.__class__, *_compared(self)))


def _repr(self: Any) -> str:
    shown = ", ".join([f"{field.name}={getattr(self, field.name)!r}" for field in fields(self) if field.repr])
    return f"{self.__class__.__qualname__}({shown})"


_METHODS = {
    "__init__": _first,
    "__setattr__": _refuse,
    "__delattr__": _refuse,
    "__eq__": _equals,
    "__hash__": _hash,
    "__repr__": _repr,
}
