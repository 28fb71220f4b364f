"""What every ledger promises about notices, holding and numbers, on SQLite and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

import pytest

from bot.domain.delivery import ANNOUNCEMENT, LIFETIME, DeliveryState, Rejected, Sent, Unknown
from bot.domain.destination import EVERY_LANE, Platform
from bot.domain.subscription import Origin
from bot.ports.figures import Run
from bot.ports.ledger import DeliveryFilter, EveryActive, Only, Slots
from bot.storage.engine import Database
from bot.storage.figures import SqlFigures
from bot.storage.ledger import SqlLedger
from bot.storage.subscriptions import SqlSubscriptions
from tests.contract.samples import HOUR, NOW, TESTER, a_plan, channel, chat, claim, post, recover, send_part

KEY = "2026-02-12"


@pytest.fixture
def figures(database: Database) -> SqlFigures:
    return SqlFigures(database)


async def test_a_notice_is_new_once_and_is_planned_as_an_issue(
    ledger: SqlLedger, subscriptions: SqlSubscriptions
) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    assert await ledger.record_notice("announcement-1", "你好", now=NOW)
    assert not await ledger.record_notice("announcement-1", "别的", now=NOW)
    plan = replace(a_plan(EveryActive(NOW), issue="announcement-1", occasion=ANNOUNCEMENT), parts=a_plan(parts=1).parts)
    assert await ledger.plan(plan, now=NOW) == 1
    assert await ledger.plan(plan, now=NOW) == 0
    (delivery,) = await claim(ledger)
    assert await ledger.intend(delivery, now=NOW)
    assert await ledger.settle(delivery, Sent("1"), now=NOW) is not None


async def test_a_notice_is_never_taken_for_a_post_of_its_title(ledger: SqlLedger) -> None:
    await ledger.record_notice("announcement-1", "日报", now=NOW)
    await ledger.record_issues([post("weekly", "日报", None)], now=NOW)
    assert not await ledger.record_notice("announcement-1", "日报", now=NOW)
    assert await ledger.record_issues([post("weekly", "日报", None)], now=NOW) != {"weekly": "announcement-1"}


async def test_an_announcement_does_not_reach_who_has_left(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    await ledger.record_notice("announcement-1", "你好", now=NOW)
    await ledger.plan(a_plan(EveryActive(NOW), issue="announcement-1", occasion=ANNOUNCEMENT), now=NOW)
    (delivery,) = await claim(ledger)
    await subscriptions.unsubscribe(chat(), reason="/stop", now=NOW)
    assert not await ledger.intend(delivery, now=NOW)


async def test_an_announcement_does_not_reach_who_pauses(ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat("1"), language="zh", now=NOW)
    await subscriptions.subscribe(chat("2"), language="zh", now=NOW)
    found = await subscriptions.find(chat("1"))
    assert found is not None
    await subscriptions.prefer(chat("1"), replace(found.preferences, paused_until=NOW + HOUR))
    await ledger.record_notice("announcement-1", "你好", now=NOW)
    plan = a_plan(EveryActive(NOW), issue="announcement-1", occasion=ANNOUNCEMENT)
    assert await ledger.plan(plan, now=NOW) == 1
    assert [one.destination for one in await ledger.reports(DeliveryFilter())] == [chat("2")]


class TestHolding:
    @pytest.fixture
    async def held(self, ledger: SqlLedger) -> SqlLedger:
        """A ledger in which one of two deliveries is leased, and the other one was held back."""
        await ledger.record_issues([post()], now=NOW)
        for number in ("1", "2"):
            await ledger.plan(a_plan(Only(chat(number))), now=NOW)
        (leased,) = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=1)
        assert leased.destination == chat("1")
        assert await ledger.hold(KEY, now=NOW) == 1
        return ledger

    async def test_puts_off_what_is_pending_and_nothing_else(self, held: SqlLedger) -> None:
        assert await held.hold(KEY, now=NOW) == 0
        assert await claim(held, now=NOW + 23 * HOUR) == []
        (waiting,) = await held.reports(DeliveryFilter(state=DeliveryState.PENDING))
        assert waiting.reason == "held back by an owner"
        assert waiting.due_at > NOW + LIFETIME
        (leased,) = await held.reports(DeliveryFilter(state=DeliveryState.LEASED))
        assert leased.reason is None

    async def test_lasts_over_a_restart(self, held: SqlLedger) -> None:
        await recover(held, now=NOW + HOUR)
        assert [one.destination for one in await claim(held, now=NOW + HOUR)] == [chat("1")]

    async def test_ends_when_it_is_let_go(self, held: SqlLedger) -> None:
        assert await held.let_go(KEY, now=NOW + HOUR) == 1
        assert await held.let_go(KEY, now=NOW + HOUR) == 0
        (delivery,) = await claim(held, now=NOW + HOUR)
        assert delivery.destination == chat("2")

    async def test_takes_in_what_waits_for_another_reason(self, held: SqlLedger) -> None:
        await held.let_go(KEY, now=NOW)
        (delivery,) = await claim(held)
        await held.postpone(delivery, until=NOW + HOUR, reason="429", counts=True)
        assert await held.hold(KEY, now=NOW) == 1
        await recover(held, now=NOW)
        assert [one.destination for one in await claim(held, now=NOW + 2 * HOUR)] == [chat("1")]

    async def test_lets_go_on_what_has_begun(self, held: SqlLedger) -> None:
        await held.let_go(KEY, now=NOW)
        (delivery,) = await claim(held)
        delivery = await send_part(held, delivery, Sent("1"))
        await held.postpone(delivery, until=NOW + HOUR, reason="429", counts=True)
        assert await held.hold(KEY, now=NOW) == 0
        assert [one.destination for one in await claim(held, now=NOW + 2 * HOUR)] == [chat("2")]

    async def test_gives_back_a_slot_that_is_still_to_come(
        self, ledger: SqlLedger, subscriptions: SqlSubscriptions
    ) -> None:
        await subscriptions.subscribe(chat(), language="zh", now=NOW - HOUR)
        found = await subscriptions.find(chat())
        assert found is not None
        evening = replace(found.preferences, hour=time(20), zone="UTC")
        await subscriptions.prefer(chat(), evening)
        await ledger.record_issues([post()], now=NOW)
        await ledger.plan(replace(a_plan(EveryActive(NOW)), slots=Slots(NOW, ZoneInfo("UTC"))), now=NOW)
        (planned,) = await ledger.reports(DeliveryFilter())
        assert planned.due_at > NOW + 19 * HOUR
        assert await ledger.hold(KEY, now=NOW + HOUR) == 1
        assert await ledger.let_go(KEY, now=NOW + 2 * HOUR) == 1
        (again,) = await ledger.reports(DeliveryFilter())
        assert again.due_at == planned.due_at
        assert await ledger.hold(KEY, now=NOW + 3 * HOUR) == 1
        assert await ledger.let_go(KEY, now=NOW + 21 * HOUR) == 1
        (late,) = await ledger.reports(DeliveryFilter())
        assert late.due_at == NOW + 21 * HOUR

    async def test_never_sends_at_the_very_moment_of_expiring(self, held: SqlLedger) -> None:
        await recover(held, now=NOW)
        await claim(held, now=NOW)
        assert await claim(held, now=NOW + LIFETIME) == []

    async def test_has_an_end_when_the_issue_is_too_old(self, held: SqlLedger) -> None:
        await held.expire(now=NOW + LIFETIME)
        (expired,) = await held.reports(DeliveryFilter(state=DeliveryState.EXPIRED))
        assert expired.reason is not None
        assert "held back by an owner" in expired.reason


class TestFigures:
    async def test_of_a_run_count_each_delivery_once_by_the_worst_of_it(
        self, ledger: SqlLedger, subscriptions: SqlSubscriptions, figures: SqlFigures
    ) -> None:
        await ledger.record_issues([post()], now=NOW)
        await subscriptions.set_fixed([chat("-7")], language="zh", now=NOW)
        for number in ("1", "2", "3", "4", "5", "6", "-7", "8"):
            await ledger.plan(a_plan(Only(chat(number)), parts=1), now=NOW)
        claimed = {one.destination.chat: one for one in await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=7)}
        for delivery in claimed.values():
            await ledger.intend(delivery, now=NOW)
        for number, outcome in (("1", Sent("1")), ("2", Unknown("lost")), ("3", Rejected("no"))):
            await ledger.settle(claimed[number], outcome, now=NOW)
        await ledger.finish(claimed["4"], DeliveryState.DEAD, "refused", now=NOW)
        await ledger.finish(claimed["5"], DeliveryState.GONE, "blocked", now=NOW)
        await ledger.finish(claimed["6"], DeliveryState.DEAD, "refused", now=NOW)
        await ledger.finish(claimed["-7"], DeliveryState.GONE, "not there", now=NOW)
        run = await figures.run(KEY)
        assert run == Run(sent=1, pending=1, failed=4, gone=1, unknown=1, reason="refused")
        assert run.total == 8
        assert await figures.run("unheard of") == Run(0, 0, 0, 0, 0, None)

    async def test_of_subscribers_tell_who_came_and_went(
        self, subscriptions: SqlSubscriptions, figures: SqlFigures
    ) -> None:
        await subscriptions.set_fixed([channel()], language="en", now=NOW - 48 * HOUR)
        for number, joined in (("1", NOW - 48 * HOUR), ("2", NOW), ("3", NOW - 48 * HOUR), ("4", NOW - 48 * HOUR)):
            await subscriptions.subscribe(chat(number), language="zh", now=joined)
        await subscriptions.unsubscribe(chat("3"), reason="/stop", now=NOW)
        await subscriptions.unsubscribe(chat("4"), reason="/stop", now=NOW - 47 * HOUR)
        paused = await subscriptions.find(chat("1"))
        assert paused is not None
        assert paused.origin is Origin.READER
        await subscriptions.prefer(chat("1"), replace(paused.preferences, paused_until=NOW + HOUR))
        told = await figures.subscribers(since=NOW - HOUR, now=NOW)
        assert dict(told.active) == {Platform.TELEGRAM: 2, Platform.SLACK: 1}
        assert dict(told.languages) == {"zh": 2, "en": 1}
        assert (told.paused, told.joined, told.left) == (1, 1, 1)
