"""What a clock that ran an hour or a day ahead left behind, once it shows the right time again: NOW."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.delivery import LIFETIME, DeliveryReport, DeliveryState, Sent, Unknown
from bot.ports.clock import SKEW
from bot.ports.ledger import DeliveryFilter, EveryActive, Plan, Slots
from bot.storage.ledger import SqlLedger
from bot.storage.set_back import NOTE
from bot.storage.subscriptions import SqlSubscriptions
from tests.contract.samples import HOUR, NOW, SECOND, a_plan, chat, claim, claim_one, for_one, post, recover, send_part

UTC_ZONE = ZoneInfo("UTC")
AHEAD = NOW + HOUR
"""What the clock showed when it was wrong."""
KEY = "2026-02-12"


@pytest.fixture
async def ledger(ledger: SqlLedger) -> SqlLedger:
    """A ledger that knows one issue."""
    await ledger.record_issues([post()], now=NOW)
    return ledger


async def mend(ledger: SqlLedger, *, just_now: bool = False) -> int:
    return await ledger.mend_time(now=NOW, just_now=just_now)


async def reported(ledger: SqlLedger) -> DeliveryReport:
    (report,) = await ledger.reports(DeliveryFilter())
    return report


def released(at: datetime) -> Plan:
    return replace(a_plan(EveryActive(at)), slots=Slots(at, UTC_ZONE))


class TestADeliveryPlannedAhead:
    async def test_is_due_at_once_and_lives_as_long_as_any(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=AHEAD)
        assert await claim(ledger) == []
        assert await mend(ledger) == 1
        assert await mend(ledger) == 0
        assert (await claim_one(ledger)).expires_at == NOW + LIFETIME
        report = await reported(ledger)
        assert (report.planned_at, report.due_at, report.note) == (NOW, NOW, NOTE)

    async def test_by_the_clock_of_another_machine_is_left_alone(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW + SKEW)
        assert await mend(ledger) == 0
        assert (await reported(ledger)).due_at == NOW + SKEW

    async def test_still_comes_at_the_readers_hour(self, ledger: SqlLedger, subscriptions: SqlSubscriptions) -> None:
        for name, hour in (("at once", None), ("evening", time(20))):
            await subscriptions.subscribe(chat(name), language="zh", now=NOW)
            found = await subscriptions.find(chat(name))
            assert found is not None
            await subscriptions.prefer(chat(name), replace(found.preferences, hour=hour, zone="UTC"))
        await ledger.plan(released(AHEAD), now=AHEAD + SECOND)
        assert await mend(ledger, just_now=True) == 1
        due = {report.destination.chat: report.due_at for report in await ledger.reports(DeliveryFilter())}
        assert due == {"at once": NOW, "evening": datetime(2026, 2, 12, 20, tzinfo=UTC)}

    async def test_goes_on_where_it_was_stopped(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=AHEAD)
        (delivery,) = await claim(ledger, now=AHEAD)
        delivery = await send_part(ledger, delivery, Sent("m0"))
        await ledger.postpone(delivery, until=AHEAD + HOUR, reason="429", counts=False)
        assert await mend(ledger) == 1
        assert (await claim_one(ledger)).cursor == 1

    async def test_that_is_held_back_stays_so_and_is_due_when_it_is_let_go(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=AHEAD)
        assert await ledger.hold(KEY, now=AHEAD) == 1
        assert await mend(ledger, just_now=True) == 0
        assert await claim(ledger, now=AHEAD) == []
        assert await ledger.let_go(KEY, now=NOW) == 1
        assert len(await claim(ledger)) == 1

    async def test_again_by_the_operator_is_due_at_once(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        delivery = await claim_one(ledger)
        await ledger.finish(delivery, DeliveryState.DEAD, "refused", now=NOW)
        assert await ledger.requeue([delivery.id], unknown=False, now=AHEAD) == [delivery.id]
        assert await mend(ledger) == 1
        assert len(await claim(ledger)) == 1


class TestAPause:
    async def test_is_over_where_the_clock_that_counted_it_was_just_set_back(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        await ledger.postpone(await claim_one(ledger), until=AHEAD + 30 * SECOND, reason="429", counts=False)
        assert await mend(ledger) == 0, "a platform may have asked for it"
        assert await mend(ledger, just_now=True) == 1
        assert len(await claim(ledger)) == 1


class TestWhatExpiredBeforeItsTime:
    """The clock was two days ahead."""

    async def test_is_pending_again(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        assert await ledger.expire(now=NOW + 2 * LIFETIME) == 1
        assert await mend(ledger) == 1
        assert await mend(ledger) == 0
        report = await reported(ledger)
        assert (report.state, report.reason, report.finished_at) == (DeliveryState.PENDING, None, None)
        assert len(await claim(ledger)) == 1

    async def test_tells_what_its_last_try_led_to(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        await ledger.postpone(await claim_one(ledger), until=NOW + HOUR, reason="503", counts=True)
        await ledger.expire(now=NOW + 2 * LIFETIME)
        assert await mend(ledger) == 1
        report = await reported(ledger)
        assert (report.reason, report.due_at) == ("503", NOW + HOUR)

    async def test_in_the_middle_goes_on_there(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        delivery = await send_part(ledger, await claim_one(ledger), Sent("m0"))
        await ledger.finish(delivery, DeliveryState.EXPIRED, "too late", now=NOW + 2 * LIFETIME)
        assert await mend(ledger) == 1
        assert (await claim_one(ledger)).cursor == 1

    async def test_is_still_held_back_where_it_was(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        await ledger.hold(KEY, now=NOW)
        await ledger.expire(now=NOW + 2 * LIFETIME)
        assert await mend(ledger, just_now=True) == 1
        assert await claim(ledger, now=NOW + LIFETIME - SECOND) == []
        assert await ledger.let_go(KEY, now=NOW) == 1

    async def test_stays_expired_where_its_time_is_over_by_the_right_clock(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW - LIFETIME)
        assert await ledger.expire(now=NOW) == 1
        assert await mend(ledger, just_now=True) == 0


class TestWhatElseHappenedInTheFuture:
    async def test_a_reader_who_joined_then_gets_the_next_issue(
        self, ledger: SqlLedger, subscriptions: SqlSubscriptions
    ) -> None:
        await subscriptions.subscribe(chat(), language="zh", now=NOW + timedelta(days=900))
        assert await ledger.plan(a_plan(EveryActive(NOW + SECOND)), now=NOW + SECOND) == 0
        await mend(ledger)
        assert await ledger.plan(a_plan(EveryActive(NOW + SECOND)), now=NOW + SECOND) == 1

    async def test_an_issue_released_then_is_released(self, ledger: SqlLedger) -> None:
        await ledger.release(KEY, now=AHEAD)
        await mend(ledger)
        assert await ledger.released_at(KEY) == NOW

    async def test_a_message_that_may_have_been_sent_then_is_looked_for_now(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        delivery = await claim_one(ledger)
        assert await ledger.intend(delivery, now=AHEAD)
        unknown = await ledger.settle(delivery, Unknown("lost"), now=AHEAD)
        assert unknown is not None
        await ledger.postpone(unknown, until=AHEAD + 60 * SECOND, reason="looking for it", counts=False)
        assert await mend(ledger) == 1
        assert len(await claim(ledger)) == 1

    async def test_a_restart_in_the_future_does_not_hold_up_what_it_found(self, ledger: SqlLedger) -> None:
        await ledger.plan(for_one(chat()), now=NOW)
        await ledger.postpone(await claim_one(ledger), until=NOW + SECOND, reason="503", counts=True)
        await recover(ledger, now=AHEAD)
        assert await claim(ledger) == []
        assert await mend(ledger, just_now=True) == 1
        assert len(await claim(ledger)) == 1
