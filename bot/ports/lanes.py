"""Which process works on which lane. A lane has one holder; a holder has a lease, by the database's clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Tenure:
    """What a worker holds from one heartbeat to the next."""

    lanes: frozenset[int]
    surplus: frozenset[int]
    """Of these, what others lack: to be given up once nothing of it is in hand."""
    leads: bool
    """Whether this worker is the one that listens to readers and watches the posts."""
    taken_over: int
    """Lanes that came from a holder that is gone."""
    in_doubt: int
    """Parts of these lanes that were in flight."""
    lease: timedelta | None
    """How long all this lasts, counted from before the heartbeat; None: as long as the process."""


class Lanes(Protocol):
    """Methods raise DatabaseError if the store fails."""

    async def beat(self, worker: str, *, giving_up: Collection[int], may_take_over: bool) -> Tenure:
        """Say that `worker` lives, renew what it holds, and give it what is free, up to a fair share.

        A lane is free if nobody holds it; after its holder's lease ended, and no request of that holder can be under
        way any more, it is free to those that `may_take_over`. Lanes that come from a holder that is gone are put in
        order: every delivery of it that was leased gets a new epoch, and its parts in flight become unknown.
        """
        ...

    async def others_work(self, worker: str) -> bool:
        """Return whether another worker lives."""
        ...

    async def leave(self, worker: str) -> None:
        """Give up everything, at once free for others: the process is stopping and nothing is in flight."""
        ...
