"""When a plan's deliveries are due: at the release, or at an hour of their destination's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.delivery import LIFETIME
from bot.ports.ledger import DeliveryFilter, EveryActive, FixedOnly, Plan, Slots
from bot.storage.engine import Database
from bot.storage.ledger import SqlLedger
from bot.storage.subscriptions import SqlSubscriptions
from tests.contract.samples import NOW, TESTER, a_plan, chat, claim, fill, post

SHANGHAI = ZoneInfo("Asia/Shanghai")
RELEASE = datetime(2026, 2, 12, 8, 0, tzinfo=SHANGHAI).astimezone(UTC)
"""A Thursday."""


def released(audience: EveryActive | FixedOnly | None = None) -> Plan:
    return replace(a_plan(audience or EveryActive(NOW)), slots=Slots(RELEASE, SHANGHAI))


@pytest.fixture
async def ledger(ledger: SqlLedger) -> SqlLedger:
    """A ledger that knows one issue."""
    await ledger.record_issues([post()], now=NOW)
    return ledger


async def joined(subscriptions: SqlSubscriptions, name: str, **preferred: Any) -> None:
    await subscriptions.subscribe(chat(name), language="zh", now=NOW)
    found = await subscriptions.find(chat(name))
    assert found is not None
    await subscriptions.prefer(chat(name), replace(found.preferences, **preferred))


async def due(ledger: SqlLedger) -> dict[str, datetime]:
    return {report.destination.chat: report.due_at for report in await ledger.reports(DeliveryFilter())}


async def test_without_an_hour_it_is_due_at_the_release(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    await joined(subscriptions, "1")
    await joined(subscriptions, "2", zone="Pacific/Auckland")
    assert await ledger.plan(released(), now=NOW) == 2
    assert await due(ledger) == {"1": RELEASE, "2": RELEASE}


async def test_an_hour_is_the_first_one_at_or_after_the_release(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await joined(subscriptions, "same", hour=time(8, 0))
    await joined(subscriptions, "evening", hour=time(21, 30))
    await joined(subscriptions, "before", hour=time(7, 59))
    await joined(subscriptions, "auckland", hour=time(8, 0), zone="Pacific/Auckland")
    assert await ledger.plan(released(), now=NOW) == 4
    assert await due(ledger) == {
        "same": RELEASE,
        "evening": RELEASE + timedelta(hours=13, minutes=30),
        "before": RELEASE + timedelta(hours=23, minutes=59),
        "auckland": datetime(2026, 2, 13, 8, 0, tzinfo=ZoneInfo("Pacific/Auckland")),
    }


async def test_a_weekday_counts_where_the_slot_is(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    thursday, friday = frozenset({4}), frozenset({5})
    await joined(subscriptions, "thursday", weekdays=thursday)
    await joined(subscriptions, "friday", weekdays=friday)
    await joined(subscriptions, "next morning", hour=time(7, 0), weekdays=friday)
    await joined(subscriptions, "not next morning", hour=time(7, 0), weekdays=thursday)
    assert await ledger.plan(released(), now=NOW) == 2
    assert set(await due(ledger)) == {"thursday", "next morning"}


async def test_a_pause_counts_at_the_slot(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    noon = RELEASE + timedelta(hours=4)
    await joined(subscriptions, "paused", paused_until=noon)
    await joined(subscriptions, "awake again", paused_until=RELEASE)
    await joined(subscriptions, "awake by evening", hour=time(20, 0), paused_until=noon)
    await joined(subscriptions, "paused in the evening", hour=time(20, 0), paused_until=noon + timedelta(days=1))
    assert await ledger.plan(released(), now=NOW) == 2
    assert set(await due(ledger)) == {"awake again", "awake by evening"}


async def test_what_its_hour_brings_is_claimed_then_and_expires_a_day_later(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await joined(subscriptions, "1", hour=time(21, 30))
    await ledger.plan(released(), now=NOW)
    evening = RELEASE + timedelta(hours=13, minutes=30)
    assert await claim(ledger, now=evening - timedelta(seconds=1)) == []
    assert await ledger.next_due() == evening
    assert await ledger.expire(now=evening + LIFETIME - timedelta(seconds=1)) == 0
    [delivery] = await claim(ledger, now=evening)
    assert delivery.expires_at == evening + LIFETIME


async def test_planning_again_adds_nothing_whatever_was_chosen_meanwhile(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await joined(subscriptions, "1", hour=time(21, 30))
    await joined(subscriptions, "2")
    assert await ledger.plan(released(), now=NOW) == 2
    await joined(subscriptions, "1")
    await joined(subscriptions, "2", hour=time(9, 0))
    before = await due(ledger)
    assert await ledger.plan(released(), now=NOW) == 0
    assert await due(ledger) == before


async def test_fixed_destinations_have_hours_too(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    await subscriptions.set_fixed([chat("fixed")], language="zh", now=NOW)
    await joined(subscriptions, "fixed", hour=time(9, 0))
    await joined(subscriptions, "reader", hour=time(9, 0))
    assert await ledger.plan(released(FixedOnly()), now=NOW) == 1
    assert await due(ledger) == {"fixed": RELEASE + timedelta(hours=1)}


async def test_many_hours_are_planned_in_chunks(
    ledger: SqlLedger, subscriptions: SqlSubscriptions, database: Database
) -> None:
    await fill(database, 50)
    for minute in range(12):
        await joined(subscriptions, str(minute), hour=time(9, minute))
    assert await ledger.plan(released(), now=NOW) == 50
    assert len(await ledger.claim(range(64), holder=TESTER, now=RELEASE, limit=99)) == 38


async def test_who_pauses_between_planning_and_sending_gets_nothing_more(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await joined(subscriptions, "1")
    await ledger.plan(released(), now=NOW)
    [delivery] = await claim(ledger)
    await joined(subscriptions, "1", paused_until=NOW + timedelta(days=1))
    assert not await ledger.intend(delivery, now=NOW)
    await joined(subscriptions, "1", paused_until=NOW)
    assert await ledger.intend(delivery, now=NOW)
