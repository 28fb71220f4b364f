"""The migrations make what the tables say, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bot.domain.destination import LANES, Platform
from bot.domain.errors import DatabaseError
from bot.domain.subscription import Place, Preferences
from bot.ports.ledger import DeliveryFilter
from bot.storage import migrations
from bot.storage.archive_tables import PASSAGES
from bot.storage.engine import Database, open_database
from bot.storage.ledger import SqlLedger
from bot.storage.migrations import migrate, pending
from bot.storage.schema import METADATA
from bot.storage.subscriptions import SqlSubscriptions
from formatters.views import Style
from tests.contract.samples import NOW, TESTER, channel, chat, hold_every_lane, recover
from tests.contract.test_subscriptions import found

DEFINITIONS = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master WHERE tbl_name NOT LIKE 'alembic%' ORDER BY type, name",
    "postgresql": """
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%'
        UNION ALL
        SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%' AND contype <> 'n'
        ORDER BY 1, 2
    """,
}


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    async with open_database(empty_url) as opened:
        yield opened


async def test_an_empty_database_gets_everything_once(empty: Database) -> None:
    steps = await pending(empty)
    assert steps[0] == "0001"
    assert await migrate(empty) == steps
    assert await pending(empty) == []
    assert await migrate(empty) == []


# SQLite's index over an expression is compared by its text in the next test
@pytest.mark.filterwarnings("ignore:(Skipped unsupported reflection|autogenerate skipping).* index '?ix_deliveries_due")
async def test_migrations_make_exactly_the_tables(empty: Database) -> None:
    def differences(connection: Connection) -> object:
        # the full-text index is no table that can be described alike for both databases; see below
        own = {"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith(PASSAGES)}
        return compare_metadata(MigrationContext.configure(connection, opts=own), METADATA)

    await migrate(empty)
    async with empty.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrations_make_the_very_indexes_and_constraints(empty: Database) -> None:
    """What `compare_metadata` does not look at: conditions of partial indexes, checks, how SQLite keeps a table."""

    async def definitions() -> set[tuple[str, ...]]:
        async with empty.reading() as connection:
            rows = await connection.execute(text(DEFINITIONS[empty.dialect]))
            return {tuple(" ".join(str(field).replace('"', "").split()) for field in row) for row in rows}

    async with empty.writing() as connection:
        await connection.run_sync(METADATA.create_all)
    declared = await definitions()
    async with empty.writing() as connection:
        await connection.run_sync(METADATA.drop_all)
    await migrate(empty)
    assert await definitions() == declared
    assert any("WHERE" in " ".join(definition) for definition in declared)


def steps_until(connection: Connection, revision: str) -> None:
    """Make the database that an earlier version left."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


FIRST_STEP_ROWS = """
INSERT INTO destinations (platform, chat, thread, origin, language, active, joined_at) VALUES
    ('telegram', '1001', '', 'reader', 'zh', {true}, {now}),
    ('telegram', '-4001', '', 'reader', 'zh', {true}, {now}),
    ('telegram', '-1009', '', 'reader', 'en', {true}, {now}),
    ('telegram', '-1009', '45', 'reader', 'zh', {true}, {now}),
    ('telegram', '-1007', '', 'settings', 'zh', {true}, {now}),
    ('telegram', '@news', '', 'settings', 'zh', {true}, {now}),
    ('slack', 'C1', '', 'settings', 'zh', {true}, {now}),
    ('slack', 'D1', '', 'reader', 'en', {false}, {now}),
    ('telegram', 'guest', '', NULL, NULL, {false}, NULL)
"""


async def test_who_subscribed_before_there_were_preferences_gets_the_issue_as_before(empty: Database) -> None:
    on_sqlite = {"true": "1", "false": "0", "now": "0"}
    on_postgresql = {"true": "true", "false": "false", "now": "now()"}
    words = on_sqlite if empty.dialect == "sqlite" else on_postgresql
    async with empty.writing() as connection:
        await connection.run_sync(steps_until, "0001")
        await connection.execute(text(FIRST_STEP_ROWS.format(**words)))
    await migrate(empty)
    told = {
        destination: (await found(SqlSubscriptions(empty), destination)).preferences
        for destination in (
            *(chat("1001"), chat("-4001"), chat("-1009"), chat("-1009", "45"), chat("-1007"), chat("@news")),
            *(channel("C1"), channel("D1")),
        )
    }
    assert told == {
        chat("1001"): Preferences("zh", Style.ITEMS, Place.PRIVATE),
        chat("-4001"): Preferences("zh", Style.ITEMS, Place.GROUP),
        chat("-1009"): Preferences("en", Style.ITEMS, Place.GROUP),
        chat("-1009", "45"): Preferences("zh", Style.ITEMS, Place.TOPIC),
        chat("-1007"): Preferences("zh", Style.ITEMS, Place.CHANNEL),
        chat("@news"): Preferences("zh", Style.ITEMS, Place.CHANNEL),
        channel("C1"): Preferences("zh", Style.THREAD, Place.CHANNEL),
        channel("D1"): Preferences("en", Style.THREAD, Place.PRIVATE),
    }
    assert await SqlSubscriptions(empty).find(chat("guest")) is None


