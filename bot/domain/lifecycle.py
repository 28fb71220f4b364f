"""What may happen to a delivery and to a part, and what each becomes: the whole state machine, as two tables.

What is in no table changes nothing: a ledger that is asked for it leaves the row as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.domain.delivery import DeliveryState, PartState


class Event(StrEnum):
    """What happens to a delivery."""

    CLAIM = "claim"
    """The holder of its lane takes it in hand."""
    ADVANCE = "advance"
    """A part got its outcome, and another one follows."""
    COMPLETE = "complete"
    """The last part got its outcome."""
    POSTPONE = "postpone"
    """The present part is to be tried again later."""
    GIVE_BACK = "give back"
    """Its holder stops between two parts."""
    TAKE_OVER = "take over"
    """Its lane has a new holder."""
    GIVE_UP = "give up"
    """Refused, or tried too often."""
    END = "end"
    """The destination is no longer there or no longer wants it."""
    EXPIRE = "expire"
    """Its time is over."""
    OVERTAKE = "overtake"
    """Its issue was recalled, its reader paused before it was due, or it is a correction and a newer one takes its
    place."""
    REOPEN = "reopen"
    """The operator wants it tried again, or the clock by which it expired was wrong."""


class PartEvent(StrEnum):
    """What happens to a part."""

    INTEND = "intend"
    """It is about to be sent."""
    ACCEPT = "accept"
    """The platform named the message."""
    LOSE = "lose"
    """Nobody knows whether it arrived."""
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    """It was certainly not accepted, and is to be tried again."""
    FIND = "find"
    """A look into the chat shows that it arrived."""
    MISS = "miss"
    """A look into the chat shows that it did not arrive, or the operator wants it sent again at any risk."""


_S, _P = DeliveryState, PartState

TRANSITIONS: Mapping[tuple[DeliveryState, Event], DeliveryState] = {
    (_S.PENDING, Event.CLAIM): _S.LEASED,
    (_S.PENDING, Event.EXPIRE): _S.EXPIRED,
    (_S.LEASED, Event.ADVANCE): _S.LEASED,
    (_S.LEASED, Event.COMPLETE): _S.SENT,
    (_S.LEASED, Event.POSTPONE): _S.PENDING,
    (_S.LEASED, Event.GIVE_BACK): _S.PENDING,
    (_S.LEASED, Event.TAKE_OVER): _S.PENDING,
    (_S.LEASED, Event.GIVE_UP): _S.DEAD,
    (_S.LEASED, Event.END): _S.GONE,
    (_S.LEASED, Event.EXPIRE): _S.EXPIRED,
    (_S.PENDING, Event.OVERTAKE): _S.WITHDRAWN,
    (_S.LEASED, Event.OVERTAKE): _S.WITHDRAWN,
    (_S.SENT, Event.REOPEN): _S.PENDING,
    (_S.DEAD, Event.REOPEN): _S.PENDING,
    (_S.GONE, Event.REOPEN): _S.PENDING,
    (_S.EXPIRED, Event.REOPEN): _S.PENDING,
}
"""What has begun expires only in its holder's hand, between two parts. What is sent is reopened for lost parts."""

PART_TRANSITIONS: Mapping[tuple[PartState | None, PartEvent], PartState | None] = {
    (None, PartEvent.INTEND): _P.SENDING,
    (_P.SENDING, PartEvent.INTEND): _P.SENDING,
    (_P.SENDING, PartEvent.ACCEPT): _P.SENT,
    (_P.SENDING, PartEvent.LOSE): _P.UNKNOWN,
    (_P.SENDING, PartEvent.REFUSE): _P.REJECTED,
    (_P.SENDING, PartEvent.WITHDRAW): None,
    (_P.UNKNOWN, PartEvent.FIND): _P.SENT,
    (_P.UNKNOWN, PartEvent.MISS): _P.ABSENT,
}
"""None stands for a part that the ledger does not mention."""


def follow(state: DeliveryState, event: Event) -> DeliveryState:
    """Return what a delivery becomes; KeyError for what cannot happen."""
    return TRANSITIONS[state, event]
