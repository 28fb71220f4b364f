"""Bringing a database's tables up to date.

A step is a file in `versions/`, written by hand: the next number, its `down_revision` the number before. Steps only go
forward; the way back is a backup. A test compares what they make with `tables.py`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.domain.errors import DatabaseError
from bot.storage.engine import Database
from bot.storage.schema import METADATA

_LOCK_NUMBER = 0x4D494752  # "MIGR"


async def migrate(database: Database) -> list[str]:
    """Bring the tables up to date, in one transaction; return the steps that were taken, oldest first.

    Safe to run twice, also at the same time. Raises DatabaseError if the database belongs to a newer Digestbot or to
    another program.
    """
    if not await pending(database):
        return []
    async with database.writing() as connection:
        if database.dialect == "postgresql":
            # SQLite's writers come one at a time anyway
            await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
        missing = await connection.run_sync(_missing, database.place)
        if missing:
            await connection.run_sync(_upgrade)
    return missing


async def pending(database: Database) -> list[str]:
    """Return the steps that the database still lacks, oldest first; DatabaseError as `migrate` raises it."""
    async with database.reading() as connection:
        return await connection.run_sync(_missing, database.place)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _missing(connection: Connection, place: str) -> list[str]:
    steps = [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]
    current = MigrationContext.configure(connection).get_current_heads()
    if not current:
        foreign = sorted(set(inspect(connection).get_table_names()) & set(METADATA.tables))
        if foreign:
            raise DatabaseError(
                f"The database {place} belongs to another program: its tables {', '.join(foreign)} are not digestbot's."
                " Name a database of digestbot's own in DIGESTBOT_DATABASE_URL."
            )
        return steps
    if len(current) > 1 or current[0] not in steps:
        raise DatabaseError(
            f"The database {place} has the version {', '.join(current)}, which this digestbot does not know: a newer"
            " digestbot or another program made it. Upgrade digestbot, or name a database of its own in"
            " DIGESTBOT_DATABASE_URL."
        )
    return steps[steps.index(current[0]) + 1 :]


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")
