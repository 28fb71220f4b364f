"""How many messages a token may send, shared by everybody who sends with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol


class Budget(Protocol):
    """Hands out places in one evenly spaced row of messages. Methods raise DatabaseError if the store fails."""

    async def reserve(self, every: float, count: int) -> float:
        """Return in how many seconds the first of `count` messages may go; the others follow `every` seconds apart."""
        ...

    async def hold(self, pause: timedelta) -> None:
        """Hand out no place before `pause` is over."""
        ...
