"""What owners are told without asking: once each, in their language, also over restarts."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest

from tests.scenario.owners import link_of, owner_of
from tests.scenario.world import DAY, World

YESTERDAY = DAY - timedelta(days=1)


def day(number: int) -> date:
    """Return the day of this number, counted from 1, of the days without a post."""
    return DAY + timedelta(days=number - 1)


async def test_a_missing_post_is_told_on_the_first_day_the_third_and_then_weekly(world: World) -> None:
    olga, settings = owner_of(world)
    world.write(YESTERDAY)
    async with world.bot(f"{YESTERDAY} 09:00:00", **settings) as bot:
        await bot.released(str(YESTERDAY))
    told = []
    for number in range(1, 19):
        before = len(olga.messages)
        around = number in {1, 2, 3, 4, 10, 17}
        for hour in ("11:59:59", "12:00:00", "18:00:00") if around else ("12:00:00",):
            async with world.bot(f"{day(number)} {hour}", **settings) as bot:
                await bot.app.look()
                await bot.idle()
        told += [number] * (len(olga.messages) - before)
    assert told == [1, 3, 10, 17]
    assert olga.texts[0] == "⚠️ 2月12日没有等到文章，今天不会再自动发送。文章到了请发 /publish"
    assert olga.texts[1] == "⚠️ 2月14日没有等到文章：已经连续 3 天没有了。"


async def test_after_a_post_the_days_are_counted_anew(world: World) -> None:
    olga, settings = owner_of(world, language="en")
    async with world.bot(f"{YESTERDAY} 09:00:00", **settings):
        pass
    for number in (1, 2, 3):
        if number == 2:
            world.write(day(2))
        async with world.bot(f"{day(number)} 12:00:00", **settings) as bot:
            await bot.app.look()
            await bot.idle()
    assert [text[:27] for text in olga.texts] == ["⚠️ No post came for Feb 12,", "⚠️ No post came for Feb 14,"]


async def test_the_very_first_start_after_the_deadline_is_nothing_to_be_told_about(world: World) -> None:
    olga, settings = owner_of(world)
    world.write()
    async with world.bot("15:00:00", **settings) as bot:
        await bot.app.look()
        await bot.idle()
    assert olga.messages == []


async def test_a_post_that_comes_too_late_is_told_once_to_each_owner_in_their_language(world: World) -> None:
    olga, settings = owner_of(world)
    ann = world.sandbox.telegram.user(language_code="en")
    async with world.bot("09:00:00", **settings) as bot:
        await ann.follow(await link_of(bot))
        await ann.receives(1)
    async with world.bot("12:00:00", **settings) as bot:
        await bot.app.look()
        await bot.idle()
    world.write()
    for hour in ("13:00:00", "14:00:00"):
        async with world.bot(hour, **settings) as bot:
            await bot.app.look()
            await bot.idle()
    assert olga.texts[1:] == [f"⚠️ 《推理日报｜{DAY}》来得太晚，不会自动发送。要发送请用 /publish"]
    assert ann.texts[2:] == [
        f"⚠️ “推理日报｜{DAY}” came when today’s watch was over and is not sent by itself. /publish sends it."
    ]


async def test_deliveries_that_fail_are_told_with_the_most_frequent_reason(world: World) -> None:
    olga, settings = owner_of(world, language="en")
    readers = [await world.subscriber(f"Reader {number}") for number in range(5)]
    world.sandbox.telegram.faults.respond(
        "sendMessage", 400, {"ok": False, "error_code": 400, "description": "Bad Request: no luck"}, chat=readers[2].id
    )
    world.write(items=1)
    async with world.bot("08:00:00", **settings) as bot:
        await bot.released(str(DAY))
        told = await olga.receives(1, within=60)  # deliveries are counted every half minute
        await bot.app.look()
        await bot.idle()
    assert len(olga.messages) == 1
    assert told[0].text.startswith(f"⚠️ “推理日报｜{DAY}” did not reach 1 of 5 places. /admin shows more.\n")
    assert "o luck" in told[0].text


async def test_readers_who_block_the_bot_are_no_failure(world: World) -> None:
    olga, settings = owner_of(world)
    readers = [await world.subscriber(f"Reader {number}") for number in range(3)]
    for reader in readers[:2]:
        reader.chat.blocked = True
    world.write(items=1)
    async with world.bot("08:00:00", **settings) as bot:
        await bot.released(str(DAY))
        await bot.app.look()
        await bot.idle()
    assert olga.messages == []


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_post_that_is_refused_is_told_with_its_reason_once(world: World, language: str) -> None:
    olga, settings = owner_of(world, language=language)
    world.write(settled=True)
    broken = world.write(YESTERDAY)
    broken.write_text("---\ntitle: [\n---\n\nHello\n", "utf-8")
    for _ in range(2):
        async with world.bot("07:00:00", **settings) as bot:
            # a file counts once it has been at rest for five seconds
            await asyncio.wait_for(olga.receives(1, within=15), 20)
            await bot.app.look()
            await bot.idle()
    assert len(olga.messages) == 1
    first, _, told = olga.texts[0].partition("\n\n")
    expected = {"zh": "⚠️ 有 1 篇文章读不了，不会发送：", "en": "⚠️ 1 post cannot be read and is not sent:"}
    assert first == expected[language]
    assert told.startswith(f"{broken.name}:")


async def test_without_owners_nobody_is_told(world: World) -> None:
    lin = await world.subscriber()
    async with world.bot(f"{YESTERDAY} 09:00:00") as bot:
        pass
    async with world.bot("12:00:00") as bot:
        await bot.app.look()
        await bot.idle()
    assert lin.messages == []
