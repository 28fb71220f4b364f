"""The bot as a real process, ended at the worst moments: nothing twice, nothing lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.sandbox.telegram_chats import Chat
from tests import written_posts
from tests.scenario.processes import BotProcess, comes_true, environment, zone_at_noon
from tests.scenario.world import World, eventually

ITEMS = 4
PARTS = ITEMS + 2


@contextmanager
def running(world: World, folder: Path, **more: str) -> Iterator[BotProcess]:
    process = BotProcess(environment(world.sandbox, world.posts, world.database, **more), folder)
    try:
        yield process
    finally:
        process.close()


@pytest.fixture
def chat(world: World) -> Chat:
    _, today = zone_at_noon()
    written_posts.write(world.posts, "today.md", written_posts.digest(today, items=ITEMS))
    return world.sandbox.telegram.channel("Daily", username="daily_ai")


async def has(chat: Chat, count: int) -> None:
    await comes_true(lambda: len(chat.from_bot) >= count)


def headings(chat: Chat) -> list[str]:
    return [message.text.split("\n")[0][:4] for message in chat.from_bot]


async def test_killed_between_two_parts_it_goes_on_where_it_stopped(world: World, chat: Chat, tmp_path: Path) -> None:
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as first:
        await has(chat, 2)
        first.kill()
    sent = len(chat.from_bot)
    assert sent < PARTS
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as second:
        await has(chat, PARTS)
        assert await second.terminate() == 0
    assert headings(chat) == ["推理日报", "1. 第", "2. 第", "3. 第", "4. 第", "今日趋势"]
    assert [message.silent for message in chat.from_bot] == [False] + [True] * (PARTS - 1)


async def test_killed_while_a_part_is_in_flight_that_part_is_unknown_and_not_repeated(
    world: World, chat: Chat, tmp_path: Path
) -> None:
    world.sandbox.telegram.faults.delay("sendMessage", 30, after_accepting=True, times=None)
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as first:
        await has(chat, 1)
        first.kill()
    world.sandbox.telegram.faults.clear()
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as second:
        await has(chat, PARTS)
        assert await second.terminate() == 0
    assert headings(chat) == ["推理日报", "1. 第", "2. 第", "3. 第", "4. 第", "今日趋势"]
    with sqlite3.connect(world.database) as ledger:
        states = [state for (state,) in ledger.execute("SELECT state FROM receipts ORDER BY position")]
    assert states == ["unknown"] + ["sent"] * (PARTS - 1)


async def test_sigterm_in_the_middle_finishes_the_part_and_exits_0(world: World, chat: Chat, tmp_path: Path) -> None:
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as first:
        await has(chat, 2)
        assert await first.terminate(within=25) == 0
    sent = len(chat.from_bot)
    assert sent < PARTS
    with sqlite3.connect(world.database) as ledger:
        assert ledger.execute("SELECT count(*) FROM receipts WHERE state = 'sent'").fetchone() == (sent,)
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as second:
        await has(chat, PARTS)
        assert await second.terminate() == 0
    assert len(chat.from_bot) == PARTS


async def test_a_second_bot_on_the_same_database_is_refused(world: World, chat: Chat, tmp_path: Path) -> None:
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as first:
        await has(chat, 1)
        with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as second:
            assert await second.ended() == 4
        await has(chat, PARTS)
        assert await first.terminate() == 0
    assert len(chat.from_bot) == PARTS
    output = (tmp_path / "output.txt").read_text()
    assert "Traceback" not in output
    assert world.sandbox.telegram.token not in output


async def test_a_wrong_token_ends_it_with_a_clear_message(world: World, tmp_path: Path) -> None:
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_TOKEN="1:wrong") as bot:
        assert await bot.ended() == 3
    output = (tmp_path / "output.txt").read_text()
    assert "DIGESTBOT_TELEGRAM_TOKEN" in output
    assert "@BotFather" in output
    assert "Traceback" not in output


async def test_sigterm_does_not_wait_for_an_answer_that_never_comes(world: World, chat: Chat, tmp_path: Path) -> None:
    world.sandbox.telegram.faults.delay("sendMessage", 60, after_accepting=True, times=None)
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as first:
        await has(chat, 1)
        assert await first.terminate(within=30) == 0
    world.sandbox.telegram.faults.clear()
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as second:
        await has(chat, PARTS)
        assert await second.terminate() == 0
    assert len(chat.from_bot) == PARTS


async def test_sigterm_while_reading_thousands_of_posts_ends_it_at_once(world: World, tmp_path: Path) -> None:
    _, today = zone_at_noon()
    text = written_posts.digest(today, items=8)
    output = tmp_path / "output.txt"

    async def reads() -> bool:
        return "reading posts" in output.read_text()

    for number in range(3000):
        written_posts.write(world.posts, f"{number}.md", f"{text}\n{number}\n")
    with running(world, tmp_path, DIGESTBOT_TELEGRAM_CHATS="@daily_ai") as bot:
        await eventually(reads, 60)
        assert await bot.terminate() == 0
    assert "Traceback" not in output.read_text()
    assert "Next delivery" not in output.read_text(), "which is told once everything is read"
