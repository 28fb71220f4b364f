"""The steps of a delivery, as a platform carries them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.change import Edit, New, Removal, Step, is_change, next_step, shown, taken_in_hand
from bot.domain.delivery import (
    LIFETIME,
    Absent,
    Deed,
    Delivery,
    Outcome,
    PartState,
    Rejected,
    Sent,
    Tag,
    Throttled,
    Unfit,
    Unknown,
    Unreadable,
    Unsent,
)
from bot.ports.clock import SKEW
from bot.ports.sender import Sender
from formatters.rendering.jumps import resolved

LOOK_AFTER = timedelta(seconds=60)
"""When a message that may have arrived is looked for: a request that is still under way by then never ends."""
_LOOK_BACK = timedelta(minutes=2)
"""How much earlier than ours a platform's clock may be."""
_SET_BACK = "the clock was set back since; nobody can tell when to look for it"


@dataclass(frozen=True, slots=True)
class Steps:
    """What one platform can do of a delivery, by its capabilities."""

    sender: Sender

    def next(self, delivery: Delivery) -> Step | None:
        """Return what is to be done next, or None if nothing is left."""
        return next_step(delivery, may_edit=self.sender.capabilities.edit, has_links=self._has_links(delivery))

    def take_in_hand(self, delivery: Delivery, step: Step) -> Delivery:
        """Return the delivery with this step in hand, as the ledger is to record it."""
        may_edit = self.sender.capabilities.edit
        return taken_in_hand(delivery, step, may_edit=may_edit, has_links=self._has_links(delivery))

    def _has_links(self, delivery: Delivery) -> bool:
        return self.sender.capabilities.links and self.sender.has_links(delivery.destination)

    async def carry_out(self, delivery: Delivery, step: Step, *, now: datetime) -> Outcome:
        """Carry the step out, once."""
        match step:
            case New():
                outcome = await self._send(delivery, step)
                return Rejected(outcome.reason) if isinstance(outcome, Unfit) and is_change(delivery) else outcome
            case Edit():
                return await self._edit(delivery, step)
            case Removal():
                return await self._remove(delivery, step, now)
            case _:
                assert_never(step)

    async def _send(self, delivery: Delivery, step: New) -> Outcome:
        """Send a part. The first one of an issue may ring, all else is silent."""
        return await self.sender.send(
            step.part,
            to=delivery.destination,
            silent=delivery.silent or delivery.cursor > 0 or is_change(delivery),
            under=self._under(delivery, step.part.name),
            previews=delivery.previews,
            tag=Tag(delivery.id, delivery.cursor),
        )

    async def _edit(self, delivery: Delivery, step: Edit) -> Outcome:
        part = resolved(step.part, await self._addresses(delivery)) if step.linked else step.part
        return await self.sender.edit(part, step.message_id, to=delivery.destination, previews=delivery.previews)

    async def _remove(self, delivery: Delivery, step: Removal, now: datetime) -> Outcome:
        """Delete the message, or put the notice in its place where it is too old or the platform refuses."""
        to, able = delivery.destination, self.sender.capabilities
        outcome: Outcome = Rejected(f"messages of {to.platform} cannot be deleted after so long")
        if able.delete_within is not None and now - step.sent.at < able.delete_within:
            outcome = await self.sender.delete(step.message_id, to=to)
        if isinstance(outcome, Rejected) and step.notice is not None and able.edit:
            return await self.sender.edit(step.notice, step.message_id, to=to)
        return outcome

    async def _addresses(self, delivery: Delivery) -> Mapping[str, str]:
        """Return the address of each message of the delivery that has one, by its part."""
        found: dict[str, str] = {}
        for name, receipt in shown((*delivery.history, *delivery.receipts)).items():
            if receipt.message_id is not None:
                link = await self.sender.link(
                    receipt.message_id, to=delivery.destination, under=self._under(delivery, name)
                )
                if link is not None:
                    found[name] = link
        return found

    def _under(self, delivery: Delivery, name: str) -> str | None:
        """Return the message in whose thread a part stands."""
        alone = any(part.name == name and not part.threaded for part in delivery.parts)
        return delivery.first_message_id if self.sender.capabilities.threads and not alone else None

    # --- messages that may have arrived ------------------------------------------------------------------------------

    def may_look_up(self, delivery: Delivery) -> bool:
        """Return whether the last step sent a message that may have arrived, and this can be found out."""
        last = delivery.receipts[-1] if delivery.receipts else None
        return (
            self.sender.capabilities.lookup
            and last is not None
            and last.deed is Deed.NEW
            and last.state is PartState.UNKNOWN
        )

    async def look_up(self, delivery: Delivery, *, now: datetime) -> Sent | Absent | Unreadable | Throttled | Unsent:
        """Look for the message of the last step. Nobody knows how long ago that was if the clock was set back since."""
        last = delivery.receipts[-1]
        set_back = last.at > now + SKEW
        sent_at = now - LIFETIME if set_back else last.at
        found = await self.sender.look_up(
            Tag(delivery.id, last.position),
            to=delivery.destination,
            under=self._under(delivery, last.part),
            since=sent_at - _LOOK_BACK - LOOK_AFTER,
            now=now,
        )
        return Unreadable(_SET_BACK) if set_back and isinstance(found, Absent) else found


def repeatable(step: Step, outcome: Outcome) -> Outcome:
    """Return the outcome; if nobody knows whether a step was done that may be done twice, one to be tried again."""
    return outcome if isinstance(step, New) or not isinstance(outcome, Unknown) else Unsent(outcome.reason)
