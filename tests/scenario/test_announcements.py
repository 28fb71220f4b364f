"""A word to everybody: drafted, confirmed, and delivered once to each, also over a kill."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

from bot.sandbox.telegram_people import Person
from tests.scenario.owners import owner_of
from tests.scenario.processes import BotProcess, environment
from tests.scenario.world import World, eventually

WORD = "周一起换新地址：https://example.com/new\n\n谢谢 @everyone，/help"


async def test_it_is_shown_confirmed_and_sent_once_to_each_as_it_is(world: World) -> None:
    olga, settings = owner_of(world)
    lin, ann = await world.subscriber("Lin"), await world.subscriber("Ann", language="en")
    async with world.bot("09:00:00", **settings | {"slack_bot_token": world.sandbox.slack.bot_token,
                         "slack_app_token": world.sandbox.slack.app_token}) as bot:  # fmt: skip
        await olga.ask(f"/announce {WORD}")
        shown, asked = await olga.receives(2)
        assert shown.text == WORD
        assert asked.text == "上面这条消息会原样发给 3 个订阅者。发送吗？"
        await (await olga.press(asked, "发给所有人")).answered()
        assert (asked.text, asked.buttons) == ("通知正在发给 3 个订阅者。", [])
        await bot.idle()
    assert lin.texts == ann.texts == [WORD]
    assert [message.text for message in world.channel.from_bot] == [WORD.replace("&", "&amp;")]
    (rich,) = [block for message in world.channel.from_bot for block in message.blocks or []]
    assert {"type": "link", "url": "https://example.com/new"} in rich["elements"][0]["elements"]


async def test_a_button_pressed_twice_sends_once_and_says_so(world: World) -> None:
    olga, settings = owner_of(world, language="en")
    lin = await world.subscriber()
    async with world.bot("09:00:00", **settings) as bot:
        asked = await _asked(olga, "Hello")
        send, cancel = asked.button("Send to all"), asked.button("Cancel")
        presses = [world.sandbox.telegram.press(olga.account, asked, send["callback_data"]) for _ in range(3)]
        await asyncio.gather(*(press.answered() for press in presses))
        await bot.idle()
        late = world.sandbox.telegram.press(olga.account, asked, cancel["callback_data"])
        await late.answered()
        assert asked.text == "The announcement was sent before; nobody gets it twice."
    assert lin.texts == ["Hello"]


async def test_a_draft_that_is_dropped_reaches_nobody_however_often_it_is_pressed(world: World) -> None:
    olga, settings = owner_of(world, language="en")
    lin = await world.subscriber()
    async with world.bot("09:00:00", **settings) as bot:
        asked = await _asked(olga, "Hello")
        send = asked.button("Send to all")["callback_data"]
        await (await olga.press(asked, "Cancel")).answered()
        assert asked.text == "The announcement was dropped; nobody got it."
        await world.sandbox.telegram.press(olga.account, asked, send).answered()
        assert asked.text == "The announcement was dropped before; nobody got it."
        await bot.idle()
    assert lin.messages == []


async def test_a_draft_of_yesterday_is_too_old(world: World) -> None:
    olga, settings = owner_of(world, language="en")
    lin = await world.subscriber()
    async with world.bot("09:00:00", **settings):
        asked = await _asked(olga, "Hello")
    async with world.bot("2026-02-13 09:10:00", **settings) as bot:
        await (await olga.press(asked, "Send to all")).answered()
        assert asked.text == "This draft is too old to be sent. Write it anew: /announce"
        await bot.idle()
    assert lin.messages == []


async def test_without_a_text_there_is_nothing_to_announce(world: World) -> None:
    olga, settings = owner_of(world)
    async with world.bot("09:00:00", **settings):
        assert (await olga.ask("/announce")).text.startswith("要通知什么？")
        assert (await olga.ask(f"/announce@{world.sandbox.telegram.bot.username}   ")).text.startswith("要通知什么？")


async def test_who_joined_later_or_left_before_their_turn_does_not_get_it(world: World) -> None:
    olga, settings = owner_of(world, language="en")
    readers = [await world.subscriber(f"Reader {number}") for number in range(3)]
    leaving, late = await world.subscriber("Leaving"), world.sandbox.telegram.user(name="Late")
    world.sandbox.telegram.faults.throttle("sendMessage", 2, chat=leaving.id)
    async with world.bot("09:00:00", **settings) as bot:
        asked = await _asked(olga, "Hello")
        await (await olga.press(asked, "Send to all")).answered()
        await leaving.send("/stop")
        await late.ask("/start")
        await bot.idle()
    assert [reader.texts for reader in readers] == [["Hello"]] * 3
    assert "Hello" not in [*leaving.texts, *late.texts]


async def test_who_pauses_is_neither_counted_nor_told(world: World) -> None:
    olga, settings = owner_of(world, language="en")
    lin, away = await world.subscriber("Lin"), await world.subscriber("Away")
    async with world.bot("09:00:00", **settings) as bot:
        paused = await away.ask("/pause 3d")
        asked = await _asked(olga, "Hello")
        assert asked.text == "The message above goes to 1 subscriber, just as it is. Send it?"
        await (await olga.press(asked, "Send to all")).answered()
        assert asked.text == "The announcement is on its way to 1 subscriber."
        await bot.idle()
    assert (lin.texts, away.messages) == (["Hello"], [paused])


async def test_killed_halfway_everybody_gets_it_and_nobody_twice(world: World, tmp_path: Path) -> None:
    olga, settings = owner_of(world)
    readers = [await world.subscriber(f"Reader {number}") for number in range(40)]
    async with world.bot("09:00:00", **settings):
        asked = await _asked(olga, "Hello")
    variables = environment(
        world.sandbox, world.posts, world.database, DIGESTBOT_OWNERS=str(olga.id), DIGESTBOT_TELEGRAM_CHATS=""
    )
    world.sandbox.telegram.faults.delay("sendMessage", 0.2, times=None)

    async def some() -> bool:
        return sum(bool(reader.messages) for reader in readers) >= 5

    async def everybody() -> bool:
        return not _pending(world.database)

    first = BotProcess(variables, tmp_path)
    try:
        # drafts are of 2026, the process is of now: its age is judged by the bot's own clock
        _make_young(world.database)
        await olga.press(asked, "发给所有人")
        await eventually(some, within=40)
        first.kill()
    finally:
        first.close()
    reached = sum(bool(reader.messages) for reader in readers)
    assert reached < len(readers)
    second = BotProcess(variables, tmp_path)
    try:
        await eventually(everybody, within=60)
        assert await second.terminate() == 0
    finally:
        second.close()
    counts = [len(reader.messages) for reader in readers]
    assert max(counts) == 1
    with sqlite3.connect(world.database) as ledger:
        unknown = ledger.execute("SELECT count(*) FROM receipts WHERE state = 'unknown'").fetchone()[0]
        known = ledger.execute("SELECT count(*) FROM receipts WHERE state = 'sent'").fetchone()[0]
    assert counts.count(0) <= unknown
    assert known + unknown == len(readers)
    assert unknown <= 32


async def test_confirmed_by_a_process_that_dies_at_once_it_is_sent_by_the_next(world: World) -> None:
    olga, settings = owner_of(world, language="en")
    lin = await world.subscriber()
    async with world.bot("09:00:00", **settings):
        asked = await _asked(olga, "Hello")
        key = asked.button("Send to all")["callback_data"].rpartition(":")[2]
    with sqlite3.connect(world.database) as database:  # as far as that process came
        database.execute(
            "UPDATE announcements SET state = 'confirmed', decided_at = made_at + 1000000 WHERE key = ?", (key,)
        )
    async with world.bot("09:00:10", **settings) as bot:
        await lin.receives(1)
        await bot.idle()
        await world.sandbox.telegram.press(olga.account, asked, f"1:!a:{key}").answered()
        await bot.idle()
    assert lin.texts == ["Hello"]


async def _asked(owner: Person, text: str) -> Any:
    before = len(owner.messages)
    await owner.send(f"/announce {text}")
    return (await owner.receives(before + 2))[-1]


def _pending(database: Path) -> int:
    with sqlite3.connect(database) as ledger:
        confirmed = ledger.execute("SELECT count(*) FROM announcements WHERE state = 'confirmed'").fetchone()[0]
        waiting = ledger.execute("SELECT count(*) FROM deliveries WHERE state IN ('pending', 'leased')").fetchone()[0]
    return int(confirmed + waiting)


def _make_young(database: Path) -> None:
    with sqlite3.connect(database) as ledger:
        ledger.execute("UPDATE announcements SET made_at = ?", (int(time.time() * 1_000_000),))
