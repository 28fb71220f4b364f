"""Settings in Telegram, by tapping and by typing: private chats, groups, topics and channels, in both languages."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.domain.subscription import EVERY_DAY, Preferences
from bot.sandbox.telegram_chats import Chat, Standing
from bot.sandbox.telegram_people import Person
from formatters.views import Style
from tests.scenario.owners import ALONE
from tests.scenario.settings_steps import ended, preferences, tap
from tests.scenario.world import DAY, World

YESTERDAY = DAY - timedelta(days=1)


class TestAPrivateMenu:
    async def test_shows_the_release_in_the_zone_of_the_digest_until_one_is_chosen(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE):
            menu = await reader.ask("/settings")
            assert "发布即送（上海 (UTC+8) 08:00 发布）" in menu.text
            assert "时区：未选择" in menu.text
            await tap(reader, menu, "时区", "奥克兰")
            assert "发布于你的 13:00" in menu.text
            assert "时区：奥克兰 (UTC+13)" in menu.text
            assert "下一期：2月13日周五 13:00。" in menu.text
        assert reader.messages == [menu], "it was edited in place"

    async def test_changes_everything_by_tapping(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE) as bot:
            menu = await reader.ask("/settings")
            await tap(reader, menu, "时间", "07:00", "星期", "✓ 周六", "✓ 周日", "‹ 返回", "形式", "一条可展开的消息")
            await tap(reader, menu, "响铃：开", "预览：关", "时区", "柏林")
            assert await preferences(bot, reader.id) == Preferences(
                "zh",
                Style.COMPACT,
                (await preferences(bot, reader.id)).place,
                hour=time(7),
                zone="Europe/Berlin",
                weekdays=frozenset({1, 2, 3, 4, 5}),
                silent=True,
                previews=True,
            )
            assert "送达：你的 07:00（发布于你的 01:00）" in menu.text
            assert "星期：周一至周五" in menu.text
            await tap(reader, menu, "完成")
            assert menu.buttons == []
            assert "形式：一条可展开的消息" in menu.text

    async def test_finds_an_offset_and_goes_back_to_the_digests_own(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE) as bot:
            menu = await reader.ask("/settings")
            await tap(reader, menu, "时区", "按时差选", "+5:30")
            assert "UTC+5:30" in menu.text
            await tap(reader, menu, "时区", "按时差选", "\u22123")
            assert (await preferences(bot, reader.id)).zone == "Etc/GMT+3"
            await tap(reader, menu, "时区", "按时差选", "‹ 返回", "与日报相同")
            assert (await preferences(bot, reader.id)).zone is None

    async def test_speaks_the_language_that_is_chosen_from_then_on(self, world: World) -> None:
        reader = await world.subscriber(language="zh")
        async with world.bot("09:00:00", **ALONE):
            menu = await reader.ask("/settings")
            assert "语言：中文 (跟随你的应用)" in menu.text
            await tap(reader, menu, "语言", "English")
            assert menu.text.startswith("Settings\n")
            assert (await reader.ask("/nonsense")).text.startswith("There is no such command.")
            assert (await reader.ask("/item")).text == "Nothing has been published yet."
            await tap(reader, menu, "Language", "as in your app")
            assert menu.text.startswith("设置\n")
            assert (await reader.ask("/nonsense")).text.startswith("没有这个命令")

    async def test_that_is_chosen_is_spoken_in_inline_answers_and_in_a_channels_menu(self, world: World) -> None:
        telegram = world.sandbox.telegram
        reader = await world.subscriber(language="zh")
        channel = telegram.channel("Daily", admins=[reader], standing=Standing.LEFT)
        async with world.bot("09:00:00", **ALONE):
            await tap(reader, await reader.ask("/settings"), "语言", "English")
            offered = await reader.look_up("nothing at all")
            assert offered.button is not None
            assert offered.button["text"] == "Nothing found. Open the chat with me"
            telegram.stand(channel, Standing.ADMINISTRATOR, by=reader)
            (_, menu) = await reader.receives(2)
            assert menu.text == "Daily does not get the digest."

    async def test_is_english_for_english_readers(self, world: World) -> None:
        reader = await world.subscriber(language="en")
        reader.account.language_code = "en-GB"
        async with world.bot("09:00:00", **ALONE):
            menu = await reader.ask("/settings")
            await tap(
                reader,
                menu,
                "Time zone",
                "New York",
                "Days",
                "Monday to Friday",
                "‹ Return",
                "Form",
                "all in one message",
            )
        assert "Time zone: New York (UTC\u22125)" in menu.text
        assert "Delivery: as soon as it is out (published at your 19:00)" in menu.text
        assert "Days: Monday to Friday" in menu.text
        assert "The next issue: Thu, Feb 12, 19:00." in menu.text

    async def test_keeps_one_weekday(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE) as bot:
            menu = await reader.ask("/settings")
            await tap(reader, menu, "星期", *(f"✓ 周{day}" for day in "一二三四五六"))
            press = await (await reader.press(menu, "✓ 周日")).answered()
            assert (press.text, press.alert) == ("至少要留一天。想停一阵子，请用 /pause。", True)
            await tap(reader, menu, "每天")
            assert (await preferences(bot, reader.id)).weekdays == EVERY_DAY

    async def test_that_was_pressed_twice_at_once_does_it_once(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE) as bot:
            menu = await reader.ask("/settings")
            presses = [await reader.press(menu, "响铃：开") for _ in range(3)]
            for press in presses:
                await press.answered()
            assert (await preferences(bot, reader.id)).silent

    async def test_offers_to_subscribe_who_is_not(self, world: World) -> None:
        reader = world.sandbox.telegram.user()
        async with world.bot("09:00:00", **ALONE) as bot:
            menu = await reader.ask("/settings")
            assert menu.text == "这里还没有订阅。"
            await tap(reader, menu, "订阅")
            assert menu.text.startswith("设置\n")
            assert "已订阅" in (await reader.receives(2))[1].text
            await reader.ask("/stop")
            again = await reader.ask("/settings")
            assert "尚未订阅，不会自动送达。" in again.text
            await tap(reader, again, "订阅")
            assert (await preferences(bot, reader.id)).style is Style.ITEMS

    async def test_of_another_version_says_so(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE):
            menu = await reader.ask("/settings")
            for data in ("0:c:main", "9:c::p:main", "1:c::p:cellar"):
                press = await world.sandbox.telegram.press(reader.account, menu, data).answered()
                assert (press.text, press.alert) == ("这个菜单已经过期。发送 /settings 打开新的。", True)

    async def test_that_was_deleted_comes_anew(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE):
            menu = await reader.ask("/settings")
            menu.deleted = True
            await tap(reader, menu, "时区")
            (again,) = await reader.receives(1)
            assert again.text.startswith("你在哪里？")


class TestByTyping:
    @pytest.mark.parametrize(
        ("language", "said", "told"),
        [
            ("zh", "/timezone 慕尼黑", "时区：柏林 (UTC+1)"),
            ("zh", "/timezone +5:30", "时区：加尔各答 (UTC+5:30)"),
            ("zh", "/timezone 东八区", "时区：UTC+8"),
            ("zh", "/timezone 纳尼亚", "不认识“纳尼亚”这个地方。请发送附近的大城市，或时差，例如 /timezone +5:30"),
            ("zh", "/timezone", "你在哪里？"),
            ("zh", "/time 7:30", "上海 (UTC+8) 07:30（08:00 发布）"),
            ("zh", "/time 七点", "几点？例如发送 /time 7:30"),
            ("zh", "/time", "几点送？"),
            ("zh", "/pause 永远", "暂停多久？例如发送 /pause 3天"),
            ("zh", "/pause", "暂停多久？错过的"),
            ("en", "/timezone San Francisco", "Time zone: Los Angeles (UTC\u22128)"),
            ("en", "/timezone Narnia", "I know no place “Narnia”."),
            ("en", "/time 7pm", "at 19:00, Shanghai (UTC+8) (published at 08:00)"),
            ("en", "/time soon", "At what time?"),
            ("en", "/pause forever", "For how long? Send, for example, /pause 3d"),
        ],
    )
    async def test_each_has_its_answer(self, world: World, language: str, said: str, told: str) -> None:
        reader = await world.subscriber(language=language)
        reader.account.language_code = language
        async with world.bot("09:00:00", **ALONE):
            assert told in (await reader.ask(said)).text

    @pytest.mark.parametrize("said", ["/timezone Berlin", "/time 7:30", "/pause 3d", "/resume"])
    async def test_who_never_subscribed_is_told_to(self, world: World, said: str) -> None:
        reader = world.sandbox.telegram.user()
        async with world.bot("09:00:00", **ALONE):
            assert (await reader.ask(said)).text == "这里还没有订阅，请先发送 /start。"


class TestAGroupsMenu:
    @pytest.fixture
    def admin(self, world: World) -> Person:
        return world.sandbox.telegram.user(name="Admin", language_code="en")

    @pytest.fixture
    def member(self, world: World) -> Person:
        return world.sandbox.telegram.user(name="Member")

    @pytest.fixture(params=["group", "supergroup", "topic"])
    def place(self, request: pytest.FixtureRequest, world: World, admin: Person, member: Person) -> tuple[Chat, int]:
        """A chat of each kind, and the topic in it."""
        telegram = world.sandbox.telegram
        match request.param:
            case "group":
                return telegram.group(people=[member], admins=[admin]), 0
            case "supergroup":
                return telegram.supergroup(people=[member], admins=[admin]), 0
            case _:
                return telegram.supergroup(topics={7: "AI", 8: "Off"}, people=[member], admins=[admin]), 7

    async def test_is_for_admins_and_speaks_the_digests_language(
        self, world: World, admin: Person, member: Person, place: tuple[Chat, int]
    ) -> None:
        chat, topic = place
        async with world.bot("09:00:00", **ALONE) as bot:
            await admin.ask("/start", chat=chat, topic=topic or None)
            for command in ("/settings", "/time 7", "/timezone Berlin", "/pause 3d", "/resume", "/forget"):
                answer = await member.ask(command, chat=chat, topic=topic or None)
                assert answer.text == "这里只有管理员可以更改设置。"
            menu = await admin.ask("/settings", chat=chat, topic=topic or None)
            assert "语言：中文 (与日报相同)" in menu.text
            press = await (await member.press(menu, "响铃：开")).answered()
            assert (press.text, press.alert) == ("这里只有管理员可以更改设置。", True)
            assert not (await preferences(bot, chat.id, topic)).silent
            await tap(admin, menu, "响铃：开", "语言", "English")
            assert menu.text.startswith("Settings")
            assert (await preferences(bot, chat.id, topic)).silent
            assert (await member.ask("/help", chat=chat, topic=topic or None)).text.startswith("Commands:")
        assert {message.topic for message in chat.from_bot} == {topic or None}

    async def test_that_an_admin_no_more_presses_says_so(
        self, world: World, admin: Person, member: Person, place: tuple[Chat, int]
    ) -> None:
        chat, topic = place
        async with world.bot("09:00:00", **ALONE):
            await admin.ask("/start", chat=chat, topic=topic or None)
            menu = await admin.ask("/settings", chat=chat, topic=topic or None)
            world.sandbox.telegram.join(chat, admin)
            press = await (await admin.press(menu, "完成")).answered()
        assert press.text == "这里只有管理员可以更改设置。"

    async def test_of_an_english_digest_is_english_whoever_asks(self, world: World, member: Person) -> None:
        boss = world.sandbox.telegram.user(name="Boss", language_code="zh-hans")
        group = world.sandbox.telegram.group(people=[member], admins=[boss])
        async with world.bot("09:00:00", language="en", **ALONE):
            await boss.ask("/start", chat=group)
            menu = await boss.ask("/settings", chat=group)
            assert "Language: English (as the digest)" in menu.text
            press = await (await member.press(menu, "Done")).answered()
            assert press.text == "Only admins can change the settings here."
            assert (await boss.ask("/pause 3d", chat=group)).text.startswith("Paused until Sun, Feb 15, 09:00.")

    async def test_settings_of_one_topic_are_its_own(self, world: World, admin: Person) -> None:
        forum = world.sandbox.telegram.supergroup(topics={7: "AI", 8: "Off"}, admins=[admin])
        async with world.bot("09:00:00", **ALONE) as bot:
            for topic in (7, 8):
                await admin.ask("/start", chat=forum, topic=topic)
            await admin.ask("/time 7", chat=forum, topic=8)
            assert (await preferences(bot, forum.id, 7)).hour is None
            assert (await preferences(bot, forum.id, 8)).hour == time(7)

    async def test_moves_along_when_the_group_becomes_a_supergroup(self, world: World, admin: Person) -> None:
        group = world.sandbox.telegram.group("Readers", admins=[admin])
        world.write(YESTERDAY)
        async with world.bot("07:00:00", **ALONE) as bot:
            await admin.ask("/start", chat=group)
            await tap(admin, await admin.ask("/settings", chat=group), "语言", "English")
            supergroup = world.sandbox.telegram.upgrade(group)
            assert await ended(bot, group)
            assert (await preferences(bot, supergroup.id)).language == "en"
            menu = await admin.ask("/settings", chat=supergroup)
            assert menu.text.startswith("Settings")
        world.write()
        async with world.bot("08:00:00", **ALONE) as bot:
            await bot.released(str(DAY))
        assert len(supergroup.from_bot) == 2


async def test_a_group_is_greeted_when_the_bot_comes(world: World) -> None:
    telegram = world.sandbox.telegram
    admin = telegram.user(name="Admin")
    group = telegram.group(admins=[admin])
    group.standing = Standing.LEFT
    async with world.bot("09:00:00", **ALONE):
        telegram.stand(group, Standing.MEMBER, by=admin)
        (greeting,) = await admin.receives(1, chat=group)
    assert "管理员发送 /start" in greeting.text


async def test_commands_for_other_bots_change_nothing(world: World) -> None:
    telegram = world.sandbox.telegram
    admin = telegram.user(name="Admin")
    group = telegram.group(admins=[admin])
    async with world.bot("09:00:00", **ALONE) as bot:
        await admin.ask("/start", chat=group)
        await admin.send("/time@other_bot 7", chat=group)
        await admin.ask("/settings@digest_sandbox_bot", chat=group)
        assert (await preferences(bot, group.id)).hour is None
    assert len(group.from_bot) == 2
