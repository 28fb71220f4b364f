"""What scenarios may ask for."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.limits import SlackLimits, TelegramLimits
from bot.sandbox.server import Sandbox
from tests.block_kit import faults_shown
from tests.conftest import PROJECT
from tests.scenario.workspaces import installable
from tests.scenario.world import World

SCHEMA = PROJECT.parent / "shared" / "specs" / "telegram-bot-api-10.3.schema.json"


@pytest.fixture(scope="session")
def schema() -> dict[str, Any] | None:
    """The Bot API as data, where it is present: then every call of every scenario is held against it."""
    if not SCHEMA.is_file():
        return None
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
async def world(tmp_path: Path, empty_database: Path, schema: dict[str, Any] | None) -> AsyncIterator[World]:
    """Local platforms without rate limits, no posts, an empty ledger, and a Slack channel with the bot in it."""
    sandbox = Sandbox(telegram_limits=TelegramLimits.off(), slack_limits=SlackLimits.off(), schema=schema)
    posts = tmp_path / "posts"
    posts.mkdir()
    async with sandbox:
        channel = sandbox.slack.channel("daily-digest")
        await sandbox.slack.invite(channel)
        database = tmp_path / "digestbot.db"
        shutil.copy(empty_database, database)
        yield World(sandbox, posts, database, channel)
        assert sandbox.telegram.schema_violations == []
        assert faults_shown(sandbox.slack) == []


@pytest.fixture
def served(world: World) -> dict[str, Any]:
    """Settings of a Slack app that anybody may install, with no workspace of its own."""
    return installable(world)
