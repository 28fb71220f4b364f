"""An HTTP server over a bare socket that does to its clients what a script says, and counts what it has accepted.

Unlike the sandbox it knows no platform: it shows what really happens on the wire.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HTML = "text/html"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that arrived as a whole."""

    line: str
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes


class Exchange:
    """One request of a connection, of which nothing was read yet but its first byte."""

    def __init__(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._first = first
        self._reader = reader
        self._writer = writer

    async def head(self) -> tuple[str, dict[str, str]]:
        """Read as far as the empty line."""
        head = (self._first + await self._reader.readuntil(b"\r\n\r\n")).decode()
        line, *lines = head.strip().split("\r\n")
        return line, {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}

    async def request(self) -> Request:
        """Read everything."""
        line, headers = await self.head()
        return Request(line, headers, await self._reader.readexactly(int(headers.get("content-length", "0"))))

    async def skim(self) -> int:
        """Read everything and keep nothing of the body; return its length."""
        _, headers = await self.head()
        left = length = int(headers["content-length"])
        while left:
            left -= len(await self._reader.read(min(left, 65536)))
        return length

    async def end(self) -> None:
        """Wait until the client closes the connection."""
        while await self._reader.read(65536):
            pass

    def send(self, data: bytes) -> None:
        """Write as it stands."""
        self._writer.write(data)

    def close(self) -> None:
        """End the connection as programs do that have nothing more to say."""
        self._writer.close()

    def reset(self) -> None:
        """End the connection as machines do that fall over: the client gets ECONNRESET."""
        connection: socket.socket = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Act = Callable[["ScriptedServer", Exchange], Awaitable[None]]
"""What happens to one request."""


@dataclass(slots=True)
class ScriptedServer:
    """Does one act a request; the last one forever."""

    acts: list[Act]
    port: int = 0
    accepted: list[Request] = field(default_factory=list)
    """What arrived as a whole and was taken."""
    connections: int = 0
    """How many were ever opened."""
    open_now: int = 0
    most_open: int = 0
    resets: list[Callable[[], None]] = field(default_factory=list)
    """One for each connection: resets it, whatever it is doing."""

    @property
    def url(self) -> str:
        """The server's root."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until somebody ends it."""
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        self.resets.append(Exchange(b"", reader, writer).reset)
        try:
            while not writer.is_closing() and (first := await reader.read(1)):
                act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
                await act(self, Exchange(first, reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self.open_now -= 1
            writer.close()


@asynccontextmanager
async def scripted(*acts: Act) -> AsyncIterator[ScriptedServer]:
    """Run a server for the time of a test."""
    running = ScriptedServer(list(acts))
    serving: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(running.serve(reader, writer))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


def answers(
    body: object, status: int = 200, *, headers: Mapping[str, str] | None = None, media_type: str = "application/json"
) -> Act:
    """Take the request and answer; a body that is neither text nor bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()

    async def act(server: ScriptedServer, exchange: Exchange) -> None:
        server.accepted.append(await exchange.request())
        exchange.send(_head(status, len(data), {"Content-Type": media_type, **(headers or {})}) + data)

    return act


def answers_cut_short(body: str, *, declared: int) -> Act:
    """Take the request, announce an answer of `declared` bytes, and end after fewer."""

    async def act(server: ScriptedServer, exchange: Exchange) -> None:
        server.accepted.append(await exchange.request())
        exchange.send(_head(200, declared, {"Content-Type": "application/json"}) + body.encode())
        exchange.close()

    return act


async def resets_unread(_: ScriptedServer, exchange: Exchange) -> None:
    """Reset before the request is read."""
    exchange.reset()


async def resets_within(_: ScriptedServer, exchange: Exchange) -> None:
    """Read the request's head, and reset before its body is read."""
    await exchange.head()
    exchange.reset()


async def resets_accepted(server: ScriptedServer, exchange: Exchange) -> None:
    """Take the request, and reset before answering."""
    server.accepted.append(await exchange.request())
    exchange.reset()


async def closes_accepted(server: ScriptedServer, exchange: Exchange) -> None:
    """Take the request, and close without an answer."""
    server.accepted.append(await exchange.request())
    exchange.close()


async def never_answers(server: ScriptedServer, exchange: Exchange) -> None:
    """Take the request and say nothing, until the client goes."""
    server.accepted.append(await exchange.request())
    await exchange.end()


async def never_reads(_: ScriptedServer, __: Exchange) -> None:
    """Leave the request unread."""
    await asyncio.Event().wait()


async def skims(_: ScriptedServer, exchange: Exchange) -> None:
    """Let a large upload pass, and answer with its length."""
    body = json.dumps({"ok": True, "result": await exchange.skim()}).encode()
    exchange.send(_head(200, len(body), {}) + body)


def speaks_no_http(data: bytes) -> Act:
    """Answer with something else than HTTP, and close."""

    async def act(_: ScriptedServer, exchange: Exchange) -> None:
        exchange.send(data)
        exchange.close()

    return act


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def full_backlog() -> Iterator[int]:
    """Yield a port that lets nobody in and refuses nobody: connecting there hangs."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


def _head(status: int, length: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {length}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
