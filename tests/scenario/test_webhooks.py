"""The bot where the platforms call it, instead of the bot calling them."""

from __future__ import annotations

import asyncio
import io
import json
import time
from typing import Any

import aiohttp
import pytest

from bot.domain.errors import PlatformError, SettingsError
from bot.sandbox.slack_push import signed
from bot.sandbox.telegram_webhook import HEADER
from tests.scenario.world import DAY, World, eventually

ALONE = {"slack_bot_token": None, "slack_app_token": None, "slack_signing_secret": None}


async def test_telegram_pushes_and_readers_are_answered(world: World) -> None:
    world.write(items=3)
    lin = world.sandbox.telegram.user()
    async with world.bot("10:00:00", **world.served(**ALONE)):
        answer = await lin.ask("/today")
        pressed = await (await lin.press(answer, "2")).answered()
    assert "第 1 条" not in answer.text
    assert answer.text.startswith("2. 第 2 条")
    assert not pressed.alert
    assert world.sandbox.telegram.calls.of("getUpdates") == []
    assert set(world.sandbox.telegram.webhook.statuses) == {200}


async def test_what_was_sent_while_the_bot_was_down_is_answered_after_any_switch(world: World) -> None:
    world.write(items=2)
    lin = world.sandbox.telegram.user()
    served = world.served(**ALONE)
    polling = {"slack_bot_token": None, "slack_app_token": None}
    for number, settings in enumerate((polling, served, served, polling), 1):
        await lin.send("/today")
        async with world.bot("10:00:00", **settings):
            await lin.receives(number)

            async def confirmed() -> bool:
                return not world.sandbox.telegram.updates.pending

            await eventually(confirmed)
    assert len(lin.messages) == 4


async def test_who_asks_while_the_bot_changes_sides_is_answered_once(world: World) -> None:
    world.write(items=2)
    people = [world.sandbox.telegram.user(name=f"Reader {number}") for number in range(60)]
    served, polling = world.served(**ALONE), {"slack_bot_token": None, "slack_app_token": None}

    async def ask() -> None:
        for person in people:
            await person.send("/item 2")
            await asyncio.sleep(0.05)

    asking = asyncio.create_task(ask())
    for settings in (served, polling, served, polling):
        async with world.bot("10:00:00", **settings):
            await asyncio.sleep(0.4)
    await asking
    async with world.bot("10:00:00", **served):
        for person in people:
            await person.receives(1)

        async def confirmed() -> bool:
            return not world.sandbox.telegram.updates.pending

        await eventually(confirmed)
    assert [len(person.messages) for person in people] == [1] * len(people)


async def test_an_update_that_comes_twice_is_worked_on_once(world: World) -> None:
    world.write(items=2)
    lin = world.sandbox.telegram.user()
    async with world.bot("10:00:00", **world.served(**ALONE)):
        await lin.ask("/today")
        webhook = world.sandbox.telegram.webhook
        asked = {
            "message_id": 77,
            "date": 1,
            "chat": lin.chat.as_json(),
            "from": lin.account.as_json(),
            "text": "/help",
        }
        update = {"update_id": 1_000_000_000, "message": asked | {"entities": [_command(5)]}}
        async with aiohttp.ClientSession(headers={HEADER: webhook.secret}) as session:
            for _ in range(3):
                async with session.post(webhook.url, json=update) as answer:
                    assert answer.status == 200
        await lin.receives(2)
        await lin.ask("/today")
    assert len(lin.messages) == 3


def _command(length: int) -> dict[str, Any]:
    return {"type": "bot_command", "offset": 0, "length": length}


async def test_an_address_that_telegram_does_not_call_ends_the_bot_and_the_setting_is_named(world: World) -> None:
    world.sandbox.telegram.faults.respond(
        "setWebhook", 400, {"ok": False, "error_code": 400, "description": "Bad Request: bad webhook: IP is reserved"}
    )
    served = world.served(**ALONE)
    with pytest.raises(PlatformError, match=r"DIGESTBOT_PUBLIC_URL=http://127.*Bad webhook: ip is reserved") as told:
        async with world.bot("10:00:00", **served):
            pytest.fail("it is running")
    assert "/telegram/" not in str(told.value)


async def test_a_webhook_that_cannot_be_set_yet_is_set_later(world: World) -> None:
    world.write(items=2)
    world.sandbox.telegram.faults.respond("setWebhook", 502)
    lin = world.sandbox.telegram.user()
    async with world.bot("10:00:00", **world.served(**ALONE)):
        assert "第 2 条" in (await lin.ask("/today")).text


