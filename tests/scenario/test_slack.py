"""What a team sees and asks for in Slack."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from bot.domain.delivery import DeliveryState
from bot.domain.destination import Destination, Platform
from bot.domain.preference_changes import Change, Pause, SetHour, SetWeekdays
from bot.ports.ledger import DeliveryFilter
from tests.scenario.world import DAY, SHANGHAI, World, eventually

MIDNIGHT = datetime.combine(DAY, time(), SHANGHAI)


async def test_today_is_answered_within_three_seconds_and_only_to_who_asked(world: World) -> None:
    world.write(items=3)
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00") as bot:
        await bot.idle()
        asked = await member.command("/today", channel=world.channel)
        (answer,) = await member.replies(asked)
        assert asked.ack_seconds is not None
        assert asked.ack_seconds < 3
    assert "第 1 条" in answer.text
    assert answer.only_for == member.id


async def test_buttons_turn_the_answer_in_place(world: World) -> None:
    world.write(items=3)
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00"):
        (answer,) = await member.replies(await member.command("/today", channel=world.channel))
        await member.replies(await member.press(answer, "2"))
        assert answer.text.startswith("2. 第 2 条")
        await member.replies(await member.press(answer, "下一条 ›"))
        assert answer.text.startswith("3. 第 3 条")


async def test_item_answers_and_slips_have_their_sentence(world: World) -> None:
    world.write(items=8)
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00"):
        texts = [
            (await member.replies(await member.command("/item", asked, world.channel)))[0].text
            for asked in ("3", "99", "abc", "")
        ]
    assert texts[0].startswith("3. 第 3 条")
    assert texts[1:] == [
        "2月12日这期有 8 条，没有第 99 条。试试 /digest item 8",
        "“abc”不是条目编号。2月12日这期共 8 条，例如发送 /digest item 8",
        "要看哪一条？2月12日这期共 8 条，例如发送 /digest item 8",
    ]


async def test_today_before_todays_issue_says_so(world: World) -> None:
    world.write(DAY - timedelta(days=1))
    member = world.sandbox.slack.user()
    async with world.bot("09:00:00"):
        (answer,) = await member.replies(await member.command("/today", channel=world.channel))
        assert answer.text == "今天（2月12日）的还没发布，发布后送到。最近一期：2月11日"
        newest = (await member.replies(await member.press(answer, "打开")))[-1]
    assert newest.text.startswith("推理日报｜2026-02-11")


async def test_send_all_goes_to_the_readers_own_conversation(world: World) -> None:
    world.write(items=2)
    member = world.sandbox.slack.user()
    async with world.bot("13:00:00") as bot:
        (answer,) = await member.replies(await member.command("/today", channel=world.channel))
        await member.replies(await member.press(answer, "全部发来"))
        await bot.idle()
    assert len(member.direct.from_bot) == 4
    assert world.channel.from_bot == []


async def test_a_delivered_item_tells_its_address_to_who_asks(world: World) -> None:
    world.write(items=1)
    member = world.sandbox.slack.user()
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        overview, item, _ = world.channel.from_bot
        (answer,) = await member.replies(await member.press(item, "permalink"))
    stamp = item.ts.replace(".", "")
    place = world.channel.id
    assert answer.only_for == member.id
    assert answer.text == (
        f"https://digest-sandbox.slack.com/archives/{place}/p{stamp}?thread_ts={overview.ts}&amp;cid={place}"
    )
    assert item.text.startswith("1. ")


async def test_the_overview_in_the_channel_opens_items_for_who_presses(world: World) -> None:
    world.write(items=3)
    member = world.sandbox.slack.user()
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        overview, *thread = world.channel.from_bot
        (answer,) = await member.replies(await member.press(overview, "2"))
        await member.replies(await member.press(answer, "下一条 ›"))
    assert "缓存分层" in overview.text
    assert {message.thread_ts for message in thread} == {overview.ts}
    assert answer.only_for == member.id
    assert answer.text.startswith("3. 第 3 条")


async def test_a_channel_gets_its_issue_at_its_own_hour(world: World) -> None:
    world.write()
    place = Destination(Platform.SLACK, world.channel.id)
    async with world.bot("07:00:00") as bot:
        await bot.services.conversation.preferring.change(place, SetHour(time(9)))
    async with world.bot("08:00:00") as bot:

        async def planned() -> bool:
            return bool(await bot.services.ledger.reports(DeliveryFilter(issue_key=str(DAY))))

        await eventually(planned)
        (report,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=str(DAY)))
        assert report.due_at.astimezone(SHANGHAI).time() == time(9)
        assert world.channel.from_bot == []
    async with world.bot("09:00:01") as bot:
        await bot.idle()
    assert len(world.channel.from_bot) == 4


@pytest.mark.parametrize("change", [SetWeekdays(frozenset({1})), Pause(MIDNIGHT, MIDNIGHT + timedelta(days=2))])
async def test_a_channel_gets_nothing_on_other_days_and_while_it_pauses(world: World, change: Change) -> None:
    world.write()
    place = Destination(Platform.SLACK, world.channel.id)
    async with world.bot("07:00:00") as bot:
        await bot.services.conversation.preferring.change(place, change)
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
    assert world.channel.from_bot == []


async def test_a_source_button_is_acknowledged(world: World) -> None:
    world.write(items=1)
    member = world.sandbox.slack.user()
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        item = next(message for message in world.channel.from_bot if message.text.startswith("1. "))
        pressed = await member.press(item, "news.example")
        assert pressed.ack_seconds is not None


async def test_when_the_bot_is_not_in_the_channel_the_ledger_says_what_to_type(world: World) -> None:
    world.write()
    world.sandbox.slack.remove_bot(world.channel)
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        (report,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=str(DAY)))
        assert report.state is DeliveryState.GONE
        assert "/invite @" in (report.reason or "")
        (fixed,) = await bot.services.subscriptions.active_fixed()
        assert fixed.destination == report.destination, "tomorrow's issue is not lost by it"
