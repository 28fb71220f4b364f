"""Limits of the platforms and faults of the network, through the real SDKs."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TelegramError, TimedOut

from bot.sandbox.faults import Stage
from bot.sandbox.limits import Pace, Rate, SlackLimits, TelegramLimits
from bot.sandbox.server import Sandbox

# python-telegram-bot warns of a coming type from within the error's own constructor
pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after:telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with connected(sandbox) as running:
        yield running


def connected(sandbox: Sandbox) -> Bot:
    return Bot(sandbox.telegram.token, base_url=f"{sandbox.telegram_api_url}/bot")


# --- limits ------------------------------------------------------------------------------------------------------


async def test_a_chat_that_gets_too_much_answers_429(sandbox: Sandbox) -> None:
    lin, bo = sandbox.telegram.user(), sandbox.telegram.user()
    url = f"{sandbox.telegram_api_url}/bot{sandbox.telegram.token}/sendMessage"
    async with aiohttp.ClientSession() as session:
        for _ in range(5):
            async with session.post(url, json={"chat_id": lin.id, "text": "x"}) as answer:
                assert answer.status == 200
        async with session.post(url, json={"chat_id": lin.id, "text": "x"}) as answer:
            assert answer.status == 429
            assert await answer.json() == {
                "ok": False,
                "error_code": 429,
                "description": "Too Many Requests: retry after 1",
                "parameters": {"retry_after": 1},
            }
        async with session.post(url, json={"chat_id": bo.id, "text": "x"}) as answer:
            assert answer.status == 200
    assert len(lin.messages) == 5


async def test_a_group_takes_twenty_a_minute() -> None:
    limits = TelegramLimits(bot=None, chat=None)
    async with Sandbox(telegram_limits=limits) as sandbox, connected(sandbox) as bot:
        group = sandbox.telegram.supergroup()
        for _ in range(20):
            await bot.send_message(group.id, "x")
        with pytest.raises(RetryAfter) as refusal:
            await bot.send_message(group.id, "x")
        assert 50 < refusal.value._retry_after.total_seconds() <= 60


async def test_a_bot_has_one_budget_for_all_chats_and_a_larger_paid_one() -> None:
    limits = TelegramLimits(bot=Rate(3, 60.0), chat=None)
    async with Sandbox(telegram_limits=limits) as sandbox, connected(sandbox) as bot:
        readers = [sandbox.telegram.user() for _ in range(4)]
        for reader in readers[:3]:
            await bot.send_message(reader.id, "x")
        with pytest.raises(RetryAfter):
            await bot.send_message(readers[3].id, "x")
        await bot.send_message(readers[3].id, "x", allow_paid_broadcast=True)
        assert readers[3].texts == ["x"]


async def test_slack_says_when_to_come_back() -> None:
    async with Sandbox(slack_limits=SlackLimits(Pace(1.0, 2))) as sandbox:
        client = AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url)
        channel = sandbox.slack.channel("daily")
        for _ in range(2):
            await client.chat_postMessage(channel=channel.id, text="x")
        with pytest.raises(SlackApiError) as refusal:
            await client.chat_postMessage(channel=channel.id, text="x")
        assert refusal.value.response.status_code == 429
        assert refusal.value.response.headers["Retry-After"] == "1"
        assert refusal.value.response["error"] == "ratelimited"


# --- faults ------------------------------------------------------------------------------------------------------


async def test_a_dropped_request_was_never_accepted(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    sandbox.telegram.faults.drop("sendMessage", stage=Stage.BEFORE_READING, reset=True)
    with pytest.raises(NetworkError) as failure:
        await bot.send_message(lin.id, "x")
    assert isinstance(failure.value.__cause__, httpx.ReadError | httpx.WriteError)
    assert lin.messages == []
    await bot.send_message(lin.id, "x")
    assert lin.texts == ["x"]


async def test_an_answer_can_be_lost_after_the_message_was_accepted(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    sandbox.telegram.faults.drop("sendMessage")
    with pytest.raises(NetworkError) as failure:
        await bot.send_message(lin.id, "x")
    assert isinstance(failure.value.__cause__, httpx.RemoteProtocolError)
    assert lin.texts == ["x"]
    [call] = sandbox.telegram.calls.of("sendMessage")
    assert (call.accepted, call.status) == (True, None)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("accepted", [True, False])
async def test_a_server_error_comes_before_or_after_accepting(
    sandbox: Sandbox, bot: Bot, status: int, accepted: bool
) -> None:
    lin = sandbox.telegram.user()
    sandbox.telegram.faults.respond("sendMessage", status, after_accepting=accepted)
    with pytest.raises(TelegramError):
        await bot.send_message(lin.id, "x")
    assert lin.texts == (["x"] if accepted else [])
    assert sandbox.telegram.calls.of("sendMessage")[0].status == status


async def test_a_throttled_call_names_its_pause(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    sandbox.telegram.faults.throttle("sendMessage", 7)
    with pytest.raises(RetryAfter, match=r"Retry in .*7"):
        await bot.send_message(lin.id, "x")
    assert lin.messages == []


async def test_a_late_answer_times_out_though_the_message_arrived(sandbox: Sandbox, bot: Bot) -> None:
    lin = sandbox.telegram.user()
    sandbox.telegram.faults.delay("sendMessage", 0.5, after_accepting=True)
    with pytest.raises(TimedOut):
        await bot.send_message(lin.id, "x", read_timeout=0.05)
    assert lin.texts == ["x"]


async def test_a_fault_may_wait_for_its_chat_and_its_turn(sandbox: Sandbox, bot: Bot) -> None:
    lin, bo = sandbox.telegram.user(), sandbox.telegram.user()
    fault = sandbox.telegram.faults.throttle("sendMessage", 1, chat=bo.id, skip=1, times=2)
    await bot.send_message(lin.id, "1")
    await bot.send_message(bo.id, "1")
    for _ in range(2):
        with pytest.raises(RetryAfter):
            await bot.send_message(bo.id, "2")
    await bot.send_message(lin.id, "2")
    await bot.send_message(bo.id, "2")
    assert fault.struck == 2
    assert (lin.texts, bo.texts) == (["1", "2"], ["1", "2"])


async def test_faults_end_when_cleared(sandbox: Sandbox, bot: Bot) -> None:
    sandbox.telegram.faults.respond("*", 502, times=None)
    for _ in range(3):
        with pytest.raises(NetworkError):
            await bot.get_me()
    sandbox.telegram.faults.clear()
    assert (await bot.get_me()).is_bot


def test_a_fault_before_reading_cannot_know_the_chat(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="before reading"):
        sandbox.telegram.faults.drop("sendMessage", stage=Stage.BEFORE_READING, chat=1)


async def test_slack_has_faults_of_its_own(sandbox: Sandbox) -> None:
    client = AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url, retry_handlers=[])
    channel = sandbox.slack.channel("daily")
    sandbox.slack.faults.drop("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel.id, text="x")
    assert [message.text for message in channel.from_bot] == ["x"]
    sandbox.slack.faults.respond("chat.postMessage", 200, {"ok": False, "error": "fatal_error"}, after_accepting=True)
    with pytest.raises(SlackApiError, match="fatal_error"):
        await client.chat_postMessage(channel=channel.id, text="y")
    sandbox.slack.faults.throttle("chat.postMessage", 30, chat=channel.id)
    with pytest.raises(SlackApiError) as refusal:
        await client.chat_postMessage(channel=channel.id, text="z")
    assert refusal.value.response.headers["Retry-After"] == "30"


# --- the sandbox as a whole --------------------------------------------------------------------------------------


async def test_an_offline_sandbox_refuses_connections_and_comes_back_with_its_memory(
    sandbox: Sandbox, bot: Bot
) -> None:
    lin = sandbox.telegram.user()
    await bot.send_message(lin.id, "before")
    await sandbox.go_offline()
    with pytest.raises(NetworkError) as failure:
        await bot.send_message(lin.id, "meanwhile")
    assert isinstance(failure.value.__cause__, httpx.ConnectError)
    await sandbox.come_back()
    await bot.send_message(lin.id, "after")
    assert lin.texts == ["before", "after"]


async def test_latency_is_added_to_every_call() -> None:
    async with Sandbox(latency=0.05) as sandbox, connected(sandbox) as bot:
        await bot.get_me()
        call = sandbox.telegram.calls.of("getMe")[-1]
        assert call.done is not None
        assert call.done - call.at >= 0.05


async def test_the_next_free_port_is_taken(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        await Sandbox(port=sandbox.port).start()
    async with Sandbox(port=sandbox.port, next_free=True) as other:
        assert other.port > sandbox.port


async def test_a_stopped_sandbox_ends_polls_and_frees_its_port(sandbox: Sandbox, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=30))
    await sandbox.changes.until(lambda: sandbox.telegram.updates.polled)
    await sandbox.stop()
    assert await polling == ()
    async with Sandbox(port=sandbox.port):
        pass


async def test_calls_can_be_held_against_a_schema() -> None:
    schema = {"$defs": {}, "methods": {"getMe": {"type": "object", "additionalProperties": False}}}
    async with Sandbox(schema=schema) as sandbox:
        url = f"{sandbox.telegram_api_url}/bot{sandbox.telegram.token}/getMe"
        async with aiohttp.ClientSession() as session:
            for parameters in ({}, {"typo": "1"}):
                async with session.get(url, params=parameters):
                    pass
        assert sandbox.telegram.schema_violations == [
            "getMe: parameters: Additional properties are not allowed ('typo' was unexpected)"
        ]
