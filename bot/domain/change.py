"""What a delivery does next: send a part, edit a message, take one away.

A delivery of an issue sends its parts in order and, where messages have addresses, then edits the first one so that its
headlines lead to the others. A correction makes what a destination shows into a newer edition, a recall takes it back.
All three follow from the same facts, the receipts: what a destination shows now, and what it is to show. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from bot.domain.delivery import ALERT, ANNOUNCEMENT, DAILY, Deed, Delivery, Doing, PartState, Receipt
from formatters.parts import Part

NOTICE = "notice"
"""The part of a change that takes the place of a message which cannot be deleted."""


class Kind(StrEnum):
    """Why something is delivered. The first word of an occasion tells."""

    DAILY = DAILY
    REQUEST = "request"
    """[send all]."""
    CORRECTION = "correction"
    RECALL = "recall"
    ANNOUNCEMENT = ANNOUNCEMENT
    ALERT = ALERT


SENDING = frozenset({Kind.DAILY, Kind.REQUEST, Kind.ANNOUNCEMENT, Kind.ALERT})
"""What sends new messages, and changes none."""


def kind_of(occasion: str) -> Kind:
    """Return the kind of an occasion such as `daily`, `request:77` or `correction:3:12`."""
    return Kind(occasion.partition(":")[0])


@dataclass(frozen=True, slots=True)
class New:
    """Send this part as a message."""

    part: Part


@dataclass(frozen=True, slots=True)
class Edit:
    """Show this part in place of what the message shows."""

    part: Part
    message_id: str
    linked: bool
    """Whether its headlines lead to the other messages."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Take the message away, or show the notice in its place."""

    part: Part
    """Of which only the name matters."""
    message_id: str
    notice: Part | None
    sent: Receipt
    """What the message was last known to show."""


Step = New | Edit | Removal


def deed_of(step: Step) -> Deed:
    """Return what the step does, as the ledger records it."""
    match step:
        case New():
            return Deed.NEW
        case Edit():
            return Deed.EDIT
        case Removal():
            return Deed.REMOVAL
        case _:
            assert_never(step)


def digest_of(step: Step) -> str:
    """Return the hash of what the message shows after the step; empty where nothing is left of it."""
    match step:
        case New(part):
            return part.digest
        case Edit(part, _, linked):
            return part.linked_digest if linked else part.digest
        case Removal():
            return ""
        case _:
            assert_never(step)


def shown(receipts: Iterable[Receipt]) -> dict[str, Receipt]:
    """Return what is known of each part that was sent and not taken away, in the order of the chat.

    Each is told with the digest that it shows now and the instant at which it was sent. A part that is unknown or was
    rejected counts as known: it is not sent again.
    """
    found: dict[str, Receipt] = {}
    for receipt in receipts:
        match receipt.deed:
            case Deed.NEW if receipt.state is PartState.ABSENT:
                found.pop(receipt.part, None)
            case Deed.NEW:
                found[receipt.part] = receipt
            case Deed.EDIT:
                if receipt.state is PartState.SENT:
                    sent = found.get(receipt.part, receipt)
                    found[receipt.part] = replace(receipt, at=sent.at)
            case Deed.REMOVAL:
                if receipt.state is PartState.SENT:
                    found.pop(receipt.part, None)
            case _:
                assert_never(receipt.deed)
    return found


def is_change(delivery: Delivery) -> bool:
    """Return whether it changes what another delivery sent."""
    return kind_of(delivery.occasion) not in SENDING


def is_finish(delivery: Delivery) -> bool:
    """Return whether the step in hand only adds links to what has arrived: without it the delivery is as complete."""
    return delivery.in_hand.deed is Deed.EDIT and not is_change(delivery)


def taken_in_hand(delivery: Delivery, step: Step, *, may_edit: bool, has_links: bool) -> Delivery:
    """Return the delivery with this step in hand."""
    if isinstance(step, New) and delivery.cursor + 1 < len(delivery.parts) and _is_plain(delivery):
        # the usual case, told quickly: the part at the cursor, and another one follows
        return delivery if delivery.doing is None else replace(delivery, doing=None)
    doing = Doing(step.part.name, digest_of(step), deed_of(step), last=False)
    begun = replace(delivery, doing=doing)
    after = begun.settled(PartState.SENT, getattr(step, "message_id", "?"), None, at=delivery.expires_at)
    last = next_step(after, may_edit=may_edit, has_links=has_links) is None
    return replace(begun, doing=replace(doing, last=last))


