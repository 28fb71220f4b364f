"""The machine's clock is set while the bot runs, or before it starts: nothing waits for a wrong time to come."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from structlog.testing import capture_logs

from bot.domain.delivery import DeliveryState, Unsent
from bot.domain.errors import DatabaseError
from bot.services.tidying import Tidying
from bot.storage.ledger import SqlLedger
from tests.integration.services.newsroom import SENT, Newsroom, chat, digest, states

HOUR = 3600.0
PARTS = ["overview", "item-1", "item-2", "closing"]


@pytest.fixture
async def ahead(newsroom: Newsroom) -> Newsroom:
    """It is 07:00 and the clock shows 08:00: the issue was released to one reader, and nothing was sent yet."""
    await newsroom.subscribe(chat())
    await newsroom.start("08:00")
    newsroom.shelf.issues.append(digest(items=2))
    assert await newsroom.look()
    return newsroom


async def look(newsroom: Newsroom, tidying: Tidying) -> None:
    await tidying.look(newsroom.clock.now())


async def test_what_was_planned_before_the_clock_was_set_back_goes_out_after(ahead: Newsroom) -> None:
    tidying = Tidying(ahead.ledger, ahead.clock)
    await look(ahead, tidying)
    ahead.clock.is_set(seconds=-HOUR)
    with capture_logs() as logs:
        await look(ahead, tidying)
    assert [(line["event"], line.get("seconds"), line.get("deliveries")) for line in logs] == [
        ("the clock was set back", 3600, None),
        ("a clock that ran ahead had put deliveries off; they go on now", None, 1),
    ]
    await ahead.deliver_due()
    assert ahead.telegram.parts == PARTS


async def test_a_process_that_starts_only_then_sends_it(ahead: Newsroom) -> None:
    ahead.clock.is_set(seconds=-HOUR)
    await ahead.deliver_all()
    assert ahead.telegram.parts == PARTS


async def test_a_pause_does_not_become_an_hour(ahead: Newsroom) -> None:
    ahead.telegram.will(SENT, Unsent("refused"))
    async with ahead.draining() as drain, asyncio.timeout(10):
        while (await ahead.report(chat())).reason != "refused":
            await asyncio.sleep(0.002)
        ahead.clock.is_set(seconds=-HOUR)
        drain.wake()
        while await ahead.ledger.unfinished():
            await asyncio.sleep(0.002)
    assert ahead.telegram.parts == [*PARTS[:2], *PARTS[1:]]


async def test_what_is_written_down_only_later_waits_no_longer_than_a_minute(ahead: Newsroom) -> None:
    """As where a plan for a million goes on with the time at which it began."""
    tidying = Tidying(ahead.ledger, ahead.clock)
    await look(ahead, tidying)
    ahead.clock.is_set(seconds=-HOUR)
    await look(ahead, tidying)
    ahead.clock.is_set(seconds=HOUR)
    await ahead.publisher.send_to(digest(items=2), chat(2), language="zh")
    ahead.clock.is_set(seconds=-HOUR)
    await look(ahead, tidying)
    assert (await ahead.report(chat(2))).due_at > ahead.clock.now()
    ahead.clock.advance(seconds=60)
    await look(ahead, tidying)
    assert (await ahead.report(chat(2))).due_at == ahead.clock.now()


async def test_what_expired_by_a_wrong_clock_has_its_whole_day(ahead: Newsroom) -> None:
    tidying = Tidying(ahead.ledger, ahead.clock)
    await ahead.publisher.send_to(digest(items=2), chat(2), language="zh")
    ahead.clock.is_set(seconds=24 * HOUR)
    await look(ahead, tidying)
    assert states(await ahead.reports()) == [DeliveryState.EXPIRED] * 2
    ahead.clock.is_set(seconds=-24 * HOUR)
    await look(ahead, tidying)
    assert states(await ahead.reports()) == [DeliveryState.PENDING] * 2
    ahead.clock.advance(seconds=24 * HOUR)
    await look(ahead, tidying)
    assert states(await ahead.reports()) == [DeliveryState.EXPIRED] * 2


async def test_a_database_that_fails_at_that_moment_is_asked_again(ahead: Newsroom) -> None:
    ledger = Failing(ahead.database)
    tidying = Tidying(ledger, ahead.clock)
    await look(ahead, tidying)
    ahead.clock.is_set(seconds=-HOUR)
    ledger.fails = True
    with pytest.raises(DatabaseError):
        await look(ahead, tidying)
    ledger.fails = False
    await look(ahead, tidying)
    assert (await ahead.report(chat())).due_at == ahead.clock.now()


class Failing(SqlLedger):
    """Cannot mend while it fails."""

    fails = False

    async def mend_time(self, *, now: datetime, just_now: bool) -> int:
        if self.fails:
            raise DatabaseError("the disk is full")
        return await super().mend_time(now=now, just_now=just_now)
