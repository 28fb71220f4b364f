"""What becomes of a bot whose tokens Slack refuses, and of a line to Slack that breaks."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.errors import PlatformError
from tests.scenario.world import World


@pytest.mark.parametrize("refused", [{"slack_bot_token": "xoxb-old"}, {"slack_app_token": "xapp-old"}])
async def test_a_refused_token_ends_the_bot_and_the_setting_is_named(world: World, refused: dict[str, Any]) -> None:
    (setting,) = refused
    with pytest.raises(PlatformError, match=f"DIGESTBOT_{setting.upper()}: Slack does not accept this token"):
        async with world.bot("07:00:00", **refused):
            pytest.fail("it is running")


@pytest.mark.parametrize("answer", ["<html>a gateway</html>", {"ok": True}, {"ok": True, "url": ""}])
async def test_an_answer_that_is_not_slacks_is_asked_for_again(world: World, answer: object) -> None:
    world.write(items=2)
    world.sandbox.slack.faults.respond("apps.connections.open", 200, answer)
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00", telegram_token=None):
        (answered,) = await member.replies(await member.command("/today", channel=world.channel))
    assert "第 1 条" in answered.text


async def test_a_handshake_that_fails_is_followed_by_one_at_a_fresh_address(world: World) -> None:
    world.write(items=2)
    slack = world.sandbox.slack
    member = slack.user()
    slack.socket.refusals = 1
    async with world.bot("10:00:00", telegram_token=None, ready=False):
        await slack.socket.connected(within=15)
        (first,) = await member.replies(await member.command("/today", channel=world.channel))
        slack.socket.refusals = 1
        await slack.socket.disconnect()
        await slack.changes.until(lambda: slack.socket.refusals == 0, within=15)
        await slack.socket.connected(within=30)
        (second,) = await member.replies(await member.command("/today", channel=world.channel))
    assert "第 1 条" in first.text
    assert "第 1 条" in second.text
