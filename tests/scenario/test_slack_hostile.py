"""Whoever is a member somewhere, or has overheard a request, and would like more than is theirs."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from bot.domain.destination import Destination, Platform
from bot.domain.person import Person
from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_push import signed, written
from bot.sandbox.slack_workspace import SlackMessage
from formatters.actions import Keep, SendAll, TurnToSaved, encode
from tests.scenario.workspaces import installed, two_workspaces
from tests.scenario.world import DAY, World, eventually

KEY = str(DAY)


def press_of(person: SlackPerson, message: SlackMessage, value: str, **changes: Any) -> dict[str, Any]:
    """Return what Slack tells the app of a press; the button need not be there."""
    team = person.workspace
    return {
        "type": "block_actions",
        "user": {"id": person.id, "name": person.account.name, "team_id": team.team_id},
        "api_app_id": team.app_id,
        "container": {
            "type": "message", "message_ts": message.ts, "channel_id": message.channel.id, "is_ephemeral": True,
        },
        "team": {"id": team.team_id, "domain": team.team},
        "channel": {"id": message.channel.id, "name": message.channel.name},
        "actions": [{"type": "button", "action_id": "digest:1", "block_id": "b", "value": value, "action_ts": "1.0"}],
        "trigger_id": "1.2.3",
        "response_url": f"{team.root_url}/response/nowhere",
    } | changes  # fmt: skip


async def told(world: World, public_url: str, kind: str, payload: dict[str, Any]) -> int:
    """Send the app what Slack would have signed; return the status."""
    body, content_type = written(kind, payload)
    headers = {"Content-Type": content_type, **signed(world.sandbox.slack.app.signing_secret, body)}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{public_url}/slack/events", data=body, headers=headers) as answer,
    ):
        return answer.status


async def test_another_members_buttons_act_for_who_presses(world: World) -> None:
    world.write(items=3)
    lin, mei = world.sandbox.slack.user("lin"), world.sandbox.slack.user("mei")
    async with world.bot("10:00:00") as bot:
        known = await bot.services.library.newest(DAY)
        assert known is not None
        own = bot.services.conversation.saving
        assert await own.keep(Keep(known.ref, 1, on=True), Person(Platform.SLACK, lin.id))
        saved = encode(TurnToSaved(0))
        theirs = (await lin.replies(await lin.press(message_with(lin, world, saved), saved)))[-1]
        others = (await mei.replies(await mei.press(message_with(lin, world, saved), saved)))[-1]
    assert "第 1 条" in theirs.text
    assert "第 1 条" not in others.text
    assert "收藏" in others.text


def message_with(reader: SlackPerson, world: World, value: str, action_id: str = "digest:1") -> SlackMessage:
    """Return a message of the app's for one reader, with a button of this value."""
    text = {"type": "plain_text", "text": "Press"}
    button = {"type": "button", "text": text, "action_id": action_id, "value": value}
    blocks = [{"type": "actions", "elements": [button]}]
    return world.sandbox.slack.keep(world.channel, world.sandbox.slack.bot, "x", blocks, only_for=reader.id)


@pytest.mark.parametrize(
    "value",
    ["", "1", "1:t", "1:t:ref:1", "1:t:../etc:1", "1:f:0:", "1:f:99999999999:x", "1:w:ref:trends", "1:w::", "1:w:r:e:f",
     "9:s:ref", "1:d:20261399", "1:m:0:0", "1:m:99999:13", "x" * 2000, "\x00", "<!channel>", "1:s:🚀"],
)  # fmt: skip
@pytest.mark.parametrize("action_id", ["digest:1", "share"])
async def test_a_value_that_nobody_wrote_gets_a_sentence_and_does_nothing(
    world: World, value: str, action_id: str
) -> None:
    world.write(items=3)
    lin = world.sandbox.slack.user("lin")
    async with world.bot("10:00:00", slack_channel=None) as bot:
        shown = message_with(lin, world, value, action_id)
        (said, *_) = await lin.replies(await lin.press(shown, action_id))
        assert await bot.services.ledger.unfinished() == 0
    assert said.only_for == lin.id
    assert "过期" in said.text
    assert world.channel.from_bot == []
    assert lin.direct.from_bot == []


async def test_an_overheard_press_sends_an_issue_once(world: World) -> None:
    world.write(items=2)
    lin = world.sandbox.slack.user("lin")
    given = world.served(telegram_token=None)
    async with world.bot("13:00:00", **given) as bot:
        (answer,) = await lin.replies(await lin.command("/digest", "", world.channel))
        value = next(str(button["value"]) for _, button in answer.buttons if ":s:" in str(button.get("value")))
        payload = press_of(lin, answer, value)
        for _ in range(3):
            assert await told(world, given["public_url"], "interactive", payload) == 200
        await lin.receives(4, lin.direct)
        await bot.idle()
    assert len(lin.direct.from_bot) == 4


