"""The day's issue reaches both platforms: on time, late, after a pause, and never when it should not."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.delivery import DeliveryState, PartState
from bot.ports.ledger import DeliveryFilter
from tests import written_posts
from tests.scenario.world import DAY, World

KEY = str(DAY)
PARTS = 4  # overview, two items, closing


async def test_at_eight_the_issue_reaches_the_subscriber_and_the_channel_in_order(world: World) -> None:
    world.write(items=2)
    reader = await world.subscriber()
    async with world.bot("07:59:58") as bot:
        assert reader.messages == []
        await bot.released(KEY)
    assert [text.splitlines()[0] for text in reader.texts] == [
        f"推理日报｜{DAY}",
        "1. 第 1 条：缓存把首字延迟降到 10 毫秒",
        "2. 第 2 条：缓存把首字延迟降到 20 毫秒",
        "今日趋势总结",
    ]
    overview, *replies = world.channel.from_bot
    assert overview.thread_ts is None or not overview.is_reply
    assert [reply.thread_ts for reply in replies] == [overview.ts] * (PARTS - 1)


async def test_only_the_first_message_rings(world: World) -> None:
    world.write(items=8)
    reader = await world.subscriber()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
    assert [message.silent for message in reader.messages] == [False] + [True] * 9


async def test_nothing_goes_out_before_the_hour(world: World) -> None:
    world.write()
    reader = await world.subscriber()
    async with world.bot("07:30:00") as bot:
        await asyncio.sleep(2.5)
        assert await bot.services.ledger.released_at(KEY) is None
    assert reader.messages == []


async def test_a_late_post_is_delivered_once_it_has_come_to_rest(world: World) -> None:
    reader = await world.subscriber()
    async with world.bot("09:15:00") as bot:
        world.write(settled=False)
        await asyncio.sleep(2)
        assert reader.messages == []
        await bot.released(KEY)
    assert len(reader.messages) == PARTS


async def test_a_post_of_yesterday_is_never_sent_as_todays(world: World) -> None:
    world.write(DAY - timedelta(days=1))
    reader = await world.subscriber()
    async with world.bot("08:00:00") as bot:
        await asyncio.sleep(2)
        await bot.idle()
    assert reader.messages == []
    assert world.channel.from_bot == []


@pytest.mark.parametrize("content", [{"draft": True}, {"day": DAY + timedelta(days=1)}])
async def test_drafts_and_posts_of_the_future_stay_at_home(world: World, content: dict[str, Any]) -> None:
    world.write(**content)
    async with world.bot("08:00:00") as bot:
        await asyncio.sleep(1.5)
        assert await bot.services.ledger.unfinished() == 0
    assert world.channel.from_bot == []


async def test_a_bot_that_was_down_at_eight_catches_up_on_the_same_day(world: World) -> None:
    reader = await world.subscriber()
    async with world.bot("2026-02-11 18:00:00"):
        pass
    world.write()
    async with world.bot("15:00:00") as bot:
        await bot.released(KEY)
    assert len(reader.messages) == PARTS


async def test_a_bot_that_was_down_all_day_does_not_send_it_the_next_day(world: World) -> None:
    reader = await world.subscriber()
    async with world.bot("2026-02-11 18:00:00"):
        pass
    world.write()
    async with world.bot("2026-02-13 08:00:00") as bot:
        await asyncio.sleep(1.5)
        assert await bot.services.ledger.released_at(KEY) is None
    assert reader.messages == []


async def test_a_first_start_before_the_deadline_serves_the_channel_of_the_settings(world: World) -> None:
    world.write()
    async with world.bot("11:59:50") as bot:
        await bot.released(KEY)
    assert len(world.channel.from_bot) == PARTS


async def test_a_first_start_after_the_deadline_sends_nothing(world: World) -> None:
    world.write()
    async with world.bot("12:00:01") as bot:
        await asyncio.sleep(1.5)
        assert await bot.services.ledger.released_at(KEY) is None
    async with world.bot("13:00:00") as bot:
        await asyncio.sleep(1.5)
        assert await bot.services.ledger.released_at(KEY) is None
    assert world.channel.from_bot == []


async def test_after_the_deadline_a_new_post_waits_for_the_operator(world: World) -> None:
    reader = await world.subscriber()
    async with world.bot("11:59:58") as bot:
        await asyncio.sleep(3)
        world.write()
        await asyncio.sleep(6.5)
        assert await bot.services.ledger.released_at(KEY) is None
    assert reader.messages == []


async def test_two_posts_of_one_day_are_two_issues_the_digest_first(world: World) -> None:
    reader = await world.subscriber()
    written_posts.write(world.posts, "a-essay.md", written_posts.essay(DAY))
    world.write()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        await bot.released("a-essay")
    titles = [text.splitlines()[0] for text in reader.texts]
    assert titles[0] == f"推理日报｜{DAY}"
    assert any("为什么要慢下来" in title for title in titles)
    assert [message.silent for message in reader.messages].count(False) == 2


async def test_a_post_in_a_subfolder_counts_and_other_files_do_not(world: World) -> None:
    world.write(name="2026/02/daily.md")
    (world.posts / "notes.txt").write_text("no post")
    async with world.bot("08:00:00") as bot:
        await bot.released("2026/02/daily")
    assert len(world.channel.from_bot) == PARTS


async def test_a_renamed_post_is_not_sent_again(world: World) -> None:
    path = world.write()
    reader = await world.subscriber()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        path.rename(world.posts / "renamed.md")
        await asyncio.sleep(7)
        await bot.idle()
    assert len(reader.messages) == PARTS


async def test_a_broken_post_is_refused_and_the_bot_goes_on(world: World) -> None:
    reader = await world.subscriber()
    written_posts.write(world.posts, "broken.md", "---\ntitle: a: b: c\n---\n\ntext\n")
    world.write()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
    assert len(reader.messages) == PARTS


async def test_every_outcome_is_in_the_ledger(world: World) -> None:
    world.write()
    await world.subscriber()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        reports = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
    assert [report.state for report in reports] == [DeliveryState.SENT] * 2
    assert [report.count(PartState.SENT) for report in reports] == [PARTS] * 2
    assert all(one.message_id for report in reports for one in report.receipts)


async def test_the_next_day_brings_the_next_issue(world: World) -> None:
    reader = await world.subscriber()
    world.write()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
    following = DAY + timedelta(days=1)
    assert following == date(2026, 2, 13)
    world.write(following, items=1)
    async with world.bot(f"{following} 07:59:58") as bot:
        await bot.released(str(following))
    assert len(reader.messages) == PARTS + 3
