"""A post that changes after it was sent: what was sent follows it, silently and message by message."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.domain.delivery import DeliveryState
from bot.ports.ledger import DeliveryFilter
from bot.sandbox.telegram_people import Person
from tests import written_posts
from tests.scenario.processes import BotProcess, comes_true, environment, finished, zone_at_noon
from tests.scenario.world import DAY, Bot, World, eventually

KEY = str(DAY)
AT_SEVEN_PAST = "08:07:00"
SOON = 0.2
"""Seconds of quiet, where it is not these that matter."""
NEW_ITEM = """## 9) 插进来的一条

来源：https://inserted.example/1

- **是什么**：后来才知道。

"""


def change(path: Path, *edits: tuple[str, str], settled: bool = True) -> None:
    """Edit the post; a settled one looks as if the edit were a minute old."""
    text = path.read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    before = path.stat().st_mtime
    path.write_text(text, "utf-8")
    if settled:
        os.utime(path, (before + 1, before + 1))


def without_item(path: Path, number: int) -> None:
    head, _, rest = path.read_text("utf-8").partition(f"## {number}) ")
    change(path, (f"## {number}) " + rest[: rest.index("## ")], ""))
    assert head


async def corrected(bot: Bot, *, deliveries: int = 2) -> None:
    """Wait until so many corrections were carried out."""

    async def done() -> bool:
        reports = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY, limit=100))
        ended = [one for one in reports if one.occasion.startswith("correction:") and one.state is DeliveryState.SENT]
        return len(ended) >= deliveries

    await eventually(done)
    await bot.idle()


def edited(reader: Person) -> list[int]:
    """Return which of the reader's messages were edited, by position."""
    return [position for position, message in enumerate(reader.messages) if message.edits]


async def test_a_mended_typo_edits_that_one_message_silently_and_without_a_mark(world: World) -> None:
    path = world.write(items=3)
    reader = await world.subscriber()
    async with world.bot("08:00:00", quiet=SOON) as bot:
        await bot.released(KEY)
        rung = len([message for message in reader.messages if not message.silent])
        change(path, ("第 2 条的内容", "第 2 条的正文"))
        await corrected(bot)
    assert edited(reader) == [2]
    assert "第 2 条的正文" in reader.texts[2]
    assert not any(re.search(r"\d\d:\d\d 更新", text) for text in reader.texts)
    assert len([message for message in reader.messages if not message.silent]) == rung
    changed = [message for message in world.channel.from_bot[1:] if len(message.versions) > 1]
    assert ["第 2 条的正文" in str(message.blocks) for message in changed] == [True]


async def test_the_file_counts_after_five_quiet_seconds(world: World) -> None:
    path = world.write()
    reader = await world.subscriber()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        change(path, ("第 1 条的内容", "第 1 条的半"), settled=False)
        await asyncio.sleep(2)
        change(path, ("第 1 条的半", "第 1 条的正文"), settled=False)
        await corrected(bot)
    (message,) = [message for message in reader.messages if message.edits]
    assert len(message.edits) == 1, "what was saved in between was never shown"
    assert "第 1 条的正文" in message.text


@pytest.mark.parametrize(
    "edit",
    [
        ("第 1 条：缓存", "第 1 条：边缘缓存"),
        ("posts/1\n", "posts/one\n"),
        ("- **为什么重要**：延迟决定体验。\n", "- **为什么重要**：延迟决定体验。\n- **影响**：更多。\n"),
    ],
    ids=["title", "source", "points"],
)
async def test_a_changed_title_source_or_number_of_points_is_marked_with_the_hour(
    world: World, edit: tuple[str, str]
) -> None:
    path = world.write(items=2)
    reader = await world.subscriber()
    async with world.bot(AT_SEVEN_PAST, quiet=SOON) as bot:
        await bot.released(KEY)
        change(path, edit)
        await corrected(bot)
    marked = [position for position, text in enumerate(reader.texts) if "08:07 更新" in text]
    assert marked == [1]
    assert "08:07 更新" in str([message.blocks for message in world.channel.from_bot])


async def test_an_inserted_item_is_sent_last_as_an_addition_and_the_others_stay_untouched(world: World) -> None:
    path = world.write(items=3)
    reader = await world.subscriber()
    async with world.bot("08:00:00", quiet=SOON) as bot:
        await bot.released(KEY)
        count = len(reader.messages)
        change(path, ("## 2) ", NEW_ITEM + "## 2) "))
        await corrected(bot)
    assert len(reader.messages) == count + 1
    added = reader.messages[-1]
    assert added.silent
    assert added.text.startswith("4. 插进来的一条")
    assert "补充" in added.text
    assert edited(reader) in ([], [0]), "only the overview, which lists it, may change"
    assert "插进来的一条" in reader.texts[0]
    addition = world.channel.from_bot[-1]
    assert "补充" in str(addition.blocks)
    assert addition.thread_ts == world.channel.from_bot[0].ts