async def test_two_that_migrate_at_once_do_it_once(empty: Database, empty_url: str) -> None:
    async with open_database(empty_url) as other:
        taken = await asyncio.gather(migrate(empty), migrate(other))
    assert min(map(len, taken)) == 0
    await SqlLedger(empty).mark("works", "yes")


async def test_a_step_that_fails_leaves_nothing_behind(empty: Database) -> None:
    async with empty.writing() as connection:
        # the last table's name is taken by something that no table list shows
        await connection.execute(text("CREATE VIEW marks AS SELECT 1 AS name"))
    with pytest.raises(Exception, match="marks"):
        await migrate(empty)
    async with empty.writing() as connection:
        await connection.execute(text("DROP VIEW marks"))
    assert await migrate(empty)


async def test_tables_of_another_program_are_left_alone(empty: Database) -> None:
    async with empty.writing() as connection:
        await connection.execute(text("CREATE TABLE issues (id INTEGER)"))
    with pytest.raises(DatabaseError, match="belongs to another program: its tables issues are not digestbot's"):
        await migrate(empty)


async def test_a_database_of_a_newer_digestbot_is_left_alone(empty: Database) -> None:
    await migrate(empty)
    async with empty.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for look in (migrate, pending):
        with pytest.raises(DatabaseError, match=r"version 9999, which this digestbot does not know.*Upgrade"):
            await look(empty)


async def test_a_database_that_was_never_migrated_says_what_to_do(empty: Database) -> None:
    with pytest.raises(DatabaseError, match="run `digestbot migrate`"):
        await recover(SqlLedger(empty), now=NOW)


ROWS_OF_A_DELIVERY = """
INSERT INTO issues (key, ref, title, kind, content_hash, first_seen_at) VALUES ('k', 'r', 't', 'digest', 'h', {now});
INSERT INTO destinations (platform, chat, thread, active) VALUES ('telegram', '1001', '', {false});
INSERT INTO renditions (issue_id, content_hash, platform, style, language, digest, size, parts)
    VALUES (1, 'h', 'telegram', 'items', 'zh', 'd', 1, '[]');
INSERT INTO deliveries (issue_id, destination_id, occasion, rendition_id, state, epoch, attempts, due_at, planned_at,
    expires_at) VALUES (1, 1, 'daily', 1, 'sent', 0, 0, {now}, {now}, {now});
INSERT INTO receipts (delivery_id, position, part, state, digest, at) VALUES (1, 0, 'p', 'sent', 'd', {now})
"""


async def test_deliveries_stay_as_they_are_once_their_keys_are_left_out(empty: Database) -> None:
    sqlite = empty.dialect == "sqlite"
    words = {"now": "0", "false": "0"} if sqlite else {"now": "now()", "false": "false"}
    async with empty.writing() as connection:
        await connection.run_sync(steps_until, "0009")
        for statement in ROWS_OF_A_DELIVERY.format(**words).split(";"):
            await connection.execute(text(statement))
    await migrate(empty)
    [report] = await SqlLedger(empty).reports(DeliveryFilter())
    assert (report.issue_key, report.destination, len(report.receipts)) == ("k", chat("1001"), 1)
    if sqlite:
        async with empty.reading() as connection:
            assert (await connection.exec_driver_sql("PRAGMA integrity_check")).scalar_one() == "ok"
    receipt = ROWS_OF_A_DELIVERY.format(**words).split(";")[4].replace("(1, 0,", "(2, 0,")
    with pytest.raises(IntegrityError):
        async with empty.writing() as connection:
            await connection.execute(text(receipt))


async def test_what_waited_in_slacks_lanes_finds_them_moved(empty: Database) -> None:
    words = {"now": "0", "false": "0"} if empty.dialect == "sqlite" else {"now": "now()", "false": "false"}
    rows = ROWS_OF_A_DELIVERY.replace("'telegram', '1001'", "'slack', 'C1'").replace("'sent', 0, 0", "'pending', 0, 0")
    async with empty.writing() as connection:
        await connection.run_sync(steps_until, "0011")
        for statement in rows.format(**words).split(";")[:4]:
            await connection.execute(text(statement))
        before = channel("C1").lane - LANES[Platform.SLACK].start + 48
        for statement in ("UPDATE destinations SET lane = :lane", "UPDATE deliveries SET lane = :lane",
                          "INSERT INTO lanes (number, holder, epoch) VALUES (:lane, 'before', 7)"):  # fmt: skip
            await connection.execute(text(statement), {"lane": before})
    await migrate(empty)
    async with empty.reading() as connection:
        moved = (await connection.execute(text("SELECT number, holder, epoch FROM lanes"))).all()
    assert moved == [(channel("C1").lane, "before", 7)]
    await hold_every_lane(empty)
    later = NOW.replace(year=2100)
    [delivery] = await SqlLedger(empty).claim(LANES[Platform.SLACK], holder=TESTER, now=later, limit=9)
    assert (delivery.destination, delivery.lane) == (channel("C1"), channel("C1").lane)
