"""A delivery's life: one issue to one destination, part by part.

pending ─claim─▶ leased ─intent─▶ (part: sending) ─▶ part sent ─▶ next part … ─▶ sent
   ▲                                   ├▶ throttled / unsent: back to pending, due later
   │                                   ├▶ unfit: the same delivery goes on in the spare form
   └── restart or takeover, epoch+1 ───┤▶ rejected: dead · gone: gone, and the subscription ends
                                       └▶ unknown: the part stays unknown, the next one follows
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.destination import Destination
from formatters.parts import Part

DAILY = "daily"
"""The occasion of the scheduled delivery. [send all] uses `request:<id>` of its own."""

ANNOUNCEMENT = "announcement"
"""The occasion of an owner's word to everybody."""

ALERT = "alert"
"""The occasion of a word to the owners alone."""

FOR_SUBSCRIBERS = (DAILY, ANNOUNCEMENT)
"""What goes to nobody who has left; all else was asked for."""

LIFETIME = timedelta(hours=24)
"""After this long a delivery that has not ended expires: yesterday's digest is no news."""

TOO_LATE = "not delivered within 24 hours"
LAST_TRY = "; the last try: "
"""Between a reason and what the last try led to."""


class DeliveryState(StrEnum):
    """Where a delivery stands. All but the first two are final."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    """Every part has its outcome; parts may be unknown or rejected, and are listed as such."""
    DEAD = "dead"
    """Refused, or tried too often."""
    GONE = "gone"
    """The destination is no longer there or no longer wants it."""
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """Overtaken: by a recall, or a correction by a newer one."""


class UnknownPolicy(StrEnum):
    """What becomes of a part that may have arrived."""

    SKIP = "skip"
    """At most once: it is not sent again, and the next part follows."""
    RESEND = "resend"
    """At least once: it is sent again, and may so arrive twice."""


FINAL = frozenset(DeliveryState) - {DeliveryState.PENDING, DeliveryState.LEASED}


class PartState(StrEnum):
    """What is known about one step. Not in the ledger: never tried."""

    SENDING = "sending"
    """The intent is on record and no outcome is: in doubt after a crash."""
    SENT = "sent"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    ABSENT = "absent"
    """It was unknown, and a look into the chat showed that it did not arrive: it may be sent."""


class Deed(StrEnum):
    """What a step does."""

    NEW = "new"
    """Sends a message: at most once."""
    EDIT = "edit"
    """Changes a message that is there. Twice is the same as once."""
    REMOVAL = "removal"
    """Takes a message away. Twice is the same as once."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform accepted it and named the message."""

    message_id: str


class Scope(StrEnum):
    """Whom a pause concerns."""

    CHAT = "chat"
    """One destination: its slow mode, or its own share of messages."""
    PLATFORM = "platform"
    """Everything that is sent with the same token."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Not accepted; the platform says how long to wait."""

    after: timedelta
    reason: str
    scope: Scope = Scope.PLATFORM
    """What cannot be known counts as everybody's: a pause too wide costs time, one too narrow the token."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """Certainly not accepted, through no fault of the message: it never left, or a 503 said so."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Refused for good: trying again would be refused again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unfit:
    """Refused for its form, which not every chat takes; the issue in another form may be accepted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The destination is no longer there or has blocked the bot."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Not accepted: the destination has a new address (a group that became a supergroup)."""

    to: Destination
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived: the answer was lost. Never blindly sent again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A look into the chat shows that the message did not arrive."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The bot may not look into the chat; asking again would be refused again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Tag:
    """Names one message of one delivery, for platforms that keep it with the message."""

    delivery: int
    position: int


Outcome = Sent | Throttled | Unsent | Rejected | Unfit | Gone | Moved | Unknown


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the ledger knows about one part of one delivery."""

    position: int
    """Counted from 0."""
    part: str
    """The part's name."""
    state: PartState
    message_id: str | None
    digest: str
    """Of the part as it was sent."""
    reason: str | None
    at: datetime
    deed: Deed = Deed.NEW


@dataclass(frozen=True, slots=True)
class Doing:
    """A step of a delivery, as the ledger records it."""

    part: str
    """The part's name."""
    digest: str
    """Of what the message shows after it; empty where nothing is left of it."""
    deed: Deed
    last: bool
    """Whether nothing follows it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A leased delivery, as the drain works on it."""

    id: int
    epoch: int
    """Grows with every lease; a write under an older one changes nothing."""
    issue_key: str
    destination: Destination
    occasion: str
    parts: tuple[Part, ...]
    """Frozen when the delivery was planned."""
    receipts: tuple[Receipt, ...]
    """In position order."""
    attempts: int
    """How often the present part was tried without getting through."""
    expires_at: datetime
    silent: bool
    """Whether its first part comes without a sound, too."""
    previews: bool
    """Whether the platform may add previews of links."""
    history: tuple[Receipt, ...] = ()
    """Of a change: the receipts of what it changes and of earlier changes to that, in order."""
    whole: bool = True
    """Of a change: whether what it changes was carried out to its end. What was not is no longer sent."""
    doing: Doing | None = None
    """The step in hand; None: the part at the cursor is sent."""
    is_over: bool = False
    """Whether the last step was settled as such."""
    lane: int = 0
    """The lane through which it was claimed."""
    last_try: str | None = None
    """Why the present part did not get through when it was last tried."""

    @property
    def cursor(self) -> int:
        """The position of the next step."""
        return len(self.receipts)

    @property
    def in_hand(self) -> Doing:
        """The step at the cursor."""
        if self.doing is not None:
            return self.doing
        part = self.parts[self.cursor]
        return Doing(part.name, part.digest, Deed.NEW, last=self.cursor + 1 >= len(self.parts))

    def settled(self, state: PartState, message_id: str | None, reason: str | None, *, at: datetime) -> Delivery:
        """Return the delivery with the outcome of the step in hand."""
        step = self.in_hand
        receipt = Receipt(self.cursor, step.part, state, message_id, step.digest, reason, at, step.deed)
        told = (*self.receipts, receipt)
        return replace(self, receipts=told, attempts=0, last_try=None, doing=None, is_over=step.last)

    @property
    def first_message_id(self) -> str | None:
        """The first message that is known to be there: a platform with threads hangs the rest under it."""
        receipts = (*self.history, *self.receipts)
        return next((one.message_id for one in receipts if one.message_id and one.deed is Deed.NEW), None)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A delivery as an operator sees it."""

    id: int
    issue_key: str
    title: str
    destination: Destination
    occasion: str
    state: DeliveryState
    parts: int
    receipts: tuple[Receipt, ...]
    attempts: int
    reason: str | None
    note: str | None
    """What is to be known even if all went through, such as why another style was sent."""
    planned_at: datetime
    due_at: datetime
    finished_at: datetime | None

    def count(self, state: PartState) -> int:
        """Return how many messages are in this state; what was changed of them later does not count."""
        return sum(receipt.state is state and receipt.deed is Deed.NEW for receipt in self.receipts)
