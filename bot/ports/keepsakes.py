"""What readers keep: the items that they saved, and their votes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.person import Person


@dataclass(frozen=True, slots=True)
class ItemName:
    """One item: the issue's short reference, and the item's number in it."""

    ref: str
    number: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What one item is to one reader."""

    saved: bool = False
    up: bool | None = None
    """The vote; None where there is none."""


@dataclass(frozen=True, slots=True)
class VoteCount:
    """How readers voted on one item."""

    item: ItemName
    up: int
    down: int


class Keepsakes(Protocol):
    """Durable. Methods raise DatabaseError if the store fails; an issue that nobody knows is kept by nobody."""

    async def of(self, person: Person, ref: str) -> dict[int, Kept]:
        """Return what the items of an issue are to the reader, by number; those that are nothing are left out."""
        ...

    async def save(self, person: Person, item: ItemName, *, now: datetime) -> bool:
        """Save the item for the reader; return whether it was not before."""
        ...

    async def drop(self, person: Person, item: ItemName) -> bool:
        """Remove the item from what the reader saved; return whether it was there."""
        ...

    async def saved(self, person: Person, *, offset: int, limit: int) -> list[ItemName]:
        """Return what the reader saved, the last saved first."""
        ...

    async def vote(self, person: Person, item: ItemName, up: bool | None, *, now: datetime) -> None:
        """Make this the reader's only vote on the item; None takes it back."""
        ...

    async def votes(self, *, limit: int) -> list[VoteCount]:
        """Return the counts of every item with votes: those of the newest issues first, then by number."""
        ...

    async def erase(self, person: Person) -> int:
        """Forget everything that the reader saved and voted; return how much that was."""
        ...
