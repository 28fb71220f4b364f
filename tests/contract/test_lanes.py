"""Lanes: one holder each, a fair share, takeover after a lease, and no write by who lost one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.delivery import DeliveryState, PartState, Sent, UnknownPolicy
from bot.domain.destination import EVERY_LANE, LANES, Destination, Platform
from bot.ports.lanes import Tenure
from bot.ports.ledger import DeliveryFilter
from bot.storage.engine import Database
from bot.storage.lanes import LEASE, LONGEST_REQUEST, SqlLanes
from bot.storage.ledger import SqlLedger
from bot.storage.tables import lanes as lane_rows
from bot.storage.tables import workers as worker_rows
from tests.contract.samples import NOW, FixedClock, a_plan, chat, fill, post


async def beat(database: Database, worker: str, *, giving_up: frozenset[int] = frozenset(), **options: bool) -> Tenure:
    """Let a worker of several beat."""
    several = SqlLanes(database, FixedClock(NOW), alone=False)
    return await several.beat(worker, giving_up=giving_up, may_take_over=options.get("may_take_over", True))


async def let_time_pass(database: Database, span: timedelta) -> None:
    """Move all that the database's clock is compared with into the past."""
    async with database.writing() as connection:
        for table, name in (
            (lane_rows, "leased_until"),
            (worker_rows, "alive_until"),
            (worker_rows, "leads_until"),
        ):
            column = table.c[name]
            rows = (await connection.execute(table.select().where(column.is_not(None)))).mappings().all()
            key = next(iter(table.primary_key.columns))
            for row in rows:
                moved = update(table).where(key == row[key.name]).values({name: row[name] - span})
                await connection.execute(moved)


async def test_the_first_worker_holds_all_and_leads(database: Database) -> None:
    tenure = await beat(database, "a")
    assert (tenure.lanes, tenure.leads, tenure.lease) == (frozenset(EVERY_LANE), True, LEASE)


async def test_a_lane_has_one_holder(database: Database) -> None:
    await beat(database, "a")
    second = await beat(database, "b")
    assert (second.lanes, second.leads) == (frozenset(), False)


async def test_what_is_given_up_is_the_others_and_the_shares_are_fair(database: Database) -> None:
    await beat(database, "a")
    await beat(database, "b")
    first = await beat(database, "a")
    assert len(first.surplus) == len(EVERY_LANE) // 2
    first = await beat(database, "a", giving_up=first.surplus)
    second = await beat(database, "b")
    assert first.lanes.isdisjoint(second.lanes)
    assert first.lanes | second.lanes == frozenset(EVERY_LANE)
    for numbers in LANES.values():
        assert len(first.lanes & set(numbers)) == len(second.lanes & set(numbers))


async def test_who_leaves_frees_everything_at_once(database: Database) -> None:
    await beat(database, "a")
    await SqlLanes(database, FixedClock(NOW), alone=False).leave("a")
    tenure = await beat(database, "b")
    assert (len(tenure.lanes), tenure.leads, tenure.taken_over) == (len(EVERY_LANE), True, 0)


async def test_a_lane_is_taken_over_only_when_no_request_of_its_holder_can_be_under_way(database: Database) -> None:
    await beat(database, "a")
    await let_time_pass(database, LEASE + LONGEST_REQUEST - timedelta(seconds=2))
    assert not (await beat(database, "b")).lanes
    await let_time_pass(database, timedelta(seconds=2))
    tenure = await beat(database, "b")
    assert (len(tenure.lanes), tenure.taken_over) == (len(EVERY_LANE), len(EVERY_LANE))


async def test_a_lease_ends_in_time_though_the_databases_clock_was_set_back(database: Database) -> None:
    await beat(database, "a")
    await let_time_pass(database, -timedelta(hours=1))
    second = await beat(database, "b")
    assert (second.lanes, second.leads) == (frozenset(), False)
    await let_time_pass(database, LEASE + LONGEST_REQUEST)
    second = await beat(database, "b")
    assert (len(second.lanes), second.leads) == (len(EVERY_LANE), True)


async def test_who_just_came_back_takes_nothing_over(database: Database) -> None:
    await beat(database, "a")
    await let_time_pass(database, LEASE + LONGEST_REQUEST)
    assert not (await beat(database, "b", may_take_over=False)).lanes


async def test_the_next_one_leads_when_the_leaders_lease_is_over(database: Database) -> None:
    await beat(database, "a")
    await let_time_pass(database, LEASE)
    assert (await beat(database, "b")).leads
    assert not (await beat(database, "a")).leads


@pytest.mark.parametrize(("policy", "state"), [(UnknownPolicy.SKIP, PartState.UNKNOWN), (UnknownPolicy.RESEND, None)])
async def test_a_holder_that_was_stopped_and_wakes_up_writes_nothing(
    ledger: SqlLedger, database: Database, policy: UnknownPolicy, state: PartState | None
) -> None:
    await ledger.record_issues([post()], now=NOW)
    await fill(database, 3)
    await ledger.plan(a_plan(parts=2), now=NOW)
    held = await beat(database, "stopped")
    asleep = await ledger.claim(held.lanes, holder="stopped", now=NOW, limit=3)
    assert all([await ledger.intend(one, now=NOW) for one in asleep])
    await let_time_pass(database, LEASE + LONGEST_REQUEST)
    other = SqlLanes(database, FixedClock(NOW), alone=False, unknown=policy)
    taken = await other.beat("awake", giving_up=(), may_take_over=True)
    assert taken.in_doubt == 3

    for one in asleep:
        assert await ledger.settle(one, Sent("late"), now=NOW) is None
        assert not await ledger.intend(one, now=NOW)
        await ledger.finish(one, DeliveryState.DEAD, "late", now=NOW)
        await ledger.postpone(one, until=NOW, reason="late", counts=True)
        await ledger.give_back(one)
    assert await ledger.claim(held.lanes, holder="stopped", now=NOW, limit=9) == []
    for report in await ledger.reports(DeliveryFilter()):
        assert (report.state, report.reason) == (DeliveryState.PENDING, None)
        assert [receipt.state for receipt in report.receipts] == ([state] if state else [])
    again = await ledger.claim(taken.lanes, holder="awake", now=NOW, limit=9)
    assert [one.epoch for one in again] == [one.epoch + 2 for one in asleep]


async def test_a_destination_has_one_lane_for_ever_and_all_its_threads() -> None:
    one = Destination(Platform.TELEGRAM, "-100123", "45")
    assert one.lane == chat("-100123").lane
    assert [chat(str(n)).lane for n in (1, 2, 3)] == [23, 13, 43]
    for platform in Platform:
        assert {Destination(platform, str(n)).lane for n in range(2000)} == set(LANES[platform])


async def test_whether_others_work_is_known(database: Database) -> None:
    several = SqlLanes(database, FixedClock(NOW), alone=False)
    await beat(database, "a")
    assert not await several.others_work("a")
    assert await several.others_work("b")
    await let_time_pass(database, LEASE)
    assert not await several.others_work("b")
