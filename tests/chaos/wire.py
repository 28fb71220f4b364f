"""The line between the bot and PostgreSQL, which can lose the server's answer to a commit that came through."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_COMMIT = b"COMMIT"
_CHUNK = 65536


class Wire:
    """Passes bytes on. While `losing`, a share of the commits is carried out, and whoever asked never hears of it."""

    def __init__(self, server: Path, rng: random.Random) -> None:
        self._server = server
        self._rng = rng
        self.losing = 0.0
        """The chance of a commit to lose its answer."""
        self.lost = 0
        """How many answers were lost so far."""
        self._lines: set[asyncio.Task[None]] = set()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the bot's."""
        line = asyncio.current_task()
        assert line
        self._lines.add(line)
        try:
            with suppress(OSError):
                await self._join(reader, writer)
        finally:
            self._lines.discard(line)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_unix_connection(self._server)
        doomed = asyncio.Event()
        directions = {
            asyncio.create_task(self._ask(reader, to_server, doomed)),
            asyncio.create_task(self._answer(from_server, writer, doomed)),
        }
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
            to_server.close()

    async def _ask(self, reader: asyncio.StreamReader, to_server: asyncio.StreamWriter, doomed: asyncio.Event) -> None:
        while data := await reader.read(_CHUNK):
            if _COMMIT in data and self._rng.random() < self.losing:
                doomed.set()
            to_server.write(data)
            await to_server.drain()

    async def _answer(
        self, from_server: asyncio.StreamReader, writer: asyncio.StreamWriter, doomed: asyncio.Event
    ) -> None:
        while data := await from_server.read(_CHUNK):
            if doomed.is_set():
                self.lost += 1
                return
            writer.write(data)
            await writer.drain()

    async def close(self) -> None:
        """End every line."""
        lines = list(self._lines)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


@asynccontextmanager
async def wire(server: Path, folder: Path, rng: random.Random) -> AsyncIterator[Wire]:
    """Listen in `folder` as the server whose socket is `server` does."""
    found = Wire(server, rng)
    listening = await asyncio.start_unix_server(found.connect, folder / server.name)
    try:
        yield found
    finally:
        listening.close()
        await found.close()
