"""Announcements, from draft to plan."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.domain.announcement import Announcement, AnnouncementState


class Announcements(Protocol):
    """Durable. Methods raise DatabaseError if the store fails."""

    async def add(self, announcement: Announcement) -> None:
        """Keep a draft."""
        ...

    async def find(self, key: str) -> Announcement | None:
        """Return the announcement, or None if there is none of this key."""
        ...

    async def decide(self, key: str, state: AnnouncementState, *, now: datetime) -> bool:
        """Confirm or cancel a draft; False, and nothing changes, if that was decided before."""
        ...

    async def planned(self, key: str) -> None:
        """Note that every delivery of a confirmed announcement is planned."""
        ...

    async def confirmed(self) -> list[Announcement]:
        """Return those that are confirmed and perhaps not planned for everybody, the oldest first."""
        ...
