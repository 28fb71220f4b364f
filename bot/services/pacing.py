"""How fast messages may leave, in memory: one place for a chat's pace and a platform's.

The generic cell rate algorithm (GCRA): each key holds the instant at which its next message may go.
"""

from __future__ import annotations

from datetime import datetime, timedelta

_MOST_KEYS = 10_000
"""Keys in the past carry no information and are dropped when there are this many."""


class Pace:
    """Hands out slots in time; whoever gets one waits for it."""

    def __init__(self) -> None:
        self._next: dict[str, datetime] = {}
        self._held: dict[str, datetime] = {}

    def slot(self, key: str, now: datetime, *, every: float) -> datetime:
        """Return when this message may go; the next one of `key` follows `every` seconds later."""
        at = max(now, self._next.get(key, now), self._held.get(key, now))
        if len(self._next) > _MOST_KEYS:
            self._next = {kept: instant for kept, instant in self._next.items() if instant > now}
            self._held = {kept: instant for kept, instant in self._held.items() if instant > now}
        self._next[key] = at + timedelta(seconds=every)
        return at

    def hold(self, key: str, until: datetime) -> None:
        """Let nothing of `key` go before `until`, slots already handed out included."""
        self._held[key] = max(until, self._held.get(key, until))

    def held_until(self, key: str, now: datetime) -> datetime:
        """Return `now`, or the later instant before which nothing of `key` may go."""
        return max(now, self._held.get(key, now))
