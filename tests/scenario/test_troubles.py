"""What the platforms do to a bot, and what readers notice of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.delivery import DeliveryState, PartState
from bot.domain.destination import Destination, Platform
from bot.ports.ledger import DeliveryFilter
from bot.sandbox.telegram_chats import Standing
from tests.scenario.world import DAY, World, eventually

KEY = str(DAY)
PARTS = 4


async def test_a_reader_who_blocked_the_bot_is_no_longer_subscribed_and_others_get_theirs(world: World) -> None:
    world.write()
    lost, kept = await world.subscriber("Lost"), await world.subscriber("Kept")
    lost.chat.blocked = True
    async with world.bot("08:00:00", slack_bot_token=None, slack_app_token=None) as bot:
        await bot.released(KEY)
        assert not await bot.services.conversation.subscribing.is_active(Destination(Platform.TELEGRAM, str(lost.id)))
    assert lost.messages == []
    assert len(kept.messages) == PARTS


async def test_blocking_the_bot_ends_the_subscription_at_once(world: World) -> None:
    reader = await world.subscriber()
    async with world.bot("07:00:00") as bot:
        await reader.block()

        async def ended() -> bool:
            destination = Destination(Platform.TELEGRAM, str(reader.id))
            return not await bot.services.conversation.subscribing.is_active(destination)

        await eventually(ended)


async def test_a_429_is_waited_out_and_nothing_is_sent_twice(world: World) -> None:
    world.write()
    reader = await world.subscriber()
    world.sandbox.telegram.faults.throttle("sendMessage", 2)
    async with world.bot("08:00:00", slack_bot_token=None, slack_app_token=None) as bot:
        await bot.released(KEY)
    assert [text.split()[0] for text in reader.texts] == [f"推理日报｜{DAY}", "1.", "2.", "今日趋势总结"]
    refused, *accepted = world.sandbox.telegram.calls.of("sendMessage")
    assert len(accepted) == PARTS
    assert accepted[0].at - refused.at >= 2


async def test_slacks_429_is_waited_out(world: World) -> None:
    world.write()
    world.sandbox.slack.faults.throttle("chat.postMessage", 1)
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
    assert len(world.channel.from_bot) == PARTS


async def test_a_lost_answer_is_unknown_and_the_rest_still_comes(world: World) -> None:
    world.write()
    reader = await world.subscriber()
    world.sandbox.telegram.faults.drop("sendMessage")
    async with world.bot("08:00:00", slack_bot_token=None, slack_app_token=None) as bot:
        await bot.released(KEY)
        (report,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY, troubled=True))
    assert [receipt.state for receipt in report.receipts] == [PartState.UNKNOWN] + [PartState.SENT] * (PARTS - 1)
    assert len(reader.messages) == PARTS, "the server had accepted it, and it was not sent again"


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_server_error_that_may_have_been_accepted_is_not_repeated(world: World, status: int) -> None:
    world.write()
    reader = await world.subscriber()
    world.sandbox.telegram.faults.respond("sendMessage", status, after_accepting=True)
    async with world.bot("08:00:00", slack_bot_token=None, slack_app_token=None) as bot:
        await bot.released(KEY)
    assert len(reader.messages) == PARTS


async def test_a_503_is_tried_again(world: World) -> None:
    world.write()
    reader = await world.subscriber()
    world.sandbox.telegram.faults.respond("sendMessage", 503)
    async with world.bot("08:00:00", slack_bot_token=None, slack_app_token=None) as bot:
        await bot.released(KEY)
        (report,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
    assert report.state is DeliveryState.SENT
    assert report.count(PartState.SENT) == PARTS
    assert len(reader.messages) == PARTS


async def test_a_platform_that_is_down_at_eight_gets_the_issue_when_it_is_back(world: World) -> None:
    world.write()
    reader = await world.subscriber()
    async with world.bot("07:59:55", slack_bot_token=None, slack_app_token=None) as bot:
        await world.sandbox.go_offline()

        async def tried() -> bool:
            reports = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
            return any(report.attempts for report in reports)

        await eventually(tried, 20)
        await world.sandbox.come_back()
        await bot.idle(20)
    assert len(reader.messages) == PARTS


async def test_a_group_that_became_a_supergroup_still_gets_its_issue(world: World) -> None:
    world.write()
    telegram = world.sandbox.telegram
    admin = telegram.user()
    group = telegram.group(admins=[admin])
    async with world.bot("07:00:00", slack_bot_token=None, slack_app_token=None):
        await admin.ask("/start", chat=group)
    supergroup = telegram.upgrade(group)
    async with world.bot("08:00:00", slack_bot_token=None, slack_app_token=None) as bot:
        await bot.released(KEY)
    assert len(supergroup.from_bot) == 1  # a group gets one message of headlines


async def test_a_channel_that_removed_the_bot_is_told_of_and_kept_for_tomorrow(world: World) -> None:
    world.write()
    channel = world.sandbox.telegram.channel("Daily", username="daily_ai", standing=Standing.KICKED)
    to = Destination(Platform.TELEGRAM, "@daily_ai")
    async with world.bot("08:00:00", telegram_chats="@daily_ai", slack_bot_token=None, slack_app_token=None) as bot:
        await bot.released(KEY)
        (report,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
        assert (report.destination, report.state) == (to, DeliveryState.GONE)
    channel.standing = Standing.ADMINISTRATOR
    following = DAY + timedelta(days=1)
    world.write(following)
    async with world.bot(
        f"{following} 08:00:00", telegram_chats="@daily_ai", slack_bot_token=None, slack_app_token=None
    ) as bot:
        await bot.released(str(following))
    assert len(channel.from_bot) == PARTS


async def test_one_platform_alone_is_enough(world: World) -> None:
    world.write()
    async with world.bot("08:00:00", telegram_token=None) as bot:
        await bot.released(KEY)
    assert len(world.channel.from_bot) == PARTS
    assert len(world.sandbox.telegram.calls) == 0
