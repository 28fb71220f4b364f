"""The command line in processes of its own, beside a local Telegram and Slack."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.destination import Destination, Platform
from bot.sandbox.server import Sandbox
from bot.sandbox.slack_workspace import Channel
from bot.sandbox.telegram_people import Person
from bot.settings import PREFIX
from bot.storage.engine import open_database
from bot.storage.migrations import migrate
from bot.storage.subscriptions import SqlSubscriptions
from tests import written_posts
from tests.integration.cli.conftest import Result

PROJECT = Path(__file__).resolve().parents[3]
ZONE = ZoneInfo("Asia/Shanghai")
PATIENCE = 45.0


class Outside:
    """Both platforms, a folder of posts, a database, and settings for all of them."""

    def __init__(self, sandbox: Sandbox, channel: Channel, folder: Path) -> None:
        self.sandbox = sandbox
        self.channel = channel
        self.folder = folder
        self.posts = folder / "posts"
        self.database = f"sqlite:///{folder}/ledger.db"
        self.settings = {
            "POSTS": "posts",
            "TELEGRAM_TOKEN": sandbox.telegram.token,
            "TELEGRAM_API_URL": sandbox.telegram_api_url,
            "SLACK_BOT_TOKEN": sandbox.slack.bot_token,
            "SLACK_APP_TOKEN": sandbox.slack.app_token,
            "SLACK_API_URL": sandbox.slack_api_url,
            "SLACK_CHANNEL": channel.id,
            "DATABASE_URL": "sqlite:///ledger.db",
            "DELIVER_AT": "00:00",
            "WAIT_UNTIL": "23:59",
        }

    @property
    def today(self) -> date:
        """The digest's present date: these processes go by the machine's clock."""
        return datetime.now(ZONE).date()

    def write(self, days_ago: int = 0, *, name: str = "", items: int = 1, draft: bool = False) -> Path:
        """Write a digest of some days ago, or of days to come."""
        day = self.today - timedelta(days=days_ago)
        return written_posts.write(self.posts, name or f"{day}.md", written_posts.digest(day, items=items, draft=draft))

    async def subscriber(self) -> Person:
        """Add a reader who subscribed long ago."""
        person = self.sandbox.telegram.user()
        async with open_database(self.database) as database:
            await migrate(database)
            await SqlSubscriptions(database).subscribe(
                Destination(Platform.TELEGRAM, str(person.id)),
                language="zh",
                now=datetime.now(ZONE) - timedelta(days=9),
            )
        return person

    async def start(self, *arguments: str, **settings: str) -> Process:
        """Start a command; what is set to an empty text is not set."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        stated = {PREFIX + name: value for name, value in (self.settings | settings).items() if value}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=self.folder,
            env=kept | stated | {"PYTHONPATH": str(PROJECT)},
            stdout=PIPE,
            stderr=PIPE,
        )

    async def run(self, *arguments: str, **settings: str) -> Result:
        """Run a command to its end."""
        return await ended(await self.start(*arguments, **settings))

    @asynccontextmanager
    async def running(self, **settings: str) -> AsyncIterator[tuple[Process, str]]:
        """Have `digestbot run` work; gives the process and the line that says what comes next."""
        process = await self.start("run", **settings)
        try:
            assert process.stdout
            line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
            yield process, line.decode()
        finally:
            if process.returncode is None:
                process.terminate()
                await asyncio.wait_for(process.communicate(), PATIENCE)


async def ended(process: Process) -> Result:
    """Wait for the end of a process that was started here."""
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        process.kill()
        raise
    assert b"Traceback" not in out + err, err.decode()
    return Result(process.returncode or 0, out.decode(), err.decode())
