"""What every ledger promises about plans, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, timezone
from itertools import count

import pytest
from sqlalchemy import delete, event, exists, func, select
from sqlalchemy.exc import StatementError

from bot.domain.delivery import DeliveryState, PartState, Sent
from bot.domain.destination import EVERY_LANE, Destination, Platform
from bot.domain.subscription import Place, Preferences
from bot.ports.ledger import DeliveryFilter, EveryActive, FixedOnly
from bot.storage.changes import SqlChanges
from bot.storage.destination_rows import erase, find_id, keep_all
from bot.storage.engine import Database, open_database
from bot.storage.leases import DELETED
from bot.storage.ledger import SqlLedger
from bot.storage.planning import count_as_delivered
from bot.storage.subscriptions import SqlSubscriptions
from bot.storage.tables import deliveries, destinations
from formatters.views import Style
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
    send_part,
)
from tests.contract.test_changes import corrected, delivered


@pytest.fixture
async def ledger(ledger: SqlLedger) -> SqlLedger:
    """A ledger that knows one issue."""
    await ledger.record_issues([post()], now=NOW)
    return ledger


async def test_planning_twice_adds_nothing_but_another_occasion_does(ledger: SqlLedger) -> None:
    assert await ledger.plan(for_one(chat()), now=NOW) == 1
    assert await ledger.plan(for_one(chat()), now=NOW + HOUR) == 0
    assert await ledger.plan(for_one(chat(), occasion="request:7"), now=NOW) == 1
    assert await ledger.unfinished() == 2


async def test_an_issue_that_was_never_recorded_is_not_planned(ledger: SqlLedger) -> None:
    with pytest.raises(LookupError, match="nowhere"):
        await ledger.plan(for_one(chat(), issue="nowhere"), now=NOW)


async def test_a_plan_without_parts_is_refused(ledger: SqlLedger) -> None:
    with pytest.raises(ValueError, match="no parts"):
        await ledger.plan(for_one(chat(), parts=0), now=NOW)


async def test_a_time_without_a_zone_is_refused(ledger: SqlLedger) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        await ledger.plan(for_one(chat()), now=NOW.replace(tzinfo=None))


async def test_times_are_given_back_in_utc_whatever_their_zone(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat()), now=NOW.astimezone(timezone(8 * HOUR)))
    due = await ledger.next_due()
    assert due == NOW
    assert due.tzinfo is UTC


async def test_every_active_subscriber_of_the_plans_platform_style_and_language_is_planned(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await subscriptions.subscribe(chat("here"), language="zh", now=NOW)
    await subscriptions.subscribe(chat("english"), language="en", now=NOW)
    await subscriptions.subscribe(Destination(Platform.SLACK, "C1"), language="zh", now=NOW)
    await subscriptions.subscribe(chat("late"), language="zh", now=NOW + SECOND)
    await subscriptions.subscribe(chat("left"), language="zh", now=NOW)
    await subscriptions.unsubscribe(chat("left"), reason="/stop", now=NOW)
    await subscriptions.set_fixed([chat("fixed")], language="zh", now=NOW)
    await subscriptions.subscribe(chat("compact"), language="zh", now=NOW)
    await subscriptions.prefer(chat("compact"), Preferences("zh", Style.COMPACT, Place.PRIVATE))
    assert await ledger.plan(a_plan(EveryActive(joined_by=NOW)), now=NOW) == 2
    assert {d.destination.chat for d in await claim(ledger)} == {"here", "fixed"}
    assert await ledger.plan(a_plan(EveryActive(joined_by=NOW), style=Style.COMPACT), now=NOW) == 1
    assert [d.destination.chat for d in await claim(ledger)] == ["compact"]


async def test_a_delivery_keeps_the_loudness_and_previews_of_its_planning(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    plain = Preferences("zh", Style.ITEMS, Place.PRIVATE)
    for name, preferences in (("a", plain), ("b", replace(plain, silent=True)), ("c", replace(plain, previews=True))):
        await subscriptions.subscribe(chat(name), language="zh", now=NOW)
        await subscriptions.prefer(chat(name), preferences)
    assert await ledger.plan(a_plan(), now=NOW) == 3
    await ledger.plan(for_one(chat("stranger")), now=NOW)
    for name in ("a", "b", "c"):
        await subscriptions.prefer(chat(name), plain)
    claimed = {one.destination.chat: (one.silent, one.previews) for one in await claim(ledger)}
    assert claimed == {"a": (False, False), "b": (True, False), "c": (False, True), "stranger": (False, False)}


async def test_fixed_destinations_can_be_planned_alone(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat("reader"), language="zh", now=NOW)
    await subscriptions.set_fixed([chat("fixed")], language="zh", now=NOW)
    assert await ledger.plan(a_plan(FixedOnly()), now=NOW) == 1
    assert (await claim_one(ledger)).destination == chat("fixed")


async def test_one_destination_gets_an_issue_without_becoming_a_subscriber(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await ledger.plan(for_one(chat("guest")), now=NOW)
    assert await subscriptions.find(chat("guest")) is None
    assert await ledger.plan(a_plan(EveryActive(joined_by=NOW)), now=NOW) == 0


async def test_a_delivery_under_way_keeps_its_parts_when_the_issue_is_rendered_anew(
    ledger: SqlLedger, database: Database
) -> None:
    await ledger.plan(for_one(chat("1"), parts=3), now=NOW)
    edited = replace(for_one(chat("1"), parts=5), content_hash="b")
    assert await ledger.plan(edited, now=NOW) == 0
    upgraded = for_one(chat("2"), parts=4)
    assert await ledger.plan(upgraded, now=NOW + SECOND) == 1
    claimed = await SqlLedger(database).claim(EVERY_LANE, holder=TESTER, now=NOW + SECOND, limit=9)
    assert [len(delivery.parts) for delivery in claimed] == [3, 4]


async def test_fifty_thousand_are_planned_once_even_if_planning_was_interrupted(
    ledger: SqlLedger, database: Database
) -> None:
    await fill(database, 50_000)
    chunks, last = count(1), {"sqlite": 2, "postgresql": 3}[database.dialect]

    def stop_in_the_last_chunk(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO deliveries") and next(chunks) == last:
            raise InterruptedError

    event.listen(database.engine.sync_engine, "before_cursor_execute", stop_in_the_last_chunk)
    with pytest.raises(InterruptedError):
        await ledger.plan(a_plan(), now=NOW)
    done = await ledger.unfinished()
    assert 0 < done < 50_000
    assert await ledger.plan(a_plan(), now=NOW) == 50_000 - done
    assert await ledger.plan(a_plan(), now=NOW) == 0
    assert await ledger.unfinished() == 50_000


async def test_two_that_plan_at_once_add_each_delivery_once(
    ledger: SqlLedger, database: Database, database_url: str
) -> None:
    await fill(database, 30_000)
    async with open_database(database_url) as other:
        added = await asyncio.gather(ledger.plan(a_plan(), now=NOW), SqlLedger(other).plan(a_plan(), now=NOW))
    assert (sum(added), await ledger.unfinished()) == (30_000, 30_000)


ADDING: dict[str, Callable[[SqlLedger, SqlChanges], Coroutine[None, None, object]]] = {
    "a plan for all": lambda ledger, _: ledger.plan(a_plan(), now=NOW),
    "a plan for one": lambda ledger, _: ledger.plan(for_one(chat("7"), occasion="request:1"), now=NOW),
    "an answer": lambda ledger, _: ledger.count_as_delivered(
        for_one(chat("7"), parts=1, occasion="request:1"), message_id="m", now=NOW
    ),
    "a correction": lambda _, changes: corrected(changes),
}


@pytest.mark.parametrize("way", ADDING)
async def test_what_is_added_while_a_chat_is_erased_is_not_for_that_chat(
    way: str, ledger: SqlLedger, subscriptions: SqlSubscriptions, database: Database, database_url: str
) -> None:
    if way == "a correction":
        await delivered(ledger, "7")
    await subscriptions.subscribe(chat("7"), language="zh", now=NOW)
    async with open_database(database_url) as other:
        async with other.writing() as erasing:
            number = await find_id(erasing, chat("7"))
            assert number is not None
            await erase(erasing, number)
            adding = asyncio.create_task(ADDING[way](ledger, SqlChanges(database)))
            await asyncio.sleep(0.3)
            assert not adding.done(), "it waits for the chat to be erased"
        await adding
    async with database.reading() as reading:
        to_nobody = ~exists().where(destinations.c.id == deliveries.c.destination_id)
        assert await reading.scalar(select(func.count()).select_from(deliveries).where(to_nobody)) == 0


@pytest.mark.usefixtures("ledger")
async def test_a_chat_is_erased_with_what_is_being_added_for_it(
    subscriptions: SqlSubscriptions, database: Database, database_url: str
) -> None:
    await subscriptions.subscribe(chat("7"), language="zh", now=NOW)
    async with open_database(database_url) as other:
        async with other.writing() as adding:
            await keep_all(adding)
            erasing = asyncio.create_task(subscriptions.erase_chat(Platform.TELEGRAM, "7"))
            await asyncio.sleep(0.3)
            assert not erasing.done(), "it waits for what is added"
            await count_as_delivered(adding, for_one(chat("7"), parts=1), message_id="m", now=NOW)
        assert await erasing == 1
    async with database.reading() as reading:
        assert await reading.scalar(select(func.count()).select_from(deliveries)) == 0


async def test_what_a_reader_asked_for_goes_first_and_the_daily_delivery_after_it(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat("7"), parts=1), now=NOW)
    await ledger.plan(for_one(chat("7"), parts=1, occasion="request:1"), now=NOW)
    await ledger.plan(for_one(chat("8"), parts=1), now=NOW)
    both = await claim(ledger)
    assert [(one.destination, one.occasion) for one in both] == [(chat("7"), "request:1"), (chat("8"), "daily")]
    assert await claim(ledger) == []
    await send_part(ledger, both[0], Sent("m"))
    assert [(one.destination, one.occasion) for one in await claim(ledger)] == [(chat("7"), "daily")]


async def test_a_delivery_whose_destination_was_deleted_by_hand_ends_with_a_reason(
    ledger: SqlLedger, database: Database
) -> None:
    for name in ("7", "8"):
        await ledger.plan(for_one(chat(name)), now=NOW)
    async with database.writing() as connection:
        await connection.execute(delete(destinations).where(destinations.c.chat == "7"))
    assert [delivery.destination for delivery in await claim(ledger)] == [chat("8")]
    async with database.reading() as reading:
        ended = select(deliveries.c.state, deliveries.c.reason).where(deliveries.c.finished_at.is_not(None))
        assert (await reading.execute(ended)).all() == [(DeliveryState.GONE, DELETED)]


async def test_an_answer_counts_as_a_delivery_once(ledger: SqlLedger) -> None:
    plan = for_one(chat(), parts=1)
    assert await ledger.count_as_delivered(plan, message_id="m0", now=NOW)
    assert not await ledger.count_as_delivered(plan, message_id="m1", now=NOW)
    assert await ledger.plan(for_one(chat(), parts=3), now=NOW) == 0
    [report] = await ledger.reports(DeliveryFilter())
    assert (report.state, report.parts, report.finished_at) == (DeliveryState.SENT, 1, NOW)
    assert [(receipt.state, receipt.message_id) for receipt in report.receipts] == [(PartState.SENT, "m0")]


async def test_an_answer_that_is_planned_already_does_not_count(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat(), parts=3), now=NOW)
    assert not await ledger.count_as_delivered(for_one(chat(), parts=1), message_id="m0", now=NOW)
    assert (await claim_one(ledger)).cursor == 0


async def test_only_a_single_part_can_have_been_an_answer(ledger: SqlLedger) -> None:
    for plan in (for_one(chat(), parts=2), a_plan(parts=1)):
        with pytest.raises(ValueError, match="answer"):
            await ledger.count_as_delivered(plan, message_id="m0", now=NOW)


async def test_what_there_is_can_be_asked(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(chat()), now=NOW)
    assert await ledger.has_delivery("2026-02-12", chat(), "daily")
    assert not await ledger.has_delivery("2026-02-12", chat(), "request:1")
    assert not await ledger.has_delivery("2026-02-12", chat("other"), "daily")
    assert not await ledger.has_delivery("2026-02-11", chat(), "daily")
