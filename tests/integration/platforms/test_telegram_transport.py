"""Telegram's transport over real sockets: what it keeps, bounds, gives up on, and never sends twice."""

from __future__ import annotations

import asyncio
import gc
import re
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from telegram import Bot, InputFile
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from bot.platforms.telegram.calls import EncodedPayloads, call, call_encoded
from bot.platforms.telegram.request import AiohttpRequest, AnswerLate, AnswerLost, NotSent, Timeouts
from tests.integration.platforms.scripted_server import (
    Act,
    Exchange,
    ScriptedServer,
    answers,
    free_port,
    full_backlog,
    never_answers,
    never_reads,
    resets_accepted,
    resets_unread,
    scripted,
    skims,
)

TOKEN = "4242:a-token-of-this-test"
OK = answers({"ok": True, "result": {"message_id": 7}})
QUICK = Timeouts(pool=0.05, connect=0.2, read=0.2, write=0.2)
MEGABYTE = 1 << 20

Connect = Callable[..., Bot]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes bots on the transport, and closes them."""
    requests: list[AiohttpRequest] = []

    def bot(url: str, *, connections: int = 8, timeouts: Timeouts | None = None) -> Bot:
        request, polling = AiohttpRequest(connections=connections, timeouts=timeouts), AiohttpRequest(connections=1)
        requests.extend((request, polling))
        return Bot(
            TOKEN,
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=request,
            get_updates_request=polling,
        )

    yield bot
    for request in requests:
        await request.shutdown()


async def send(bot: Bot, chat: int = 1) -> int:
    return int((await call(bot, "sendMessage", {"chat_id": chat, "text": "每日 AI 速递 😀"}))["message_id"])


async def settled(condition: Callable[[], bool]) -> None:
    """Wait until the server has noticed."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


# --- what is sent ------------------------------------------------------------------------------------------------


async def test_a_call_is_one_json_object(connect: Connect) -> None:
    async with scripted(OK) as server:
        assert await send(connect(server.url)) == 7
    [request] = server.accepted
    assert request.line == f"POST /bot{TOKEN}/sendMessage HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == BaseRequest.USER_AGENT
    assert request.body.decode() == '{"chat_id":1,"text":"每日 AI 速递 😀"}'


async def test_the_librarys_own_methods_send_nested_json(connect: Connect) -> None:
    async with scripted(OK) as server:
        await connect(server.url).do_api_request(
            "setSomething", {"list": ["a", 1], "tree": {"b": [True]}, "text": "c", "none": None}
        )
    assert server.accepted[0].body == b'{"list":["a",1],"tree":{"b":[true]},"text":"c"}'


async def test_a_payload_is_encoded_once_and_goes_anywhere(connect: Connect) -> None:
    encoded, payload = EncodedPayloads(), {"text": "每日", "parse_mode": "HTML"}
    async with scripted(OK) as server:
        bot = connect(server.url)
        for chat in (1, 2):
            await call_encoded(bot, "sendMessage", encoded.body({"chat_id": chat}, payload))
    assert [request.body.decode() for request in server.accepted] == [
        '{"chat_id":1,"text":"每日","parse_mode":"HTML"}',
        '{"chat_id":2,"text":"每日","parse_mode":"HTML"}',
    ]


def test_encoded_payloads_are_never_mistaken_for_one_another() -> None:
    encoded = EncodedPayloads()
    bodies = [encoded.body({"chat_id": 1}, {"text": str(number)}) for number in range(1000)]
    assert bodies == [b'{"chat_id":1,"text":"%d"}' % number for number in range(1000)]


async def test_files_are_downloaded(connect: Connect) -> None:
    async with scripted(answers(b"\x00\xff", media_type="image/png")) as server:
        bot = connect(server.url)
        assert await bot.request.retrieve(f"{bot.base_file_url}/photos/图 1.png") == b"\x00\xff"
    assert server.accepted[0].line.startswith("GET /file/bot4242:a-token-of-this-test/photos/%E5%9B%BE%201.png ")


# --- connections -------------------------------------------------------------------------------------------------


async def test_a_connection_is_kept_and_used_again(connect: Connect) -> None:
    async with scripted(OK) as server:
        bot = connect(server.url)
        for _ in range(20):
            await send(bot)
        assert (server.connections, len(server.accepted)) == (1, 20)


async def test_no_more_connections_than_the_pool_has(connect: Connect) -> None:
    async with scripted(OK) as server:
        bot = connect(server.url, connections=3)
        await asyncio.gather(*(send(bot) for _ in range(60)))
        assert (server.most_open, server.connections, len(server.accepted)) == (3, 3, 60)


async def test_as_many_connections_as_requests_where_the_pool_has_them(connect: Connect) -> None:
    async with scripted(never_answers) as server:
        bot = connect(server.url, connections=64)
        waiting = [asyncio.create_task(send(bot)) for _ in range(64)]
        await settled(lambda: len(server.accepted) == 64)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)


