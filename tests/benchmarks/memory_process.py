"""Plans an issue for everybody in a database, sends the beginning of it, and tells the most memory that this took."""

from __future__ import annotations

import asyncio
import resource
import sys

from bot.domain.delivery import Outcome, Sent, Tag
from bot.domain.destination import Destination, Platform
from bot.logs import configure_logs
from bot.ports.ledger import EveryActive
from bot.ports.sender import Capabilities, OnlySends
from bot.scheduling.clock import SystemClock
from bot.services.drain import Drain
from bot.services.lanes import LaneHolder
from bot.services.outlet import Outlet
from bot.storage.engine import open_database
from bot.storage.lanes import SqlLanes
from bot.storage.ledger import SqlLedger
from bot.storage.subscriptions import SqlSubscriptions
from formatters.parts import Part
from tests.contract.samples import a_plan, post

ENOUGH = 5000
"""Messages after which no more memory is expected to be taken."""
RATE = 2000.0


class Counting(OnlySends):
    """Accepts everything."""

    def __init__(self) -> None:
        self.capabilities = Capabilities(pace=RATE)
        self.sent = 0

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
        """Accept the part."""
        del part, to, silent, under, previews, tag
        self.sent += 1
        await asyncio.sleep(0.01)
        return Sent(str(self.sent))


async def main(url: str, readers: int) -> None:
    """Do it, and print kilobytes."""
    configure_logs("warning")
    clock, sender = SystemClock(), Counting()
    async with open_database(url) as database:
        ledger = SqlLedger(database)
        lanes = LaneHolder(SqlLanes(database, clock, alone=True), clock, "bench")
        await lanes.beat()
        await ledger.record_issues([post()], now=clock.now())
        planned = await ledger.plan(a_plan(EveryActive(clock.now()), parts=8), now=clock.now())
        if planned != readers:
            raise AssertionError(f"{planned} were planned of {readers}")
        outlets = {Platform.TELEGRAM: Outlet(sender, RATE, clock)}
        drain = Drain(ledger, SqlSubscriptions(database), outlets, clock, lanes)
        running = asyncio.create_task(drain.run())
        while sender.sent < min(ENOUGH, readers * 8):
            await asyncio.sleep(0.05)
        drain.stop()
        await running
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