class TestHostileCallers:
    """Whoever finds the address, and is not Telegram."""

    async def test_nothing_but_the_secret_lets_an_update_in(self, world: World) -> None:
        lin = world.sandbox.telegram.user()
        asked = {
            "message_id": 5,
            "date": 1,
            "chat": lin.chat.as_json(),
            "from": lin.account.as_json(),
            "text": "/start",
        }
        update = {"update_id": 1, "message": asked | {"entities": [_command(6)]}}
        served = world.served(**ALONE)
        async with world.bot("10:00:00", **served) as bot, aiohttp.ClientSession() as session:
            webhook = world.sandbox.telegram.webhook
            secret = webhook.secret
            for header in ({}, {HEADER: ""}, {HEADER: secret[:-1]}, {HEADER: secret + "a"}, {HEADER: "ü" * 64}):
                async with session.post(webhook.url, json=update, headers=header) as answer:
                    assert (answer.status, await answer.text()) == (403, "Forbidden\n")
            async with session.post(f"{served['public_url']}/telegram/guess", json=update) as answer:
                assert answer.status == 404
            assert await bot.services.subscriptions.audiences() == {}
        assert lin.messages == []

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"{", "application/json", 400),
            (b"", "application/json", 400),
            (b"[1]", "application/json", 400),
            (b"\xff\xfe", "application/json", 400),
            (b"[" * 200_000, "application/json", 400),
            (b'{"update_id": "1"}', "application/json", 400),
            (b'{"update_id": 1}', "text/plain", 415),
            (b'{"update_id": 1}', "", 415),
            (b'{"update_id": 2, "message": 7}', "application/json", 200),
            (b'{"update_id": 3, "a_kind_of_tomorrow": {}}', "application/json", 200),
            (b"x" * (1024 * 1024 + 1), "application/json", 413),
        ],
    )
    async def test_what_is_no_update_is_refused_and_the_bot_goes_on(
        self, world: World, body: bytes, content_type: str, status: int
    ) -> None:
        world.write(items=2)
        lin = world.sandbox.telegram.user()
        async with world.bot("10:00:00", **world.served(**ALONE)):
            webhook = world.sandbox.telegram.webhook
            headers = {HEADER: webhook.secret, "Content-Type": content_type}
            async with (
                aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as session,
                session.post(webhook.url, data=io.BytesIO(body), headers=headers) as answer,
            ):
                assert answer.status == status
                assert "Traceback" not in await answer.text()
            assert "第 2 条" in (await lin.ask("/today")).text


async def test_slack_calls_and_members_are_answered(world: World) -> None:
    world.write(items=3)
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00", **world.served(telegram_token=None)):
        asked = await member.command("/today", channel=world.channel)
        (answer,) = await member.replies(asked)
        pressed = await member.press(answer, "2")
        await member.replies(pressed)
    assert (asked.failure, pressed.failure) == ("", "")
    assert asked.ack_seconds is not None
    assert asked.ack_seconds < 3
    assert answer.text.startswith("2. 第 2 条")
    assert world.sandbox.slack.calls.of("apps.connections.open") == []


async def test_socket_mode_stays_where_there_is_an_app_token(world: World) -> None:
    world.write(items=3)
    member = world.sandbox.slack.user()
    served = world.served(telegram_token=None, slack_app_token=world.sandbox.slack.app_token, slack_signing_secret=None)
    world.sandbox.slack.app.request_url = ""
    async with world.bot("10:00:00", **served):
        (answer,) = await member.replies(await member.command("/today", channel=world.channel))
    assert "第 3 条" in answer.text


async def test_what_slack_asked_is_answered_before_the_bot_ends(world: World) -> None:
    world.write(items=3)
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00", **world.served(telegram_token=None)):
        asked = await member.command("/today", channel=world.channel)
    assert len(asked.replies) == 1, "acknowledged, then answered although the bot was told to stop meanwhile"