async def test_a_cancelled_request_leaves_neither_its_connection_nor_its_place(connect: Connect) -> None:
    async with scripted(never_answers, OK) as server:
        bot = connect(server.url, connections=1)
        hanging = asyncio.create_task(send(bot))
        await settled(lambda: len(server.accepted) == 1)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert await send(bot) == 7
        assert server.connections == 2


async def test_who_is_cancelled_while_waiting_takes_no_place(connect: Connect) -> None:
    async with scripted(never_answers, OK) as server:
        bot = connect(server.url, connections=1)
        first = asyncio.create_task(send(bot))
        await settled(lambda: len(server.accepted) == 1)
        second = asyncio.create_task(send(bot))
        await asyncio.sleep(0)
        second.cancel()
        first.cancel()
        await asyncio.wait([first, second])
        assert await send(bot) == 7


async def test_shutting_down_closes_every_connection(connect: Connect) -> None:
    async with scripted(OK) as server:
        bot = connect(server.url)
        await asyncio.gather(*(send(bot) for _ in range(5)))
        await bot.request.shutdown()
        await settled(lambda: server.open_now == 0)
        with pytest.raises(NotSent, match="shut down"):
            await send(bot)
        await bot.request.shutdown()  # twice does no harm
        await bot.request.initialize()
        assert await send(bot) == 7


async def test_shutting_down_ends_what_is_in_flight_as_unknown(connect: Connect) -> None:
    async with scripted(never_answers) as server:
        bot = connect(server.url)
        hanging = asyncio.create_task(send(bot))
        await settled(lambda: len(server.accepted) == 1)
        await bot.request.shutdown()
        with pytest.raises(AnswerLost):
            await hanging


# --- at most once ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [resets_accepted, resets_unread])
async def test_a_kept_connection_that_is_reset_gives_at_most_one_message(connect: Connect, act: Act) -> None:
    async with scripted(OK, act, OK) as server:
        bot = connect(server.url)
        await send(bot, 1)
        with pytest.raises(AnswerLost):
            await send(bot, 2)
        await send(bot, 3)
        sent = [request.body for request in server.accepted]
    assert sum(b'"chat_id":2' in body for body in sent) == (act is resets_accepted)
    assert [b'"chat_id":1' in sent[0], b'"chat_id":3' in sent[-1]] == [True, True]


async def test_a_connection_that_died_while_idle_is_not_used(connect: Connect) -> None:
    async with scripted(OK) as server:
        bot = connect(server.url)
        await send(bot)
        server.resets[0]()
        await settled(lambda: server.open_now == 0)
        await asyncio.sleep(0.02)
        assert await send(bot) == 7
        assert (server.connections, len(server.accepted)) == (2, 2)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(connect: Connect, status: int) -> None:
    async with scripted(OK) as elsewhere, scripted(answers("", status, headers={"Location": elsewhere.url})) as server:
        with pytest.raises(NotSent, match=f"{status}.*DIGESTBOT_TELEGRAM_API_URL"):
            await send(connect(server.url))
        assert elsewhere.accepted == []


# --- timeouts ----------------------------------------------------------------------------------------------------


async def test_waiting_for_a_free_connection_ends(connect: Connect) -> None:
    async with scripted(never_answers) as server:
        bot = connect(server.url, connections=1, timeouts=Timeouts(pool=0.05))
        first = asyncio.create_task(send(bot))
        await settled(lambda: len(server.accepted) == 1)
        with pytest.raises(NotSent, match=r"no connection was free within 0\.05 s"):
            await send(bot)
        first.cancel()
        assert len(server.accepted) == 1


async def test_connecting_ends(connect: Connect) -> None:
    with full_backlog() as port, pytest.raises(NotSent, match="ConnectionTimeoutError"):
        await send(connect(f"http://127.0.0.1:{port}", timeouts=QUICK))


async def test_waiting_for_an_answer_ends(connect: Connect) -> None:
    async with scripted(never_answers) as server:
        with pytest.raises(AnswerLate, match="SocketTimeoutError"):
            await send(connect(server.url, timeouts=QUICK))
        assert len(server.accepted) == 1


async def test_a_server_that_takes_no_more_of_a_file_is_given_up(connect: Connect, large_file: Path) -> None:
    async with scripted(never_reads) as server:
        bot = connect(server.url, timeouts=QUICK)
        with large_file.open("rb") as file, pytest.raises(AnswerLost):
            await bot.send_document(1, InputFile(file, read_file_handle=False))


