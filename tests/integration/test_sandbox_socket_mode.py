"""The local Slack through slack-bolt in Socket Mode."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.limits import SlackLimits
from bot.sandbox.server import Sandbox
from bot.sandbox.slack_workspace import RESPONSE_URL_USES


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(slack_limits=SlackLimits.off()) as running:
        yield running


@pytest.fixture
async def app(sandbox: Sandbox) -> AsyncIterator[AsyncApp]:
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(sandbox.slack.bot_token, base_url=sandbox.slack_api_url, session=session)
        yield AsyncApp(client=client)


@asynccontextmanager
async def connected(app: AsyncApp, sandbox: Sandbox) -> AsyncIterator[None]:
    handler: Any = AsyncSocketModeHandler(app, sandbox.slack.app_token)
    await handler.connect_async()
    await sandbox.slack.socket.connected()
    try:
        yield
    finally:
        await handler.close_async()


def actions(*names: str) -> list[dict[str, Any]]:
    buttons = [
        {"type": "button", "action_id": f"digest:{name}", "value": name, "text": {"type": "plain_text", "text": name}}
        for name in names
    ]
    return [{"type": "actions", "elements": buttons}]


async def test_a_command_is_acknowledged_with_an_answer_for_one(sandbox: Sandbox, app: AsyncApp) -> None:
    @app.command("/today")
    async def today(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"{command['user_name']} asked {command['text']!r} in {command['channel_name']}")

    lin, bo = sandbox.slack.user("lin"), sandbox.slack.user("bo")
    channel = sandbox.slack.channel("daily", people=[lin, bo])
    async with connected(app, sandbox):
        asked = await lin.command("/today", "now", channel)
    assert asked.failure == ""
    assert asked.ack_seconds is not None
    assert asked.ack == {"text": "lin asked 'now' in daily"}
    [answer] = asked.replies
    assert answer.text == "lin asked 'now' in daily"
    assert lin.sees(channel) == [answer]
    assert bo.sees(channel) == []


async def test_a_response_url_takes_five_answers(sandbox: Sandbox, app: AsyncApp) -> None:
    statuses: list[tuple[int, str]] = []
    finished = asyncio.Event()

    @app.command("/item")
    async def item(ack: Any, respond: Any) -> None:
        await ack()
        for number in range(RESPONSE_URL_USES + 1):
            answer = await respond(f"answer {number}", response_type="in_channel")
            statuses.append((answer.status_code, answer.body))
        finished.set()

    lin = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("daily", people=[lin])
    async with connected(app, sandbox):
        asked = await lin.command("/item", "3", channel)
        await lin.replies(asked, RESPONSE_URL_USES)
        await asyncio.wait_for(finished.wait(), 5)
    assert statuses[:-1] == [(200, "ok")] * RESPONSE_URL_USES
    assert statuses[-1] == (404, '{"ok": false, "error": "used_url"}')
    assert [message.text for message in channel.from_bot] == [f"answer {number}" for number in range(5)]


async def test_a_pressed_button_carries_its_value_and_message(sandbox: Sandbox, app: AsyncApp) -> None:
    pressed = []

    @app.action("digest:2")
    async def open_item(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        pressed.append((body["actions"][0]["value"], body["message"]["text"], body["container"]["is_ephemeral"]))
        await respond("第二条", replace_original=True)

    lin = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("daily", people=[lin])
    async with connected(app, sandbox):
        await app.client.chat_postMessage(channel=channel.id, text="要点", blocks=actions("1", "2"))
        press = await lin.press(channel.from_bot[0], "digest:2")
        [changed] = await lin.replies(press)
    assert pressed == [("2", "要点", False)]
    assert changed is channel.from_bot[0]
    assert changed.text == "第二条"


async def test_an_original_can_be_deleted_through_its_response_url(sandbox: Sandbox, app: AsyncApp) -> None:
    @app.action("digest:1")
    async def remove(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    lin = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("daily", people=[lin])
    async with connected(app, sandbox):
        await app.client.chat_postMessage(channel=channel.id, text="要点", blocks=actions("1"))
        await lin.press(channel.from_bot[0], "1")
        await sandbox.changes.until(lambda: not channel.from_bot)
    assert channel.messages == []


async def test_a_button_that_is_not_there_cannot_be_pressed(sandbox: Sandbox, app: AsyncApp) -> None:
    lin = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("daily", people=[lin])
    await app.client.chat_postMessage(channel=channel.id, text="要点", blocks=actions("1"))
    with pytest.raises(LookupError, match="there is 1"):
        await lin.press(channel.from_bot[0], "digest:9")


async def test_without_a_connection_slack_says_so(sandbox: Sandbox) -> None:
    asked = await sandbox.slack.user("lin").command("/today")
    assert asked.failure == "dispatch_failed"


async def test_events_reach_the_app(sandbox: Sandbox, app: AsyncApp) -> None:
    heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any]) -> None:
        await heard.put(("app_mention", event["text"]))

    @app.event("message")
    async def written(event: dict[str, Any]) -> None:
        await heard.put(("message", event["text"]))

    @app.event("app_home_opened")
    async def opened(event: dict[str, Any]) -> None:
        await heard.put(("app_home_opened", event["tab"]))

    lin = sandbox.slack.user("lin")
    channel = sandbox.slack.channel("daily", people=[lin])
    async with connected(app, sandbox), asyncio.timeout(5):
        await lin.say(f"<@{sandbox.slack.bot.id}> hi", channel)
        assert await heard.get() == ("app_mention", f"<@{sandbox.slack.bot.id}> hi")
        await lin.say("unnoticed", channel)
        await lin.say("hello")
        assert await heard.get() == ("message", "hello")
        await lin.open_home()
        assert await heard.get() == ("app_home_opened", "home")


async def test_the_app_comes_back_after_a_disconnect(sandbox: Sandbox, app: AsyncApp) -> None:
    @app.command("/today")
    async def today(ack: Any) -> None:
        await ack("here")

    lin = sandbox.slack.user("lin")
    async with connected(app, sandbox):
        opened = len(sandbox.slack.calls.of("apps.connections.open"))
        await sandbox.slack.socket.disconnect()
        await sandbox.slack.calls.wait_for("apps.connections.open", count=opened + 1, within=30)
        await sandbox.slack.socket.connected(within=30)
        assert (await lin.command("/today")).ack == {"text": "here"}


async def test_a_ticket_opens_one_connection(sandbox: Sandbox) -> None:
    url = f"{sandbox.slack.root_url}/socket"
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await session.ws_connect(url, params={"ticket": "made-up"})
        ticket = sandbox.slack.socket.ticket()
        async with session.ws_connect(url, params={"ticket": ticket}) as connection:
            hello = await connection.receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", 1)
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await session.ws_connect(url, params={"ticket": ticket})


async def test_an_invalid_answer_is_shown_as_slack_would(sandbox: Sandbox, app: AsyncApp) -> None:
    @app.command("/today")
    async def today(ack: Any) -> None:
        await ack(blocks=[{"type": "nonsense"}])

    async with connected(app, sandbox):
        asked = await sandbox.slack.user("lin").command("/today")
    assert (asked.failure, asked.replies) == ("invalid_blocks", [])