class TestHostileSlack:
    """Whoever finds the address, and is not Slack."""

    async def post(self, world: World, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as session,
            session.post(url, data=io.BytesIO(body), headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    async def test_only_slacks_own_signature_of_now_counts(self, world: World) -> None:
        form = b"command=%2Ftoday&channel_id=C1&team_id=T1&user_id=U1&response_url=http%3A%2F%2F127.0.0.1%3A1%2F"
        secret = world.sandbox.slack.app.signing_secret
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        genuine = signed(secret, form)
        forged = [
            {},
            signed("another secret", form),
            signed(secret, form + b"&text=3"),
            signed(secret, form, at=time.time() - 301),
            signed(secret, form, at=time.time() + 900),
            genuine | {"X-Slack-Request-Timestamp": str(int(time.time()) - 1)},
            genuine | {"X-Slack-Request-Timestamp": "now"},
            genuine | {"X-Slack-Request-Timestamp": "9" * 400},
            genuine | {"X-Slack-Signature": "v0=ü" + "0" * 63},
            {"X-Slack-Signature": genuine["X-Slack-Signature"]},
        ]
        served = world.served(telegram_token=None)
        url = f"{served['public_url']}/slack/events"
        async with world.bot("10:00:00", **served):
            for headers in forged:
                assert await self.post(world, url, form, kind | headers) == (401, "Unauthorized\n")
            status, _ = await self.post(world, url, form, kind | genuine)
        assert status == 200

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"{", "application/json", 400),
            (b"\xff", "application/json", 400),
            (b"[" * 200_000, "application/json", 400),
            (b"[]", "application/json", 400),
            (b"payload=%7B", "application/x-www-form-urlencoded", 400),
            (b"payload=7", "application/x-www-form-urlencoded", 400),
            (b"{}", "text/plain", 415),
            (b"{}", "", 415),
            (b"x" * (1024 * 1024 + 1), "application/json", 413),
        ],
    )
    async def test_garbage_is_refused_and_the_bot_goes_on(
        self, world: World, body: bytes, content_type: str, status: int
    ) -> None:
        world.write(items=2)
        member = world.sandbox.slack.user()
        served = world.served(telegram_token=None)
        headers = {"Content-Type": content_type, **signed(world.sandbox.slack.app.signing_secret, body)}
        async with world.bot("10:00:00", **served):
            found = await self.post(world, f"{served['public_url']}/slack/events", body, headers)
            assert found[0] == status
            assert "Traceback" not in found[1]
            (answer,) = await member.replies(await member.command("/today", channel=world.channel))
            assert "第 2 条" in answer.text

    async def test_the_address_is_verified_as_slack_asks(self, world: World) -> None:
        body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aB"}).encode()
        served = world.served(telegram_token=None)
        headers = {"Content-Type": "application/json", **signed(world.sandbox.slack.app.signing_secret, body)}
        async with world.bot("10:00:00", **served):
            status, said = await self.post(world, f"{served['public_url']}/slack/events", body, headers)
        assert (status, json.loads(said)) == (200, {"challenge": "3eZbrw1aB"})


async def test_health_is_told_to_whoever_asks(world: World) -> None:
    served = world.served()
    async with world.bot("10:00:00", **served), aiohttp.ClientSession() as session:
        found = {}
        for path in ("", "/live", "/ready"):
            async with session.get(f"{served['public_url']}/health{path}") as answer:
                found[path] = (answer.status, await answer.json())
                assert "Server" not in answer.headers
    ready = {"status": "ready", "checks": {"database": "ok", "telegram": "ok", "slack": "ok"}}
    assert found == {"": (200, ready), "/live": (200, {"status": "live"}), "/ready": (200, ready)}


async def test_until_the_platforms_are_connected_the_bot_lives_and_is_not_ready(world: World) -> None:
    world.sandbox.telegram.faults.respond("getMe", 502, times=None)
    served = world.served(**ALONE)
    async with world.bot("10:00:00", ready=False, **served), aiohttp.ClientSession() as session:

        async def listens() -> bool:
            try:
                async with session.get(f"{served['public_url']}/health/live") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

        await eventually(listens)
        async with session.get(f"{served['public_url']}/health/ready") as answer:
            assert answer.status == 503
            assert (await answer.json())["checks"] == {"database": "ok", "telegram": "connecting"}


async def test_an_address_that_is_taken_ends_the_bot_and_the_setting_is_named(world: World) -> None:
    served = world.served(**ALONE)
    host, _, port = served["listen"].partition(":")
    taken = await asyncio.start_server(lambda *_: None, host, int(port))
    async with taken:
        with pytest.raises(SettingsError, match=f"DIGESTBOT_LISTEN={served['listen']} cannot be listened on"):
            async with world.bot("10:00:00", **served):
                pytest.fail("it is running")


async def test_the_daily_issue_goes_out_as_ever(world: World) -> None:
    world.write()
    reader = await world.subscriber()
    async with world.bot("08:00:00", **world.served()) as bot:
        await bot.released(str(DAY))
    assert len(reader.messages) == 4
    assert len(world.channel.from_bot) == 4
