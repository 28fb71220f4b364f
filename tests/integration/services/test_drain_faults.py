"""What is delivered, and what is not sent twice, when the process dies or the database fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import TypeVar, cast

import pytest
from structlog.testing import capture_logs

from bot.domain.delivery import (
    Delivery,
    DeliveryState,
    Gone,
    Outcome,
    PartState,
    Receipt,
    Rejected,
    Sent,
    Throttled,
    Unknown,
)
from bot.domain.errors import DatabaseError
from bot.storage.engine import Database
from bot.storage.ledger import SqlLedger
from tests.integration.services.newsroom import (
    SENT,
    Newsroom,
    at,
    chat,
)

_Result = TypeVar("_Result")

READER = chat()
PARTS = ["overview", "item-1", "item-2", "closing"]


def outcomes(receipts: tuple[Receipt, ...]) -> list[PartState]:
    return [receipt.state for receipt in receipts]


class TestAProcessThatDied:
    async def test_leaves_the_part_in_flight_unknown_and_the_next_one_follows(self, planned: Newsroom) -> None:
        (delivery,) = await planned.claim()
        assert await planned.ledger.intend(delivery, now=planned.clock.now())
        settled = await planned.ledger.settle(delivery, Sent("m0"), now=planned.clock.now())
        assert settled
        assert await planned.ledger.intend(settled, now=planned.clock.now())
        assert await planned.take_lanes() == 1
        await planned.deliver_due()
        assert planned.telegram.parts == PARTS[2:]
        assert [request.silent for request in planned.telegram.requests] == [True, True]
        report = await planned.report(READER)
        assert outcomes(report.receipts) == [PartState.SENT, PartState.UNKNOWN, PartState.SENT, PartState.SENT]


class TestADatabaseThatFails:
    async def test_while_a_receipt_is_written_loses_nothing_and_resends_nothing(self, planned: Newsroom) -> None:
        planned.ledger = Failing(planned.database, settle=5)
        with capture_logs() as logs:
            await planned.deliver_due()
        assert planned.telegram.parts == PARTS
        report = await planned.report(READER)
        assert outcomes(report.receipts) == [PartState.SENT] * 4
        assert [receipt.message_id for receipt in report.receipts] == ["m1", "m2", "m3", "m4"]
        told = [entry["event"] for entry in logs if entry["log_level"] == "error"]
        assert told == ["the ledger cannot be written; keeping the results and trying again"]

    @pytest.mark.parametrize("method", ["intend", "settle", "postpone", "finish"])
    async def test_after_it_did_what_was_asked_is_not_asked_to_do_it_twice(
        self, planned: Newsroom, method: str
    ) -> None:
        planned.ledger = Failing(planned.database, late=True, **{method: 1})
        script: dict[str, Outcome] = {
            "postpone": Throttled(timedelta(seconds=1), "429"),
            "finish": Rejected("too long"),
        }
        planned.telegram.will(script.get(method, SENT))
        await planned.deliver_due()
        planned.clock.advance(seconds=1)
        await planned.deliver_due()
        expected = {"postpone": ["overview", *PARTS], "finish": ["overview"]}
        assert planned.telegram.parts == expected.get(method, PARTS)

    async def test_while_an_intent_is_written_sends_only_once_it_is_on_record(self, planned: Newsroom) -> None:
        planned.ledger = Failing(planned.database, intend=3)
        await planned.deliver_due()
        assert planned.telegram.parts == PARTS
        assert planned.telegram.requests[0].at >= at("08:00") + timedelta(seconds=3)

    async def test_while_a_pause_is_written_keeps_the_pause(self, planned: Newsroom) -> None:
        planned.ledger = Failing(planned.database, postpone=2)
        planned.telegram.will(Throttled(timedelta(seconds=30), "429"))
        await planned.deliver_due()
        assert planned.telegram.parts == ["overview"]
        planned.clock.advance(seconds=30)
        await planned.deliver_due()
        assert planned.telegram.parts == ["overview", *PARTS]

    async def test_while_an_end_is_written_ends_it_all_the_same(self, planned: Newsroom) -> None:
        planned.ledger = Failing(planned.database, finish=2)
        planned.telegram.will(Gone("blocked"))
        await planned.deliver_due()
        assert (await planned.report(READER)).state is DeliveryState.GONE
        subscription = await planned.subscriptions.find(READER)
        assert subscription is not None
        assert not subscription.active

    async def test_while_work_is_looked_for_is_asked_again(self, planned: Newsroom) -> None:
        planned.ledger = Failing(planned.database, claim=2)
        async with planned.draining() as drain:
            for _ in range(3):
                drain.wake()
                await asyncio.sleep(0.05)
            await planned.quiet()
        assert planned.telegram.parts == PARTS

    async def test_for_good_leaves_the_part_in_doubt_when_the_process_ends(self, planned: Newsroom) -> None:
        planned.ledger = Failing(planned.database, settle=1_000_000)
        async with planned.draining():
            await planned_requests(planned, 1)
        planned.ledger = SqlLedger(planned.database)
        assert await planned.take_lanes() == 1
        await planned.deliver_due()
        assert planned.telegram.parts == PARTS
        assert outcomes((await planned.report(READER)).receipts)[0] is PartState.UNKNOWN


async def planned_requests(newsroom: Newsroom, count: int) -> None:
    """Return once so many requests were made."""
    async with asyncio.timeout(10):
        while True:
            if len(newsroom.telegram.requests) >= count:
                return
            await asyncio.sleep(0.002)


class Failing(SqlLedger):
    """Fails the first so many calls of a method; a `late` failure comes after the work was done."""

    def __init__(self, database: Database, *, late: bool = False, **failures: int) -> None:
        super().__init__(database)
        self._failures = failures
        self._late = late

    async def _doing(self, method: str, work: Callable[[], Awaitable[_Result]]) -> _Result:
        fails = self._failures.get(method, 0) > 0
        self._failures[method] = self._failures.get(method, 0) - 1
        result = await work() if self._late or not fails else None
        if fails:
            raise DatabaseError("the disk is full")
        return cast("_Result", result)

    async def claim(self, lanes: Collection[int], *, holder: str, now: datetime, limit: int) -> list[Delivery]:
        claiming = super().claim
        return await self._doing("claim", lambda: claiming(lanes, holder=holder, now=now, limit=limit))

    async def intend(self, delivery: Delivery, *, now: datetime) -> bool:
        return await self._doing("intend", lambda: super(Failing, self).intend(delivery, now=now))

    async def settle(self, delivery: Delivery, outcome: Sent | Unknown | Rejected, *, now: datetime) -> Delivery | None:
        return await self._doing("settle", lambda: super(Failing, self).settle(delivery, outcome, now=now))

    async def postpone(self, delivery: Delivery, *, until: datetime, reason: str, counts: bool) -> None:
        await self._doing(
            "postpone", lambda: super(Failing, self).postpone(delivery, until=until, reason=reason, counts=counts)
        )

    async def finish(self, delivery: Delivery, state: DeliveryState, reason: str, *, now: datetime) -> None:
        await self._doing("finish", lambda: super(Failing, self).finish(delivery, state, reason, now=now))
