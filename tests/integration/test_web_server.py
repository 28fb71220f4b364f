"""The web application on a real socket, against callers who mean well and others."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import structlog

from bot.domain.errors import SettingsError
from bot.logs import configure_logs
from bot.ports.web import WebRequest, WebResponse, WebRoute
from bot.web.address import ListenAddress
from bot.web.application import web_application
from bot.web.server import WebServer

ANYWHERE = ListenAddress("127.0.0.1", 0)


async def well() -> Mapping[str, str]:
    return {"database": "ok"}


@asynccontextmanager
async def serving(*routes: WebRoute, **options: Any) -> AsyncIterator[str]:
    """Serve these routes; yields the root's address."""
    patience = {"header_seconds": options.pop("header_seconds")} if "header_seconds" in options else {}
    server = WebServer(web_application(routes, options.pop("checks", well), **options), ANYWHERE, **patience)
    await server.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        await server.stop()


async def echo(request: WebRequest) -> WebResponse:
    said = {"method": request.method, "query": dict(request.query), "length": len(request.body)}
    return WebResponse(200, json.dumps(said), "application/json", (("set-cookie", "a=1"), ("set-cookie", "b=2")))


async def fail(_: WebRequest) -> WebResponse:
    raise ZeroDivisionError("the moon is in the seventh house")


async def hang(_: WebRequest) -> WebResponse:
    await asyncio.Event().wait()
    return WebResponse()


ECHO = WebRoute("POST", "/echo", echo)


async def test_a_request_reaches_its_handler_and_the_answer_its_caller() -> None:
    async with (
        serving(ECHO) as root,
        aiohttp.ClientSession() as session,
        session.post(f"{root}/echo?a=1&b=%E4%B8%AD", data=b"12345") as answer,
    ):
        assert await answer.json() == {"method": "POST", "query": {"a": "1", "b": "中"}, "length": 5}
        assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/echo", 405), ("POST", "/health", 405), ("GET", "/echo/../../etc/passwd", 404)],
)
async def test_what_is_not_there_is_said_in_a_word(method: str, path: str, status: int) -> None:
    async with (
        serving(ECHO) as root,
        aiohttp.ClientSession() as session,
        session.request(method, root + path) as answer,
    ):
        assert answer.status == status
        assert len(await answer.text()) < 30


async def test_a_fault_of_ours_tells_a_reference_and_nothing_else() -> None:
    async with (
        serving(WebRoute("GET", "/fail", fail)) as root,
        aiohttp.ClientSession() as session,
        session.get(f"{root}/fail") as answer,
    ):
        assert answer.status == 500
        said = await answer.text()
    assert said.startswith("Internal Server Error (")
    assert len(said) < 40
    assert "moon" not in said


async def test_a_handler_that_hangs_is_given_up() -> None:
    async with (
        serving(WebRoute("GET", "/hang", hang), answer_seconds=0.05) as root,
        aiohttp.ClientSession() as session,
        session.get(f"{root}/hang") as answer,
    ):
        assert answer.status == 503