@pytest.mark.parametrize(("pool", "read", "error"), [(0.05, 60, NotSent), (60, 0.05, AnswerLate)], ids=["pool", "read"])
async def test_what_a_call_names_itself_goes_first(
    connect: Connect, pool: float, read: float, error: type[TelegramError]
) -> None:
    async with scripted(never_answers) as server:
        bot = connect(server.url, connections=1, timeouts=Timeouts(pool=60, connect=60, read=60, write=60))
        busy = asyncio.create_task(send(bot)) if error is NotSent else None
        await settled(lambda: len(server.accepted) == (busy is not None))
        with pytest.raises(error):
            await bot.request.post(f"{bot.base_url}/getMe", pool_timeout=pool, read_timeout=read)
        if busy:
            busy.cancel()


async def test_a_call_may_ask_to_wait_forever(connect: Connect) -> None:
    late = asyncio.Event()

    async def act(server: ScriptedServer, exchange: Exchange) -> None:
        await late.wait()
        await OK(server, exchange)

    async with scripted(act) as server:
        bot = connect(server.url, timeouts=QUICK)
        waiting = asyncio.create_task(bot.request.post(f"{bot.base_url}/getMe", read_timeout=None))
        await asyncio.sleep(2 * (QUICK.read or 0))
        late.set()
        assert await waiting == {"message_id": 7}


def test_polling_learns_how_long_an_answer_may_take() -> None:
    assert AiohttpRequest(connections=1, timeouts=Timeouts(read=10)).read_timeout == 10


# --- files -------------------------------------------------------------------------------------------------------


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    """64 MiB that take no room on the disk."""
    path = tmp_path / "archive.bin"
    with path.open("wb") as file:
        file.truncate(64 * MEGABYTE)
    return path


async def test_a_large_file_is_streamed(connect: Connect, large_file: Path) -> None:
    async with scripted(skims) as server:
        bot = connect(server.url)
        await bot.request.post(f"{bot.base_url}/getMe", RequestData())
        gc.collect()
        tracemalloc.start()
        with large_file.open("rb") as file:
            data = InputFile(file, read_file_handle=False)
            length = await bot.do_api_request("uploadSomething", {"chat_id": 1, "document": data})
            assert not file.closed  # it is the caller's
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert length > 64 * MEGABYTE
    assert peak < 4 * MEGABYTE


async def test_files_and_parameters_travel_together(connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "图 “1”.png"
    path.write_bytes(b"\x89PNG-on-disk")
    async with scripted(OK) as server:
        bot = connect(server.url)
        with path.open("rb") as file:
            await bot.do_api_request(
                "sendSomething",
                {
                    "chat_id": 1,
                    "caption": "每日",
                    "tree": {"a": [1]},
                    "photo": InputFile(file, filename=path.name, read_file_handle=False),
                    "thumbnail": InputFile(b"in-memory", filename="small.jpg", attach=True),
                },
            )
    [request] = server.accepted
    parts = parts_of(request.headers["content-type"], request.body)
    assert parts["chat_id"] == ("", b"1")
    assert parts["caption"][1].decode() == "每日"
    assert parts["tree"][1] == b'{"a": [1]}'
    assert parts["photo"][1] == b"\x89PNG-on-disk"
    assert f'filename="{path.name}"' in parts["photo"][0]
    assert "image/png" in parts["photo"][0]
    attached = parts["thumbnail"][1].decode().removeprefix("attach://")
    assert parts[attached][1] == b"in-memory"


def parts_of(content_type: str, body: bytes) -> dict[str, tuple[str, bytes]]:
    """Return a form's parts by name, each with its head and its content."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    assert boundary
    found = {}
    for part in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, content = part.split(b"\r\n\r\n", 1)
        name = re.search(r'name="([^"]*)"', head.decode())
        assert name
        file = head.decode() if "filename" in head.decode() else ""
        found[name[1]] = (file, content.removesuffix(b"\r\n"))
    return found


# --- proxies -----------------------------------------------------------------------------------------------------


async def test_the_environments_proxy_is_used(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted(OK) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        assert await send(connect("http://telegram.invalid")) == 7
        assert proxy.accepted[0].line.startswith(f"POST http://telegram.invalid/bot{TOKEN}/sendMessage ")


async def test_a_proxy_that_refuses_to_connect_let_nothing_through(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted(answers("<h1>Log in</h1>", 407)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        with pytest.raises(NotSent, match=r"the proxy refused to connect \(407\)"):
            await send(connect("https://telegram.invalid"))
        assert proxy.accepted[0].line == "CONNECT telegram.invalid:443 HTTP/1.1"


async def test_hosts_that_are_excepted_need_no_proxy(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted(OK) as server:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert await send(connect(server.url)) == 7


async def test_a_proxy_that_cannot_be_used_is_named(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://user:secret@127.0.0.1:1080")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(NotSent, match="socks5 proxy; only http and https") as failure:
        await send(connect("http://telegram.invalid"))
    assert "secret" not in failure.value.message
