"""A server that answers as fast as Python can, in a process of its own: it keeps no state and checks nothing.

The sandbox does a few thousand requests a second; this one is there so that a benchmark measures its client.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

NUMBER = "%NUMBER%"
"""Where an answer has this, the number of the request stands when it is sent."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a server has done since it began."""

    requests: int
    cpu: float
    """Seconds of processor time."""


@dataclass(frozen=True, slots=True)
class BareServer:
    """A running server."""

    url: str

    def work(self) -> Work:
        """Ask how much it has worked."""
        with urlopen(f"{self.url}/work") as answer:  # noqa: S310  # our own server
            return Work(**json.load(answer))


@contextmanager
def running(answers: Mapping[str, object]) -> Iterator[BareServer]:
    """Run a server that answers a call of each method, by its name at the end of the path, with this JSON."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.bare_server"],
        cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if process.stdin is None or process.stdout is None:
        raise AssertionError("both were asked for")
    try:
        process.stdin.write(json.dumps(answers) + "\n")
        process.stdin.flush()
        yield BareServer(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.stdin.close()
        process.terminate()
        process.wait()
        process.stdout.close()


class _Connection(asyncio.Protocol):
    """One client. Requests have a Content-Length or no body."""

    def __init__(self, answers: Mapping[bytes, tuple[bytes, bytes]]) -> None:
        self._answers = answers
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data
        while (head := buffer.find(b"\r\n\r\n")) >= 0:
            at = buffer.lower().find(b"\r\ncontent-length:", 0, head)
            length = int(buffer[at + 17 : buffer.index(b"\r\n", at + 17)]) if at >= 0 else 0
            if len(buffer) < head + 4 + length:
                break
            path = buffer[: buffer.index(b" HTTP/")]
            self._answer(path[path.rindex(b"/") + 1 :])
            buffer = buffer[head + 4 + length :]
        self._buffer = buffer

    def _answer(self, method: bytes) -> None:
        if self._transport is None:
            return
        if method == b"work":
            body = json.dumps({"requests": _Count.requests, "cpu": time.process_time()}).encode()
        else:
            _Count.requests += 1
            before, after = self._answers[method]
            body = before + b"%010d" % (1_000_000_000 + _Count.requests) + after if after else before
        self._transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        )


class _Count:
    requests = 0


async def _serve() -> None:
    answers: dict[bytes, tuple[bytes, bytes]] = {}
    for method, answer in json.loads(sys.stdin.readline()).items():
        before, _, after = json.dumps(answer).replace(f'"{NUMBER}"', NUMBER).encode().partition(NUMBER.encode())
        answers[method.encode()] = (before, after)
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(answers), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
