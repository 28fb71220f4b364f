"""No statement of the daily work reads a large table from end to end."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.domain.delivery import LIFETIME, DeliveryState, Sent
from bot.domain.destination import EVERY_LANE, LANES, Platform
from bot.ports.ledger import DeliveryFilter, FixedOnly
from bot.storage.engine import Database, open_database
from bot.storage.ledger import SqlLedger
from bot.storage.migrations import migrate
from bot.storage.subscriptions import SqlSubscriptions
from tests.contract.samples import HOUR, NOW, TESTER, a_plan, chat, fill, for_one, hold_every_lane, post, recover

LARGE = {"destinations", "deliveries", "receipts", "twin"}
"""A million rows. Of these only the partial indexes (`ix_…`), which hold what is asked for, are read whole."""


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(f"sqlite:///{tmp_path}/x.sqlite3") as opened:
        await migrate(opened)
        yield opened


def plan_of(path: Path, statement: str, parameters: Any) -> list[str]:
    """Return SQLite's own account of how it carries out a statement."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    connection.close()
    return [row[3] for row in rows]


async def test_the_daily_work_only_touches_the_rows_that_it_is_about(database: Database) -> None:
    assert database.path
    ledger, subscriptions = SqlLedger(database), SqlSubscriptions(database)
    await ledger.record_issues([post(), post("other", "另一期")], now=NOW)
    await fill(database, 1000)
    seen: dict[str, object] = {}

    def note(
        _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        parameters = parameters[0] if many else parameters
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            seen.setdefault(statement, parameters)

    event.listen(Engine, "before_cursor_execute", note)
    await hold_every_lane(database)

    await subscriptions.set_fixed([chat("fixed")], language="zh", now=NOW)
    await subscriptions.active_fixed()
    await subscriptions.subscribe(chat("new"), language="zh", now=NOW)
    await subscriptions.unsubscribe(chat("new"), reason="/stop", now=NOW)
    await subscriptions.unsubscribe_chat(Platform.TELEGRAM, "5", reason="blocked", now=NOW)
    await subscriptions.move_chat(Platform.TELEGRAM, "6", "7", now=NOW)
    await subscriptions.find(chat("8"))
    await subscriptions.audiences()
    await ledger.plan(a_plan(), now=NOW)
    await ledger.plan(a_plan(FixedOnly(), issue="other"), now=NOW)
    await ledger.plan(for_one(chat("guest")), now=NOW)
    await ledger.count_as_delivered(for_one(chat("guest"), parts=1, issue="other"), message_id="m", now=NOW)
    one, two, three, four, _ = await ledger.claim(EVERY_LANE, holder=TESTER, now=NOW, limit=5)
    for delivery in (one, two, three):
        await ledger.intend(delivery, now=NOW)
    await ledger.settle(one, Sent("m"), now=NOW)
    await ledger.postpone(two, until=NOW + HOUR, reason="503", counts=True)
    await ledger.finish(three, DeliveryState.DEAD, "too long", now=NOW)
    await ledger.redirect(four, chat("9"), now=NOW)
    await recover(ledger, now=NOW)
    await ledger.next_due()
    await ledger.unfinished()
    await ledger.has_delivery("2026-02-12", chat("9"), "daily")
    await ledger.reports(DeliveryFilter(destination=chat("9")))
    await ledger.reports(DeliveryFilter(troubled=True))
    await ledger.tally("other", None)
    await ledger.reopen("2026-02-12", None, now=NOW)
    await ledger.expire(now=NOW + LIFETIME)

    event.remove(Engine, "before_cursor_execute", note)
    assert len(seen) > 30
    scans = {
        f"{line}\n{statement}"
        for statement, parameters in seen.items()
        for line in plan_of(database.path, statement, parameters)
        if (scan := re.match(r"SCAN (\w+)(?! USING (COVERING )?INDEX ix_)", line)) and scan[1] in LARGE
    }
    assert not scans, "\n\n".join(scans)


def carried_out(database: Database) -> list[tuple[str, object]]:
    """Return a list to which each statement from now on is added, with its parameters."""
    statements: list[tuple[str, object]] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, *_: statements.append((statement, parameters)),
    )
    return statements


async def test_claiming_reads_the_due_ones_in_order(database: Database) -> None:
    assert database.path
    statements = carried_out(database)
    await SqlLedger(database).claim(LANES[Platform.TELEGRAM], holder=TESTER, now=NOW, limit=5)
    urgent, of_queue = [plan_of(database.path, *one) for one in statements if "due_at <=" in one[0]]
    assert any("INDEX ix_deliveries_urgent (due_at<?)" in line for line in urgent), urgent
    assert any("INDEX ix_deliveries_due (<expr>=? AND due_at<?)" in line for line in of_queue), of_queue
    assert not any("TEMP B-TREE FOR ORDER" in line for line in (*urgent, *of_queue)), (urgent, of_queue)


async def test_what_is_past_its_time_is_found_by_when_it_was_due_or_among_what_was_put_off(database: Database) -> None:
    assert database.path
    statements = carried_out(database)
    await SqlLedger(database).expire(now=NOW)
    [expiring] = [plan_of(database.path, *one) for one in statements if one[0].startswith("UPDATE deliveries")]
    assert any("INDEX ix_deliveries_due (<expr>=? AND due_at<?)" in line for line in expiring), expiring
    assert any("INDEX ix_deliveries_expiry (expires_at<?)" in line for line in expiring), expiring


async def test_a_takeover_looks_at_what_was_put_off_alone(database: Database) -> None:
    assert database.path
    statements = carried_out(database)
    await hold_every_lane(database)
    [waiting] = [plan_of(database.path, *one) for one in statements if "attempts >" in one[0]]
    assert any("INDEX ix_deliveries_expiry" in line for line in waiting), waiting
