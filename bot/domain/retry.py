"""What follows from an outcome: the one place that decides.

Values in, a decision out; the drain carries it out and the ledger records it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from bot.domain.delivery import Gone, Moved, Outcome, Rejected, Sent, Throttled, Unfit, Unknown, UnknownPolicy, Unsent
from bot.domain.destination import Destination

MOST_ATTEMPTS = 16
"""With the pauses below 46 to 92 minutes of trying: longer than most outages, shorter than a day."""
_FIRST_PAUSE = timedelta(seconds=1)
_LONGEST_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Advance:
    """The part has its final outcome; go on with the next one."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The same part again, after a pause."""

    after: timedelta
    reason: str
    counts: bool
    """Whether this try uses up one of `MOST_ATTEMPTS`; a platform's own pause does not."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """The same part again, at once, to the destination's new address."""

    to: Destination
    reason: str


@dataclass(frozen=True, slots=True)
class FallBack:
    """The delivery goes on in its spare form, at once; the destination is remembered to want that."""

    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The delivery ends as dead."""

    reason: str


@dataclass(frozen=True, slots=True)
class EndSubscription:
    """The delivery ends as gone, and so does the subscription."""

    reason: str


Decision = Advance | TryAgain | Redirect | FallBack | GiveUp | EndSubscription


def decide(
    outcome: Outcome,
    *,
    attempts: int,
    position: int,
    jitter: float,
    unknown: UnknownPolicy = UnknownPolicy.SKIP,
) -> Decision:
    """Return what to do after `outcome` of a part that was already tried `attempts` times in vain.

    `jitter` is in [0, 1) and spreads retries over the second half of each pause. A rejected first part
    ends the delivery; a later one is skipped, so that one bad item does not cost the rest. Where unknown
    parts are sent again, one that stays unknown at its last try is skipped, too.
    """
    match outcome:
        case Sent():
            return Advance()
        case Unknown(reason):
            if unknown is UnknownPolicy.SKIP or attempts + 1 >= MOST_ATTEMPTS:
                return Advance()
            return TryAgain(pause(attempts, jitter), reason, counts=True)
        case Rejected(reason):
            return GiveUp(reason) if position == 0 else Advance()
        case Unfit(reason):
            return FallBack(reason)
        case Gone(reason):
            return EndSubscription(reason)
        case Moved(to, reason):
            return Redirect(to, reason)
        case Throttled(after, reason):
            return TryAgain(after, reason, counts=False)
        case Unsent(reason):
            if attempts + 1 >= MOST_ATTEMPTS:
                return GiveUp(f"gave up after {MOST_ATTEMPTS} tries: {reason}")
            return TryAgain(pause(attempts, jitter), reason, counts=True)
        case _:
            assert_never(outcome)


def pause(attempts: int, jitter: float) -> timedelta:
    """Return how long to wait after `attempts` earlier tries: doubling, capped, jittered downwards by up to half."""
    doubled: timedelta = _FIRST_PAUSE * 2.0 ** min(attempts, 20)
    return min(doubled, _LONGEST_PAUSE) * (0.5 + 0.5 * jitter)


def fresh_jitter() -> float:
    """Return a new value for `decide`'s `jitter`."""
    return random.random()
