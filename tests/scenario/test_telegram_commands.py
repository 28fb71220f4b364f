"""What a reader types or presses in Telegram, and what comes back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests import written_posts
from tests.scenario.world import DAY, World

YESTERDAY = DAY - timedelta(days=1)


async def test_start_subscribes_and_says_what_comes_when_and_how_loudly(world: World) -> None:
    world.write(YESTERDAY)
    reader = world.sandbox.telegram.user()
    async with world.bot("07:00:00") as bot:
        answer = await reader.ask("/start")
        assert "08:00" in answer.text
        assert "响铃" in answer.text
        assert f"推理日报｜{YESTERDAY}" in answer.text
        world.write()
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
    assert len(reader.messages) == 1 + 4


async def test_start_twice_subscribes_once(world: World) -> None:
    reader = world.sandbox.telegram.user()
    async with world.bot("07:00:00") as bot:
        await reader.ask("/start")
        assert "已经订阅" in (await reader.ask("/start")).text
        assert sum((await bot.services.subscriptions.audiences()).values()) == 2  # the reader and the channel


async def test_who_joins_after_the_delivery_gets_the_overview_as_that_days_delivery(world: World) -> None:
    world.write(items=2)
    reader = world.sandbox.telegram.user()
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        welcome = await reader.ask("/start")
        assert "已订阅" in welcome.text
        assert f"推理日报｜{DAY}" in welcome.text
        item = await reader.press(welcome, "2")
        await item.answered()
        await reader.ask("/stop")
        assert "推理日报" in (await reader.ask("/start")).text, "as whoever joins"
        await bot.idle()
    opened = reader.texts[1]
    assert opened.startswith("2. 第 2 条")
    assert welcome.edits == [], "what counts as delivered stays as it was"


async def test_stop_ends_the_subscription(world: World) -> None:
    reader = await world.subscriber()
    world.write()
    async with world.bot("07:59:50"):
        assert "退订" in (await reader.ask("/stop")).text
        assert "还没有订阅" in (await reader.ask("/stop")).text
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
    assert len(reader.messages) == 2


async def test_today_is_one_message_whose_buttons_turn_its_page(world: World) -> None:
    world.write(items=3)
    reader = world.sandbox.telegram.user()
    async with world.bot("10:00:00"):
        answer = await reader.ask("/today")
        assert "1. 第 1 条" in answer.text
        assert "缓存分层" in answer.text
        for button, start in (
            ("2", "2. 第 2 条"),
            ("下一条 ›", "3. 第 3 条"),
            ("‹ 上一条", "2. 第 2 条"),
            ("目录", "推理日报"),
        ):
            await (await reader.press(answer, button)).answered()
            assert answer.text.startswith(start)
    assert reader.messages == [answer]


async def test_today_can_send_all_of_it_once(world: World) -> None:
    world.write(items=2)
    reader = world.sandbox.telegram.user()
    async with world.bot("10:00:00") as bot:
        answer = await reader.ask("/today")
        assert (await (await reader.press(answer, "全部发来")).answered()).text == "马上送到。"
        await bot.idle()
        assert (await (await reader.press(answer, "全部发来")).answered()).text == "已经发过了。"
        await bot.idle()
    assert len(reader.messages) == 1 + 4
    assert [message.silent for message in reader.messages[1:]] == [False, True, True, True]


async def test_today_before_todays_issue_says_when_it_comes_and_offers_the_newest(world: World) -> None:
    world.write(YESTERDAY)
    reader = await world.subscriber()
    async with world.bot("09:00:00"):
        answer = await reader.ask("/today")
        assert answer.text == "今天（2月12日）的还没发布，发布后送到。最近一期：2月11日"
        await (await reader.press(answer, "打开")).answered()
        await reader.receives(2)
    assert reader.texts[1].startswith(f"推理日报｜{YESTERDAY}")


async def test_without_any_issue_today_says_so(world: World) -> None:
    reader = world.sandbox.telegram.user()
    async with world.bot("09:00:00"):
        assert (await reader.ask("/today")).text == "今天（2月12日）的还没发布，晚些再来看看。"
        assert (await reader.ask("/item 3")).text == "还没有发布过任何一期。"


async def test_item_shows_the_item_with_its_source_and_pages(world: World) -> None:
    world.write(items=8)
    reader = world.sandbox.telegram.user()
    async with world.bot("10:00:00"):
        answer = await reader.ask("/item 3")
        assert answer.text.startswith("3. 第 3 条")
        assert answer.button("forum.example")["url"] == "https://forum.example/posts/3"
        await (await reader.press(answer, "下一条 ›")).answered()
        assert answer.text.startswith("4. 第 4 条")
    assert len(reader.messages) == 1


@pytest.mark.parametrize(
    ("asked", "language", "sentence"),
    [
        ("/item 99", "zh-hans", "2月12日这期有 8 条，没有第 99 条。试试 /item 8"),
        ("/item 0", "zh-hans", "2月12日这期有 8 条，没有第 0 条。试试 /item 1"),
        ("/item abc", "zh-hans", "“abc”不是条目编号。2月12日这期共 8 条，例如发送 /item 8"),
        ("/item", "zh-hans", "要看哪一条？2月12日这期共 8 条，例如发送 /item 8"),
        ("/item 99", "en", "The Feb 12 issue has 8 items; there is no item 99. Try /item 8"),
        ("/item 9999999999", "en", "The Feb 12 issue has 8 items; there is no item 9999999999. Try /item 8"),
        ("/nonsense", "en", "There is no such command. Send /help for the list."),
        ("hello", "en", "I only understand commands. Send /today for the newest issue, /help for the list."),
    ],
)  # fmt: skip
async def test_each_slip_has_its_own_helpful_sentence(world: World, asked: str, language: str, sentence: str) -> None:
    world.write(items=8)
    reader = world.sandbox.telegram.user(language_code=language)
    async with world.bot("10:00:00"):
        assert (await reader.ask(asked)).text == sentence


async def test_an_essay_has_no_items_and_no_trends_and_says_so(world: World) -> None:
    written_posts.write(world.posts, "essay.md", written_posts.essay(DAY))
    reader = world.sandbox.telegram.user()
    async with world.bot("10:00:00"):
        assert "没有编号条目" in (await reader.ask("/item 1")).text
        assert "没有趋势" in (await reader.ask("/trends")).text
        assert "为什么要慢下来" in (await reader.ask("/today")).text


async def test_trends_answers_with_trends_and_watch_list(world: World) -> None:
    world.write()
    reader = world.sandbox.telegram.user()
    async with world.bot("10:00:00"):
        answer = await reader.ask("/trends")
    assert "缓存分层" in answer.text
    assert "命中率" in answer.text


async def test_a_button_of_an_issue_that_is_no_more_says_so(world: World) -> None:
    path = world.write()
    reader = world.sandbox.telegram.user()
    async with world.bot("10:00:00"):
        answer = await reader.ask("/today")
    path.unlink()
    async with world.bot("10:00:00"):
        press = await (await reader.press(answer, "1")).answered()
        assert press.text == "这个按钮已经过期。发送 /today 查看最新一期。"
        assert press.alert


async def test_the_menu_is_registered_in_both_languages(world: World) -> None:
    async with world.bot("10:00:00"):
        commands = world.sandbox.telegram.commands
    menus = {
        (json.loads(scope)["type"], language): [command["command"] for command in menu]
        for (scope, language), menu in commands.items()
    }
    assert set(menus) == {
        (scope, language)
        for scope in ("default", "all_group_chats", "all_chat_administrators")
        for language in ("", "zh", "en")
    }
    for language in ("", "zh", "en"):
        assert menus["default", language] == ["today", "item", "trends", "search", "settings", "stop", "help"]
        assert sorted(menus["all_group_chats", language]) == ["help", "item", "search", "today", "trends"]
        assert {"start", "stop", "settings"} < set(menus["all_chat_administrators", language])


async def test_in_groups_only_admins_subscribe_and_the_topic_is_remembered(world: World) -> None:
    world.write()
    telegram = world.sandbox.telegram
    admin, member = telegram.user(name="Admin"), telegram.user(name="Member")
    forum = telegram.supergroup("Readers", topics={7: "AI"}, people=[member], admins=[admin])
    async with world.bot("07:00:00"):
        assert "管理员" in (await member.ask("/start", chat=forum, topic=7)).text
        assert "已订阅" in (await admin.ask("/start", chat=forum, topic=7)).text
        assert "管理员" in (await member.ask("/stop", chat=forum, topic=7)).text
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
    assert [message.topic for message in forum.from_bot] == [7] * (3 + 4)


async def test_in_groups_today_has_no_buttons_that_act(world: World) -> None:
    world.write()
    telegram = world.sandbox.telegram
    member = telegram.user()
    group = telegram.group(people=[member])
    async with world.bot("10:00:00"):
        answer = await member.ask("/today", chat=group)
        assert answer.buttons == []
        assert "/item 3" in answer.text
        item = await member.ask("/item 1", chat=group)
        assert ["url" in button for button in item.buttons] == [True]


async def test_commands_for_other_bots_are_not_answered(world: World) -> None:
    world.write()
    telegram = world.sandbox.telegram
    member = telegram.user()
    group = telegram.group(people=[member], admins=[member])
    async with world.bot("10:00:00"):
        await member.send("/today@another_bot", chat=group)
        answer = await member.ask(f"/trends@{telegram.bot.username}", chat=group)
    assert group.from_bot == [answer]


async def test_fixed_chats_of_the_settings_get_the_issue_and_topics_are_kept(world: World) -> None:
    world.write()
    telegram = world.sandbox.telegram
    channel = telegram.channel("Daily", username="daily_ai")
    forum = telegram.supergroup("Readers", topics={45: "AI"})
    async with world.bot("08:00:00", telegram_chats=f"@daily_ai,{forum.id}/45") as bot:
        await bot.released(str(DAY))
    assert len(channel.from_bot) == 4
    assert [message.topic for message in forum.from_bot] == [45] * 4
