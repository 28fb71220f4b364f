"""What the command line meets outside: a local Telegram and Slack, posts, a database, other processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.domain.destination import Destination, Platform
from bot.sandbox.limits import SlackLimits, TelegramLimits
from bot.sandbox.server import Sandbox
from bot.sandbox.slack_workspace import Channel
from bot.sandbox.telegram_people import Person
from bot.settings import PREFIX
from bot.storage.engine import open_database
from bot.storage.migrations import migrate
from bot.storage.subscriptions import SqlSubscriptions
from tests import written_posts
from tests.block_kit import faults_shown
from tests.conftest import PROJECT

ZONE = ZoneInfo("Asia/Shanghai")
PATIENCE = 45.0

_Result = TypeVar("_Result")


class Platforms:
    """Both local platforms in a thread of their own: the command line has the main one for its signals."""

    sandbox: Sandbox
    channel: Channel

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)

    def __enter__(self) -> Platforms:
        self._thread.start()
        self.wait_for(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self.wait_for(self.sandbox.stop())
        assert faults_shown(self.sandbox.slack) == []
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _open(self) -> None:
        self.sandbox = Sandbox(telegram_limits=TelegramLimits.off(), slack_limits=SlackLimits.off())
        await self.sandbox.start()
        self.channel = self.sandbox.slack.channel("daily-digest")
        await self.sandbox.slack.invite(self.channel)

    def wait_for(self, doing: Coroutine[Any, Any, _Result]) -> _Result:
        """Let something happen there, and return what came of it."""
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(PATIENCE)

    def act(self, action: Callable[[], _Result]) -> _Result:
        """Do something there that does not wait."""

        async def acting() -> _Result:
            return action()

        return self.wait_for(acting())


class Outside:
    """Posts, a database, and settings for both platforms."""

    def __init__(self, platforms: Platforms, folder: Path) -> None:
        sandbox = platforms.sandbox
        self.platforms = platforms
        self.sandbox = sandbox
        self.channel = platforms.channel
        self.folder = folder
        self.posts = folder / "posts"
        self.settings = {
            "POSTS": "posts",
            "TELEGRAM_TOKEN": sandbox.telegram.token,
            "TELEGRAM_API_URL": sandbox.telegram_api_url,
            "SLACK_BOT_TOKEN": sandbox.slack.bot_token,
            "SLACK_APP_TOKEN": sandbox.slack.app_token,
            "SLACK_API_URL": sandbox.slack_api_url,
            "SLACK_CHANNEL": platforms.channel.id,
            "DATABASE_URL": "sqlite:///ledger.db",
            "DELIVER_AT": "00:00",
            "WAIT_UNTIL": "23:59",
        }

    def day(self, ago: int = 0) -> date:
        """Return a date counted back from today's: the commands go by the machine's clock."""
        return datetime.now(ZONE).date() - timedelta(days=ago)

    def write(self, *, ago: int = 0, name: str = "", draft: bool = False) -> Path:
        """Write a digest of so many days ago that becomes two messages."""
        day = self.day(ago)
        text = written_posts.digest(day, items=1, trends=False, draft=draft)
        return written_posts.write(self.posts, name or f"{day}.md", text)

    def reader(self) -> Person:
        """Add a person who does not subscribe."""
        return self.platforms.act(self.sandbox.telegram.user)

    def subscriber(self) -> Person:
        """Add a reader who subscribed long ago."""
        person = self.reader()
        asyncio.run(self._subscribe(Destination(Platform.TELEGRAM, str(person.id))))
        return person

    async def _subscribe(self, destination: Destination) -> None:
        async with open_database(f"sqlite:///{self.folder}/ledger.db") as database:
            await migrate(database)
            joined = datetime.now(ZONE) - timedelta(days=9)
            await SqlSubscriptions(database).subscribe(destination, language="zh", now=joined)

    @contextmanager
    def process(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Have a command work in a process of its own; it is asked to end with the block."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        with subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env=kept | {PREFIX + name: value for name, value in self.settings.items()} | {"PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.terminate()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
