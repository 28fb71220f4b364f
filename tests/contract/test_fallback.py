"""What becomes of a delivery whose form the chat refuses, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.delivery import Delivery, DeliveryState, Sent
from bot.domain.subscription import Place, Preferences
from bot.ports.ledger import DeliveryFilter, Plan
from bot.storage.ledger import SqlLedger
from bot.storage.subscriptions import SqlSubscriptions
from formatters.parts import Part
from formatters.views import Style
from tests.contract.samples import NOW, a_plan, chat, claim_one, for_one, post, recover, send_part, some_parts

SPARE = some_parts(3)
PREFERRED = Preferences("zh", Style.RICH, Place.PRIVATE, silent=True)
REASON = "rich messages are refused"


def rich_parts(number: int) -> tuple[Part, ...]:
    return tuple(Part(f"part-{n}", {"rich_message": {"blocks": [n]}}, f"{n}") for n in range(1, number + 1))


def rich(plan: Plan, *, parts: int = 1) -> Plan:
    return replace(plan, style=Style.RICH, parts=rich_parts(parts), spare=SPARE)


@pytest.fixture
async def ledger(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> SqlLedger:
    """A ledger that knows one issue, and a reader who prefers it as a rich message."""
    await ledger.record_issues([post()], now=NOW)
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    await subscriptions.prefer(chat(), PREFERRED)
    return ledger


async def refused(ledger: SqlLedger, delivery: Delivery) -> Delivery:
    assert await ledger.intend(delivery, now=NOW)
    changed = await ledger.fall_back(delivery, REASON)
    assert changed is not None
    return changed


async def style_of_reader(subscriptions: SqlSubscriptions) -> Style:
    subscription = await subscriptions.find(chat())
    assert subscription is not None
    return subscription.preferences.style


async def test_the_whole_issue_follows_in_the_spare_form(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    await ledger.plan(rich(a_plan()), now=NOW)
    delivery = await refused(ledger, await claim_one(ledger))
    assert (delivery.parts, delivery.cursor, delivery.silent) == (SPARE, 0, True)
    for n in range(3):
        delivery = await send_part(ledger, delivery, Sent(f"m{n}"))
    [report] = await ledger.reports(DeliveryFilter())
    assert (report.state, report.parts, report.note) == (DeliveryState.SENT, 3, REASON)
    assert [receipt.message_id for receipt in report.receipts] == ["m0", "m1", "m2"]
    subscription = await subscriptions.find(chat())
    assert subscription is not None
    assert subscription.preferences == replace(PREFERRED, style=Style.ITEMS)


async def test_a_second_thing_to_be_known_is_added_to_the_first(ledger: SqlLedger) -> None:
    await ledger.plan(rich(a_plan()), now=NOW)
    await ledger.complete(await refused(ledger, await claim_one(ledger)), now=NOW, note="and that was all")
    [report] = await ledger.reports(DeliveryFilter())
    assert report.note == f"{REASON}; and that was all"


async def test_a_restart_goes_on_in_the_spare_form(ledger: SqlLedger) -> None:
    await ledger.plan(rich(a_plan()), now=NOW)
    delivery = await refused(ledger, await claim_one(ledger))
    await send_part(ledger, delivery, Sent("m0"))
    assert await recover(ledger, now=NOW) == 0
    again = await claim_one(ledger)
    assert (again.parts, again.cursor) == (SPARE, 1)


async def test_a_later_part_that_is_refused_costs_nothing_either(ledger: SqlLedger) -> None:
    await ledger.plan(rich(a_plan(), parts=2), now=NOW)
    delivery = await send_part(ledger, await claim_one(ledger), Sent("m0"))
    delivery = await refused(ledger, delivery)
    assert (delivery.parts, delivery.cursor) == ((rich_parts(2)[0], *SPARE), 1)
    await recover(ledger, now=NOW)
    assert (await claim_one(ledger)).parts == delivery.parts


async def test_what_one_chat_refused_after_a_part_is_no_spare_form_of_another(ledger: SqlLedger) -> None:
    await ledger.plan(rich(a_plan(), parts=2), now=NOW)
    await refused(ledger, await send_part(ledger, await claim_one(ledger), Sent("m0")))
    await ledger.plan(rich(for_one(chat("2")), parts=2), now=NOW)
    assert (await refused(ledger, await claim_one(ledger))).parts == SPARE


async def test_a_reader_who_prefers_another_style_by_now_keeps_it(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await ledger.plan(rich(a_plan()), now=NOW)
    await subscriptions.prefer(chat(), replace(PREFERRED, style=Style.COMPACT))
    await refused(ledger, await claim_one(ledger))
    assert await style_of_reader(subscriptions) is Style.COMPACT


async def test_without_a_spare_form_nothing_is_changed(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    await ledger.plan(replace(rich(a_plan()), spare=()), now=NOW)
    delivery = await claim_one(ledger)
    assert await ledger.intend(delivery, now=NOW)
    assert await ledger.fall_back(delivery, REASON) is None
    assert await ledger.settle(delivery, Sent("m0"), now=NOW)
    assert await style_of_reader(subscriptions) is Style.RICH


async def test_the_spare_form_itself_has_none(ledger: SqlLedger) -> None:
    await ledger.plan(rich(a_plan()), now=NOW)
    delivery = await refused(ledger, await claim_one(ledger))
    assert await ledger.fall_back(delivery, REASON) is None


async def test_who_lost_the_lease_changes_nothing(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    await ledger.plan(rich(a_plan()), now=NOW)
    delivery = await claim_one(ledger)
    assert await ledger.intend(delivery, now=NOW)
    await recover(ledger, now=NOW)
    assert await ledger.fall_back(delivery, REASON) is None
    assert await style_of_reader(subscriptions) is Style.RICH
