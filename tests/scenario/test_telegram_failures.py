"""Answers that Telegram does not take, and what readers are told: never silence, never a traceback."""

from __future__ import annotations

import re
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.destination import Destination, Platform
from bot.sandbox.telegram_chats import Standing
from tests.scenario.owners import ALONE
from tests.scenario.settings_steps import ended
from tests.scenario.world import World

APOLOGIES = {
    "zh": r"抱歉，这里出了点问题。如果一直这样，请把这个编号告诉我们：([0-9a-f]{8})",
    "en": r"Sorry, something went wrong here. If it goes on, tell us this number: ([0-9a-f]{8})",
}
LATER = "现在暂时读不到内容，请过一分钟再试。"
BAD: dict[str, Any] = {"ok": False, "error_code": 400, "description": "Bad Request: message is too long"}
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_unexpected_error_is_one_apology_whose_reference_the_log_has(world: World, language: str) -> None:
    world.write()
    reader = world.sandbox.telegram.user(language_code=language)
    with capture_logs() as logs:
        async with world.bot("10:00:00", **ALONE):
            menu = await reader.ask("/today")
            world.sandbox.telegram.faults.respond("sendMessage", 400, BAD)
            said = re.fullmatch(APOLOGIES[language], (await reader.ask("/today")).text)
            world.sandbox.telegram.faults.respond("editMessageText", 400, BAD)
            press = await (await reader.press(menu, "1")).answered()
            shown = re.fullmatch(APOLOGIES[language], press.text)
    assert said is not None
    assert shown is not None
    assert press.alert
    told = {line["reference"]: line["exc_info"] for line in logs if "reference" in line}
    assert {said[1], shown[1]} == set(told)
    assert {str(error) for error in told.values()} == {"Message is too long"}
    assert len(reader.messages) == 2


@pytest.mark.parametrize("status", [500, 503])
async def test_a_page_that_could_not_be_turned_asks_for_patience(world: World, status: int) -> None:
    world.write()
    reader = await world.subscriber()
    async with world.bot("10:00:00", **ALONE):
        page, menu = await reader.ask("/today"), await reader.ask("/settings")
        for message, button in ((page, "1"), (menu, "时间")):
            world.sandbox.telegram.faults.respond("editMessageText", status)
            press = await (await reader.press(message, button)).answered()
            assert (press.text, press.alert) == (LATER, True)


async def test_a_page_that_telegram_holds_back_tells_how_long(world: World) -> None:
    world.write()
    reader = world.sandbox.telegram.user()
    async with world.bot("10:00:00", **ALONE):
        page = await reader.ask("/today")
        world.sandbox.telegram.faults.throttle("editMessageText", 7)
        press = await (await reader.press(page, "1")).answered()
    assert (press.text, press.alert) == ("一下子太多了，请等 7 秒。", True)


async def test_a_press_that_waited_too_long_turns_the_page_and_troubles_nobody(world: World) -> None:
    world.write()
    reader = world.sandbox.telegram.user()
    with capture_logs() as logs:
        async with world.bot("10:00:00", **ALONE):
            page = await reader.ask("/today")
            too_old = {"ok": False, "error_code": 400, "description": TOO_OLD}
            world.sandbox.telegram.faults.respond("answerCallbackQuery", 400, too_old)
            await reader.press(page, "1")
            assert (await reader.ask("/help")).text.startswith("命令：")
    assert page.text.startswith("1. 第 1 条")
    assert [line for line in logs if line["log_level"] in {"warning", "error"}] == []


@pytest.mark.parametrize("pressed", ["1", "🔖 收藏", "⋯"])
async def test_a_button_of_a_message_that_is_no_more_still_works(world: World, pressed: str) -> None:
    """Telegram tells nothing of a deleted message but its number."""
    world.write()
    telegram = world.sandbox.telegram
    reader = telegram.user()
    async with world.bot("10:00:00", **ALONE):
        page = await reader.ask("/today" if pressed == "1" else "/item 1")
        page.deleted = True
        press = await (await reader.press(page, pressed)).answered()
        assert "抱歉" not in press.text
        if pressed == "1":
            assert reader.texts == [(await reader.ask("/item 1")).text]


async def test_a_menu_in_a_topic_that_is_no_more_says_so(world: World) -> None:
    """Which topic it was about nobody knows any more."""
    telegram = world.sandbox.telegram
    admin = telegram.user()
    forum = telegram.supergroup(topics={7: "AI"}, admins=[admin])
    async with world.bot("10:00:00", **ALONE) as bot:
        await admin.ask("/start", chat=forum, topic=7)
        menu = await admin.ask("/settings", chat=forum, topic=7)
        menu.deleted = True
        press = await (await admin.press(menu, "响铃：开")).answered()
        assert press.text == "这个菜单已经过期。发送 /settings 打开新的。"
        topic = await bot.services.subscriptions.find(Destination(Platform.TELEGRAM, str(forum.id), "7"))
        assert topic is not None
        assert not topic.preferences.silent


@pytest.mark.parametrize(
    ("language", "warning", "join"),
    [
        ("zh", "请在“Daily”里允许我发布消息，否则什么也送不到。", "订阅"),
        ("en", "Allow me to post messages in Daily, or nothing can come there.", "Subscribe"),
    ],
)
async def test_a_channel_that_does_not_let_the_bot_post_is_told_of_and_the_private_chat_stays(
    world: World, language: str, warning: str, join: str
) -> None:
    telegram = world.sandbox.telegram
    owner = await world.subscriber(language=language)
    owner.account.language_code = language
    channel = telegram.channel("Daily", admins=[owner], standing=Standing.LEFT)
    channel.may_post = False
    world.write()
    async with world.bot("08:00:00", **ALONE) as bot:
        await bot.released("2026-02-12")
        before = len(owner.messages)
        telegram.stand(channel, Standing.ADMINISTRATOR, by=owner)
        menu = (await owner.receives(before + 1))[-1]
        assert menu.text.endswith(warning)
        press = await (await owner.press(menu, join)).answered()
        assert (press.text, press.alert) == (warning, True)
        assert await bot.services.conversation.subscribing.is_active(Destination(Platform.TELEGRAM, str(owner.id)))
    assert channel.from_bot == []


async def test_a_reader_who_blocks_the_bot_while_it_answers_is_subscribed_no_more(world: World) -> None:
    reader = await world.subscriber()
    async with world.bot("10:00:00", **ALONE) as bot:
        blocked = {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
        world.sandbox.telegram.faults.respond("sendMessage", 403, blocked)  # the news of it is still on its way
        await reader.send("/help")
        assert await ended(bot, reader.chat)
