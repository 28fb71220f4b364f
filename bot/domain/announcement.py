"""A word from the owners to everybody who subscribes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.person import Person

DRAFT_LIFETIME = timedelta(hours=24)
"""How long a draft can be confirmed: an old button shall not send what nobody remembers."""


class AnnouncementState(StrEnum):
    """Where an announcement stands."""

    DRAFT = "draft"
    """Shown to its author, who is to confirm it."""
    CONFIRMED = "confirmed"
    """Its deliveries are being planned: by this process, or by the next one."""
    PLANNED = "planned"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Announcement:
    """One announcement."""

    key: str
    """Of its row among the issues, and in the buttons that decide about it; at most 30 characters of `a-z0-9-`."""
    text: str
    author: Person
    state: AnnouncementState
    made_at: datetime
    decided_at: datetime | None
    """When it was confirmed or cancelled. Who subscribed later does not get it."""
