"""How fast a whole broadcast leaves with the ledger on: each intent on disk before its request, each outcome after it.

Pacing is set aside, as its purpose is to be slower. Who else sends keeps no record at all. They take turns; ratios are
those of one round, and their median counts. The ledger is on SQLite and on PostgreSQL. An issue goes to many chats,
with many messages in flight; then some go to a single chat, one after the other, which has one message in flight.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain.destination import Destination, Platform
from bot.logs import configure_logs
from bot.ports.ledger import DeliveryFilter, Plan
from bot.scheduling.clock import SystemClock
from bot.storage.engine import open_database
from bot.storage.migrations import migrate
from formatters.parts import Part
from tests.benchmarks.bare_server import BareServer, running
from tests.benchmarks.bench_transport import BARE, PTB, TOKEN, Contender, answers, run_of, sample_parts, senders

if TYPE_CHECKING:
    from telegram import Bot

    from bot.storage.ledger import SqlLedger

ROUNDS = 5
CHATS, PARTS = 300, 8
ISSUES_TO_ONE = 10
RATE = 5000.0
"""Messages a second that the pace allows: more than the machine can."""
FASTER = ((8, 2.5), (64, 5.0))
"""How many of python-telegram-bot's are in flight, and how many times as fast a broadcast must be at least."""
MOST_CPU = 1.2
"""Processor time a message with many in flight, at most, beside one in flight."""
LEAST = 1000.0
"""Messages a second: what Telegram takes with paid broadcasts, https://core.telegram.org/bots/faq."""

READER = Destination(Platform.TELEGRAM, "7")
OTHERS = (Contender(PTB, 8, 300), Contender(PTB, 64, 200), Contender(BARE, 64, 2000))
STORES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Run:
    """One round of one contender."""

    rate: float
    """Messages a second."""
    cpu: float
    """Seconds of our own processor time a message, all threads together."""


def main() -> bool:
    """Print the table; return whether the bounds hold."""
    configure_logs("warning", secrets=[])
    parts = sample_parts()
    with running(answers(parts)) as server, urls() as stores:
        runs = asyncio.run(measured(server, stores, parts))
        work = server.work()
    show(runs, work.requests / work.cpu)
    return all(list(bounds_hold(runs)))


@contextmanager
def urls() -> Iterator[dict[str, str]]:
    """Yield an empty database of each kind that is there."""
    from tests.contract import postgresql_server
    from tests.contract.databases import PostgresqlGuard

    with tempfile.TemporaryDirectory() as folder:
        found = {"sqlite": f"sqlite:///{folder}/digestbot.sqlite3"}
        if postgresql_server.programs() is None:
            yield found
            return
        guard = PostgresqlGuard()
        try:
            yield {**found, "postgresql": guard.url}
        finally:
            guard.close()


async def measured(server: BareServer, stores: dict[str, str], parts: dict[Platform, Part]) -> dict[str, list[Run]]:
    """Return each contender's rounds; a first one that warms up is not counted."""
    from bot.platforms.telegram.connection import telegram_bot

    runs: dict[str, list[Run]] = {}
    part = parts[Platform.TELEGRAM]
    async with AsyncExitStack() as stack:
        others = await stack.enter_async_context(senders(server, parts))
        bot = telegram_bot(TOKEN, server.url)
        stack.push_async_callback(bot.request.shutdown)
        ledgers = {name: await stack.enter_async_context(opened(url)) for name, url in stores.items()}
        for number in range(ROUNDS + 1):
            for contender in OTHERS:
                found = await run_of(contender, others[contender.name], server)
                runs.setdefault(f"{contender.name} at {contender.in_flight}", []).append(Run(found.rate, found.cpu))
            for name, ledger in ledgers.items():
                runs.setdefault(ours(name), []).append(await broadcast(ledger, bot, server, for_all(part, number)))
                alone = [await broadcast(ledger, bot, server, plan) for plan in to_one(part, number)]
                runs.setdefault(one_by_one(name), []).append(mean(alone))
    return {name: found[1:] for name, found in runs.items()}


def ours(store: str) -> str:
    """Return what a broadcast with its ledger there is called."""
    return f"ours, ledger on {store}"


def one_by_one(store: str) -> str:
    """Return what sending to a single chat is called."""
    return f"{ours(store)}, one in flight"


def mean(runs: list[Run]) -> Run:
    """Return runs of equal size as one."""
    return Run(statistics.harmonic_mean(run.rate for run in runs), statistics.fmean(run.cpu for run in runs))


