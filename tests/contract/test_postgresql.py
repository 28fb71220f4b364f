"""What only a server can do wrong."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import make_url

from bot.domain.errors import DatabaseError
from bot.storage.engine import open_database
from bot.storage.ledger import SqlLedger
from bot.storage.migrations import migrate


async def refusal(url: str) -> str:
    with pytest.raises(DatabaseError) as refused:
        async with open_database(url):
            pytest.fail("the database was opened")
    return str(refused.value)


async def test_a_server_that_was_restarted_is_found_again(postgresql_url: str) -> None:
    async with open_database(postgresql_url) as database:
        await migrate(database)
        ledger = SqlLedger(database)
        await ledger.mark("before", "yes")
        with psycopg.connect(postgresql_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await ledger.mark("after", "yes")
        assert await ledger.marked("before") == "yes"


async def test_a_connection_that_is_lost_in_the_middle_undoes_what_was_begun(postgresql_url: str) -> None:
    async with open_database(postgresql_url) as database:
        await migrate(database)

        async def lose_the_connection() -> None:
            async with database.writing() as connection:
                await connection.exec_driver_sql("INSERT INTO marks VALUES ('lost', 'yes')")
                await connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

        with pytest.raises(DatabaseError, match="cannot be reached or went away"):
            await lose_the_connection()
        assert await SqlLedger(database).marked("lost") is None


async def test_a_standby_is_named(postgresql_url: str) -> None:
    name = make_url(postgresql_url).database
    with psycopg.connect(postgresql_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
    assert "can be read but not written; is it a standby?" in await refusal(postgresql_url)


async def test_a_database_that_does_not_exist_is_named(postgresql_server_url: str) -> None:
    url = make_url(postgresql_server_url).set(database="nowhere").render_as_string(hide_password=False)
    assert "nowhere" in (said := await refusal(url))
    assert "does not exist on that server; create it (createdb)" in said


async def test_a_user_who_does_not_exist_is_named(postgresql_server_url: str) -> None:
    url = make_url(postgresql_server_url).set(username="stranger", password="s3cret")
    said = await refusal(url.render_as_string(hide_password=False))
    assert "does not accept the user or the password" in said
    assert "s3cret" not in said
