"""Where the app is installed, on SQLite and on PostgreSQL, and how far the tables are slack_sdk's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from sqlalchemy import MetaData, String, Table, Text, literal_column, select, table, text

from bot.domain.destination import Destination, Platform
from bot.domain.errors import SettingsError
from bot.platforms.slack.encryption import cipher_of, new_key
from bot.platforms.slack.installations import SECRET_COLUMNS, STATE_SECONDS, Installations, States
from bot.storage import tables
from bot.storage.engine import Database
from bot.storage.subscriptions import SqlSubscriptions
from tests.contract.samples import NOW

KEY, OTHER = new_key(), new_key()
CLIENT = "1001.2002"


def store(database: Database, *keys: str, client: str = CLIENT) -> Installations:
    return Installations(client, database, cipher_of(keys or (KEY,)))


def installation(
    team: str | None = "T1", *, enterprise: str | None = None, at: int = 1000, token: str = ""
) -> Installation:
    return Installation(
        app_id="A1",
        enterprise_id=enterprise,
        team_id=team,
        team_name="Acme",
        bot_token=token or f"xoxb-{team or enterprise}-{at}",
        bot_id="B1",
        bot_user_id="U1",
        bot_scopes="chat:write,commands",
        bot_refresh_token=f"xoxe-{team or enterprise}-{at}",
        bot_token_expires_at=2_000_000_000,
        user_id="U2",
        is_enterprise_install=team is None,
        installed_at=float(at),
    )


async def test_the_newest_installation_of_a_workspace_counts(database: Database) -> None:
    known = store(database)
    for team, at in (("T1", 1000), ("T1", 3000), ("T1", 2000), ("T2", 9000)):
        await known.async_save(installation(team, at=at))
    found = await known.find("T1")
    assert found is not None
    assert (found.bot_token, found.bot_refresh_token) == ("xoxb-T1-3000", "xoxe-T1-3000")
    assert found.bot_token_expires_at == 2_000_000_000
    assert await known.find("T3") is None
    assert await store(database, client="9.9").find("T1") is None, "another app's"
    assert await known.count() == 2


async def test_an_organization_and_its_workspaces_are_told_apart(database: Database) -> None:
    known = store(database)
    await known.async_save(installation("T1", enterprise="E1", token="xoxb-workspace"))
    await known.async_save(installation(None, enterprise="E1", token="xoxb-organization"))
    workspace, organization = await known.find("T1"), await known.find("E1")
    assert workspace is not None
    assert organization is not None
    assert (workspace.bot_token, organization.bot_token) == ("xoxb-workspace", "xoxb-organization")
    assert await known.remove("E1")
    assert await known.find("E1") is None
    assert await known.find("T1") is not None
    assert not await known.remove("E1")


async def test_long_tokens_fit_and_stand_nowhere_in_plain_text(database: Database) -> None:
    token = "xoxb-" + "a1" * 97  # 199 characters, as long as slack_sdk's own column takes
    await store(database).async_save(installation(token=token))
    async with database.reading() as connection:
        rows = [
            str(row)
            for name in ("slack_bots", "slack_installations")
            for row in (await connection.execute(select(literal_column("*", Text)).select_from(table(name)))).all()
        ]
    assert len(rows) == 2
    assert not [row for row in rows if "xoxb-" in row or "xoxe-" in row]
    found = await store(database).find("T1")
    assert found is not None
    assert found.bot_token == token


async def test_keys_are_rotated_without_a_gap(database: Database) -> None:
    await store(database).async_save(installation())
    with pytest.raises(SettingsError, match="none of these keys opens a stored Slack token"):
        await store(database, OTHER).count()
    both = store(database, OTHER, KEY)
    assert await both.count() == 1
    assert await both.encrypt_anew() == 4
    found = await store(database, OTHER).find("T1")
    assert found is not None
    assert found.bot_token == "xoxb-T1-1000"
    with pytest.raises(SettingsError):
        await store(database).find("T1")


async def test_a_state_is_taken_once_even_at_the_same_time(database: Database) -> None:
    states = States(database, lambda: NOW)
    state = await states.async_issue()
    taken = await asyncio.gather(*(states.async_consume(state) for _ in range(8)))
    assert sorted(taken) == [False] * 7 + [True]
    assert not await states.async_consume("made-up")


async def test_a_state_expires_and_is_then_cleared_away(database: Database) -> None:
    now = NOW
    states = States(database, lambda: now)
    old = await states.async_issue()
    now += timedelta(seconds=STATE_SECONDS - 1)
    young = await states.async_issue()
    now += timedelta(seconds=1)
    assert not await states.async_consume(old)
    assert await states.async_consume(young)
    await states.async_issue()
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM slack_oauth_states"))).scalar_one() == 1


async def test_a_teams_subscriptions_end_and_no_others(database: Database, subscriptions: SqlSubscriptions) -> None:
    places = ["T1/C1", "T1/C2", "T12/C1", "T_/C1", "C1"]
    for chat in places:
        await subscriptions.subscribe(Destination(Platform.SLACK, chat), language="zh", now=NOW)
    await subscriptions.subscribe(Destination(Platform.TELEGRAM, "1"), language="zh", now=NOW)
    assert await subscriptions.unsubscribe_team(Platform.SLACK, "T1", reason="removed", now=NOW) == 2
    assert await subscriptions.unsubscribe_team(Platform.SLACK, "T_", reason="removed", now=NOW) == 1, "no wildcard"
    left = [
        chat for chat in places if (one := await subscriptions.find(Destination(Platform.SLACK, chat))) and one.active
    ]
    assert left == ["T12/C1", "C1"]
    ended = await subscriptions.find(Destination(Platform.SLACK, "T1/C1"))
    assert ended is not None
    assert (ended.active, ended.end_reason) == (False, "removed")


def _shape(table: Table) -> dict[str, tuple[str, bool]]:
    """Return each column's type and whether it may be empty; texts that are encrypted have no longest length."""
    return {
        column.name: ("text" if isinstance(column.type, String | Text) else str(column.type), bool(column.nullable))
        for column in table.columns
    }


def test_the_tables_have_the_columns_that_slack_sdk_writes() -> None:
    metadata = MetaData()
    sdk = {
        "slack_bots": SQLAlchemyInstallationStore.build_bots_table(metadata, "slack_bots"),
        "slack_installations": SQLAlchemyInstallationStore.build_installations_table(metadata, "slack_installations"),
        "slack_oauth_states": SQLAlchemyOAuthStateStore.build_oauth_states_table(metadata, "slack_oauth_states"),
    }
    for name, theirs in sdk.items():
        ours = tables.METADATA.tables[name]
        assert _shape(ours) == _shape(theirs)
        encrypted = {column.name for column in ours.columns if isinstance(column.type, Text)}
        assert encrypted == {column.name for column in theirs.columns if column.name in SECRET_COLUMNS}