class TestBodies:
    async def test_at_the_limit_is_read(self) -> None:
        async with (
            serving(ECHO, longest_body=1000) as root,
            aiohttp.ClientSession() as session,
            session.post(f"{root}/echo", data=b"x" * 1000) as answer,
        ):
            assert (await answer.json())["length"] == 1000

    async def test_a_length_beyond_the_limit_is_refused_before_a_byte_is_read(self) -> None:
        async with serving(ECHO) as root:
            said = await talk(root, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 413 ")
        assert b"connection: close" in said.lower()

    async def test_pieces_beyond_the_limit_are_refused_as_soon_as_there_are_too_many(self) -> None:
        piece = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
        head = b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        async with serving(ECHO, longest_body=5000) as root:
            said = await talk(root, head + 6 * piece)
        assert said.startswith(b"HTTP/1.1 413 ")

    async def test_a_body_that_comes_too_slowly_is_given_up(self) -> None:
        head = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nonly this"
        async with serving(ECHO, body_seconds=0.1) as root:
            said = await talk(root, head)
        assert said.startswith(b"HTTP/1.1 408 ")

    async def test_a_caller_who_leaves_in_the_middle_does_no_harm(self) -> None:
        async with serving(ECHO) as root:
            await talk(root, b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nonly this", leave=True)
            async with aiohttp.ClientSession() as session, session.get(f"{root}/health/live") as answer:
                assert answer.status == 200


class TestHeads:
    @pytest.mark.parametrize(
        "sent",
        [
            b"nonsense\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: a\r\n" + b"A: " + b"x" * 100_000,
            b"GET /health HTTP/1.1\r\n\r\n",
            b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        ],
    )
    async def test_what_is_no_request_is_refused(self, sent: bytes) -> None:
        async with serving(ECHO) as root:
            said = await talk(root, sent)
            async with aiohttp.ClientSession() as session, session.get(f"{root}/health/live") as answer:
                assert answer.status == 200
        assert said == b"" or said.startswith(b"HTTP/1.1 400 ")
        assert b"Traceback" not in said

    async def test_a_connection_on_which_no_head_comes_is_closed(self) -> None:
        async with serving(ECHO, header_seconds=0.1) as root:
            assert await talk(root, b"GET /health/live HT") == b""
            assert await talk(root, b"") == b""

    async def test_a_second_request_whose_head_stops_half_way_is_closed_too(self) -> None:
        async with serving(ECHO, header_seconds=0.1) as root:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(root.rpartition(":")[2]))
            writer.write(b"GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            await reader.readuntil(b"}")
            writer.write(b"GET /hea")
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()


async def talk(root: str, sent: bytes, *, leave: bool = False) -> bytes:
    """Send raw bytes; return everything that comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(root.rpartition(":")[2]))
    try:
        writer.write(sent)
        await writer.drain()
        return b"" if leave else await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_health_says_what_is_not_well_and_below_a_prefix_too() -> None:
    async def unwell() -> Mapping[str, str]:
        return {"database": "unavailable", "slack": "ok"}

    async with serving(ECHO, checks=unwell, prefix="/bot") as root, aiohttp.ClientSession() as session:
        for path in ("/health", "/bot/health/ready"):
            async with session.get(root + path) as answer:
                assert answer.status == 503
                assert await answer.json() == {
                    "status": "not ready",
                    "checks": {"database": "unavailable", "slack": "ok"},
                }
        async with session.post(f"{root}/bot/echo") as answer:
            assert answer.status == 200
        async with session.post(f"{root}/echo") as answer:
            assert answer.status == 404


async def test_what_is_asked_when_the_server_stops_is_answered() -> None:
    asked, go = asyncio.Event(), asyncio.Event()

    async def slow(_: WebRequest) -> WebResponse:
        asked.set()
        await go.wait()
        return WebResponse(200, "done")

    server = WebServer(web_application([WebRoute("GET", "/slow", slow)], well), ANYWHERE)
    await server.start()
    async with aiohttp.ClientSession() as session:

        async def ask() -> str:
            async with session.get(f"http://127.0.0.1:{server.port}/slow") as answer:
                return await answer.text()

        asking = asyncio.create_task(ask())
        await asked.wait()
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0.2)
        with pytest.raises(aiohttp.ClientConnectorError):
            async with session.get(f"http://127.0.0.1:{server.port}/health/live"):
                pytest.fail("it takes new requests")
        go.set()
        assert await asking == "done"
        await stopping


async def test_an_address_that_is_taken_is_told_by_the_setting() -> None:
    first = WebServer(web_application([], well), ANYWHERE)
    await first.start()
    try:
        second = WebServer(web_application([], well), ListenAddress("127.0.0.1", first.port))
        with pytest.raises(SettingsError, match=r"DIGESTBOT_LISTEN=127\.0\.0\.1:\d+ cannot be listened on: Address al"):
            await second.start()
    finally:
        await first.stop()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
async def test_an_address_that_is_not_of_this_machine_is_told_by_the_setting(host: str) -> None:
    with pytest.raises(SettingsError, match=f"DIGESTBOT_LISTEN={host}:8080 cannot be listened on"):
        await WebServer(web_application([], well), ListenAddress(host, 8080)).start()


async def test_access_lines_hold_neither_query_nor_secret_path_nor_header(capsys: pytest.CaptureFixture[str]) -> None:
    root_logger = logging.getLogger()
    handlers, level = root_logger.handlers, root_logger.level
    configure_logs("debug")
    try:
        secret = WebRoute("POST", "/telegram/a2f1-secret", echo, shown="/telegram/…")
        async with serving(secret, ECHO) as root, aiohttp.ClientSession() as session:
            headers = {"Authorization": "Bearer header-secret", "Cookie": "c=cookie-secret"}
            for path in ("/telegram/a2f1-secret?q=query-secret", "/echo?code=code-secret", "/guess-secret"):
                async with session.post(root + path, data=io.BytesIO(b"body-secret"), headers=headers):
                    pass
    finally:
        root_logger.handlers, root_logger.level = handlers, level
        structlog.reset_defaults()
    lines = [line for line in capsys.readouterr().err.splitlines() if "web request" in line]
    assert len(lines) == 3
    assert "path=/telegram/…" in lines[0]
    assert "path=/echo" in lines[1]
    assert "path=other" in lines[2]
    assert not [line for line in lines if "secret" in line]