async def test_a_removed_item_is_deleted_and_the_others_keep_their_numbers(world: World) -> None:
    path = world.write(items=3)
    reader = await world.subscriber()
    async with world.bot("08:00:00", quiet=SOON) as bot:
        await bot.released(KEY)
        in_channel = len(world.channel.from_bot)
        without_item(path, 2)
        await corrected(bot)
    headings = [text.splitlines()[0] for text in reader.texts]
    assert [heading[:7] for heading in headings if heading[:1].isdigit()] == ["1. 第 1 ", "3. 第 3 "]
    assert len([message for message in world.channel.from_bot if not message.deleted]) == in_channel - 1
    assert edited(reader) in ([], [0])


async def test_items_that_change_places_are_recognised_and_not_touched(world: World) -> None:
    path = world.write(items=3)
    reader = await world.subscriber()
    async with world.bot("08:00:00", quiet=SOON) as bot:
        await bot.released(KEY)
        text = path.read_text("utf-8")
        first, second = text.index("## 1) "), text.index("## 2) ")
        third = text.index("## 3) ")
        swapped = text[:first] + text[second:third] + text[first:second] + text[third:]
        change(path, (text[first:third], swapped[first:third]), ("第 3 条的内容", "第 3 条的正文"))
        await corrected(bot)
    assert edited(reader) == [3]


async def test_what_returns_to_what_it_was_shows_that_again(world: World) -> None:
    path = world.write(items=2)
    reader = await world.subscriber()
    before: list[str] = []
    async with world.bot("08:00:00", quiet=SOON) as bot:
        await bot.released(KEY)
        before = list(reader.texts)
        change(path, ("第 1 条的内容", "第 1 条的错"))
        await corrected(bot)
        assert reader.texts != before
        change(path, ("第 1 条的错", "第 1 条的内容"))
        await corrected(bot, deliveries=4)
    assert reader.texts == before


async def test_a_reader_who_left_keeps_what_was_sent(world: World) -> None:
    path = world.write(items=2)
    gone, stays = await world.subscriber("Wu"), await world.subscriber()
    async with world.bot("08:00:00", quiet=SOON) as bot:
        await bot.released(KEY)
        before = list(gone.texts)
        await gone.send("/stop")
        await eventually(_ended(bot))
        change(path, ("第 1 条的内容", "第 1 条的正文"))
        await corrected(bot)
    assert edited(stays) == [1]
    assert gone.texts[: len(before)] == before


def _ended(bot: Bot) -> Callable[[], Awaitable[bool]]:
    async def ended() -> bool:
        return sum((await bot.services.subscriptions.audiences()).values()) == 2  # the channel and who stays

    return ended


async def test_a_correction_while_the_bot_was_down_is_made_up_for(world: World) -> None:
    path = world.write(items=2)
    reader = await world.subscriber()
    async with world.bot("08:00:00", quiet=SOON) as bot:
        await bot.released(KEY)
    change(path, ("第 1 条的内容", "第 1 条的正文"))
    async with world.bot("09:00:00", quiet=SOON) as bot:
        await corrected(bot)
    assert edited(reader) == [1]


class TestKilledHalfway:
    ITEMS = 6

    async def test_it_goes_on_where_it_stopped_with_nothing_twice(self, world: World, tmp_path: Path) -> None:
        _, today = zone_at_noon()
        path = written_posts.write(world.posts, "today.md", written_posts.digest(today, items=self.ITEMS))
        channel = world.sandbox.telegram.channel("Daily", username="daily_ai")
        settings = environment(world.sandbox, world.posts, world.database, DIGESTBOT_TELEGRAM_CHATS="@daily_ai")

        first = BotProcess(settings, tmp_path)
        try:
            await comes_true(lambda: world.database.exists() and len(channel.from_bot) == self.ITEMS + 2)
            await comes_true(lambda: finished(world.database, "daily"))
            linked = len([message for message in channel.from_bot if message.edits])
            assert linked == 1, "the overview leads to its items"
            path.write_text(
                path.read_text("utf-8").replace("的内容", "的正文").replace("## 2) ", NEW_ITEM + "## 2) "), "utf-8"
            )
            await comes_true(lambda: sum("的正文" in message.text for message in channel.from_bot) >= 2)
            first.kill()
        finally:
            first.close()
        assert sum("的正文" in message.text for message in channel.from_bot) < self.ITEMS
        second = BotProcess(settings, tmp_path)
        try:
            await comes_true(lambda: finished(world.database, "correction"))
            assert await second.terminate() == 0
        finally:
            second.close()
        assert sum("的正文" in message.text for message in channel.from_bot) == self.ITEMS
        assert sum(message.text.startswith("7. 插进来的一条") for message in channel.from_bot) == 1
        assert len(channel.from_bot) == self.ITEMS + 3
