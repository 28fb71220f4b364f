"""Serving the web application inside the bot's own event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from bot.domain.errors import SettingsError
from bot.web.address import ListenAddress

_log = structlog.get_logger(__name__)

HEADER_SECONDS = 10.0
KEEP_ALIVE_SECONDS = 20
LONGEST_HEADERS = 32 * 1024
MOST_CONNECTIONS = 512
"""More get a 503: Telegram opens 40 at most, Slack tries again."""
GRACE_SECONDS = 5
"""For requests in flight when the bot stops."""
BACKLOG = 256


class _PatientProtocol(H11Protocol):
    """Closes a connection on which no whole request head has come for a while; uvicorn itself would wait for ever."""

    header_seconds = HEADER_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        self._waiting = self.loop.call_later(self.header_seconds, self._give_up)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # a head is being read: uvicorn stopped its own timer, which it sets between two requests only
        if self._is_idle() and self.timeout_keep_alive_task is None and self._waiting.cancelled():
            self._waiting = self.loop.call_later(self.header_seconds, self._give_up)
        elif not self._is_idle():
            self._waiting.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        self._waiting.cancel()
        super().connection_lost(exc)

    def _is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _give_up(self) -> None:
        if self._is_idle() and not self.transport.is_closing():
            self.transport.abort()


class _Server(uvicorn.Server):
    """Leaves signals to the bot."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class WebServer:
    """Listens from `start` to `stop`."""

    def __init__(self, application: ASGIApp, listen: ListenAddress, *, header_seconds: float = HEADER_SECONDS) -> None:
        """A connection on which no whole request head came for `header_seconds` is closed."""
        self._listen = listen
        protocol = type("_Protocol", (_PatientProtocol,), {"header_seconds": header_seconds})
        self._server = _Server(
            uvicorn.Config(
                application,
                http=protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
                h11_max_incomplete_event_size=LONGEST_HEADERS,
            )
        )
        self._serving: asyncio.Task[None] | None = None
        self.port = listen.port
        """The port in use, once started."""

    async def start(self) -> None:
        """Listen. Raises SettingsError if the address cannot be used."""
        listening = await self._bound()
        self.port = listening.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve([listening]))
        while not self._server.started:
            await asyncio.wait({self._serving}, timeout=0.01)
            if self._serving.done():
                await self._serving
        _log.info("listening", address=str(ListenAddress(self._listen.host, self.port)))

    async def stop(self) -> None:
        """Accept nothing new, answer what has been asked, and close."""
        if self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._serving = None

    async def _bound(self) -> socket.socket:
        """Bind here: uvicorn would end the process if it cannot."""
        try:
            places = await asyncio.get_running_loop().getaddrinfo(
                self._listen.host, self._listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
            family, kind, protocol, _, address = places[0]
            listening = socket.socket(family, kind, protocol)
            try:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listening.bind(address)
            except OSError:
                listening.close()
                raise
        except OSError as error:
            raise SettingsError(
                f"DIGESTBOT_LISTEN={self._listen} cannot be listened on: {error.strerror or error}; end what uses it,"
                " or name another address"
            ) from error
        listening.setblocking(False)
        return listening