def _is_plain(delivery: Delivery) -> bool:
    """Return whether it only sends, and every step so far was one part of it."""
    sends = kind_of(delivery.occasion) in SENDING
    return sends and all(receipt.state is not PartState.ABSENT for receipt in delivery.receipts)


def next_step(delivery: Delivery, *, may_edit: bool, has_links: bool) -> Step | None:
    """Return what is to be done next, or None if nothing is left.

    `may_edit`: the platform can edit messages. `has_links`: the destination's messages have addresses.
    """
    match kind_of(delivery.occasion):
        case Kind.DAILY | Kind.REQUEST | Kind.ANNOUNCEMENT | Kind.ALERT:
            return _sending(delivery, has_links=may_edit and has_links)
        case Kind.CORRECTION:
            steps = _correcting(delivery, has_links=has_links) if may_edit else iter(())
            return next(steps, None)
        case Kind.RECALL:
            return next(_recalling(delivery), None)
        case kind:
            assert_never(kind)


def steps(delivery: Delivery, *, may_edit: bool, has_links: bool) -> list[Step]:
    """Return all that a change would do, if every step came through."""
    match kind_of(delivery.occasion):
        case Kind.CORRECTION:
            return list(_correcting(delivery, has_links=has_links)) if may_edit else []
        case Kind.RECALL:
            return list(_recalling(delivery))
        case kind:
            raise ValueError(f"a {kind} delivery changes nothing")


def _sending(delivery: Delivery, *, has_links: bool) -> Step | None:
    receipts, parts = delivery.receipts, delivery.parts
    if len(receipts) < len(parts) and all(receipt.state is not PartState.ABSENT for receipt in receipts):
        return New(parts[len(receipts)])  # the usual case, told quickly
    there = shown(receipts)
    missing = next((part for part in parts if part.name not in there), None)
    if missing is not None:
        return New(missing)
    tried = {receipt.part for receipt in receipts if receipt.deed is Deed.EDIT}
    for part in parts if has_links else ():
        message = there[part.name].message_id
        if part.linked is not None and part.name not in tried and message is not None:
            return Edit(part, message, linked=True)
    return None


def _correcting(delivery: Delivery, *, has_links: bool) -> Iterator[Step]:
    """Yield edits, additions, removals, and last what leads to messages that the additions made."""
    there = shown((*delivery.history, *delivery.receipts))
    tried = {receipt.part for receipt in delivery.receipts if receipt.state is not PartState.ABSENT}
    wanted = {part.name: part for part in delivery.parts if part.name != NOTICE}
    linking: list[Step] = []
    adding: list[Step] = []
    for name, part in wanted.items():
        if name in tried:
            continue
        receipt = there.get(name)
        linked = has_links and part.linked is not None
        if receipt is None:
            if delivery.whole:
                adding.append(New(part))
        elif receipt.message_id is not None and receipt.digest != (part.linked_digest if linked else part.digest):
            edit = Edit(part, receipt.message_id, linked)
            if linked:
                linking.append(edit)
            else:
                yield edit
    yield from adding
    yield from _removals(delivery, there, tried | set(wanted))
    yield from linking


def _recalling(delivery: Delivery) -> Iterator[Step]:
    there = shown((*delivery.history, *delivery.receipts))
    return _removals(delivery, there, {receipt.part for receipt in delivery.receipts})


def _removals(delivery: Delivery, there: dict[str, Receipt], spared: set[str]) -> Iterator[Step]:
    """Yield removals, last message first: what began a thread goes when nothing hangs under it."""
    notice = next((part for part in delivery.parts if part.name == NOTICE), None)
    for name, receipt in reversed(there.items()):
        if name not in spared and receipt.message_id is not None:
            yield Removal(Part(name, {}, ""), receipt.message_id, notice, receipt)
