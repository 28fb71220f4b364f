"""What must hold at the end, whatever happened: the platforms' record against the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.delivery import FINAL, Deed, DeliveryReport, DeliveryState, PartState, Receipt
from tests.chaos.issues import PartName, number_of
from tests.chaos.record import Arrival


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was not kept, at one place (None: everywhere)."""

    promise: str
    place: str | None
    what: str

    def __str__(self) -> str:
        return f"{self.promise} | {self.place or 'everywhere'} | {self.what}"


@dataclass(frozen=True, slots=True)
class Witness:
    """What a place received, and what is known of the platforms' own faults towards it."""

    address: str
    arrivals: Sequence[Arrival]
    ended: bool = False
    """The reader turned the bot away at some moment."""
    guest: bool = False
    """Not subscribed: gets only what was asked for."""


@dataclass(slots=True)
class Doubt:
    """What may be unknown, and why."""

    in_flight: set[tuple[int, int]] = field(default_factory=set)
    """(Delivery, position) on record as being sent when a process was killed, stopped or frozen."""
    withheld: set[tuple[str, PartName]] = field(default_factory=set)
    """(Address, part) whose answer a platform withheld."""
    unnamed: int = 0
    """Requests that died unread: they may have been any part."""


def judge(
    witnesses: Sequence[Witness], reports: Sequence[DeliveryReport], doubt: Doubt, *, issues: int, parts: int
) -> list[Violation]:
    """Return everything that does not hold, after `issues` issues of `parts` parts each."""
    found: list[Violation] = []
    by_address: dict[str, list[DeliveryReport]] = {witness.address: [] for witness in witnesses}
    for report in reports:
        by_address.setdefault(str(report.destination), []).append(report)
    for witness in witnesses:
        own = by_address.pop(witness.address)
        found += _received(witness)
        found += _completed(witness, own, issues, parts)
        found += _agreed(witness, own)
    found += [Violation("nobody else", address, "has deliveries and is nobody we know") for address in by_address]
    return found + _explained(reports, doubt)


def _received(witness: Witness) -> list[Violation]:
    """By the platform alone: nothing twice, in order, one ring for each issue."""
    found: list[Violation] = []
    for name, times in Counter(arrival.name for arrival in witness.arrivals).items():
        if times > 1:
            found.append(Violation("nothing twice", witness.address, f"part {name} arrived {times} times"))
    last: dict[int, PartName] = {}
    rings: Counter[int] = Counter()
    for arrival in sorted(witness.arrivals, key=lambda one: one.order):
        name = arrival.name
        before = last.get(name.issue)
        if before is not None and name.part < before.part:
            found.append(Violation("in order", witness.address, f"part {name} arrived after part {before}"))
        last[name.issue] = name
        rings[name.issue] += arrival.rang
    in_threads = witness.address.startswith("slack:")
    for issue, times in rings.items():
        # without the overview's id there is no thread to hang the next part under
        if times > (2 if in_threads else 1):
            found.append(Violation("one ring", witness.address, f"issue {issue} rang {times} times"))
    return found


def _completed(witness: Witness, own: Sequence[DeliveryReport], issues: int, parts: int) -> list[Violation]:
    """By the ledger: one delivery for each issue, over, with an outcome for each part."""
    found: list[Violation] = []
    for report in own:
        what = f"delivery {report.id} of {report.issue_key} is {report.state}"
        if report.state not in FINAL:
            found.append(Violation("all is over", witness.address, f"{what}: {report.reason}"))
        elif report.state is not DeliveryState.SENT and not witness.ended:
            found.append(Violation("nothing is lost", witness.address, f"{what}: {report.reason}"))
        elif report.state is DeliveryState.SENT and (told := len(_messages(report))) != parts:
            found.append(Violation("nothing is lost", witness.address, f"{what} with {told} of {parts} parts"))
    if not witness.guest:
        planned = Counter(number_of(report.issue_key) for report in own if report.occasion == "daily")
        found += [
            Violation("nothing is lost", witness.address, f"issue {issue} was planned {planned[issue]} times")
            for issue in range(1, issues + 1)
            if planned[issue] != 1 and not witness.ended
        ]
    return found


def _agreed(witness: Witness, own: Sequence[DeliveryReport]) -> list[Violation]:
    """Each against the other: what the ledger calls sent is there, and nothing else but what it calls unknown."""
    found: list[Violation] = []
    there = {arrival.name: arrival for arrival in witness.arrivals}
    told = {name: receipt for report in own for name, receipt in _messages(report).items()}
    for name, receipt in told.items():
        arrival = there.get(name)
        if receipt.state is PartState.SENT and (arrival is None or arrival.message_id != receipt.message_id):
            is_there = f"message {arrival.message_id}" if arrival else "not there"
            what = f"part {name} is sent as {receipt.message_id} by the ledger, and {is_there}"
            found.append(Violation("sent is there", witness.address, what))
        if receipt.state in (PartState.REJECTED, PartState.ABSENT) and not witness.ended:
            what = f"part {name} is {receipt.state}: {receipt.reason}"
            found.append(Violation("nothing is lost", witness.address, what))
    unrecorded = (name for name in there if name not in told)
    found += [
        Violation("all is on record", witness.address, f"part {name} is there, and not in the ledger")
        for name in unrecorded
    ]
    return found


def _messages(report: DeliveryReport) -> dict[PartName, Receipt]:
    """Return what became of each part at last: one that was looked for and not found is sent again, under its name.

    That the overview gets its links in the end is no message.
    """
    last = {receipt.part: receipt for receipt in report.receipts if receipt.deed is Deed.NEW}
    issue = number_of(report.issue_key)
    return {PartName(issue, number): receipt for number, receipt in enumerate(last.values())}


def _explained(reports: Sequence[DeliveryReport], doubt: Doubt) -> list[Violation]:
    """Unknown is what was in flight when something broke off, and nothing more."""
    unexplained = [
        (report, name, receipt)
        for report in reports
        for name, receipt in _messages(report).items()
        if receipt.state is PartState.UNKNOWN
        and (report.id, receipt.position) not in doubt.in_flight
        and (str(report.destination), name) not in doubt.withheld
    ]
    if len(unexplained) <= doubt.unnamed:
        return []
    return [
        Violation(
            "unknown is what was in flight",
            str(report.destination),
            f"part {name} is unknown ({receipt.reason}), and only {doubt.unnamed} requests died unread",
        )
        for report, name, receipt in unexplained
    ]