class TestAnotherTeam:
    async def test_subscribes_nothing_outside_of_itself(self, world: World, served: dict[str, Any]) -> None:
        world.write()
        async with two_workspaces(world, served) as (bot, ann, bea):
            place = bea.workspace.channel("leads", people=[bea])
            typed = {
                "team_id": ann.workspace.team_id, "user_id": ann.id, "channel_id": place.id, "channel_name": "leads",
                "command": "/digest", "text": "subscribe", "api_app_id": ann.workspace.app_id, "trigger_id": "1.2.3",
                "response_url": f"{ann.workspace.root_url}/response/nowhere", "is_enterprise_install": "false",
            }  # fmt: skip
            assert await told(world, served["public_url"], "slash_commands", typed) == 200
            subscribing = bot.services.conversation.subscribing
            theirs = Destination.in_team(ann.workspace.team_id, place.id)

            async def subscribed() -> bool:
                return await subscribing.is_active(theirs)

            await eventually(subscribed)
            assert not await subscribing.is_active(Destination.in_team(bea.workspace.team_id, place.id))
        async with world.bot("08:00:00", **served) as bot:
            await bot.released(KEY)
        assert place.from_bot == []

    async def test_that_did_not_install_the_app_is_told_so_and_nothing_else(
        self, world: World, served: dict[str, Any]
    ) -> None:
        world.write()
        stranger = world.sandbox.slack.another("stranger")
        eve = stranger.user("eve")
        place = stranger.channel("daily", people=[eve])
        async with two_workspaces(world, served) as (bot, ann, _):
            await ann.replies(await ann.command("/digest", "help"))  # her workspace is known from now on
            for command, words in (("/today", ""), ("/digest", "subscribe")):
                (answer,) = await eve.replies(await eve.command(command, words, place))
                assert answer.text == "这个工作区没有安装这个应用，请联系管理应用的人。"
            assert await bot.services.subscriptions.audiences() == {}

    async def test_that_never_installed_the_app_is_not_answered_in_anothers_name(
        self, world: World, served: dict[str, Any]
    ) -> None:
        world.write()
        async with two_workspaces(world, served) as (bot, ann, _):
            place = ann.workspace.channel("daily", people=[ann])
            message = ann.workspace.keep(place, ann.workspace.bot, "x", None)
            await ann.replies(await ann.command("/digest", "help"))  # her workspace is known from now on
            issue = await bot.services.library.newest(DAY)
            assert issue is not None
            for team, enterprise in (("T0NOBODY", None), (None, "E0NOBODY"), ("", None), ("T0NOBODY", "E0NOBODY")):
                changes = {
                    "team": {"id": team} if team is not None else None,
                    "enterprise": {"id": enterprise} if enterprise else None,
                    "user": {"id": ann.id, "team_id": team or "T0NOBODY"},
                }
                press = press_of(ann, message, encode(SendAll(issue.ref)), **changes)
                assert await told(world, served["public_url"], "interactive", press) in {200, 401}
            mention = {"type": "app_mention", "user": ann.id, "text": "help", "ts": "1.1", "channel": place.id}
            event = {"type": "event_callback", "team_id": "T0NOBODY", "api_app_id": "A0SANDBOX1", "event_id": "Ev77"}
            await told(world, served["public_url"], "events_api", event | {"event": mention, "event_time": 1})
            assert await bot.services.ledger.unfinished() == 0
        assert place.from_bot == [message]

    async def test_may_name_an_app_that_is_not_this_one(self, world: World, served: dict[str, Any]) -> None:
        async with two_workspaces(world, served) as (_, ann, _bea):
            place = ann.workspace.channel("daily", people=[ann])
            mention = {"type": "app_mention", "user": ann.id, "text": "<@U0OTHER> 1", "ts": "1.1", "channel": place.id,
                       "bot_id": "B0OTHER"}  # fmt: skip
            event = {"type": "event_callback", "team_id": ann.workspace.team_id, "api_app_id": "A0SANDBOX1",
                     "event_id": "Ev78", "event": mention, "event_time": 1}  # fmt: skip
            assert await told(world, served["public_url"], "events_api", json.loads(json.dumps(event))) == 200
            (answer,) = await ann.replies(await ann.command("/digest", "help", place))
        assert answer.text.startswith("命令：")
        assert place.from_bot == [], "another bot is not talked to"


async def test_an_event_that_slack_repeats_is_worked_on_once(world: World, served: dict[str, Any]) -> None:
    async with two_workspaces(world, served) as (bot, ann, _):
        place = ann.workspace.channel("daily", people=[ann])
        await ann.replies(await ann.command("/digest", "subscribe", place))
        team = ann.workspace
        event = {
            "type": "event_callback", "team_id": team.team_id, "api_app_id": team.app_id, "event_id": "Ev1",
            "event": {"type": "app_uninstalled"}, "event_time": 1,
        }  # fmt: skip
        body, kind = written("events_api", event)

        async def told(number: int) -> int:
            headers = {"Content-Type": kind, **signed(team.app.signing_secret, body)}
            if number:
                headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"{served['public_url']}/slack/events", data=body, headers=headers) as answer,
            ):
                return answer.status

        to = Destination.in_team(team.team_id, place.id)
        assert await told(0) == 200

        async def ended() -> bool:
            return not await bot.services.conversation.subscribing.is_active(to)

        await eventually(ended)
        await installed(served, team, ann)
        await ann.replies(await ann.command("/digest", "subscribe", place))
        assert [await told(number) for number in (1, 2, 3)] == [200, 200, 200]
    # what was acknowledged is carried out before the bot ends
    async with world.bot("07:10:00", **served) as bot:
        assert await bot.services.conversation.subscribing.is_active(to), "installed again after the first"
