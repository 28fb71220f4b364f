"""keys new and keys rotate."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from slack_sdk.oauth.installation_store.models.installation import Installation

from bot.platforms.slack.encryption import cipher_of
from bot.platforms.slack.installations import Installations
from bot.storage.engine import open_database
from bot.storage.migrations import migrate
from tests.integration.cli.conftest import Digestbot

CLIENT = "1001.2002"
DATABASE = "sqlite:///ledger.db"


async def installed(key: str) -> None:
    """Have the app installed in a workspace."""
    async with open_database(DATABASE) as database:
        await migrate(database)
        installation = Installation(app_id="A1", team_id="T1", bot_token="xoxb-1", bot_id="B1", user_id="U1")
        await Installations(CLIENT, database, cipher_of([key])).async_save(installation)


async def token(key: str) -> str | None:
    async with open_database(DATABASE) as database:
        found = await Installations(CLIENT, database, cipher_of([key])).find("T1")
        return found.bot_token if found else None


def test_a_new_key_is_another_one_each_time_and_nothing_else_is_printed(digestbot: Digestbot) -> None:
    first, second = digestbot("keys", "new"), digestbot("keys", "new")
    assert (first.code, first.err) == (0, "")
    assert first.out != second.out
    assert cipher_of([first.out.strip()]).encrypt(b"x")


def test_rotating_encrypts_every_token_with_the_first_key(digestbot: Digestbot, here: Path) -> None:
    old, new = (digestbot("keys", "new").out.strip() for _ in range(2))
    asyncio.run(installed(old))
    app = {"SLACK_CLIENT_ID": CLIENT, "SLACK_CLIENT_SECRET": "made-up", "PUBLIC_URL": "https://digest.example.com"}
    app |= {"SLACK_SIGNING_SECRET": "made-up", "DATABASE_URL": DATABASE}
    result = digestbot("keys", "rotate", ENCRYPTION_KEYS=f"{new},{old}", **app)
    assert (result.code, result.out) == (0, "2 secrets encrypted with the first of DIGESTBOT_ENCRYPTION_KEYS.\n")
    assert asyncio.run(token(new)) == "xoxb-1", "and the old key may go"
    with sqlite3.connect(here / "ledger.db") as ledger:
        kept = str(ledger.execute("SELECT bot_token FROM slack_bots").fetchall())
    ledger.close()
    assert "xoxb-1" not in kept


def test_without_an_app_to_install_there_is_nothing_to_rotate(digestbot: Digestbot) -> None:
    result = digestbot("keys", "rotate")
    assert result.code == 2
    assert "DIGESTBOT_SLACK_CLIENT_ID is not set" in result.err
