"""What goes wrong in a Slack channel: its outcome, and what whoever installed the app is told, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.delivery import DeliveryReport, DeliveryState, PartState
from bot.domain.destination import Destination
from bot.ports.ledger import DeliveryFilter
from bot.sandbox.slack_people import SlackPerson
from tests.scenario.workspaces import installed
from tests.scenario.world import DAY, Bot, World, eventually

KEY = str(DAY)
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def ann(world: World) -> SlackPerson:
    """Whoever set the app up."""
    return world.sandbox.slack.user("ann")


async def report(bot: Bot, key: str = KEY) -> DeliveryReport:
    (found,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=key))
    return found


def refuse(world: World, code: str, *, times: int | None = 1, chat: str | None = None, **more: Any) -> None:
    answer = {"ok": False, "error": code, **more}
    world.sandbox.slack.faults.respond("chat.postMessage", 200, answer, times=times, chat=chat or world.channel.id)


async def test_a_channel_without_the_bot_is_told_about_in_private_and_once(world: World, ann: SlackPerson) -> None:
    for day in (DAY, TOMORROW):
        world.write(day)
    world.sandbox.slack.remove_bot(world.channel)
    async with world.bot("08:00:00", slack_installer=ann.id) as bot:
        await bot.released(KEY)
        (told,) = await ann.receives(1, ann.direct)
        assert (await report(bot)).state is DeliveryState.GONE
    async with world.bot(f"{TOMORROW} 08:00:00", slack_installer=ann.id) as bot:
        await bot.released(str(TOMORROW))
        assert (await report(bot, str(TOMORROW))).state is DeliveryState.GONE
    assert told.text == (
        f"日报没能发到 <#{world.channel.id}>：这个应用不在频道里。"
        "请在那里先输入 /invite @digestbot，再输入 /digest subscribe。"
    )
    assert ann.direct.from_bot == [told]
    assert world.channel.from_bot == []


async def test_the_same_trouble_is_told_again_after_all_was_well(world: World, ann: SlackPerson) -> None:
    for day in (DAY, TOMORROW, TOMORROW + timedelta(days=1)):
        world.write(day)
    slack = world.sandbox.slack
    slack.remove_bot(world.channel)
    async with world.bot("08:00:00", slack_installer=ann.id) as bot:
        await bot.released(KEY)
        await ann.receives(1, ann.direct)
    await slack.invite(world.channel)
    async with world.bot(f"{TOMORROW} 08:00:00", slack_installer=ann.id) as bot:
        await bot.released(str(TOMORROW))
        assert (await report(bot, str(TOMORROW))).state is DeliveryState.SENT
    slack.remove_bot(world.channel)
    async with world.bot(f"{TOMORROW + timedelta(days=1)} 08:00:00", slack_installer=ann.id) as bot:
        await bot.released(str(TOMORROW + timedelta(days=1)))
        assert len(await ann.receives(2, ann.direct)) == 2


@pytest.mark.parametrize(
    ("code", "state", "advice"),
    [
        ("not_in_channel", DeliveryState.GONE, "/invite @digestbot"),
        ("channel_not_found", DeliveryState.GONE, "/invite @digestbot"),
        ("is_archived", DeliveryState.GONE, "已归档"),
        ("restricted_action", DeliveryState.GONE, "管理员"),
        ("missing_scope", DeliveryState.PENDING, "重新安装"),
    ],
)
async def test_what_a_person_must_mend_reaches_who_installed_the_app(
    world: World, ann: SlackPerson, code: str, state: DeliveryState, advice: str
) -> None:
    world.write()
    refuse(world, code, times=None)
    async with world.bot("08:00:00", slack_installer=ann.id) as bot:
        (told,) = await ann.receives(1, ann.direct)

        async def is_judged() -> bool:
            return (await report(bot)).state is state

        await eventually(is_judged)
        assert (await report(bot)).reason
    assert advice in told.text
    assert world.channel.from_bot == []


@pytest.mark.parametrize("code", ["msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format"])
async def test_blocks_that_slack_refuses_leave_the_text(world: World, ann: SlackPerson, code: str) -> None:
    world.write()
    refuse(world, code)
    async with world.bot("08:00:00", slack_installer=ann.id) as bot:
        await bot.released(KEY)
        found = await report(bot)
    assert (found.state, {receipt.state for receipt in found.receipts}) == (DeliveryState.SENT, {PartState.SENT})
    overview, *others = world.channel.from_bot
    assert overview.versions[0].blocks is None
    assert overview.text.startswith("推理日报")
    assert all(message.blocks for message in others)
    assert ann.direct.from_bot == []


async def test_a_pause_that_slack_asks_for_is_kept_and_nobody_is_told(world: World, ann: SlackPerson) -> None:
    world.write()
    world.sandbox.slack.faults.throttle("chat.postMessage", 1)
    async with world.bot("08:00:00", slack_installer=ann.id) as bot:
        await bot.released(KEY)
    refused, accepted, *_ = world.sandbox.slack.calls.of("chat.postMessage")
    assert accepted.at - refused.at >= 1
    assert len(world.channel.from_bot) == 4
    assert ann.direct.from_bot == []


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
async def test_a_refused_token_is_the_operators_matter(
    world: World, ann: SlackPerson, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write()
    world.sandbox.slack.faults.respond("chat.postMessage", 200, {"ok": False, "error": code}, times=None)
    async with world.bot("08:00:00", slack_installer=ann.id) as bot:

        async def is_known() -> bool:
            found = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
            return any(code in (one.reason or "") for one in found)

        await eventually(is_known)
    assert ann.direct.from_bot == []
    (told,) = [line for line in capsys.readouterr().out.splitlines() if "Slack refuses the app's token" in line]
    assert "[error" in told
    assert "DIGESTBOT_SLACK_BOT_TOKEN" in told
    assert code in told


async def test_without_anybody_to_tell_the_ledger_knows(world: World) -> None:
    world.write()
    world.sandbox.slack.remove_bot(world.channel)
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        assert "/invite @digestbot" in ((await report(bot)).reason or "")
    assert world.channel.from_bot == []


async def test_a_channel_that_was_made_private_and_renamed_keeps_its_issue(world: World) -> None:
    world.write()
    world.channel.kind, world.channel.name = "private", "leads-only"
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        assert (await report(bot)).state is DeliveryState.SENT
    assert len(world.channel.from_bot) == 4


async def test_where_the_app_was_installed_its_installer_is_told_and_a_new_subscription_is_told_anew(
    world: World, served: dict[str, Any]
) -> None:
    team = world.sandbox.slack.another("team")
    bea, cem = team.user("bea"), team.user("cem")
    place = team.channel("daily", people=[bea, cem], bot=False)
    for day in (DAY, TOMORROW):
        world.write(day)
    async with world.bot("07:00:00", **served):
        await installed(served, team, bea)
        await bea.receives(1, bea.direct)  # how to go on
        await cem.replies(await cem.command("/digest", "subscribe", place))
    async with world.bot("08:00:00", **served) as bot:
        await bot.released(KEY)
        greeting, told = await bea.receives(2, bea.direct)
        to = Destination.in_team(team.team_id, place.id)

        async def ended() -> bool:
            return not await bot.services.conversation.subscribing.is_active(to)

        await eventually(ended)
        await cem.replies(await cem.command("/digest", "subscribe", place))
    async with world.bot(f"{TOMORROW} 08:00:00", **served) as bot:
        await bot.released(str(TOMORROW))
        *_, again = await bea.receives(3, bea.direct)
    assert "/invite @digestbot" in told.text
    assert again.text == told.text
    assert greeting.text != told.text
    assert cem.direct.from_bot == []
