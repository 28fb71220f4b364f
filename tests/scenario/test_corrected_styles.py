"""A post that changes after it was sent in other forms than one message per item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.app import opened_database
from bot.domain.destination import Destination, Platform
from bot.domain.person import Person as Reader
from bot.domain.subscription import Place, Preferences
from bot.sandbox.slack_workspace import Channel, SlackMessage
from bot.sandbox.telegram_chats import Chat, Message
from bot.sandbox.telegram_people import Person
from bot.storage.subscriptions import SqlSubscriptions
from formatters.views import Style
from tests.scenario.test_corrections import AT_SEVEN_PAST, KEY, NEW_ITEM, SOON, change, corrected, without_item
from tests.scenario.test_styles import links
from tests.scenario.world import SHANGHAI, Bot, World, eventually

LONG_AGO = datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)
TYPO = ("第 2 条的内容", "第 2 条的正文")
TITLE = ("第 1 条：缓存", "第 1 条：边缘缓存")
INSERTION = ("## 2) ", NEW_ITEM + "## 2) ")
HEADLINES = ["1. 第 1 条", "2. 第 2 条", "3. 第 3 条"]


@dataclass(frozen=True, slots=True)
class Readers:
    """Everybody who gets today's issue, by the form in which they do."""

    compact: Person
    rich: Person
    group: Chat
    thread: Channel
    messages: Channel
    overview: Channel
    post: Path


@pytest.fixture
async def readers(world: World) -> Readers:
    compact, rich = [await world.subscriber(name) for name in ("Compact", "Rich")]
    group = world.sandbox.telegram.group()
    messages, overview = [world.sandbox.slack.channel(name) for name in ("messages", "overview")]
    for channel in (messages, overview):
        await world.sandbox.slack.invite(channel)
    async with opened_database(world.settings()) as database:
        subscriptions = SqlSubscriptions(database)
        for place, preferences in (
            (Destination(Platform.TELEGRAM, str(compact.id)), Preferences("zh", Style.COMPACT, Place.PRIVATE)),
            (Destination(Platform.TELEGRAM, str(rich.id)), Preferences("zh", Style.RICH, Place.PRIVATE, previews=True)),
            (Destination(Platform.TELEGRAM, str(group.id)), Preferences("zh", Style.HEADLINES, Place.GROUP)),
            (Destination(Platform.SLACK, messages.id), Preferences("zh", Style.ITEMS, Place.CHANNEL)),
            (Destination(Platform.SLACK, overview.id), Preferences("zh", Style.COMPACT, Place.CHANNEL)),
        ):
            await subscriptions.subscribe(place, language="zh", now=LONG_AGO)
            await subscriptions.prefer(place, preferences)
    return Readers(compact, rich, group, world.channel, messages, overview, world.write(items=3))


def headlines(message: Message | SlackMessage) -> list[str]:
    """Return the beginnings of a message's numbered lines, without its trends."""
    return [line.partition("：")[0] for line in message.text.splitlines() if line[:1].isdigit() and "条" in line]


def touched(channel: Channel, *, linked: bool = True) -> list[int]:
    """Return which messages of a channel a correction changed, by position; an overview was edited once before."""
    before = {0: int(linked)}
    messages = enumerate(channel.from_bot)
    return [number for number, message in messages if message.deleted or len(message.edits) > before.get(number, 0)]


def details(message: Message) -> list[str]:
    assert message.rich is not None
    return [str(block["summary"]) for block in message.rich if block["type"] == "details"]


async def test_a_mended_typo_changes_only_what_shows_the_text(world: World, readers: Readers) -> None:
    member = world.sandbox.slack.user()
    async with world.bot(AT_SEVEN_PAST, quiet=SOON) as bot:
        await bot.released(KEY)
        change(readers.post, TYPO)
        await corrected(bot, deliveries=3)
        (rich,), (compact,), (overview,) = readers.rich.messages, readers.compact.messages, readers.overview.from_bot
        assert len(rich.edits) == 1
        assert len(details(rich)) == 3
        assert "第 2 条的正文" in rich.text
        assert "08:07 更新" not in rich.text
        assert touched(readers.thread) == touched(readers.messages) == [2]
        assert [message.edits for message in (compact, readers.group.from_bot[0], overview)] == [[], [], []]
        await (await readers.compact.press(compact, "2")).answered()
        assert "第 2 条的正文" in compact.text
        (answer,) = await member.replies(await member.press(overview, "2"))
        assert "第 2 条的正文" in answer.text
    (edit,) = [call for call in world.sandbox.telegram.calls.of("editMessageText") if "rich_message" in call.parameters]
    assert "link_preview_options" not in edit.parameters


