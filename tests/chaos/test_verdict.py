"""The judge itself: each promise that is broken is seen, and what was kept is not complained of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.delivery import DeliveryReport, DeliveryState, PartState, Receipt
from bot.domain.destination import Destination, Platform
from tests.chaos.issues import PartName, part_named_in
from tests.chaos.record import Arrival
from tests.chaos.verdict import Doubt, Witness, judge

NOW = datetime(2026, 2, 12, 8, tzinfo=UTC)
PARTS = 3
ADDRESS = "telegram:42"


def arrivals(*parts: int) -> list[Arrival]:
    return [
        Arrival(PartName(1, part), message_id=str(100 + part), order=order, rang=order == 0)
        for order, part in enumerate(parts)
    ]


def receipt(part: int, state: PartState = PartState.SENT) -> Receipt:
    message_id = str(100 + part) if state is PartState.SENT else None
    return Receipt(part, f"part-{part}", state, message_id, "", None, NOW)


REPORT = DeliveryReport(
    id=7,
    issue_key="issue-1",
    title="",
    destination=Destination(Platform.TELEGRAM, "42"),
    occasion="daily",
    state=DeliveryState.SENT,
    parts=PARTS,
    receipts=tuple(receipt(part) for part in range(PARTS)),
    attempts=0,
    reason=None,
    planned_at=NOW,
    due_at=NOW,
    finished_at=NOW,
    note=None,
)


def broken(arrived: list[Arrival], *reports: DeliveryReport, doubt: Doubt | None = None, **what: bool) -> list[str]:
    witness = Witness(ADDRESS, arrived, **what)
    return [violation.promise for violation in judge([witness], reports, doubt or Doubt(), issues=1, parts=PARTS)]


def with_unknown(part: int) -> DeliveryReport:
    told = [receipt(one, PartState.UNKNOWN if one == part else PartState.SENT) for one in range(PARTS)]
    return replace(REPORT, receipts=tuple(told))


def test_a_whole_delivery_breaks_no_promise() -> None:
    assert broken(arrivals(0, 1, 2), REPORT) == []


def test_a_part_that_arrived_twice_is_seen() -> None:
    assert "nothing twice" in broken(arrivals(0, 1, 1, 2), REPORT)


def test_parts_in_the_wrong_order_are_seen() -> None:
    assert broken(arrivals(0, 2, 1), REPORT) == ["in order"]


def test_a_part_that_was_looked_for_and_sent_again_breaks_no_promise() -> None:
    missed = replace(receipt(1, PartState.ABSENT), position=1)
    later = [replace(receipt(part), position=part + 1) for part in (1, 2)]
    assert broken(arrivals(0, 1, 2), replace(REPORT, receipts=(receipt(0), missed, *later))) == []


def test_a_part_that_was_looked_for_and_never_sent_again_is_seen() -> None:
    missed = replace(REPORT, receipts=(receipt(0), receipt(1, PartState.ABSENT), receipt(2)))
    assert broken(arrivals(0, 2), missed) == ["nothing is lost"]


def test_a_second_ring_is_seen() -> None:
    first, second, third = arrivals(0, 1, 2)
    assert broken([first, replace(second, rang=True), third], REPORT) == ["one ring"]


@pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.LEASED])
def test_a_delivery_that_is_not_over_is_seen(state: DeliveryState) -> None:
    assert broken(arrivals(0, 1, 2), replace(REPORT, state=state)) == ["all is over"]


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.GONE, DeliveryState.EXPIRED])
def test_a_delivery_that_was_given_up_is_seen_unless_the_reader_turned_the_bot_away(state: DeliveryState) -> None:
    assert broken(arrivals(0, 1, 2), replace(REPORT, state=state)) == ["nothing is lost"]
    assert broken(arrivals(0, 1, 2), replace(REPORT, state=state), ended=True) == []


def test_a_part_that_was_refused_is_seen_unless_the_reader_turned_the_bot_away() -> None:
    refused = replace(REPORT, receipts=(receipt(0), receipt(1, PartState.REJECTED), receipt(2)))
    assert broken(arrivals(0, 2), refused) == ["nothing is lost"]
    assert broken(arrivals(0, 2), refused, ended=True) == []


def test_a_missing_delivery_is_seen_unless_nobody_subscribed() -> None:
    assert broken([]) == ["nothing is lost"]
    assert broken([], guest=True) == []


def test_a_message_that_the_ledger_invented_is_seen() -> None:
    assert broken(arrivals(0, 1), REPORT) == ["sent is there"]


def test_a_message_that_the_ledger_does_not_know_is_seen() -> None:
    short = replace(REPORT, receipts=REPORT.receipts[:2])
    assert broken(arrivals(0, 1, 2), short) == ["nothing is lost", "all is on record"]


@pytest.mark.parametrize("arrived", [arrivals(0, 1, 2), arrivals(0, 2)])
def test_unknown_needs_a_cause_and_may_or_may_not_have_arrived(arrived: list[Arrival]) -> None:
    assert broken(arrived, with_unknown(1)) == ["unknown is what was in flight"]
    assert broken(arrived, with_unknown(1), doubt=Doubt(in_flight={(7, 1)})) == []
    assert broken(arrived, with_unknown(1), doubt=Doubt(withheld={(ADDRESS, PartName(1, 1))})) == []
    assert broken(arrived, with_unknown(1), doubt=Doubt(unnamed=1)) == []


def test_a_delivery_to_somebody_else_is_seen() -> None:
    stranger = replace(REPORT, destination=Destination(Platform.TELEGRAM, "43"))
    assert broken(arrivals(0, 1, 2), REPORT, stranger) == ["nobody else"]


def test_a_message_tells_which_part_it_is() -> None:
    assert part_named_in("第12期第0件\n\n1. 第12期第1件") == PartName(12, 0)
    assert part_named_in("这个按钮已经过期。") is None
