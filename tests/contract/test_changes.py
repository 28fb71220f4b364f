"""Corrections and recalls as the ledger keeps them, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.change import next_step, taken_in_hand
from bot.domain.delivery import (
    Absent,
    Deed,
    Delivery,
    DeliveryReport,
    DeliveryState,
    PartState,
    Receipt,
    Rejected,
    Sent,
    Unknown,
)
from bot.domain.destination import EVERY_LANE
from bot.ports.changes import Lineage, Target
from bot.ports.ledger import DeliveryFilter, EveryActive
from bot.storage.changes import OVERTAKEN, RECALLED, SqlChanges
from bot.storage.engine import Database
from bot.storage.ledger import SqlLedger
from bot.storage.subscriptions import SqlSubscriptions
from bot.storage.tables import revisions
from formatters.editions import Subject
from formatters.parts import Part
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

KEY = "2026-02-12"
PARTS = some_parts(3)
SUBJECTS = (Subject(1, "第1条", ("https://a.example/1",), "https://a.example/1", 2),)
NOTICE = Part("notice", {"text": "withdrawn"}, "withdrawn")
CHANGED = replace(PARTS[1], payload={"text": "changed"}, text="changed")
ADDED = Part("item-4", {"text": "added"}, "added")
CORRECTED = (PARTS[0], CHANGED, ADDED)
"""The second part is edited, the third is gone, a fourth is new."""


@pytest.fixture
async def ledger(ledger: SqlLedger) -> SqlLedger:
    """A ledger that knows one issue."""
    await ledger.record_issues([post()], now=NOW)
    return ledger


@pytest.fixture
def changes(database: Database) -> SqlChanges:
    return SqlChanges(database)


async def delivered(
    ledger: SqlLedger, name: str = "1001", *, outcomes: tuple[Sent | Unknown | Rejected, ...] = ()
) -> None:
    """Plan the issue for a chat and carry it out."""
    await ledger.plan(replace(for_one(chat(name)), subjects=SUBJECTS), now=NOW)
    delivery = await claim_one(ledger)
    for n in range(3):
        delivery = await send_part(ledger, delivery, outcomes[n] if n < len(outcomes) else Sent(f"{name}-{n}"))


async def lineage_of(changes: SqlChanges) -> Lineage:
    [found] = await changes.lineages(KEY)
    return found


async def corrected(
    changes: SqlChanges, parts: tuple[Part, ...] = CORRECTED, *, text: str = "b", since_hours: int | None = None
) -> int:
    target = Target(text, (*parts, NOTICE), SUBJECTS)
    since = None if since_hours is None else NOW - since_hours * HOUR
    return await changes.correct(await lineage_of(changes), target, now=NOW + SECOND, since=since)


async def recalled(changes: SqlChanges) -> tuple[int, int]:
    lineages = await changes.lineages(KEY)
    notices = {(one.platform, one.language): NOTICE for one in lineages}
    return await changes.recall(KEY, notices, now=NOW + SECOND)


async def carried_out(ledger: SqlLedger, delivery: Delivery, *, steps: int = 99) -> list[tuple[Deed, str]]:
    """Do what the delivery asks for, with the platform's consent; return what was done."""
    done: list[tuple[Deed, str]] = []
    present: Delivery | None = delivery
    while present is not None and (step := next_step(present, may_edit=True, has_links=False)) and len(done) < steps:
        begun = taken_in_hand(present, step, may_edit=True, has_links=False)
        done.append((begun.in_hand.deed, begun.in_hand.part))
        assert await ledger.intend(begun, now=NOW + SECOND)
        present = await ledger.settle(begun, Sent(f"c{len(done)}"), now=NOW + SECOND)
    return done


async def report_of(ledger: SqlLedger, kind: str) -> DeliveryReport:
    """Return the newest delivery of a kind."""
    reports = await ledger.reports(DeliveryFilter(limit=1000))
    return next(report for report in reports if report.occasion.startswith(kind))


async def claim_later(ledger: SqlLedger, *, limit: int = 10) -> list[Delivery]:
    return await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW + 2 * SECOND, limit=limit)


