"""What a destination missed, and what is left of it when it is forgotten, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.delivery import DeliveryState, Sent
from bot.domain.destination import Platform
from bot.ports.ledger import DeliveryFilter
from bot.storage.engine import Database
from bot.storage.ledger import SqlLedger
from bot.storage.subscriptions import SqlSubscriptions
from bot.storage.tables import deliveries, destinations, receipts
from tests.contract.samples import HOUR, NOW, chat, claim, claim_one, for_one, post, send_part

DAY = timedelta(days=1)
KEYS = ["2026-02-10", "2026-02-11", "2026-02-12"]


@pytest.fixture
async def ledger(ledger: SqlLedger) -> SqlLedger:
    """A ledger in which three issues were released, a day apart, the last one now."""
    await ledger.record_issues([post(key, day=date.fromisoformat(key)) for key in KEYS], now=NOW - 3 * DAY)
    for days, key in enumerate(reversed(KEYS)):
        await ledger.release(key, now=NOW - days * DAY)
    return ledger


async def test_what_was_released_meanwhile_was_missed_the_newest_first(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    assert await ledger.missed(chat(), since=NOW - 9 * DAY, until=NOW + HOUR) == KEYS[::-1]
    assert await ledger.missed(chat(), since=NOW - DAY, until=NOW) == [KEYS[1]]
    assert await ledger.missed(chat("nobody"), since=NOW - 9 * DAY, until=NOW + HOUR) == []


@pytest.mark.parametrize(
    ("state", "is_missed"),
    [
        (DeliveryState.PENDING, False),
        (DeliveryState.SENT, False),
        (DeliveryState.DEAD, True),
        (DeliveryState.GONE, True),
        (DeliveryState.EXPIRED, True),
    ],
)
async def test_what_was_delivered_or_will_be_was_not_missed(
    ledger: SqlLedger, subscriptions: SqlSubscriptions, state: DeliveryState, is_missed: bool
) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    await ledger.plan(for_one(chat(), parts=1), now=NOW)
    if state is DeliveryState.SENT:
        await send_part(ledger, await claim_one(ledger), Sent("1"))
    elif state is not DeliveryState.PENDING:
        await ledger.finish(await claim_one(ledger), state, "so it is", now=NOW)
    found = await ledger.missed(chat(), since=NOW, until=NOW + HOUR)
    assert found == ([KEYS[2]] if is_missed else [])


async def test_what_was_asked_for_does_not_count_as_the_daily_delivery(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    await ledger.plan(for_one(chat(), occasion="request:7"), now=NOW)
    assert await ledger.missed(chat(), since=NOW, until=NOW + HOUR) == [KEYS[2]]


async def test_what_waits_for_a_later_hour_is_held_back_by_a_pause(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    for place in (chat(), chat("2")):
        await subscriptions.subscribe(place, language="zh", now=NOW)
        await ledger.plan(for_one(place), now=NOW)
    await ledger.plan(for_one(chat(), occasion="request:7"), now=NOW)
    assert await ledger.withhold(chat(), until=NOW, now=NOW) == 0, "due when the pause is over"
    assert await ledger.withhold(chat(), until=NOW + HOUR, now=NOW) == 1
    assert await ledger.withhold(chat(), until=NOW + HOUR, now=NOW) == 0
    assert await ledger.withhold(chat("nobody"), until=NOW + HOUR, now=NOW) == 0
    held = {(report.destination, report.occasion): report.state for report in await ledger.reports(DeliveryFilter())}
    assert held == {
        (chat(), "daily"): DeliveryState.WITHDRAWN,
        (chat(), "request:7"): DeliveryState.PENDING,
        (chat("2"), "daily"): DeliveryState.PENDING,
    }
    assert await ledger.missed(chat(), since=NOW, until=NOW + HOUR) == [KEYS[2]]


async def test_an_issue_that_has_begun_to_come_comes_whole(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    await ledger.plan(for_one(chat()), now=NOW)
    begun = await send_part(ledger, await claim_one(ledger), Sent("1"))
    await ledger.give_back(begun)
    assert await ledger.withhold(chat(), until=NOW + HOUR, now=NOW) == 0


async def test_a_chat_that_is_forgotten_leaves_nothing(
    ledger: SqlLedger, subscriptions: SqlSubscriptions, database: Database
) -> None:
    for place in (chat("-100"), chat("-100", "7"), chat("2")):
        await subscriptions.subscribe(place, language="zh", now=NOW)
        await ledger.plan(for_one(place, parts=1), now=NOW)
        await ledger.plan(for_one(place, parts=1, occasion="request:7"), now=NOW)
    for delivery in await claim(ledger):
        await send_part(ledger, delivery, Sent("1"))
    assert await subscriptions.erase_chat(Platform.TELEGRAM, "-100") == 2
    assert await subscriptions.erase_chat(Platform.TELEGRAM, "-100") == 0
    assert await subscriptions.find(chat("-100")) is None
    assert await subscriptions.find(chat("-100", "7")) is None
    assert {report.destination for report in await ledger.reports(DeliveryFilter())} == {chat("2")}
    async with database.reading() as connection:
        left = [
            await connection.scalar(select(func.count()).select_from(table))
            for table in (destinations, deliveries, receipts)
        ]
    assert left == [1, 2, 1]


async def test_a_delivery_that_was_forgotten_on_its_way_takes_no_more_outcomes(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    await ledger.plan(for_one(chat()), now=NOW)
    delivery = await claim_one(ledger)
    assert await ledger.intend(delivery, now=NOW)
    await subscriptions.erase_chat(Platform.TELEGRAM, chat().chat)
    assert await ledger.settle(delivery, Sent("1"), now=NOW) is None
    assert not await ledger.intend(delivery, now=NOW)
    await ledger.finish(delivery, DeliveryState.DEAD, "late", now=NOW)
    assert await ledger.reports(DeliveryFilter()) == []
