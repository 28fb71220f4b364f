"""Several processes and one database: who holds it, and what is left when one is killed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.domain.delivery import DeliveryState, PartState, Sent
from bot.domain.destination import EVERY_LANE
from bot.domain.errors import DatabaseInUse
from bot.ports.ledger import DeliveryFilter
from bot.storage.engine import Database, open_database
from bot.storage.hold import hold
from bot.storage.ledger import SqlLedger
from tests.contract.samples import NOW, TESTER, a_plan, fill, post, recover

PROJECT = Path(__file__).resolve().parents[2]


@contextmanager
def another_process(url: str, task: str) -> Iterator[subprocess.Popen[str]]:
    """Run a task in another process; go on when it is ready; kill it at the end if it still runs."""
    command = [sys.executable, "-m", "tests.contract.other_process", url, task]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


async def hold_soon(database: Database) -> None:
    """Hold the database, briefly; a server may need a moment to see that a process was killed."""
    for _ in range(200):
        try:
            async with hold(database):
                return
        except DatabaseInUse:
            await asyncio.sleep(0.02)
    pytest.fail("the database was not let go")


async def test_sqlite_has_one_holder_and_postgresql_many(database: Database, database_url: str) -> None:
    async with open_database(database_url) as other, hold(database):
        if database.path is None:
            async with hold(other):
                return
        with pytest.raises(DatabaseInUse, match=r"another `digestbot run` \(process \d+\) sends from it"):
            async with hold(other):
                pytest.fail("two held the database")


async def test_the_database_is_free_again_afterwards(database: Database) -> None:
    for _ in range(2):
        async with hold(database):
            pass


async def test_the_holder_may_close_the_database_first(database: Database) -> None:
    async with hold(database):
        await database.close()


async def test_what_a_killed_process_held_is_free(database: Database, database_url: str) -> None:
    with another_process(database_url, "nothing") as process:
        if database.path:
            with pytest.raises(DatabaseInUse, match=rf"process {process.pid}\b"):
                async with hold(database):
                    pytest.fail("two held the database")
        process.kill()
        process.wait()
        await hold_soon(database)


async def test_a_killed_process_leaves_only_the_part_in_flight_in_doubt(database: Database, database_url: str) -> None:
    ledger = SqlLedger(database)
    await ledger.record_issues([post()], now=NOW)
    await fill(database, 2)
    await ledger.plan(a_plan(parts=3), now=NOW)
    with another_process(database_url, "stop_in_the_second_part") as process:
        process.kill()
        process.wait()
    async with open_database(database_url) as reopened:
        ledger = SqlLedger(reopened)
        await hold_soon(reopened)
        assert await recover(ledger, now=NOW) == 2
        claimed = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=9)
        assert [[receipt.state for receipt in one.receipts] for one in claimed] == [
            [PartState.SENT, PartState.UNKNOWN]
        ] * 2
        for delivery in claimed:
            assert await ledger.intend(delivery, now=NOW)
            assert await ledger.settle(delivery, Sent("m2"), now=NOW)
        assert {report.state for report in await ledger.reports(DeliveryFilter())} == {DeliveryState.SENT}


@pytest.mark.parametrize("statements", [4, 40])
async def test_a_process_killed_anywhere_leaves_a_ledger_that_goes_on(
    database: Database, database_url: str, statements: int
) -> None:
    ledger = SqlLedger(database)
    await ledger.record_issues([post()], now=NOW)
    await fill(database, 500)
    await ledger.plan(a_plan(parts=2), now=NOW)
    with another_process(database_url, "settle_without_end") as process:
        for _ in range(statements):
            await ledger.next_due()
        process.kill()
        process.wait()
    await hold_soon(database)
    assert await recover(ledger, now=NOW) <= 1
    resumed = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=1000)
    assert all(receipt.state is not PartState.SENDING for delivery in resumed for receipt in delivery.receipts)
    assert len(resumed) == await ledger.unfinished()