class TestACorrection:
    async def test_edits_adds_and_removes_from_what_the_chat_shows(
        self, ledger: SqlLedger, changes: SqlChanges
    ) -> None:
        await delivered(ledger)
        assert await corrected(changes) == 1
        [delivery] = await claim_later(ledger)
        assert delivery.whole
        assert [receipt.message_id for receipt in delivery.history] == ["1001-0", "1001-1", "1001-2"]
        assert await carried_out(ledger, delivery) == [
            (Deed.EDIT, "item-2"),
            (Deed.NEW, "item-4"),
            (Deed.REMOVAL, "item-3"),
        ]
        report = await report_of(ledger, "correction")
        assert report.state is DeliveryState.SENT
        assert [receipt.deed for receipt in report.receipts] == [Deed.EDIT, Deed.NEW, Deed.REMOVAL]

    async def test_planned_once_is_not_planned_again(self, ledger: SqlLedger, changes: SqlChanges) -> None:
        await delivered(ledger)
        await corrected(changes)
        assert (await lineage_of(changes)).content_hash == "b", "what it became is what the next one starts from"
        assert await changes.complete(now=NOW) == 0

    async def test_of_a_correction_starts_from_what_the_first_one_left(
        self, ledger: SqlLedger, changes: SqlChanges
    ) -> None:
        await delivered(ledger)
        await corrected(changes)
        [first] = await claim_later(ledger)
        await carried_out(ledger, first)
        await corrected(changes, (PARTS[0], PARTS[1], ADDED), text="c")
        [second] = await claim_later(ledger)
        assert await carried_out(ledger, second) == [(Deed.EDIT, "item-2")]

    async def test_that_waits_is_overtaken_by_a_newer_one(self, ledger: SqlLedger, changes: SqlChanges) -> None:
        await delivered(ledger)
        await corrected(changes)
        await corrected(changes, (*PARTS, ADDED), text="c")
        [delivery] = await claim_later(ledger)
        assert await carried_out(ledger, delivery) == [(Deed.NEW, "item-4")]
        states = {report.state: report.reason for report in await ledger.reports(DeliveryFilter())}
        assert states == {DeliveryState.SENT: None, DeliveryState.WITHDRAWN: OVERTAKEN}

    async def test_waits_for_the_delivery_that_it_changes(self, ledger: SqlLedger, changes: SqlChanges) -> None:
        await ledger.plan(replace(for_one(chat()), subjects=SUBJECTS), now=NOW)
        delivery = await claim_one(ledger)
        delivery = await send_part(ledger, delivery, Sent("m0"))
        await corrected(changes)
        assert await claim_later(ledger) == [], "it is being carried out"
        await ledger.intend(delivery, now=NOW)
        await ledger.postpone(delivery, until=NOW + HOUR, reason="429", counts=False)
        assert await claim_later(ledger) == [], "it is put off, and has begun"
        [again] = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW + HOUR, limit=9)
        assert again.occasion == "daily"

    async def test_of_what_has_not_begun_is_that_it_is_sent_in_the_newer_form(
        self, ledger: SqlLedger, changes: SqlChanges
    ) -> None:
        await ledger.plan(replace(for_one(chat()), subjects=SUBJECTS), now=NOW)
        lineage = await lineage_of(changes)
        newer = replace(for_one(chat()), content_hash="b", parts=CORRECTED, subjects=SUBJECTS)
        assert await changes.refresh(lineage, newer, now=NOW) == 1
        assert await changes.correct(lineage, Target("b", CORRECTED, SUBJECTS), now=NOW, since=None) == 0
        [delivery] = await claim_later(ledger)
        assert delivery.parts == CORRECTED

    async def test_leaves_readers_alone_who_left_or_whose_chat_is_gone(
        self, ledger: SqlLedger, changes: SqlChanges, subscriptions: SqlSubscriptions
    ) -> None:
        await subscriptions.subscribe(chat("left"), language="zh", now=NOW)
        await delivered(ledger, "left")
        await subscriptions.unsubscribe(chat("left"), reason="/stop", now=NOW)
        await ledger.plan(replace(for_one(chat("gone")), subjects=SUBJECTS), now=NOW)
        delivery = await send_part(ledger, await claim_one(ledger), Sent("m0"))
        await ledger.finish(delivery, DeliveryState.GONE, "blocked", now=NOW)
        assert await corrected(changes) == 0

    async def test_reaches_back_no_further_than_it_is_told(self, ledger: SqlLedger, changes: SqlChanges) -> None:
        await delivered(ledger)
        assert await changes.issues_since(NOW - HOUR) == [KEY]
        assert await changes.issues_since(NOW + HOUR) == []
        assert await changes.lineages(KEY, since=NOW + HOUR) == []
        assert await changes.reach(await lineage_of(changes), since=NOW + HOUR) == {}
        assert await corrected(changes, since_hours=-1) == 0
        assert await corrected(changes, since_hours=1) == 1

    async def test_whose_plan_was_interrupted_is_completed(
        self, ledger: SqlLedger, changes: SqlChanges, database: Database
    ) -> None:
        await delivered(ledger)
        await corrected(changes)
        await delivered(ledger, "1002")  # as if the plan had ended before it came to this one
        async with database.writing() as connection:
            await connection.execute(update(revisions).values(planned=False))
        assert await changes.complete(now=NOW + SECOND) == 1
        assert await changes.complete(now=NOW + SECOND) == 0

    async def test_of_a_thousand_chats_reaches_each_once(
        self, ledger: SqlLedger, changes: SqlChanges, database: Database
    ) -> None:
        await fill(database, 1000)
        await ledger.plan(replace(a_plan(EveryActive(NOW), parts=1), subjects=SUBJECTS), now=NOW)
        for delivery in await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=1000):
            await send_part(ledger, delivery, Sent("m"))
        assert await changes.reach(await lineage_of(changes)) == {DeliveryState.SENT: 1000}
        assert await corrected(changes, (replace(PARTS[0], payload={"text": "x"}),)) == 1000


