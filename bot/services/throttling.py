"""Keeping one reader from asking faster than anybody reads."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from bot.ports.clock import Clock

BURST = 30
"""Requests at once: someone who taps through two issues."""
RATE = 2.0
"""Requests a second, in the long run."""
_REMEMBERED = 10_000
"""Readers; who is forgotten begins anew."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    """On the clock that only grows."""
    told: bool = False


class Throttle:
    """A token bucket for each reader, in memory."""

    def __init__(self, clock: Clock, *, burst: int = BURST, rate: float = RATE) -> None:
        self._clock = clock
        self._burst = burst
        self._rate = rate
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def admit(self, reader: Hashable) -> int:
        """Return 0 if the request may be answered, else the seconds to wait, from 1."""
        now = self._clock.elapsed()
        bucket = self._buckets.setdefault(reader, _Bucket(self._burst, now))
        self._buckets.move_to_end(reader)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        bucket.tokens, bucket.at = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate), now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            bucket.told = False
            return 0
        return math.ceil((1 - bucket.tokens) / self._rate)

    def tell(self, reader: Hashable) -> bool:
        """Return whether a reader who was not admitted is to be told so: once, until one more is admitted."""
        bucket = self._buckets.get(reader)
        if bucket is None or bucket.told:
            return False
        bucket.told = True
        return True
