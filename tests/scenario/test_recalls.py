"""An issue that is taken back: deleted where that is possible, else replaced by a notice, and sent to nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.domain.delivery import DeliveryState
from bot.domain.destination import Destination, Platform
from bot.domain.issues import KnownIssue
from bot.ports.ledger import DeliveryFilter
from tests import written_posts
from tests.scenario.processes import BotProcess, comes_true, environment, finished, zone_at_noon
from tests.scenario.world import DAY, Bot, World, eventually

KEY = str(DAY)
NOTICE = "这条内容已撤回。"


async def the_issue(bot: Bot) -> KnownIssue:
    [known] = await bot.services.library.of_day(DAY)
    return known


async def taken_back(bot: Bot) -> None:
    """Wait until every recall was carried out."""
    bot.services.drain.wake()

    async def done() -> bool:
        reports = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY, limit=100))
        recalls = [one for one in reports if one.occasion.startswith("recall:")]
        return bool(recalls) and all(one.state is DeliveryState.SENT for one in recalls)

    await eventually(done)


async def test_a_recalled_issue_is_deleted_on_both_platforms(world: World) -> None:
    world.write(items=3)
    reader = await world.subscriber()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        assert len(reader.messages) == 5
        assert await bot.services.corrector.recall(KEY) == (2, 0)
        await taken_back(bot)
    assert reader.messages == []
    assert [message for message in world.channel.from_bot if not message.deleted] == []


async def test_after_48_hours_telegram_shows_a_notice_instead(world: World) -> None:
    world.write(items=2)
    reader = await world.subscriber()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
    before = len(reader.messages)
    async with world.bot("2026-02-15 08:00:00") as bot:
        await bot.services.corrector.recall(KEY)
        await taken_back(bot)
    assert reader.texts == [NOTICE] * before
    assert all(not message.buttons for message in reader.messages)
    assert [message for message in world.channel.from_bot if not message.deleted] == []


async def test_where_slack_forbids_to_delete_a_notice_stands_instead(world: World) -> None:
    world.write(items=2)
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        world.sandbox.slack.faults.respond(
            "chat.delete", 200, {"ok": False, "error": "cant_delete_message"}, times=None
        )
        await bot.services.corrector.recall(KEY)
        await taken_back(bot)
    left = [message for message in world.channel.from_bot if not message.deleted]
    assert len(left) == 4
    assert all(NOTICE in str(message.blocks or message.text) for message in left)


async def test_nothing_of_a_recalled_issue_goes_out_any_more(world: World) -> None:
    world.write(items=2)
    reader = await world.subscriber()
    async with world.bot("07:00:00") as bot:
        known = await the_issue(bot)
        await bot.services.publisher.publish(known)
        await bot.services.corrector.recall(KEY)
        await bot.idle()
        await bot.services.publisher.publish(known)
        await bot.idle()
    assert reader.messages == []
    assert world.channel.from_bot == []


async def test_recalling_in_the_middle_stops_the_rest_and_takes_back_what_arrived(world: World) -> None:
    world.write(items=8)
    reader = await world.subscriber()
    async with world.bot("08:00:00", pace=4.0) as bot:

        async def begun() -> bool:
            return len(reader.messages) >= 3

        await eventually(begun)
        await bot.services.corrector.recall(KEY)
        await taken_back(bot)
        await bot.idle()
    assert reader.messages == []
    assert [message for message in world.channel.from_bot if not message.deleted] == []
    assert len(reader.chat.log) < 10, "the rest was never sent"


async def test_what_a_reader_asked_for_is_taken_back_too_and_recalling_twice_is_the_same_as_once(world: World) -> None:
    world.write(items=2)
    reader = await world.subscriber()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        known = await the_issue(bot)
        place = Destination(Platform.TELEGRAM, str(reader.id))
        await bot.services.publisher.send_to(known, place, language="zh", occasion="request:77")
        bot.services.drain.wake()
        await bot.idle()
        assert len(reader.messages) == 8
        await bot.services.corrector.recall(KEY)
        await taken_back(bot)
        await bot.services.corrector.recall(KEY)
        await taken_back(bot)
    assert reader.messages == []
    deletions = [call.parameters["message_id"] for call in world.sandbox.telegram.calls.of("deleteMessage")]
    assert len(deletions) == len(set(deletions)) == 8


async def test_killed_halfway_the_rest_is_taken_back_after_the_restart(world: World, tmp_path: Path) -> None:
    _, today = zone_at_noon()
    written_posts.write(world.posts, "today.md", written_posts.digest(today, items=6))
    channel = world.sandbox.telegram.channel("Daily", username="daily_ai")
    settings = environment(world.sandbox, world.posts, world.database, DIGESTBOT_TELEGRAM_CHATS="@daily_ai")

    first = BotProcess(settings, tmp_path)
    try:
        await comes_true(lambda: world.database.exists() and len(channel.from_bot) == 8)
        await comes_true(lambda: finished(world.database, "daily"))
        assert await asyncio.to_thread(recalled_by_command, settings, tmp_path) == 0
        await comes_true(lambda: len(channel.from_bot) <= 6)
        first.kill()
    finally:
        first.close()
    left = len(channel.from_bot)
    assert left > 0
    second = BotProcess(settings, tmp_path)
    try:
        await comes_true(lambda: finished(world.database, "recall"))
        assert await second.terminate() == 0
    finally:
        second.close()
    assert channel.from_bot == []


def recalled_by_command(settings: dict[str, str], folder: Path) -> int:
    """Run `digestbot recall` beside the running bot; return its exit code."""
    import subprocess
    import sys

    from tests.conftest import PROJECT

    command = [sys.executable, "-m", "bot", "recall", "today", "--yes"]
    done = subprocess.run(
        command, env=settings | {"PYTHONPATH": str(PROJECT)}, cwd=folder, timeout=90, check=False, capture_output=True
    )
    return done.returncode