class TestARestart:
    async def test_in_the_middle_of_an_edit_does_it_again(self, ledger: SqlLedger, changes: SqlChanges) -> None:
        await delivered(ledger)
        await corrected(changes)
        [delivery] = await claim_later(ledger)
        step = next_step(delivery, may_edit=True, has_links=False)
        assert step is not None
        assert await ledger.intend(taken_in_hand(delivery, step, may_edit=True, has_links=False), now=NOW)
        assert await recover(ledger, now=NOW + SECOND) == 0, "what twice is the same as once is never in doubt"
        [again] = await claim_later(ledger)
        assert again.receipts == ()
        assert (await carried_out(ledger, again))[0] == (Deed.EDIT, "item-2")

    async def test_in_the_middle_of_an_addition_does_not_send_it_again(
        self, ledger: SqlLedger, changes: SqlChanges
    ) -> None:
        await delivered(ledger)
        await corrected(changes, (*PARTS, ADDED))
        [delivery] = await claim_later(ledger)
        step = next_step(delivery, may_edit=True, has_links=False)
        assert step is not None
        assert await ledger.intend(taken_in_hand(delivery, step, may_edit=True, has_links=False), now=NOW)
        assert await recover(ledger, now=NOW + SECOND) == 1
        [again] = await claim_later(ledger)
        assert await carried_out(ledger, again) == []
        await ledger.complete(again, now=NOW)
        report = await report_of(ledger, "correction")
        assert (report.state, report.receipts[0].state) == (DeliveryState.SENT, PartState.UNKNOWN)


class TestARecall:
    async def test_takes_back_what_was_sent_last_message_first(self, ledger: SqlLedger, changes: SqlChanges) -> None:
        await delivered(ledger, outcomes=(Sent("m0"), Unknown("lost")))
        assert await recalled(changes) == (1, 0)
        [delivery] = await claim_later(ledger)
        assert delivery.parts == (NOTICE,)
        assert await carried_out(ledger, delivery) == [(Deed.REMOVAL, "item-3"), (Deed.REMOVAL, "item-1")]
        assert await ledger.recalled_at(KEY) == NOW + SECOND

    async def test_stops_what_waits_and_lets_nothing_be_planned(self, ledger: SqlLedger, changes: SqlChanges) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        assert await recalled(changes) == (0, 1)
        assert await claim_later(ledger) == []
        report = await report_of(ledger, "daily")
        assert (report.state, report.reason) == (DeliveryState.WITHDRAWN, RECALLED)
        assert await ledger.plan(for_one(chat("1002")), now=NOW + SECOND) == 0
        assert await changes.issues_since(NOW - HOUR) == [], "it is not corrected any more"

    async def test_refuses_the_next_part_of_what_is_under_way(self, ledger: SqlLedger, changes: SqlChanges) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        delivery = await send_part(ledger, await claim_one(ledger), Sent("m0"))
        assert await recalled(changes) == (1, 0)
        assert not await ledger.intend(delivery, now=NOW + SECOND)
        await ledger.finish(delivery, DeliveryState.WITHDRAWN, RECALLED, now=NOW + SECOND)
        [recall] = await claim_later(ledger)
        assert not recall.whole
        assert await carried_out(ledger, recall) == [(Deed.REMOVAL, "item-1")]

    async def test_overtakes_a_correction_and_a_second_recall_finds_nothing_left(
        self, ledger: SqlLedger, changes: SqlChanges
    ) -> None:
        await delivered(ledger)
        await corrected(changes)
        assert await recalled(changes) == (1, 0)
        [recall] = await claim_later(ledger)
        assert recall.occasion.startswith("recall:")
        assert len(await carried_out(ledger, recall)) == 3
        await recalled(changes)
        [second] = await claim_later(ledger)
        assert next_step(second, may_edit=True, has_links=False) is None
        await ledger.complete(second, now=NOW + SECOND)
        assert (await report_of(ledger, "correction")).state is DeliveryState.WITHDRAWN

    async def test_of_one_platform_and_language_uses_their_notice(self, ledger: SqlLedger, changes: SqlChanges) -> None:
        await delivered(ledger)
        await ledger.plan(replace(for_one(chat("1002")), language="en", subjects=SUBJECTS), now=NOW)
        await send_part(ledger, await claim_one(ledger), Sent("m"))
        lineages = await changes.lineages(KEY)
        notices = {(one.platform, one.language): replace(NOTICE, text=one.language) for one in lineages}
        await changes.recall(KEY, notices, now=NOW + SECOND)
        assert {one.parts[0].text for one in await claim_later(ledger)} == {"zh"}, "the other one is still under way"


