"""The migrations make what the tables say, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.domain.errors import DatabaseError
from bot.storage.archive_tables import PASSAGES
from bot.storage.engine import Database, open_database
from bot.storage.ledger import SqlLedger
from bot.storage.migrations import migrate, pending
from bot.storage.schema import METADATA
from tests.contract.samples import NOW

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
        await SqlLedger(empty).recover(now=NOW)