def for_all(part: Part, number: int) -> Plan:
    """Return the plan of an issue for everybody."""
    from tests.contract.samples import a_plan

    return replace(a_plan(issue=f"issue {number}"), parts=eight(part))


def to_one(part: Part, number: int) -> list[Plan]:
    """Return the plans of some issues for a single chat."""
    from tests.contract.samples import for_one

    plans = (for_one(READER, issue=f"issue {number} {n} for one") for n in range(ISSUES_TO_ONE))
    return [replace(plan, parts=eight(part)) for plan in plans]


def eight(part: Part) -> tuple[Part, ...]:
    """Return the parts of an issue: this one as often as an issue has some, under other names."""
    return tuple(replace(part, name=f"p{number}") for number in range(PARTS))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[SqlLedger]:
    """Yield the ledger of a database with the readers in it."""
    from bot.storage.ledger import SqlLedger
    from tests.contract.samples import fill

    async with open_database(url) as database:
        await migrate(database)
        await fill(database, CHATS)
        yield SqlLedger(database)


async def broadcast(ledger: SqlLedger, bot: Bot, server: BareServer, plan: Plan) -> Run:
    """Send an issue to all whom the plan is for."""
    from bot.platforms.telegram.sender import TelegramSender
    from bot.services.drain import Drain
    from bot.services.lanes import LaneHolder
    from bot.services.outlet import Outlet
    from bot.storage.lanes import SqlLanes
    from bot.storage.subscriptions import SqlSubscriptions
    from tests.contract.samples import post

    clock, database, key = SystemClock(), ledger.database, plan.issue_key
    lanes = LaneHolder(SqlLanes(database, clock, alone=True), clock, key)
    await lanes.beat()
    outlets = {Platform.TELEGRAM: Outlet(TelegramSender(bot, pace=RATE), RATE, clock)}
    drain = Drain(ledger, SqlSubscriptions(database), outlets, clock, lanes)
    await ledger.record_issues([post(key, title=key)], now=clock.now())
    messages = await ledger.plan(plan, now=clock.now()) * PARTS
    gc.collect()
    before = server.work()
    wall, cpu = time.perf_counter(), time.process_time()
    await drain.run_until_done(patience=timedelta(seconds=1))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sent = server.work().requests - before.requests
    (report,) = await ledger.reports(DeliveryFilter(issue_key=key, destination=READER))
    if sent != messages or len(report.receipts) != PARTS or await ledger.unfinished():
        raise AssertionError(f"the server has counted {sent} messages of {messages}, and the ledger says {report}")
    return Run(messages / wall, cpu / messages)


def show(runs: dict[str, list[Run]], capacity: float) -> None:
    """Print medians."""
    print(f"{CHATS} chats × {PARTS} parts, medians of {ROUNDS} interleaved rounds; the server alone could answer"
          f" {capacity:,.0f} requests a second\n")  # fmt: skip
    print(f"  {'':<44} {'messages/s':>11} {'CPU, µs/message':>16}")
    for name, found in runs.items():
        rate, cpu = (statistics.median(values) for values in zip(*((run.rate, run.cpu) for run in found), strict=True))
        print(f"  {name:<44} {rate:>11,.0f} {cpu * 1e6:>16,.0f}")
    print()


def bounds_hold(runs: dict[str, list[Run]]) -> Iterator[bool]:
    """Print what has a bound and yield whether it is kept."""
    for store in STORES:
        if ours(store) not in runs:
            print(f"  {store}: not measured, as no server is at hand")
            continue
        mine = runs[ours(store)]
        for in_flight, bound in FASTER:
            ratio = statistics.median(
                our.rate / their.rate for our, their in zip(mine, runs[f"{PTB} at {in_flight}"], strict=True)
            )
            print(f"  {store}: {ratio:.1f} times as fast as {PTB} at {in_flight} (at least {bound})")
            yield ratio >= bound
        cpu = statistics.median(many.cpu / one.cpu for many, one in zip(mine, runs[one_by_one(store)], strict=True))
        print(f"  {store}: CPU a message is {cpu:.2f} of that with one in flight (at most {MOST_CPU})")
        yield cpu <= MOST_CPU
        rate = statistics.median(run.rate for run in mine)
        print(f"  {store}: {rate:,.0f} messages/s (at least {LEAST:,.0f})")
        yield rate >= LEAST
