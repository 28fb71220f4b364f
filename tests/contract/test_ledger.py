"""What every ledger promises about leases, parts and reports, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.delivery import LIFETIME, Delivery, DeliveryState, PartState, Rejected, Sent, Unknown
from bot.domain.destination import EVERY_LANE
from bot.ports.ledger import DeliveryFilter
from bot.storage.engine import Database, open_database
from bot.storage.ledger import SqlLedger
from tests.contract.samples import (
    HOUR,
    NOW,
    SECOND,
    TESTER,
    a_plan,
    chat,
    claim,
    claim_one,
    fill,
    for_one,
    post,
    recover,
    send_part,
    some_parts,
)

LEASE_METHODS: dict[str, Callable[[SqlLedger, Delivery], Awaitable[object]]] = {
    "intend": lambda ledger, lease: ledger.intend(lease, now=NOW),
    "settle": lambda ledger, lease: ledger.settle(lease, Sent("late"), now=NOW),
    "postpone": lambda ledger, lease: ledger.postpone(lease, until=NOW + HOUR, reason="late", counts=True),
    "give_back": lambda ledger, lease: ledger.give_back(lease),
    "redirect": lambda ledger, lease: ledger.redirect(lease, chat("new"), now=NOW),
    "finish": lambda ledger, lease: ledger.finish(lease, DeliveryState.DEAD, "late", now=NOW),
}


@pytest.fixture
async def ledger(ledger: SqlLedger) -> SqlLedger:
    """A ledger that knows one issue."""
    await ledger.record_issues([post()], now=NOW)
    return ledger


async def test_a_delivery_goes_through_part_by_part(ledger: SqlLedger) -> None:
    assert await ledger.plan(for_one(chat("1", "45"), parts=2), now=NOW) == 1
    delivery = await claim_one(ledger)
    assert (delivery.issue_key, delivery.destination, delivery.occasion) == ("2026-02-12", chat("1", "45"), "daily")
    assert delivery.parts == some_parts(2)
    assert delivery.expires_at == NOW + LIFETIME
    delivery = await send_part(ledger, delivery, Sent("m0"))
    assert (delivery.cursor, delivery.first_message_id, await ledger.unfinished()) == (1, "m0", 1)
    delivery = await send_part(ledger, delivery, Sent("m1"))
    [report] = await ledger.reports(DeliveryFilter())
    assert report.receipts == delivery.receipts
    assert [(r.position, r.part, r.message_id, r.digest) for r in report.receipts] == [
        (n, part.name, f"m{n}", part.digest) for n, part in enumerate(some_parts(2))
    ]
    assert (report.state, report.finished_at, await ledger.unfinished()) == (DeliveryState.SENT, NOW, 0)


async def test_what_is_due_first_is_claimed_first_and_what_is_not_due_is_left(ledger: SqlLedger) -> None:
    for name, due in (("3", NOW), ("1", NOW - HOUR), ("2", NOW - SECOND), ("4", NOW + SECOND)):
        await ledger.plan(for_one(chat(name)), now=due)
    assert await ledger.next_due() == NOW - HOUR
    assert [d.destination.chat for d in await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=2)] == ["1", "2"]
    assert [d.destination.chat for d in await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=2)] == ["3"]
    assert await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=2) == []
    assert await ledger.next_due() == NOW + SECOND
    assert await ledger.unfinished() == 4


async def test_nothing_pending_is_never_due(ledger: SqlLedger) -> None:
    assert await ledger.next_due() is None


async def test_two_claimers_never_get_the_same_delivery(
    ledger: SqlLedger, database: Database, database_url: str
) -> None:
    await fill(database, 400)
    await ledger.plan(a_plan(), now=NOW)
    async with open_database(database_url) as other_database:
        claimers = [ledger, SqlLedger(other_database)]
        batches = await asyncio.gather(
            *(claimers[n % 2].claim(EVERY_LANE, holder=TESTER, now=NOW, limit=25) for n in range(20))
        )
    claimed = [delivery.id for batch in batches for delivery in batch]
    assert len(set(claimed)) == len(claimed)
    rest = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=400)
    assert len(claimed) + len(rest) == 400


async def test_an_unknown_and_a_rejected_part_let_the_next_one_follow(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    delivery = await send_part(ledger, await claim_one(ledger), Sent("m0"))
    delivery = await send_part(ledger, delivery, Unknown("the answer was lost"))
    await send_part(ledger, delivery, Rejected("too long"))
    [report] = await ledger.reports(DeliveryFilter(troubled=True))
    assert report.state is DeliveryState.SENT
    assert [(r.state, r.message_id, r.reason) for r in report.receipts] == [
        (PartState.SENT, "m0", None),
        (PartState.UNKNOWN, None, "the answer was lost"),
        (PartState.REJECTED, None, "too long"),
    ]


async def test_an_intent_and_its_outcome_may_be_recorded_twice(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    delivery = await claim_one(ledger)
    assert await ledger.intend(delivery, now=NOW)
    assert await ledger.intend(delivery, now=NOW)
    assert await ledger.settle(delivery, Sent("m0"), now=NOW) == await ledger.settle(delivery, Sent("m0"), now=NOW)


async def test_a_part_that_has_its_outcome_is_not_intended_again(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    delivery = await claim_one(ledger)
    await send_part(ledger, delivery, Sent("m0"))
    assert not await ledger.intend(delivery, now=NOW)


async def test_an_outcome_without_an_intent_is_a_fault_of_the_program(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    with pytest.raises(RuntimeError, match="without an intent"):
        await ledger.settle(await claim_one(ledger), Sent("m0"), now=NOW)


async def test_a_postponed_part_is_tried_again_when_it_is_due(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    delivery = await send_part(ledger, await claim_one(ledger), Sent("m0"))
    for counts, attempts in ((True, 1), (True, 2), (False, 2)):
        assert await ledger.intend(delivery, now=NOW)
        await ledger.postpone(delivery, until=NOW + HOUR, reason="503", counts=counts)
        assert await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=9) == []
        assert await ledger.next_due() == NOW + HOUR
        [report] = await ledger.reports(DeliveryFilter())
        assert (report.state, report.reason, report.due_at) == (DeliveryState.PENDING, "503", NOW + HOUR)
        [delivery] = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW + HOUR, limit=9)
        assert (delivery.cursor, delivery.attempts) == (1, attempts)
    assert (await send_part(ledger, delivery, Sent("m1"))).attempts == 0
    [report] = await ledger.reports(DeliveryFilter())
    assert (report.attempts, report.reason) == (0, None)


async def test_a_delivery_that_was_given_back_goes_on_where_it_stopped(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    given_back = await send_part(ledger, await claim_one(ledger), Sent("m0"))
    await ledger.give_back(given_back)
    delivery = await claim_one(ledger)
    assert delivery.receipts == given_back.receipts
    assert delivery.epoch > given_back.epoch


async def test_a_delivery_given_back_in_the_middle_of_a_part_waits_for_recovery(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    delivery = await claim_one(ledger)
    await ledger.intend(delivery, now=NOW)
    await ledger.give_back(delivery)
    assert await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=9) == []
    assert await recover(ledger, now=NOW) == 1


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.GONE, DeliveryState.EXPIRED])
async def test_a_finished_delivery_says_why(ledger: SqlLedger, state: DeliveryState) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    delivery = await send_part(ledger, await claim_one(ledger), Sent("m0"))
    await ledger.intend(delivery, now=NOW)
    await ledger.finish(delivery, state, "blocked", now=NOW + SECOND)
    [report] = await ledger.reports(DeliveryFilter(state=state))
    assert (report.reason, report.finished_at) == ("blocked", NOW + SECOND)
    assert [receipt.state for receipt in report.receipts] == [PartState.SENT, PartState.REJECTED]
    assert report.receipts[1].reason == "blocked"


@pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.SENT])
async def test_a_delivery_is_not_finished_as_anything_else(ledger: SqlLedger, state: DeliveryState) -> None:
    await ledger.plan(for_one(chat()), now=NOW)
    with pytest.raises(ValueError, match=state.value):
        await ledger.finish(await claim_one(ledger), state, "?", now=NOW)


@pytest.mark.parametrize("method", LEASE_METHODS.values(), ids=LEASE_METHODS.keys())
@pytest.mark.parametrize("taken_over", [False, True])
async def test_a_lost_lease_changes_nothing(
    ledger: SqlLedger, method: Callable[[SqlLedger, Delivery], Awaitable[object]], taken_over: bool
) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    stale = await claim_one(ledger)
    await ledger.intend(stale, now=NOW)
    await recover(ledger, now=NOW)
    if taken_over:
        await ledger.intend(await claim_one(ledger), now=NOW)
    before = await ledger.reports(DeliveryFilter())
    assert not await method(ledger, stale)
    assert await ledger.reports(DeliveryFilter()) == before


async def test_after_a_crash_only_the_part_in_flight_is_in_doubt(ledger: SqlLedger) -> None:
    for name in ("between", "in flight", "at the end"):
        await ledger.plan(for_one(chat(name), parts=2), now=NOW)
    between, in_flight, at_the_end = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=9)
    await send_part(ledger, between, Sent("m0"))
    await ledger.intend(in_flight, now=NOW)
    await ledger.intend(await send_part(ledger, at_the_end, Sent("m0")), now=NOW)
    assert await recover(ledger, now=NOW + SECOND) == 2
    assert await recover(ledger, now=NOW + SECOND) == 0
    told = {report.destination.chat: report for report in await ledger.reports(DeliveryFilter())}
    assert [told[name].state for name in ("between", "in flight", "at the end")] == ["pending"] * 3
    assert [receipt.state for receipt in told["at the end"].receipts] == [PartState.SENT, PartState.UNKNOWN]
    assert told["in flight"].receipts[0].reason == "the process stopped while this part was being sent"
    resumed = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW + SECOND, limit=9)
    assert [(delivery.destination.chat, delivery.cursor) for delivery in resumed] == [
        ("between", 1),
        ("in flight", 1),
        ("at the end", 2),
    ]


async def test_an_unknown_part_does_not_use_up_the_tries_of_the_next(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    await ledger.postpone(await claim_one(ledger), until=NOW, reason="503", counts=True)
    delivery = await claim_one(ledger)
    assert delivery.attempts == 1
    await ledger.intend(delivery, now=NOW)
    await recover(ledger, now=NOW)
    assert (await claim_one(ledger)).attempts == 0


async def test_what_is_past_its_time_expires_unless_it_is_leased(ledger: SqlLedger) -> None:
    for name in ("leased", "tried", "waiting"):
        await ledger.plan(for_one(chat(name)), now=NOW)
    _, tried = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=2)
    await ledger.postpone(tried, until=NOW + 2 * LIFETIME, reason="503", counts=True)
    await ledger.plan(for_one(chat("younger")), now=NOW + SECOND)
    assert await ledger.expire(now=NOW + LIFETIME - SECOND) == 0
    assert await ledger.expire(now=NOW + LIFETIME) == 2
    assert await ledger.expire(now=NOW + LIFETIME) == 0
    told = {report.destination.chat: report for report in await ledger.reports(DeliveryFilter())}
    assert {name: report.state.value for name, report in told.items()} == {
        "leased": "leased",
        "tried": "expired",
        "waiting": "expired",
        "younger": "pending",
    }
    assert told["waiting"].reason == "not delivered within 24 hours"
    assert told["tried"].reason == "not delivered within 24 hours; the last try: 503"
    assert told["tried"].finished_at == NOW + LIFETIME


async def test_what_has_begun_is_left_to_whoever_claims_it_however_late(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=2), now=NOW)
    delivery = await send_part(ledger, await claim_one(ledger), Sent("m0"))
    await ledger.postpone(delivery, until=NOW + HOUR, reason="503", counts=True)
    late = NOW + LIFETIME
    assert await ledger.expire(now=late) == 0
    [begun] = await claim(ledger, now=late)
    assert (begun.cursor, begun.last_try) == (1, "503")
    await ledger.complete(begun, now=late, note="the rest was worth nothing")
    [report] = await ledger.reports(DeliveryFilter())
    assert (report.state, report.reason) == (DeliveryState.SENT, None)
    assert (report.note, report.finished_at) == ("the rest was worth nothing", late)


async def test_reports_are_newest_first_and_filtered(ledger: SqlLedger) -> None:
    await ledger.record_issues([post(), post("other", "另一期")], now=NOW)
    await ledger.plan(for_one(chat("1")), now=NOW)
    await ledger.plan(for_one(chat("2")), now=NOW)
    await ledger.plan(for_one(chat("1"), issue="other"), now=NOW)
    first, _ = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=9)
    await ledger.finish(first, DeliveryState.DEAD, "too long", now=NOW)

    async def found(wanted: DeliveryFilter) -> list[tuple[str, str]]:
        return [(report.issue_key, report.destination.chat) for report in await ledger.reports(wanted)]

    assert await found(DeliveryFilter()) == [("other", "1"), ("2026-02-12", "2"), ("2026-02-12", "1")]
    assert await found(DeliveryFilter(limit=1)) == [("other", "1")]
    assert await found(DeliveryFilter(issue_key="other")) == [("other", "1")]
    assert await found(DeliveryFilter(destination=chat("1"))) == [("other", "1"), ("2026-02-12", "1")]
    assert await found(DeliveryFilter(state=DeliveryState.LEASED)) == [("2026-02-12", "2")]
    assert await found(DeliveryFilter(troubled=True)) == [("2026-02-12", "1")]
    assert await found(DeliveryFilter(destination=chat("nobody"))) == []


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.GONE, DeliveryState.EXPIRED])
async def test_a_delivery_that_ended_is_tried_again_at_the_part_where_it_stopped(
    ledger: SqlLedger, state: DeliveryState
) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    delivery = await send_part(ledger, await claim_one(ledger), Rejected("skipped"))
    delivery = await send_part(ledger, delivery, Unknown("lost"))
    await ledger.intend(delivery, now=NOW)
    await ledger.finish(delivery, state, "blocked", now=NOW)
    late = NOW + 2 * LIFETIME
    assert await ledger.reopen("2026-02-12", None, now=late) == 1
    assert await ledger.reopen("2026-02-12", None, now=late) == 0
    assert await ledger.expire(now=late) == 0
    assert not await ledger.intend(delivery, now=late)
    [again] = await ledger.claim(EVERY_LANE, holder=TESTER, now=late, limit=9)
    assert (again.cursor, again.attempts, again.expires_at) == (2, 0, late + LIFETIME)
    assert [receipt.state for receipt in again.receipts] == [PartState.REJECTED, PartState.UNKNOWN]
    [report] = await ledger.reports(DeliveryFilter())
    assert (report.reason, report.finished_at) == (None, None)


async def test_a_rejected_first_part_is_tried_again(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat()), now=NOW)
    delivery = await claim_one(ledger)
    await ledger.intend(delivery, now=NOW)
    await ledger.finish(delivery, DeliveryState.DEAD, "too long", now=NOW)
    assert await ledger.reopen("2026-02-12", chat(), now=NOW) == 1
    assert (await claim_one(ledger)).cursor == 0


async def test_only_what_was_asked_for_is_reopened_and_counted(ledger: SqlLedger) -> None:
    await ledger.record_issues([post(), post("other", "另一期")], now=NOW)
    plans = [
        for_one(chat("1")),
        for_one(chat("2")),
        for_one(chat("1"), occasion="request:1"),
        for_one(chat("1"), issue="other"),
    ]
    for plan in plans:
        await ledger.plan(plan, now=NOW)
    while claimed := await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=9):
        for delivery in claimed:
            await ledger.finish(delivery, DeliveryState.DEAD, "refused", now=NOW)
    assert await ledger.tally("2026-02-12", None) == {DeliveryState.DEAD: 2}
    assert await ledger.reopen("2026-02-12", chat("1"), now=NOW) == 1
    assert await ledger.tally("2026-02-12", None) == {DeliveryState.DEAD: 1, DeliveryState.PENDING: 1}
    assert await ledger.tally("2026-02-12", chat("2")) == {DeliveryState.DEAD: 1}
    assert await ledger.tally("2026-02-12", chat("nobody")) == {}
    assert await ledger.unfinished() == 1


async def test_a_mark_is_remembered_until_it_changes(ledger: SqlLedger) -> None:
    assert await ledger.marked("watch closed") is None
    await ledger.mark("watch closed", "2026-02-11")
    await ledger.mark("watch closed", "2026-02-12")
    assert await ledger.marked("watch closed") == "2026-02-12"


async def test_marks_are_listed_by_how_their_names_begin(ledger: SqlLedger) -> None:
    for name in ("told:slack:C1", "told:slack:C2", "tolds", "told%", "TOLD:x"):
        await ledger.mark(name, f"of {name}")
    assert await ledger.all_marked("told:") == {
        "told:slack:C1": "of told:slack:C1", "told:slack:C2": "of told:slack:C2"
    }  # fmt: skip
    assert await ledger.all_marked("told%") == {"told%": "of told%"}
