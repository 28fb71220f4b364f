"""What becomes of subscriptions and deliveries when a chat gets a new address, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from bot.domain.delivery import Delivery, DeliveryState, PartState, Sent
from bot.domain.destination import EVERY_LANE, Platform
from bot.domain.subscription import Origin, Place, Preferences
from bot.ports.ledger import DeliveryFilter
from bot.storage.ledger import SqlLedger
from bot.storage.subscriptions import SqlSubscriptions
from formatters.views import Style
from tests.contract.samples import HOUR, NOW, TESTER, chat, for_one, post

OLD, NEW = chat("-123"), chat("-100456")


@pytest.fixture
async def ledger(ledger: SqlLedger) -> SqlLedger:
    await ledger.record_issues([post(), post("yesterday", "昨天")], now=NOW)
    return ledger


async def in_flight(ledger: SqlLedger) -> Delivery:
    """Plan today's issue for the old address and stop in the middle of its first part."""
    await ledger.plan(for_one(OLD), now=NOW)
    [delivery] = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=9)
    assert await ledger.intend(delivery, now=NOW)
    return delivery


async def test_a_redirected_delivery_goes_on_with_the_same_part(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await subscriptions.subscribe(OLD, language="zh", now=NOW)
    delivery = await in_flight(ledger)
    redirected = await ledger.redirect(delivery, NEW, now=NOW)
    assert redirected == replace(delivery, destination=NEW)
    assert await ledger.intend(redirected, now=NOW)
    assert await ledger.settle(redirected, Sent("m0"), now=NOW)
    assert await ledger.has_delivery("2026-02-12", NEW, "daily")
    assert await subscriptions.find(OLD) is None
    subscription = await subscriptions.find(NEW)
    assert subscription is not None
    assert (subscription.active, subscription.joined_at) == (True, NOW)


async def test_a_redirect_to_an_address_with_the_same_issue_ends_the_delivery(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    delivery = await in_flight(ledger)
    await ledger.plan(for_one(NEW), now=NOW)
    assert await ledger.redirect(delivery, NEW, now=NOW) is None
    told = {report.destination: report for report in await ledger.reports(DeliveryFilter())}
    assert (told[OLD].state, told[OLD].reason) == (
        DeliveryState.GONE,
        "moved to telegram:-100456, which has this issue already",
    )
    assert told[OLD].receipts == ()
    assert told[NEW].state is DeliveryState.PENDING


async def test_a_redirect_to_a_known_address_takes_all_deliveries_along(ledger: SqlLedger) -> None:
    await ledger.plan(for_one(NEW, issue="yesterday"), now=NOW)
    await ledger.plan(for_one(OLD, occasion="request:1"), now=NOW + HOUR)
    await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=1)
    delivery = await in_flight(ledger)
    assert await ledger.redirect(delivery, NEW, now=NOW) == replace(delivery, destination=NEW)
    assert {report.destination for report in await ledger.reports(DeliveryFilter())} == {NEW}


async def test_a_redirect_after_the_chat_was_moved_only_takes_the_new_address(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await subscriptions.subscribe(OLD, language="zh", now=NOW)
    delivery = await in_flight(ledger)
    assert await subscriptions.move_chat(Platform.TELEGRAM, OLD.chat, NEW.chat, now=NOW) == 1
    assert await ledger.redirect(delivery, NEW, now=NOW) == replace(delivery, destination=NEW)


async def test_a_moved_chat_takes_its_topics_along(subscriptions: SqlSubscriptions) -> None:
    for thread in ("", "45"):
        await subscriptions.subscribe(chat(OLD.chat, thread), language="zh", now=NOW)
    assert await subscriptions.move_chat(Platform.TELEGRAM, OLD.chat, NEW.chat, now=NOW) == 2
    assert await subscriptions.move_chat(Platform.TELEGRAM, OLD.chat, NEW.chat, now=NOW) == 0
    for thread in ("", "45"):
        assert await subscriptions.find(chat(OLD.chat, thread)) is None
        assert await subscriptions.find(chat(NEW.chat, thread)) is not None


async def test_a_chat_that_moves_to_a_subscribed_address_ends(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(OLD, language="zh", now=NOW)
    await subscriptions.subscribe(NEW, language="en", now=NOW + HOUR)
    assert await subscriptions.move_chat(Platform.TELEGRAM, OLD.chat, NEW.chat, now=NOW + HOUR) == 0
    old, new = await subscriptions.find(OLD), await subscriptions.find(NEW)
    assert old is not None
    assert new is not None
    assert (old.active, old.end_reason) == (False, "moved to telegram:-100456")
    assert (new.active, new.preferences.language, new.joined_at) == (True, "en", NOW + HOUR)


async def test_readers_who_stopped_at_the_new_address_are_left_in_peace(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(OLD, language="zh", now=NOW)
    await subscriptions.subscribe(NEW, language="zh", now=NOW)
    await subscriptions.unsubscribe(NEW, reason="/stop", now=NOW)
    await subscriptions.move_chat(Platform.TELEGRAM, OLD.chat, NEW.chat, now=NOW)
    assert await subscriptions.audiences() == {}


async def test_a_destination_of_the_settings_stays_theirs_at_its_new_address(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.set_fixed([OLD], language="zh", now=NOW)
    await subscriptions.move_chat(Platform.TELEGRAM, OLD.chat, NEW.chat, now=NOW)
    # a restart, with the old address still in the settings
    await subscriptions.set_fixed([OLD], language="zh", now=NOW + HOUR)
    await subscriptions.move_chat(Platform.TELEGRAM, OLD.chat, NEW.chat, now=NOW + HOUR)
    [fixed] = await subscriptions.active_fixed()
    assert (fixed.destination, fixed.origin) == (NEW, Origin.SETTINGS)


async def test_an_address_that_was_only_written_to_becomes_the_subscribers(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await ledger.plan(for_one(NEW, issue="yesterday"), now=NOW)
    await subscriptions.subscribe(OLD, language="en", now=NOW)
    chosen = Preferences(
        "en", Style.ITEMS, Place.GROUP, hour=time(7, 30), zone="Europe/Berlin", weekdays=frozenset({6, 7}), silent=True
    )
    await subscriptions.prefer(OLD, chosen)
    assert await subscriptions.move_chat(Platform.TELEGRAM, OLD.chat, NEW.chat, now=NOW + HOUR) == 1
    new = await subscriptions.find(NEW)
    assert new is not None
    assert (new.active, new.preferences, new.joined_at) == (True, chosen, NOW)


async def test_a_part_in_flight_to_a_merged_address_is_in_doubt(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    delivery = await in_flight(ledger)
    await ledger.plan(for_one(NEW), now=NOW)
    await subscriptions.move_chat(Platform.TELEGRAM, OLD.chat, NEW.chat, now=NOW)
    assert await ledger.settle(delivery, Sent("late"), now=NOW) is None
    [report] = await ledger.reports(DeliveryFilter(destination=OLD))
    assert (report.state, [receipt.state for receipt in report.receipts]) == (DeliveryState.GONE, [PartState.UNKNOWN])
