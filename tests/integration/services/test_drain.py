"""How planned deliveries are carried out, whatever the platforms answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from structlog.testing import capture_logs

from bot.domain.delivery import (
    DeliveryState,
    Gone,
    Moved,
    Outcome,
    PartState,
    Receipt,
    Rejected,
    Scope,
    Tag,
    Throttled,
    Unknown,
    Unsent,
)
from bot.domain.destination import Destination, Platform
from bot.domain.retry import MOST_ATTEMPTS
from formatters.parts import Part
from formatters.views import Style
from tests.integration.services.newsroom import (
    CHANNEL,
    SENT,
    ManualClock,
    Newsroom,
    ScriptedSender,
    chat,
    digest,
    states,
)

READER = chat()
PARTS = ["overview", "item-1", "item-2", "closing"]


def outcomes(receipts: tuple[Receipt, ...]) -> list[PartState]:
    return [receipt.state for receipt in receipts]


class TestAnIssue:
    async def test_goes_out_part_by_part_in_order_and_rings_once(self, planned: Newsroom) -> None:
        await planned.deliver_due()
        assert planned.telegram.parts == PARTS
        assert [request.silent for request in planned.telegram.requests] == [False, True, True, True]
        report = await planned.report(READER)
        assert report.state is DeliveryState.SENT
        assert [receipt.message_id for receipt in report.receipts] == ["m1", "m2", "m3", "m4"]
        assert [receipt.part for receipt in report.receipts] == PARTS

    async def test_keeps_to_the_pace_of_one_chat(self, planned: Newsroom) -> None:
        await planned.deliver_due()
        times = [request.at for request in planned.telegram.requests]
        assert [after - before for before, after in pairwise(times)] == [timedelta(seconds=1)] * 3

    async def test_hangs_under_its_first_message_where_the_platform_has_threads(self, planned: Newsroom) -> None:
        await planned.publisher.send_to(digest(items=2), CHANNEL, language="zh")
        await planned.deliver_due()
        assert [request.under for request in planned.slack.requests] == [None, "m1", "m1", "m1"]
        assert {request.under for request in planned.telegram.requests} == {None}

    async def test_stands_in_the_channel_itself_where_it_is_to(self, planned: Newsroom) -> None:
        await planned.subscribe(CHANNEL)
        subscription = await planned.subscriptions.find(CHANNEL)
        assert subscription is not None
        await planned.subscriptions.prefer(CHANNEL, replace(subscription.preferences, style=Style.ITEMS))
        await planned.publisher.send_to(digest(items=2), CHANNEL, language="zh")
        await planned.deliver_due()
        assert [request.under for request in planned.slack.requests] == [None, None, None, None]

    async def test_hangs_under_the_first_message_that_is_known(self, planned: Newsroom) -> None:
        planned.slack.will(Unknown("the answer was lost"))
        await planned.publisher.send_to(digest(items=2), CHANNEL, language="zh")
        await planned.deliver_due()
        assert [request.under for request in planned.slack.requests] == [None, None, "m2", "m2"]

    async def test_goes_to_many_readers_whole_and_in_order(self, planned: Newsroom) -> None:
        readers = [chat(number) for number in range(2000, 2040)]
        for reader in readers:
            await planned.publisher.send_to(digest(items=2), reader, language="zh")
        await planned.deliver_due()
        for reader in [READER, *readers]:
            assert [request.part for request in planned.telegram.requests if request.to == reader] == PARTS
        assert set(states(await planned.reports())) == {DeliveryState.SENT}

    async def test_to_a_platform_that_is_not_configured_is_dead(self, planned: Newsroom) -> None:
        nowhere = Destination(Platform.CONSOLE, "here")
        await planned.publisher.send_to(digest(items=2), nowhere, language="zh")
        await planned.deliver_due()
        report = await planned.report(nowhere)
        assert (report.state, report.reason) == (DeliveryState.DEAD, "console is not configured")

    async def test_that_is_past_its_time_expires_unsent(self, planned: Newsroom) -> None:
        planned.clock.advance(seconds=25 * 3600)
        await planned.deliver_due()
        assert (await planned.report(READER)).state is DeliveryState.EXPIRED
        assert planned.telegram.requests == []


class TestAThrottledPart:
    async def test_waits_as_long_as_asked_and_resumes_without_resending(self, planned: Newsroom) -> None:
        planned.telegram.will(SENT, Throttled(timedelta(seconds=30), "429"))
        async with planned.draining() as drain:
            await planned.quiet()
            assert planned.telegram.parts == ["overview", "item-1"]
            planned.clock.advance(seconds=29)
            drain.wake()
            await asyncio.sleep(0.02)
            assert len(planned.telegram.requests) == 2
            planned.clock.advance(seconds=1)
            drain.wake()
            await planned.quiet()
        assert planned.telegram.parts == ["overview", "item-1", "item-1", "item-2", "closing"]
        assert [request.silent for request in planned.telegram.requests] == [False, True, True, True, True]
        report = await planned.report(READER)
        assert (report.state, report.attempts) == (DeliveryState.SENT, 0)

    async def test_first_of_all_still_rings_when_it_gets_through(self, planned: Newsroom) -> None:
        planned.telegram.will(Throttled(timedelta(seconds=5), "429"))
        await planned.deliver_due()
        planned.clock.advance(seconds=5)
        await planned.deliver_due()
        assert [request.silent for request in planned.telegram.requests] == [False, False, True, True, True]

    async def test_never_uses_up_the_tries(self, planned: Newsroom) -> None:
        for _ in range(MOST_ATTEMPTS * 2):
            planned.telegram.will(Throttled(timedelta(seconds=1), "429"))
            await planned.deliver_due()
            planned.clock.advance(seconds=1)
        await planned.deliver_due()
        assert (await planned.report(READER)).state is DeliveryState.SENT

    async def test_holds_every_other_chat_of_the_platform_and_no_other_platform(self, planned: Newsroom) -> None:
        planned.telegram.will(Throttled(timedelta(seconds=60), "429"))
        async with planned.draining() as drain:
            await planned.quiet()
            throttled_until = planned.clock.now() + timedelta(seconds=59)
            await planned.publisher.send_to(digest(items=2), CHANNEL, language="zh")
            drain.wake()
            await planned.quiet()
            assert planned.slack.requests[-1].at < throttled_until
            await planned.publisher.send_to(digest(items=2), chat(1002), language="zh")
            drain.wake()
            await planned.quiet()
        other = [request for request in planned.telegram.requests if request.to == chat(1002)]
        assert len(other) == 4
        assert other[0].at >= throttled_until

    async def test_holds_no_other_chat_where_the_pause_is_its_own(self, planned: Newsroom) -> None:
        planned.telegram.will(Throttled(timedelta(seconds=60), "slow mode", Scope.CHAT))
        async with planned.draining() as drain:
            await planned.quiet()
            throttled_until = planned.clock.now() + timedelta(seconds=59)
            await planned.publisher.send_to(digest(items=2), chat(1002), language="zh")
            drain.wake()
            await planned.quiet()
        other = [request for request in planned.telegram.requests if request.to == chat(1002)]
        assert len(other) == 4
        assert other[-1].at < throttled_until


class TestAnUnsentPart:
    async def test_is_tried_again_after_growing_pauses(self, planned: Newsroom) -> None:
        planned.telegram.will(*[Unsent("connection refused")] * 3)
        pauses = []
        for _ in range(3):
            await planned.deliver_due()
            report = await planned.report(READER)
            assert report.state is DeliveryState.PENDING
            pauses.append((report.due_at - planned.clock.now()).total_seconds())
            planned.clock.advance(seconds=1000)
        await planned.deliver_due()
        assert (await planned.report(READER)).state is DeliveryState.SENT
        assert planned.telegram.parts == ["overview"] * 4 + PARTS[1:]
        assert all(low <= pause <= 2 * low for pause, low in zip(pauses, (0.5, 1, 2), strict=True))

    async def test_is_given_up_after_the_last_try(self, planned: Newsroom) -> None:
        planned.telegram.will(SENT, *[Unsent("connection refused")] * MOST_ATTEMPTS)
        for _ in range(MOST_ATTEMPTS):
            await planned.deliver_due()
            planned.clock.advance(seconds=1000)
        report = await planned.report(READER)
        assert report.state is DeliveryState.DEAD
        assert report.reason == f"gave up after {MOST_ATTEMPTS} tries: connection refused"
        assert planned.telegram.parts == ["overview"] + ["item-1"] * MOST_ATTEMPTS

    async def test_that_gets_through_gives_the_next_one_all_its_tries(self, planned: Newsroom) -> None:
        almost_all = [Unsent("refused")] * (MOST_ATTEMPTS - 1)
        planned.telegram.will(*almost_all, SENT, *almost_all, SENT)
        for _ in range(2 * MOST_ATTEMPTS):
            await planned.deliver_due()
            planned.clock.advance(seconds=1000)
        assert (await planned.report(READER)).state is DeliveryState.SENT


class TestAnUnknownPart:
    async def test_is_never_resent_and_the_next_one_follows(self, planned: Newsroom) -> None:
        planned.telegram.will(SENT, Unknown("read timeout"))
        await planned.deliver_due()
        assert planned.telegram.parts == PARTS
        report = await planned.report(READER)
        assert report.state is DeliveryState.SENT
        assert outcomes(report.receipts) == [PartState.SENT, PartState.UNKNOWN, PartState.SENT, PartState.SENT]
        assert report.receipts[1].reason == "read timeout"

    async def test_may_be_the_work_of_a_sender_that_fails_by_our_own_fault(self, planned: Newsroom) -> None:
        planned.telegram.will(SENT, RuntimeError("a bug"))
        with capture_logs() as logs:
            await planned.deliver_due()
        assert planned.telegram.parts == PARTS
        assert outcomes((await planned.report(READER)).receipts)[1] is PartState.UNKNOWN
        assert "a sender failed by a fault of ours" in [entry["event"] for entry in logs]


class TestARejectedPart:
    async def test_ends_the_delivery_if_it_is_the_first(self, planned: Newsroom) -> None:
        planned.telegram.will(Rejected("message is too long"))
        await planned.deliver_due()
        assert planned.telegram.parts == ["overview"]
        report = await planned.report(READER)
        assert (report.state, report.reason) == (DeliveryState.DEAD, "message is too long")

    async def test_is_skipped_if_it_is_a_later_one(self, planned: Newsroom) -> None:
        planned.telegram.will(SENT, Rejected("can't parse entities"))
        await planned.deliver_due()
        assert planned.telegram.parts == PARTS
        report = await planned.report(READER)
        assert report.state is DeliveryState.SENT
        assert outcomes(report.receipts) == [PartState.SENT, PartState.REJECTED, PartState.SENT, PartState.SENT]


class TestADestinationThatIsGone:
    async def test_ends_the_delivery_and_its_readers_subscription(self, planned: Newsroom) -> None:
        planned.telegram.will(SENT, Gone("bot was blocked by the user"))
        await planned.deliver_due()
        assert planned.telegram.parts == ["overview", "item-1"]
        report = await planned.report(READER)
        assert (report.state, report.reason) == (DeliveryState.GONE, "bot was blocked by the user")
        subscription = await planned.subscriptions.find(READER)
        assert subscription is not None
        assert (subscription.active, subscription.end_reason) == (False, "bot was blocked by the user")

    async def test_does_not_end_what_the_operator_named(self, planned: Newsroom) -> None:
        await planned.fix(CHANNEL)
        await planned.publisher.send_to(digest(items=2), CHANNEL, language="zh")
        planned.slack.will(Gone("not_in_channel"))
        await planned.deliver_due()
        assert (await planned.report(CHANNEL)).state is DeliveryState.GONE
        assert [one.destination for one in await planned.subscriptions.active_fixed()] == [CHANNEL]

    async def test_is_of_no_consequence_to_others(self, planned: Newsroom) -> None:
        await planned.publisher.send_to(digest(items=2), chat(1002), language="zh")
        planned.telegram.will(Gone("blocked"))
        await planned.deliver_due()
        assert sorted(states(await planned.reports())) == [DeliveryState.GONE, DeliveryState.SENT]


class TestADestinationThatMoved:
    NEW = Destination(Platform.TELEGRAM, "-1001234567890")

    async def test_gets_the_rest_at_its_new_address(self, planned: Newsroom) -> None:
        planned.telegram.will(SENT, Moved(self.NEW, "the group became a supergroup"))
        await planned.deliver_due()
        assert [(request.part, request.to) for request in planned.telegram.requests] == [
            ("overview", READER),
            ("item-1", READER),
            ("item-1", self.NEW),
            ("item-2", self.NEW),
            ("closing", self.NEW),
        ]
        assert (await planned.report(self.NEW)).state is DeliveryState.SENT

    async def test_keeps_its_subscription(self, planned: Newsroom) -> None:
        planned.telegram.will(Moved(self.NEW, "upgraded"))
        await planned.deliver_due()
        moved = await planned.subscriptions.find(self.NEW)
        assert moved is not None
        assert moved.active

    async def test_where_the_issue_is_already_gets_no_second_one(self, planned: Newsroom) -> None:
        await planned.publisher.send_to(digest(items=2), self.NEW, language="zh")
        await planned.deliver_due()
        await planned.publisher.send_to(digest(items=2), chat(1002), language="zh")
        planned.telegram.will(Moved(self.NEW, "upgraded"))
        await planned.deliver_due()
        to_new = [request.part for request in planned.telegram.requests if request.to == self.NEW]
        assert to_new == PARTS


class TestStopping:
    async def test_in_the_middle_gives_back_and_the_next_start_resumes_at_the_same_part(
        self, planned: Newsroom
    ) -> None:
        drain = planned.drain()
        planned.telegram.on_request = lambda count: drain.stop() if count == 2 else None
        await asyncio.wait_for(drain.run(), 10)
        assert planned.telegram.parts == ["overview", "item-1"]
        report = await planned.report(READER)
        assert (report.state, len(report.receipts)) == (DeliveryState.PENDING, 2)
        await planned.deliver_due()
        assert planned.telegram.parts == PARTS
        assert [request.silent for request in planned.telegram.requests] == [False, True, True, True]

    async def test_waits_for_the_outcome_of_what_is_in_flight(self, planned: Newsroom) -> None:
        planned.telegram = slow = Slow(planned.clock)
        drain = planned.drain()
        running = asyncio.create_task(drain.run())
        await slow.began.wait()
        drain.stop()
        done, _ = await asyncio.wait({running}, timeout=0.05)
        assert not done
        slow.may_end.set()
        await asyncio.wait_for(running, 10)
        assert outcomes((await planned.report(READER)).receipts) == [PartState.SENT]

    async def test_before_anything_began_leaves_everything_to_the_next_start(self, planned: Newsroom) -> None:
        drain = planned.drain()
        drain.stop()
        await asyncio.wait_for(drain.run(), 10)
        assert planned.telegram.requests == []
        await planned.deliver_due()
        assert planned.telegram.parts == PARTS

    async def test_by_itself_comes_once_all_is_done(self, planned: Newsroom) -> None:
        await asyncio.wait_for(planned.drain().run_until_done(patience=timedelta(minutes=1)), 10)
        assert planned.telegram.parts == PARTS
        assert await planned.ledger.unfinished() == 0


class Slow(ScriptedSender):
    """Answers once it may."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.began, self.may_end = asyncio.Event(), asyncio.Event()

    async def send(
        self,
        part: Part,
        *,
        to: Destination,
        silent: bool,
        under: str | None,
        previews: bool = False,
        tag: Tag | None = None,
    ) -> Outcome:
        self.began.set()
        await self.may_end.wait()
        return await super().send(part, to=to, silent=silent, under=under, tag=tag, previews=previews)
