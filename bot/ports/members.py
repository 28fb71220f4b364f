"""Who has a role, and the invitations that give one."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.membership import InvitationKey, Member, Redemption, Role
from bot.domain.person import Person


class Members(Protocol):
    """Durable. Methods raise DatabaseError if the store fails."""

    async def find(self, person: Person) -> Member | None:
        """Return the person with their role, or None if they have none."""
        ...

    async def owners(self) -> list[Member]:
        """Return every owner, the first one first."""
        ...

    async def invite(self, key: InvitationKey, *, uses: int, expires_at: datetime, now: datetime) -> None:
        """Remember an invitation for `uses` people. Those that expired long ago are forgotten."""
        ...

    async def redeem(self, key: InvitationKey, person: Person, *, language: str, now: datetime) -> Redemption:
        """Give the person the invitation's role, and use the invitation up by one; an owner stays an owner."""
        ...

    async def remove(self, person: Person, role: Role) -> bool:
        """Take the role away; return whether the person had it."""
        ...
