"""Announcements: an owner drafts one, confirms it, and everybody who subscribes gets it once."""

from __future__ import annotations

import secrets
from datetime import UTC
from typing import Literal

import structlog

from bot.domain.announcement import DRAFT_LIFETIME, Announcement, AnnouncementState
from bot.domain.person import Person
from bot.ports.announcements import Announcements
from bot.ports.clock import Clock
from bot.ports.subscriptions import Subscriptions
from bot.services.notices import Notices

_log = structlog.get_logger(__name__)

Decision = Literal["confirmed", "cancelled", "sent before", "cancelled before", "too old", "unknown"]


class Announcing:
    """Keeps drafts, and plans what is confirmed, over restarts."""

    def __init__(
        self, announcements: Announcements, notices: Notices, subscriptions: Subscriptions, clock: Clock
    ) -> None:
        self._announcements = announcements
        self._notices = notices
        self._subscriptions = subscriptions
        self._clock = clock

    async def audience(self) -> int:
        """Return how many destinations would get an announcement now: who pauses does not."""
        return sum((await self._subscriptions.audiences(awake_at=self._clock.now())).values())

    async def draft(self, text: str, author: Person) -> Announcement:
        """Keep a draft, which nobody gets until it is confirmed."""
        now = self._clock.now()
        key = f"announcement-{now.astimezone(UTC):%Y%m%d}-{secrets.token_hex(3)}"
        draft = Announcement(key, text, author, AnnouncementState.DRAFT, now, None)
        await self._announcements.add(draft)
        return draft

    async def confirm(self, key: str) -> tuple[Decision, int]:
        """Plan the draft for everybody who subscribes now; return what came of it, and how many get it.

        A process that ends in between has made a promise: `resume` keeps it.
        """
        draft = await self._announcements.find(key)
        if draft is None:
            return "unknown", 0
        now = self._clock.now()
        if draft.state is AnnouncementState.DRAFT and now - draft.made_at > DRAFT_LIFETIME:
            return "too old", 0
        if not await self._announcements.decide(key, AnnouncementState.CONFIRMED, now=now):
            return await self._decided_before(key), 0
        return "confirmed", await self.resume()

    async def cancel(self, key: str) -> Decision:
        """Drop the draft, unless it was confirmed."""
        if await self._announcements.decide(key, AnnouncementState.CANCELLED, now=self._clock.now()):
            return "cancelled"
        return await self._decided_before(key)

    async def resume(self) -> int:
        """Plan for everybody what is confirmed; return how many deliveries were added. May be repeated."""
        added = 0
        for one in await self._announcements.confirmed():
            planned = await self._notices.to_everybody(one.key, one.text, joined_by=one.decided_at or one.made_at)
            await self._announcements.planned(one.key)
            _log.info("an announcement is planned", announcement=one.key, deliveries=planned)
            added += planned
        return added

    async def _decided_before(self, key: str) -> Decision:
        found = await self._announcements.find(key)
        if found is None:
            return "unknown"
        return "cancelled before" if found.state is AnnouncementState.CANCELLED else "sent before"
