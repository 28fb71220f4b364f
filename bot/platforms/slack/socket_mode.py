"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.platforms.slack.web_api import NotSlacks, persistently

SETTING = "DIGESTBOT_SLACK_APP_TOKEN"
_PING_SECONDS = 5.0
"""Between pings, and until a connection that failed is tried again."""


class SocketMode:
    """Keeps one connection, over which Slack sends what it would otherwise call an address with."""

    def __init__(self, app: AsyncApp, client: AsyncWebClient, app_token: str) -> None:
        self._app = app
        self._client = client
        self._app_token = app_token
        self._handler: AsyncSocketModeHandler | None = None

    async def start(self) -> None:
        """Connect. Waits for a Slack that cannot be reached; raises PlatformError if the app token is refused."""
        # asked for here, because slack_sdk never gives up asking with a refused token, and connects where it is told
        address = await persistently(self._address, SETTING)
        # made only now: it opens a session of its own, which somebody must close
        self._handler = AsyncSocketModeHandler(
            self._app, self._app_token, web_client=self._client, ping_interval=_PING_SECONDS
        )
        sdk = self._handler.client
        handshakes = _Handshakes(sdk.aiohttp_client_session, failed=lambda: setattr(sdk, "wss_uri", None))
        sdk.aiohttp_client_session = cast("aiohttp.ClientSession", handshakes)
        sdk.wss_uri = address
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it bare

    async def stop(self) -> None:
        """Disconnect."""
        if self._handler is not None:
            handler, self._handler = self._handler, None
            await handler.close_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it bare

    async def _address(self) -> str:
        opened = await self._client.apps_connections_open(app_token=self._app_token)
        address = opened.get("url")
        if not isinstance(address, str) or not address:
            raise NotSlacks("its answer to apps.connections.open names no address")
        return address


class _Handshakes:
    """An address opens one connection within a minute, yet slack_sdk tries one that failed for ever: it is taken away.

    Without an address the SDK asks for a new one.
    """

    def __init__(self, session: aiohttp.ClientSession, *, failed: Callable[[], None]) -> None:
        self._session = session
        self._failed = failed

    async def ws_connect(self, *place: Any, **options: Any) -> Any:
        try:
            return await self._session.ws_connect(*place, **options)
        except Exception:
            self._failed()
            raise

    @property
    def closed(self) -> bool:
        return self._session.closed

    async def close(self) -> None:
        await self._session.close()