async def test_a_changed_title_is_marked_where_the_item_is_and_folds_up_what_stood_open(
    world: World, readers: Readers
) -> None:
    async with world.bot(AT_SEVEN_PAST, quiet=SOON) as bot:
        await bot.released(KEY)
        (compact,) = readers.compact.messages
        await (await readers.compact.press(compact, "1")).answered()
        assert compact.text.startswith("1. 第 1 条：缓存")
        change(readers.post, TITLE)
        await corrected(bot, deliveries=6)
        folded = compact.text
        assert "1. 第 1 条：边缘缓存" in folded
        assert headlines(compact) == HEADLINES
        await (await readers.compact.press(compact, "1")).answered()
        assert compact.text.startswith("1. 第 1 条：边缘缓存")
        await (await readers.compact.press(compact, "目录")).answered()
        assert compact.text == folded
    (rich,), (group,), (overview,) = readers.rich.messages, readers.group.from_bot, readers.overview.from_bot
    assert rich.text.count("08:07 更新") == 1
    assert "边缘缓存" in details(rich)[0]
    for message in (group, overview):
        assert len(message.edits) == 1
        assert "1. 第 1 条：边缘缓存" in message.text
    for channel in (readers.thread, readers.messages):
        assert touched(channel) == [0, 1]
        assert "08:07 更新" in channel.from_bot[1].text


async def test_an_inserted_item_stands_in_its_place_where_the_issue_is_one_message(
    world: World, readers: Readers
) -> None:
    member = world.sandbox.slack.user()
    expected = ["1. 第 1 条", "2. 插进来的一条", "3. 第 2 条", "4. 第 3 条"]
    async with world.bot(AT_SEVEN_PAST, quiet=SOON) as bot:
        await bot.released(KEY)
        change(readers.post, INSERTION)
        await corrected(bot, deliveries=6)
        (rich,), (compact,), (overview,) = readers.rich.messages, readers.compact.messages, readers.overview.from_bot
        assert headlines(compact) == headlines(readers.group.from_bot[0]) == headlines(overview) == expected
        assert ["插进来的一条" in title for title in details(rich)] == [False, True, False, False]
        assert "补充" in rich.text
        await (await readers.compact.press(compact, "2")).answered()
        assert compact.text.startswith("2. 插进来的一条")
        await readers.compact.follow(links(readers.group.from_bot[0])[2])
        await eventually(_says(readers.compact, "3. 第 2 条"))
        (answer,) = await member.replies(await member.press(overview, "3"))
        assert answer.text.startswith("3. 第 2 条")


async def test_an_inserted_item_comes_last_where_items_are_messages_and_is_what_its_button_opens(
    world: World, readers: Readers
) -> None:
    member = world.sandbox.slack.user()
    async with world.bot(AT_SEVEN_PAST, quiet=SOON) as bot:
        await bot.released(KEY)
        change(readers.post, INSERTION)
        await corrected(bot, deliveries=6)
        for channel in (readers.thread, readers.messages):
            assert touched(channel) == [0]
            assert headlines(channel.from_bot[0]) == [*HEADLINES, "4. 插进来的一条"]
            assert "补充" in channel.from_bot[-1].text
        assert readers.thread.from_bot[-1].thread_ts == readers.thread.from_bot[0].ts
        assert readers.messages.from_bot[-1].thread_ts is None
        for label, title in (("2", "第 2 条"), ("4", "插进来的一条")):
            (answer,) = await member.replies(await member.press(readers.thread.from_bot[0], label))
            assert title in answer.text.splitlines()[0]
        for position, now in ((2, 3), (-1, 2)):
            await member.react(readers.thread.from_bot[position], "bookmark")
            await eventually(_kept(bot, member.id, now))


async def test_a_removed_item_is_gone_from_every_form(world: World, readers: Readers) -> None:
    left = [HEADLINES[0], HEADLINES[2]]
    async with world.bot(AT_SEVEN_PAST, quiet=SOON) as bot:
        await bot.released(KEY)
        without_item(readers.post, 2)
        await corrected(bot, deliveries=6)
    (rich,), (compact,) = readers.rich.messages, readers.compact.messages
    (group,), (overview,) = readers.group.from_bot, readers.overview.from_bot
    assert headlines(compact) == headlines(group) == headlines(overview) == left
    assert len(details(rich)) == 2
    assert "第 2 条" not in rich.text
    for channel in (readers.thread, readers.messages):
        assert headlines(channel.from_bot[0]) == left
        assert [headlines(message)[0] for message in channel.from_bot[1:3]] == left


def _says(reader: Person, beginning: str) -> Any:
    async def says() -> bool:
        return any(text.startswith(beginning) for text in reader.texts)

    return says


def _kept(bot: Bot, member: str, number: int) -> Any:
    async def kept() -> bool:
        names = await bot.services.keepsakes.saved(Reader(Platform.SLACK, member), offset=0, limit=9)
        return number in [name.number for name in names]

    return kept
