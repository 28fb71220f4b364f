"""A world for scenarios: the local platforms, a folder of posts, and the bot at any hour of any day."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import App, Services, opened_database, opened_services
from bot.domain.destination import Destination, Platform
from bot.posts.directory import QUIET
from bot.sandbox.server import Sandbox
from bot.sandbox.slack_workspace import Channel
from bot.sandbox.telegram_people import Person
from bot.scheduling.clock import SystemClock
from bot.settings import Settings
from bot.storage.hold import hold
from bot.storage.subscriptions import SqlSubscriptions
from tests import written_posts

DAY = date(2026, 2, 12)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHAT_PACE = 40.0


@dataclass
class World:
    """What a scenario acts on."""

    sandbox: Sandbox
    posts: Path
    database: Path
    channel: Channel

    def write(self, day: date = DAY, *, name: str = "", settled: bool = True, **content: Any) -> Path:
        """Put a digest into the folder."""
        return written_posts.write(
            self.posts, name or f"{day}.md", written_posts.digest(day, **content), settled=settled
        )

    def settings(self, **changes: Any) -> Settings:
        """Return settings for both local platforms."""
        given: dict[str, Any] = {
            "posts": self.posts,
            "telegram_token": self.sandbox.telegram.token,
            "telegram_api_url": self.sandbox.telegram_api_url,
            "slack_bot_token": self.sandbox.slack.bot_token,
            "slack_app_token": self.sandbox.slack.app_token,
            "slack_api_url": self.sandbox.slack_api_url,
            "slack_channel": self.channel.id,
            "database_url": f"sqlite:///{self.database}",
        }
        return Settings(_env_file=None, **(given | changes))

    def served(self, **changes: Any) -> dict[str, Any]:
        """Return settings of a bot that both local platforms call, at `public_url`."""
        address = free_address()
        slack = self.sandbox.slack
        slack.app.request_url = f"http://{address}/slack/events"
        return {
            "public_url": f"http://{address}",
            "listen": address,
            "slack_signing_secret": slack.app.signing_secret,
            "slack_app_token": None,
            **changes,
        }

    def bot(
        self, at: str, *, ready: bool = True, pace: float = CHAT_PACE, quiet: float = QUIET, **changes: Any
    ) -> AbstractAsyncContextManager[Bot]:
        """Run the bot on the local platforms from this hour of the day on; see `running_bot`."""
        return running_bot(self.settings(**changes), at, ready=ready, pace=pace, quiet=quiet)

    async def subscriber(
        self, name: str = "Lin", *, language: str = "zh", joined: str = "2026-02-01 09:00:00"
    ) -> Person:
        """Add a person who subscribed earlier."""
        person = self.sandbox.telegram.user(name=name, language_code=language)
        settings = self.settings()
        async with opened_database(settings) as database:
            await SqlSubscriptions(database).subscribe(
                Destination(Platform.TELEGRAM, str(person.id)),
                language=language,
                now=datetime.fromisoformat(joined).replace(tzinfo=SHANGHAI),
            )
        return person


@asynccontextmanager
async def running_bot(
    settings: Settings, at: str, *, ready: bool = True, pace: float = CHAT_PACE, quiet: float = QUIET
) -> AsyncIterator[Bot]:
    """Run the bot from an hour of the day on, such as "07:59:59" or "2026-02-13 09:00:00".

    `ready` waits until both platforms are connected. A post counts once it is unchanged for `quiet` seconds.
    """
    instant = datetime.fromisoformat(at if " " in at else f"{DAY} {at}").replace(tzinfo=SHANGHAI)
    async with (
        opened_database(settings) as database,
        hold(database),
        opened_services(settings, SystemClock.starting_at(instant), database, quiet=quiet, chat_pace=pace) as services,
    ):
        app, stop = App(services), asyncio.Event()

        async def announce() -> None:
            """Nobody waits for it."""

        running = asyncio.create_task(app.run(stop, announce=announce))
        try:
            if ready:
                waiting = asyncio.create_task(app.ready.wait())
                await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED, timeout=45)
                waiting.cancel()
                if running.done():
                    await running
            yield Bot(services, app, running)
        finally:
            stop.set()
            await asyncio.wait_for(running, 45)


@dataclass
class Bot:
    """The running bot."""

    services: Services
    app: App
    running: asyncio.Task[None]

    async def idle(self, within: float = 60.0) -> None:
        """Return once the ledger has nothing left to do."""
        await eventually(self._has_nothing_to_do, within)

    async def released(self, key: str, within: float = 60.0) -> None:
        """Return once the issue was released and carried out."""

        async def was_released() -> bool:
            return await self.services.ledger.released_at(key) is not None

        await eventually(was_released, within)
        await self.app.look()  # takes its turn after the look that is planning
        await self.idle()

    async def _has_nothing_to_do(self) -> bool:
        return not await self.services.ledger.unfinished()


def free_address() -> str:
    """Return an address of this machine on which nobody listens, as HOST:PORT."""
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{trying.getsockname()[1]}"


async def eventually(holds: Callable[[], Awaitable[bool]], within: float = 45.0) -> None:
    """Return once it holds; TimeoutError if that takes too long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while not await holds():
        if loop.time() > deadline:
            raise TimeoutError(f"{holds.__qualname__} did not come true within {within:g} s")
        await asyncio.sleep(0.02)
