"""What every store promises about saved items and votes."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.destination import Platform
from bot.domain.issues import ref_of
from bot.domain.person import Person
from bot.ports.keepsakes import ItemName, Kept, VoteCount
from bot.storage.engine import Database
from bot.storage.keepsakes import SqlKeepsakes
from bot.storage.ledger import SqlLedger
from tests.contract.samples import HOUR, NOW, SECOND, post

LIN, MO = Person(Platform.TELEGRAM, "1001"), Person(Platform.SLACK, "1001")
OLD, NEW = ref_of("old"), ref_of("new")


@pytest.fixture
async def keepsakes(database: Database, ledger: SqlLedger) -> SqlKeepsakes:
    await ledger.record_issues([post("old", day=date(2026, 2, 11)), post("new")], now=NOW)
    return SqlKeepsakes(database)


async def test_an_item_is_saved_once_and_dropped_once(keepsakes: SqlKeepsakes) -> None:
    item = ItemName(NEW, 3)
    assert await keepsakes.of(LIN, item.ref) == {}
    assert await keepsakes.save(LIN, item, now=NOW)
    assert not await keepsakes.save(LIN, item, now=NOW + HOUR)
    assert await keepsakes.of(LIN, item.ref) == {item.number: Kept(saved=True)}
    assert await keepsakes.drop(LIN, item)
    assert not await keepsakes.drop(LIN, item)
    assert await keepsakes.of(LIN, item.ref) == {}


async def test_the_last_saved_comes_first_in_pages(keepsakes: SqlKeepsakes) -> None:
    items = [ItemName(NEW, 2), ItemName(OLD, 1), ItemName(NEW, 1)]
    for place, item in enumerate(items):
        await keepsakes.save(LIN, item, now=NOW + place * SECOND)
    await keepsakes.save(MO, ItemName(NEW, 9), now=NOW)
    assert await keepsakes.saved(LIN, offset=0, limit=2) == items[:0:-1]
    assert await keepsakes.saved(LIN, offset=2, limit=2) == items[:1]
    assert await keepsakes.saved(LIN, offset=3, limit=2) == []


async def test_a_person_has_one_vote_an_item_and_may_change_it(keepsakes: SqlKeepsakes) -> None:
    item = ItemName(NEW, 3)
    for up, counts in (
        (True, [VoteCount(item, 1, 0)]),
        (True, [VoteCount(item, 1, 0)]),
        (False, [VoteCount(item, 0, 1)]),
        (None, []),
        (None, []),
    ):
        await keepsakes.vote(LIN, item, up, now=NOW)
        assert await keepsakes.of(LIN, item.ref) == ({} if up is None else {item.number: Kept(up=up)})
        assert await keepsakes.votes(limit=9) == counts


async def test_votes_are_counted_by_item_the_newest_issue_first(keepsakes: SqlKeepsakes) -> None:
    for person, ref, number, up in ((LIN, OLD, 1, True), (LIN, NEW, 2, True), (MO, NEW, 2, False), (MO, NEW, 1, True)):
        await keepsakes.vote(person, ItemName(ref, number), up, now=NOW)
    counted = [VoteCount(ItemName(NEW, 1), 1, 0), VoteCount(ItemName(NEW, 2), 1, 1), VoteCount(ItemName(OLD, 1), 1, 0)]
    assert await keepsakes.votes(limit=9) == counted
    assert await keepsakes.votes(limit=2) == counted[:2]


async def test_a_renamed_issue_keeps_what_readers_saved(keepsakes: SqlKeepsakes, ledger: SqlLedger) -> None:
    await keepsakes.save(LIN, ItemName(NEW, 3), now=NOW)
    await ledger.record_issues([post("renamed", text="b")], now=NOW)
    assert await keepsakes.saved(LIN, offset=0, limit=9) == [ItemName(NEW, 3)]


async def test_of_an_issue_that_nobody_knows_nothing_is_kept(keepsakes: SqlKeepsakes) -> None:
    nowhere = ItemName("0000000000", 1)
    assert not await keepsakes.save(LIN, nowhere, now=NOW)
    assert not await keepsakes.drop(LIN, nowhere)
    await keepsakes.vote(LIN, nowhere, up=True, now=NOW)
    assert await keepsakes.of(LIN, nowhere.ref) == {}
    assert await keepsakes.votes(limit=9) == []


async def test_a_person_is_erased_and_nobody_else(keepsakes: SqlKeepsakes) -> None:
    for person in (LIN, MO):
        await keepsakes.save(person, ItemName(NEW, 1), now=NOW)
        await keepsakes.vote(person, ItemName(NEW, 1), up=True, now=NOW)
    assert await keepsakes.erase(LIN) == 2
    assert await keepsakes.erase(LIN) == 0
    assert await keepsakes.of(LIN, NEW) == {}
    assert await keepsakes.of(MO, NEW) == {1: Kept(saved=True, up=True)}
