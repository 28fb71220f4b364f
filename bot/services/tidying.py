"""What becomes of deliveries by time alone: they expire, and those that a clock which ran ahead put off are due."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from bot.ports.clock import SKEW, Clock
from bot.ports.ledger import Ledger

_log = structlog.get_logger(__name__)

_EVERY = 60.0
"""Seconds."""


class Tidying:
    """Puts the ledger in order once a minute, and at once where the clock was set back."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._tidied_at: float | None = None
        self._seen = self._ahead_until = datetime.min.replace(tzinfo=UTC)
        """What the clock showed last, and the latest that it showed before it was set back."""
        self._set_back = False

    async def look(self, now: datetime) -> None:
        """Do what is to be done at this moment. Raises DatabaseError; then the next look does it."""
        if now + SKEW < self._seen:
            _log.warning("the clock was set back", seconds=round((self._seen - now).total_seconds()))
            self._ahead_until = max(self._ahead_until, self._seen)
            self._set_back = True
        self._seen = now
        elapsed = self._clock.elapsed()
        if self._set_back or self._tidied_at is None or elapsed - self._tidied_at >= _EVERY:
            # at the start nobody knows; and what began before the clock was set back may be written down later
            if self._tidied_at is None or now < self._ahead_until:
                await self._mend(now)
            await self._ledger.expire(now=now)
            self._tidied_at, self._set_back = elapsed, False

    async def _mend(self, now: datetime) -> None:
        mended = await self._ledger.mend_time(now=now, just_now=self._set_back)
        if mended:
            _log.warning("a clock that ran ahead had put deliveries off; they go on now", deliveries=mended)
