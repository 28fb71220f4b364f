"""What an operator reads when the database cannot be used."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import CompileError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.domain.errors import DatabaseError, DatabaseInUse, SettingsError
from bot.storage.engine import open_database, parse_url
from bot.storage.faults import explained
from bot.storage.hold import hold
from bot.storage.ledger import SqlLedger
from bot.storage.migrations import migrate


async def refusal(url: str) -> str:
    """Return what is said when `url` is opened."""
    with pytest.raises(DatabaseError) as refused:
        async with open_database(url):
            pytest.fail("the database was opened")
    return str(refused.value)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///a/b.sqlite3", "sqlite+aiosqlite:///a/b.sqlite3"),
        ("sqlite:////a/b.sqlite3", "sqlite+aiosqlite:////a/b.sqlite3"),
        ("postgresql://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("postgres://u:p@h:1/n?sslmode=require", "postgresql+psycopg://u:p@h:1/n?sslmode=require"),
    ],
)
def test_plain_urls_name_the_driver_that_is_used(given: str, used: str) -> None:
    assert parse_url(given).render_as_string(hide_password=False) == used


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("digestbot.sqlite3", "is not a database URL"),
        ("", "is not a database URL"),
        ("postgresql://bot:s3cret@host:port/name", "is not a database URL"),
        ("postgresql://bot:s3cret@2@host:port/name", "is not a database URL"),
        ("postgresql://host:port/name?password=s3cret&user=bot", "is not a database URL"),
        ("mysql://bot:s3cret@host/name", "names 'mysql', which is not supported"),
        ("postgresql+asyncpg://bot:s3cret@host/name", "names 'postgresql\\+asyncpg', which is not supported"),
        ("sqlite://", "in memory, which would forget"),
        ("sqlite:///:memory:", "in memory, which would forget"),
    ],
)
def test_an_unusable_url_is_explained_without_its_password(url: str, fault: str) -> None:
    with pytest.raises(SettingsError, match=f"DIGESTBOT_DATABASE_URL=.*{fault}.*write sqlite:///") as refused:
        parse_url(url)
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    said = await refusal(f"sqlite:///{tmp_path}/nowhere/x.sqlite3")
    assert f"{tmp_path}/nowhere/x.sqlite3" in said
    assert f"the folder {tmp_path}/nowhere does not exist. Create it" in said


async def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    assert f"that is not a file. Name a file in it, such as sqlite:///{tmp_path}/digestbot.sqlite3" in await refusal(
        f"sqlite:///{tmp_path}"
    )


@pytest.mark.parametrize("content", [b"title: a post, not a database\n" * 100, b"SQLite format 3\0" + b"\xff" * 8192])
async def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.sqlite3"
    path.write_bytes(content)
    said = await refusal(f"sqlite:///{path}")
    assert f"The database {path} is damaged or is no SQLite database; restore the file from a backup" in said
    assert path.read_bytes() == content


async def test_a_read_only_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    async with open_database(f"sqlite:///{path}") as database:
        await migrate(database)
    said = await refusal(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert f"The database {path} can be read but not written; make file and folder writable" in said


@pytest.mark.skipif(sys.platform != "linux", reason="nobody can create files in /proc, and only Linux has it")
async def test_a_folder_that_nobody_can_write_is_named() -> None:
    said = await refusal("sqlite:////proc/digestbot.sqlite3")
    assert (
        "The database /proc/digestbot.sqlite3 cannot be opened; let the user that runs digestbot create files" in said
    )


async def test_a_full_disk_is_named_and_what_was_recorded_stays(tmp_path: Path) -> None:
    async with open_database(f"sqlite:///{tmp_path}/x.sqlite3") as database:
        await migrate(database)
        ledger = SqlLedger(database)
        await ledger.mark("kept", "yes")
        await database.close()

        def no_room(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")

        event.listen(database.engine.sync_engine, "connect", no_room)
        with pytest.raises(DatabaseError, match=r"x\.sqlite3 cannot grow, because the disk or its quota is full"):
            await ledger.mark("lost", "x" * 1_000_000)
        assert await ledger.marked("kept") == "yes"
        assert await ledger.marked("lost") is None


async def test_a_file_that_breaks_while_it_is_in_use_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    async with open_database(f"sqlite:///{path}") as database:
        await migrate(database)
        await database.close()
        path.write_bytes(b"overwritten " * 1000)
        for _ in range(2):
            with pytest.raises(DatabaseError, match=r"x\.sqlite3 is damaged or is no SQLite database"):
                await SqlLedger(database).unfinished()


async def test_a_lock_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3.lock").mkdir()
    async with open_database(f"sqlite:///{tmp_path}/x.sqlite3") as database:
        with pytest.raises(DatabaseError, match=r"x\.sqlite3\.lock cannot be written"):
            async with hold(database):
                pytest.fail("the database was held")


async def test_two_names_of_one_file_are_one_database(tmp_path: Path) -> None:
    (tmp_path / "link.sqlite3").symlink_to(tmp_path / "x.sqlite3")
    async with (
        open_database(f"sqlite:///{tmp_path}/x.sqlite3") as one,
        open_database(f"sqlite:///{tmp_path}/link.sqlite3") as other,
        hold(one),
    ):
        with pytest.raises(DatabaseInUse):
            async with hold(other):
                pytest.fail("two held the database")


async def test_an_intent_reaches_the_disk_before_the_request(tmp_path: Path) -> None:
    """FULL: with less, a commit in WAL mode may be lost with the power."""
    async with open_database(f"sqlite:///{tmp_path}/x.sqlite3") as database, database.reading() as connection:
        told = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize("login", ["bot:s3cret@/name?", "bot:***@/name?password=s3cret&"])
async def test_a_server_that_does_not_answer_is_named_without_the_password(tmp_path: Path, login: str) -> None:
    said = await refusal(f"postgresql://{login}host={tmp_path}")
    assert said.startswith("The database postgresql://bot:***@/name?")
    assert "cannot be reached or went away; check that the server runs" in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("text_of_server", "advice"),
    [
        ('FATAL:  password authentication failed for user "bot"', "does not accept the user or the password"),
        ('FATAL:  role "bot" does not exist', "does not accept the user or the password"),
        ('FATAL:  database "x" does not exist', "does not exist on that server; create it"),
        ('FATAL:  no pg_hba.conf entry for host "1.2.3.4"', "pg_hba.conf"),
        ("FATAL:  sorry, too many clients already", "has no connection left"),
        ("could not translate host name", "cannot be reached"),
    ],
)
def test_what_a_server_says_while_connecting_is_understood(text_of_server: str, advice: str) -> None:
    with pytest.raises(DatabaseError, match=advice), explained("db"):
        raise psycopg.OperationalError(text_of_server)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (psycopg.errors.DiskFull("full"), "make room on the server"),
        (psycopg.errors.ReadOnlySqlTransaction("ro"), "is it a standby"),
        (psycopg.errors.InsufficientPrivilege("no"), "grant its user"),
        (psycopg.errors.AdminShutdown("bye"), "cannot be reached or went away"),
    ],
)
def test_what_a_server_refuses_is_understood(error: psycopg.Error, advice: str) -> None:
    with pytest.raises(DatabaseError, match=advice), explained("db"):
        raise error


def test_a_database_that_does_not_keep_up_is_named() -> None:
    with pytest.raises(DatabaseError, match="every connection is busy"), explained("db"):
        raise PoolTimeout


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("SQLITE_READONLY_DBMOVED", "can be read but not written"),
        ("SQLITE_BUSY_SNAPSHOT", "is locked by another program"),
        ("SQLITE_IOERR_FSYNC", "do not keep it on a network file system"),
        ("SQLITE_CORRUPT_INDEX", "is damaged"),
        ("SQLITE_NOMEM", "the memory is full"),
    ],
)
def test_every_variant_of_a_fault_of_sqlite_is_understood(name: str, advice: str) -> None:
    error = sqlite3.OperationalError("it said so")
    error.sqlite_errorcode = getattr(sqlite3, name)
    with pytest.raises(DatabaseError, match=rf"The database db .*{advice}.* \(it said so\)\.$"), explained("db"):
        raise error


def test_a_connection_that_is_closed_is_a_fault_of_the_database() -> None:
    with pytest.raises(DatabaseError, match=r"cannot be used \(no active connection\)"), explained("db"):
        raise sqlite3.OperationalError("no active connection")


def test_an_error_of_the_program_is_not_blamed_on_the_database() -> None:
    with pytest.raises(psycopg.errors.SyntaxError), explained("db"):
        raise psycopg.errors.SyntaxError("SELEC")
    with pytest.raises(CompileError), explained("db"):
        raise CompileError("SELEC")
