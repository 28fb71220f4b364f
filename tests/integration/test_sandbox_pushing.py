"""How the local platforms call a bot: Telegram's webhooks, Slack's signed requests."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from telegram import Bot
from telegram.error import BadRequest, Conflict

from bot.sandbox.server import Sandbox
from bot.sandbox.telegram_webhook import HEADER


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    root = sandbox.telegram_api_url
    async with Bot(sandbox.telegram.token, base_url=f"{root}/bot", base_file_url=f"{root}/file/bot") as made:
        yield made


@dataclass
class Receiver:
    """A program that is called; answers with `statuses` in turn, then with 200."""

    statuses: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    said: Any = ""

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append(dict(request.headers))
        status = self.statuses.pop(0) if self.statuses else 200
        if isinstance(self.said, str):
            return web.Response(status=status, text=self.said if status == 200 else "")
        return web.json_response(self.said, status=status)

    @property
    def updates(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    async with listening(made) as url:
        made.url = url
        yield made


@asynccontextmanager
async def listening(receiver: Receiver) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/here", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    listens = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listens).start()
    try:
        yield f"http://127.0.0.1:{listens.getsockname()[1]}/here"
    finally:
        await runner.cleanup()


class TestTelegram:
    async def test_pushes_what_waits_and_what_comes_with_the_secret(
        self, sandbox: Sandbox, bot: Bot, receiver: Receiver
    ) -> None:
        lin = sandbox.telegram.user()
        await lin.send("before")
        await bot.set_webhook(receiver.url, secret_token="s3cret_-", allowed_updates=["message"])
        await lin.send("after")
        await sandbox.changes.until(lambda: len(receiver.bodies) == 2)
        assert [update["message"]["text"] for update in receiver.updates] == ["before", "after"]
        assert [headers[HEADER] for headers in receiver.headers] == ["s3cret_-"] * 2
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count, info.last_error_message) == (receiver.url, 0, None)

    async def test_repeats_what_is_not_taken_until_it_is(self, sandbox: Sandbox, bot: Bot, receiver: Receiver) -> None:
        receiver.statuses = [500, 302, 404]
        await bot.set_webhook(receiver.url)
        await sandbox.telegram.user().send("hello")
        await sandbox.changes.until(lambda: len(receiver.bodies) == 4)
        assert len({update["update_id"] for update in receiver.updates}) == 1
        assert "404" in ((await bot.get_webhook_info()).last_error_message or "")

    async def test_is_either_polled_or_pushes(self, sandbox: Sandbox, bot: Bot, receiver: Receiver) -> None:
        polling = asyncio.create_task(bot.get_updates(timeout=30))
        await sandbox.changes.until(lambda: sandbox.telegram.updates.polled)
        await bot.set_webhook(receiver.url)
        with pytest.raises(Conflict, match="terminated by setWebhook request"):
            await polling
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
        await sandbox.telegram.user().send("hello")
        assert len(await bot.get_updates()) == 1
        assert receiver.bodies == []

    async def test_keeps_what_nobody_took_when_the_webhook_goes(self, sandbox: Sandbox, bot: Bot) -> None:
        await bot.set_webhook("http://127.0.0.1:9/nobody")
        await sandbox.telegram.user().send("hello")
        await sandbox.changes.until(lambda: sandbox.telegram.webhook.last_error)
        assert (await bot.get_webhook_info()).pending_update_count == 1
        await bot.delete_webhook()
        (update,) = await bot.get_updates()
        assert update.message is not None
        assert update.message.text == "hello"

    @pytest.mark.parametrize(
        ("url", "secret", "told"),
        [
            ("http://digest.example/x", "", "An HTTPS URL must be provided for webhook"),
            ("https://digest.example/x", "a b", "unallowed characters"),
            ("https://digest.example/x", "a" * 257, "too long"),
        ],
    )
    async def test_refuses_what_the_platform_refuses(self, bot: Bot, url: str, secret: str, told: str) -> None:
        with pytest.raises(BadRequest, match=f"(?i){told}"):
            await bot.set_webhook(url, secret_token=secret)


class TestSlack:
    async def test_signs_what_it_sends_as_the_sdk_verifies(self, sandbox: Sandbox, receiver: Receiver) -> None:
        slack = sandbox.slack
        slack.app.request_url, receiver.said = receiver.url, {"text": "here"}
        asked = await slack.user("lin").command("/today", "中文 & more")
        assert asked.ack == {"text": "here"}
        verifier = SignatureVerifier(slack.app.signing_secret)
        assert verifier.is_valid_request(receiver.bodies[0], receiver.headers[0])
        assert not SignatureVerifier("another").is_valid_request(receiver.bodies[0], receiver.headers[0])
        assert receiver.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"

    async def test_repeats_an_event_three_times_and_says_so(self, sandbox: Sandbox, receiver: Receiver) -> None:
        receiver.statuses = [500] * 9
        sandbox.slack.app.request_url = receiver.url
        interaction = await sandbox.slack.user("lin").open_home()
        await sandbox.changes.until(lambda: interaction.failure)
        assert (interaction.attempts, interaction.failure) == (4, "dispatch_failed")
        assert [headers.get("X-Slack-Retry-Num") for headers in receiver.headers] == [None, "1", "2", "3"]
        assert len({json.loads(body)["event_id"] for body in receiver.bodies}) == 1

    async def test_does_not_repeat_a_command(self, sandbox: Sandbox, receiver: Receiver) -> None:
        receiver.statuses = [500]
        sandbox.slack.app.request_url = receiver.url
        asked = await sandbox.slack.user("lin").command("/today")
        assert (asked.attempts, asked.failure) == (1, "dispatch_failed")
