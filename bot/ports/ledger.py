"""The ledger: what was promised, tried and done. It owns the truth about deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol
from zoneinfo import ZoneInfo

from bot.domain.delivery import Absent, Delivery, DeliveryReport, DeliveryState, Rejected, Sent, Unknown
from bot.domain.destination import Destination, Platform
from bot.domain.issues import Listed
from formatters.editions import Subject
from formatters.parts import Part
from formatters.views import Style

OVERVIEW: Final = "overview"
"""Stands for a style where a reader who joined late got the overview alone, as an answer."""


@dataclass(frozen=True, slots=True)
class EveryActive:
    """Every active subscription of the plan's platform, style and language that began no later than `joined_by`."""

    joined_by: datetime


@dataclass(frozen=True, slots=True)
class FixedOnly:
    """The active subscriptions of the plan's platform, style and language that come from the settings."""


@dataclass(frozen=True, slots=True)
class Only:
    """One destination, subscribed or not."""

    destination: Destination


Audience = EveryActive | FixedOnly | Only


@dataclass(frozen=True, slots=True)
class Slots:
    """Everybody gets the issue at an hour of their own: the first one at or after its release."""

    release: datetime
    home: ZoneInfo
    """The zone of those who named none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One issue, rendered for one platform, style and language, to an audience."""

    issue_key: str
    content_hash: str
    platform: Platform
    style: Style | Literal["overview"]
    language: str
    parts: tuple[Part, ...]
    occasion: str
    audience: Audience
    slots: Slots | None = None
    """None: due at once, whatever hours and weekdays a destination prefers."""
    subjects: tuple[Subject, ...] = ()
    """Of the issue's items: what a correction recognises them by."""
    spare: tuple[Part, ...] = ()
    """The issue in the style `items`, kept for destinations that turn out not to take this style."""


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries an operator asks for; None means any."""

    issue_key: str | None = None
    destination: Destination | None = None
    state: DeliveryState | None = None
    troubled: bool = False
    """Only those that did not go through, or have an unknown or rejected part."""
    limit: int = 50


class Ledger(Protocol):
    """Durable: what a method returned is on disk. Methods raise DatabaseError if the store fails."""

    async def record_issues(self, issues: Sequence[Listed], *, now: datetime) -> dict[str, str]:
        """Remember issues; return the ref of each key.

        An unknown key whose title and date equal those of a remembered issue that is not among
        `issues` is that issue renamed: it keeps its ref and its deliveries. `issues` is everything
        that the source holds.
        """
        ...

    async def released_at(self, issue_key: str) -> datetime | None:
        """Return when the issue was released to its daily audience, or None."""
        ...

    async def release(self, issue_key: str, *, now: datetime) -> datetime:
        """Note that the issue is released now, unless it was before; return the instant that counts."""
        ...

    async def record_notice(self, key: str, title: str, *, now: datetime) -> bool:
        """Make the ledger know an announcement or an alert, so that it can be planned as an issue is.

        Returns whether the key is new. A notice is never taken for a post.
        """
        ...

    async def hold(self, issue_key: str, *, now: datetime) -> int:
        """Put off what has not begun of an issue's daily deliveries, for as long as they live; return how many.

        Whoever has some of it gets the rest. Holding twice is the same as once.
        """
        ...

    async def let_go(self, issue_key: str, *, now: datetime) -> int:
        """Make due what `hold` put off, at once or at its slot that is still to come; return how many."""
        ...

    async def plan(self, plan: Plan, *, now: datetime) -> int:
        """Add the deliveries that are missing, each due at its destination's slot; return how many were added.

        Who does not want issues on the slot's weekday, or pauses then, gets none.
        Unique per (issue, destination, occasion): planning twice adds nothing. In chunks: an
        interrupted plan is completed by planning again.
        """
        ...

    async def count_as_delivered(self, plan: Plan, *, message_id: str, now: datetime) -> bool:
        """Note that `Only` destination of `plan` got its only part already, as an answer.

        Returns False, and changes nothing, if there is such a delivery.
        """
        ...

    async def expire(self, *, now: datetime) -> int:
        """End, as expired, what is past its time and has not begun; return how many.

        What has begun is claimed like any other, and its holder judges what is missing.
        """
        ...

    async def mend_time(self, *, now: datetime, just_now: bool) -> int:
        """Mend what a clock that ran ahead left behind, now that it was set back; return how many deliveries go on.

        What was to leave at once is due, and what expired before its time is pending again. Whoever has an hour of
        their own gets it then. `just_now` says that pauses, too, were counted by that clock: they are over.
        """
        ...

    async def claim(self, lanes: Collection[int], *, holder: str, now: datetime, limit: int) -> list[Delivery]:
        """Lease up to `limit` pending deliveries of these lanes that are due.

        Urgent ones come first, then those that have been due longest. Of one destination only one is leased at a time,
        in the order in which they were planned. Nothing comes from a lane that `holder` does not hold.
        """
        ...

    async def next_due(self) -> datetime | None:
        """Return when the first pending delivery is due, or None if nothing is pending."""
        ...

    async def unfinished(self) -> int:
        """Return how many deliveries are pending or leased."""
        ...

    async def intend(self, delivery: Delivery, *, now: datetime) -> bool:
        """Put on record that the step in hand is about to be carried out.

        False, and nothing may be done, if the lease was lost, the subscription of a daily delivery has ended or pauses,
        or the issue was recalled.
        """
        ...

    async def settle(self, delivery: Delivery, outcome: Sent | Unknown | Rejected, *, now: datetime) -> Delivery | None:
        """Record the final outcome of the step in hand; after the last one the delivery is sent.

        Returns the delivery with its cursor moved on, or None if the lease was lost.
        """
        ...

    async def complete(self, delivery: Delivery, *, now: datetime, note: str | None = None) -> None:
        """End, as sent, a delivery of which nothing is left to do that counts; `note` says what was left undone."""
        ...

    async def resolve(self, delivery: Delivery, outcome: Sent | Absent, *, now: datetime) -> Delivery | None:
        """Record what a look into the chat told about the last step, which was unknown; None if the lease was lost."""
        ...

    async def recalled_at(self, issue_key: str) -> datetime | None:
        """Return when the issue was recalled, or None."""
        ...

    async def newest_issue(self) -> str | None:
        """Return the key of the newest issue that was ever read, by its date."""
        ...

    async def postpone(self, delivery: Delivery, *, until: datetime, reason: str, counts: bool) -> None:
        """Take the intent back, end the lease, and make the delivery due at `until`.

        `counts` adds to its attempts; settling a part resets them.
        """
        ...

    async def give_back(self, delivery: Delivery) -> None:
        """End the lease between two parts, due at once: the process is stopping."""
        ...

    async def redirect(self, delivery: Delivery, to: Destination, *, now: datetime) -> Delivery | None:
        """Take the intent back and move the destination, with all its deliveries, to a new address.

        None if the lease was lost, or if the new address has its own delivery of this issue: then this
        one ends as gone.
        """
        ...

    async def fall_back(self, delivery: Delivery, reason: str) -> Delivery | None:
        """Take the intent back and let the delivery go on with its plan's spare parts, all of them.

        The subscription, if there is one, prefers the style `items` from now on. `reason` becomes the delivery's
        note. None, with nothing changed, if the lease was lost or the plan had no spare parts.
        """
        ...

    async def finish(self, delivery: Delivery, state: DeliveryState, reason: str, *, now: datetime) -> None:
        """End the delivery in a final state other than sent; an open intent becomes a rejected part."""
        ...

    async def reopen(self, issue_key: str, to: Destination | None, *, now: datetime) -> int:
        """Make daily deliveries that ended dead, gone or expired pending again, at the part where they stopped.

        Those of one destination, or all of the issue; return how many. Rejected parts are tried again,
        unknown ones are not.
        """
        ...

    async def requeue(self, ids: Collection[int], *, unknown: bool, now: datetime) -> list[int]:
        """Make deliveries that ended dead, gone or expired pending again; return which.

        With `unknown`, their unknown messages are sent again, too, and those of deliveries that came to their end.
        """
        ...

    async def tally(self, issue_key: str, to: Destination | None) -> dict[DeliveryState, int]:
        """Return how many daily deliveries of an issue, or of one destination alone, are in each state.

        Of readers whose subscription has ended, only what they got is counted.
        """
        ...

    async def has_delivery(self, issue_key: str, destination: Destination, occasion: str) -> bool:
        """Return whether such a delivery exists, in whatever state."""
        ...

    async def withhold(self, destination: Destination, *, until: datetime, now: datetime) -> int:
        """End the destination's daily deliveries that are due before `until`, as its reader pauses; return how many.

        Not those of which something was sent.
        """
        ...

    async def missed(self, destination: Destination, *, since: datetime, until: datetime) -> list[str]:
        """Return the keys of issues released from `since` to before `until` that the destination did not get.

        Nor those that were withheld meanwhile. The newest first. What is on its way to it is not missed.
        """
        ...

    async def reports(self, wanted: DeliveryFilter) -> list[DeliveryReport]:
        """Return the newest deliveries that fit, newest first."""
        ...

    async def mark(self, name: str, value: str) -> None:
        """Remember a small fact, such as the last day on which the watch was closed."""
        ...

    async def marked(self, name: str) -> str | None:
        """Return what was remembered under `name`."""
        ...
