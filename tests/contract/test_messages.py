"""Which delivered message shows what, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from bot.domain.delivery import Sent
from bot.domain.destination import Destination
from bot.ports.messages import SentPart
from bot.storage.engine import Database
from bot.storage.ledger import SqlLedger
from bot.storage.messages import SqlMessages
from tests.contract.samples import NOW, channel, claim, for_one, post

HERE, THERE = channel("C0001"), channel("C0002")


@pytest.fixture
async def refs(ledger: SqlLedger) -> dict[str, str]:
    return await ledger.record_issues([post(), post("yesterday", "昨天")], now=NOW)


async def deliver(ledger: SqlLedger, to: Destination, *, issue: str = "2026-02-12", occasion: str = "daily") -> None:
    """Send two parts, whose messages are named after the occasion."""
    await ledger.plan(for_one(to, parts=2, issue=issue, occasion=occasion), now=NOW)
    [delivery] = await claim(ledger)
    for number in (1, 2):
        assert await ledger.intend(delivery, now=NOW)
        moved = await ledger.settle(delivery, Sent(f"{occasion}.{number}"), now=NOW)
        assert moved is not None
        delivery = moved


async def test_a_message_shows_its_part(ledger: SqlLedger, database: Database, refs: dict[str, str]) -> None:
    await deliver(ledger, HERE)
    await deliver(ledger, HERE, issue="yesterday", occasion="request:7")
    messages = SqlMessages(database)
    assert await messages.shown(HERE, "daily.2") == SentPart(refs["2026-02-12"], "item-2")
    assert await messages.shown(HERE, "request:7.1") == SentPart(refs["yesterday"], "item-1")


async def test_what_was_not_delivered_there_shows_nothing(
    ledger: SqlLedger, database: Database, refs: dict[str, str]
) -> None:
    await deliver(ledger, HERE)
    await deliver(ledger, THERE, occasion="request:7")
    messages = SqlMessages(database)
    assert await messages.shown(THERE, "daily.2") is None, "another channel's"
    assert await messages.shown(HERE, "daily.9") is None
    assert await messages.shown(channel("C0009"), "daily.2") is None
    assert refs
