"""What every ledger promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

from bot.domain.delivery import Sent
from bot.storage.ledger import SqlLedger
from tests.contract.samples import NOW, chat, for_one, post


async def test_a_delivery_goes_through_part_by_part(ledger: SqlLedger) -> None:
    await ledger.record_issues([post()], now=NOW)
    assert await ledger.plan(for_one(chat(), parts=2), now=NOW) == 1
    [delivery] = await ledger.claim(now=NOW, limit=10)
    for number in range(2):
        assert delivery is not None
        assert await ledger.intend(delivery, now=NOW)
        delivery = await ledger.settle(delivery, Sent(f"m{number}"), now=NOW)
    assert delivery is not None
    assert delivery.cursor == 2
    assert await ledger.unfinished() == 0
