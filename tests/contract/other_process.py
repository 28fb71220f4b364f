"""Another process with the same database: `python -m tests.contract.other_process URL TASK` says when it is ready.

It then waits to be killed. It holds the database, and in the meantime does its task.
"""

from __future__ import annotations

import asyncio
import sys

from bot.domain.delivery import Sent
from bot.domain.destination import EVERY_LANE
from bot.storage.engine import open_database
from bot.storage.hold import hold
from bot.storage.ledger import SqlLedger
from tests.contract.samples import NOW, TESTER, hold_every_lane


def say_ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


async def stop_in_the_second_part(ledger: SqlLedger) -> None:
    for delivery in await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=9):
        await ledger.intend(delivery, now=NOW)
        after_one = await ledger.settle(delivery, Sent("m0"), now=NOW)
        assert after_one is not None
        await ledger.intend(after_one, now=NOW)


async def settle_without_end(ledger: SqlLedger) -> None:
    """Claim and settle as fast as possible, so that a kill comes at any statement."""
    say_ready()
    while True:
        for delivery in await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=3):
            await ledger.intend(delivery, now=NOW)
            await ledger.settle(delivery, Sent("m"), now=NOW)


async def nothing(_ledger: SqlLedger) -> None:
    pass


TASKS = {task.__name__: task for task in (stop_in_the_second_part, settle_without_end, nothing)}


async def main(url: str, task: str) -> None:
    async with open_database(url) as database, hold(database):
        await hold_every_lane(database)
        await TASKS[task](SqlLedger(database))
        say_ready()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