class TestALookIntoTheChat:
    @pytest.mark.parametrize(
        ("found", "state", "message"), [(Sent("77"), PartState.SENT, "77"), (Absent(), PartState.ABSENT, None)]
    )
    async def test_settles_an_unknown_part(
        self, ledger: SqlLedger, found: Sent | Absent, state: PartState, message: str | None
    ) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        delivery = await send_part(ledger, await claim_one(ledger), Unknown("lost"))
        resolved = await ledger.resolve(delivery, found, now=NOW)
        assert resolved is not None
        assert [(one.state, one.message_id) for one in resolved.receipts] == [(state, message)]
        assert (await report_of(ledger, "daily")).receipts[0].state is state

    async def test_changes_nothing_without_the_lease(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        delivery = await send_part(ledger, await claim_one(ledger), Unknown("lost"))
        await recover(ledger, now=NOW)
        assert await ledger.resolve(delivery, Sent("77"), now=NOW) is None
        await ledger.complete(delivery, now=NOW)
        report = await report_of(ledger, "daily")
        assert (report.state, report.receipts[0].state) == (DeliveryState.PENDING, PartState.UNKNOWN)


class TestRequeue:
    async def test_opens_only_what_ended_without_getting_through(self, ledger: SqlLedger) -> None:
        await delivered(ledger)
        await ledger.plan(for_one(chat("1002")), now=NOW)
        dead = await claim_one(ledger)
        await ledger.intend(dead, now=NOW)
        await ledger.finish(dead, DeliveryState.DEAD, "refused", now=NOW)
        ids = [report.id for report in await ledger.reports(DeliveryFilter())]
        assert await ledger.requeue([*ids, 999], unknown=False, now=NOW) == [dead.id]
        [again] = await claim(ledger)
        assert (again.id, again.receipts) == (dead.id, ())

    async def test_sends_an_unknown_part_again_where_that_is_asked_for(self, ledger: SqlLedger) -> None:
        await delivered(ledger, outcomes=(Sent("m0"), Unknown("lost")))
        [report] = await ledger.reports(DeliveryFilter())
        assert await ledger.requeue([report.id], unknown=False, now=NOW) == []
        assert await ledger.requeue([report.id], unknown=True, now=NOW) == [report.id]
        [again] = await claim(ledger)
        assert await carried_out(ledger, again) == [(Deed.NEW, "item-2")]
        assert [receipt.state for receipt in again.receipts] == [PartState.SENT, PartState.ABSENT, PartState.SENT]

    async def test_does_the_corrections_again_after_what_they_changed(
        self, ledger: SqlLedger, changes: SqlChanges
    ) -> None:
        await delivered(ledger, outcomes=(Sent("m0"), Unknown("lost")))
        await corrected(changes, (PARTS[0], CHANGED, PARTS[2]))
        [correction] = await claim_later(ledger)
        assert await carried_out(ledger, correction) == [], "what may not be there cannot be edited"
        await ledger.complete(correction, now=NOW)
        daily = await report_of(ledger, "daily")
        await ledger.requeue([daily.id], unknown=True, now=NOW)
        [again] = await claim_later(ledger)
        assert await carried_out(ledger, again) == [(Deed.NEW, "item-2")]
        [correction] = await claim_later(ledger)
        assert await carried_out(ledger, correction) == [(Deed.EDIT, "item-2")]


async def test_the_newest_issue_is_that_of_the_latest_date(ledger: SqlLedger) -> None:
    await ledger.record_issues(
        [post(), post("old", "旧", post().issue.date and NOW.date() - timedelta(days=9))], now=NOW
    )
    assert await ledger.newest_issue() == KEY


async def test_receipts_tell_what_was_done(ledger: SqlLedger, changes: SqlChanges) -> None:
    await delivered(ledger)
    await corrected(changes, (PARTS[0], CHANGED, PARTS[2]))
    [delivery] = await claim_later(ledger)
    await carried_out(ledger, delivery)
    [receipt] = (await report_of(ledger, "correction")).receipts
    assert receipt == Receipt(0, "item-2", PartState.SENT, "c1", CHANGED.digest, None, NOW + SECOND, Deed.EDIT)
