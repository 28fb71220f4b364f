"""The sandbox itself: both local platforms and the page, on one port of 127.0.0.1."""

import asyncio
import socket
import time
from collections.abc import Callable, Mapping
from datetime import tzinfo
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.sandbox.changes import Changes
from bot.sandbox.limits import SlackLimits, TelegramLimits
from bot.sandbox.page import Page
from bot.sandbox.slack_server import SlackServer
from bot.sandbox.slack_state import Slack
from bot.sandbox.telegram_server import TelegramServer
from bot.sandbox.telegram_state import Telegram

HOST = "127.0.0.1"
ZONE = ZoneInfo("Asia/Shanghai")
PORTS_TO_TRY = 50
SHUTDOWN_SECONDS = 1.0
BACKLOG = 512
LONGEST_BODY = 16 * 1024 * 1024


class Sandbox:
    """A local Telegram and a local Slack: `async with Sandbox() as sandbox: …`.

    With `port` 0 the system picks one; `next_free` takes the next free one above a port that is taken. `now` gives
    seconds since the epoch and dates the messages, which the page shows in `zone`; limits and pauses are counted in
    real time. `latency` seconds are added to every call, half before and half after it is accepted.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        next_free: bool = False,
        now: Callable[[], float] = time.time,
        zone: tzinfo = ZONE,
        telegram_limits: TelegramLimits | None = None,
        slack_limits: SlackLimits | None = None,
        latency: float = 0.0,
        schema: Mapping[str, Any] | None = None,
    ) -> None:
        self.changes = Changes()
        self.telegram = Telegram(self.changes, now, limits=telegram_limits)
        self.slack = Slack(self.changes, now, limits=slack_limits)
        self._telegram_server = TelegramServer(self.telegram, latency=latency, schema=schema)
        self._slack_server = SlackServer(self.slack, latency=latency)
        self._page = Page(self.telegram, self.slack, self.changes, zone)
        self._wanted_port, self._next_free = port, next_free
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # --- where things are --------------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port in use."""
        return self._port

    @property
    def page_url(self) -> str:
        """Where people look."""
        return f"http://{HOST}:{self._port}/"

    @property
    def telegram_api_url(self) -> str:
        """The Bot API's root: calls go to `<root>/bot<token>/<method>`."""
        return f"http://{HOST}:{self._port}/telegram"

    @property
    def slack_api_url(self) -> str:
        """The Web API's base, ending in `/api/`."""
        return f"http://{HOST}:{self._port}/slack/api/"

    # --- life --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to listen.

        Raises OSError if the port is taken, and no other may be or none nearby is free.
        """
        app = web.Application(client_max_size=LONGEST_BODY)
        self._telegram_server.add_routes(app, "/telegram")
        self._slack_server.add_routes(app, "/slack")
        self._page.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        await self._listen(self._wanted_port, tries=PORTS_TO_TRY if self._next_free else 1)
        self.slack.root_url = f"http://{HOST}:{self._port}/slack"
        for workspace in self.slack.siblings:
            workspace.root_url = self.slack.root_url

    async def stop(self) -> None:
        """Send everyone home and close the port."""
        self.telegram.updates.close()
        await self.telegram.webhook.close()
        self._page.close()
        await self.slack.socket.close()
        await self.slack.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = self._site = None

    async def go_offline(self) -> None:
        """Close the port and every connection; what is known stays. New connections are refused."""
        if self._runner is None or self._site is None:
            return
        await self._site.stop()
        self._site = None
        await self.slack.socket.close()
        server = self._runner.server
        for connection in server.connections if server else ():
            if connection.transport is not None:
                connection.transport.abort()
        await asyncio.sleep(0)  # sockets close in the next turn of the loop

    async def come_back(self) -> None:
        """Listen again on the same port."""
        if self._site is None:
            await self._listen(self._port, tries=1)

    async def _listen(self, port: int, *, tries: int) -> None:
        if self._runner is None:
            raise RuntimeError("the sandbox is not started; use `async with Sandbox()`")
        listening = _bound(port, tries)
        self._port = listening.getsockname()[1]
        self._site = web.SockSite(self._runner, listening, backlog=BACKLOG)
        await self._site.start()


def _bound(port: int, tries: int) -> socket.socket:
    for attempt in range(tries):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port + attempt if port else 0))
        except OSError:
            listening.close()
            if attempt == tries - 1:
                raise
        else:
            return listening
    raise OSError(f"no free port among the {tries} from {port}")
