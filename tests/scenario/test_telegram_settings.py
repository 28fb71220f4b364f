"""Settings in Telegram, by tapping and by typing: private chats, groups, topics and channels, in both languages."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.domain.destination import Destination, Platform
from bot.domain.subscription import EVERY_DAY, Preferences
from bot.sandbox.telegram_chats import Chat, Message, Standing
from bot.sandbox.telegram_people import Person
from formatters.views import Style
from tests.scenario.test_styles import NO_SLACK
from tests.scenario.world import DAY, Bot, World, eventually

YESTERDAY = DAY - timedelta(days=1)


async def preferences(bot: Bot, chat: int, topic: int | None = None) -> Preferences:
    destination = Destination(Platform.TELEGRAM, str(chat), str(topic) if topic else "")
    subscription = await bot.services.subscriptions.find(destination)
    assert subscription is not None
    return subscription.preferences


async def ended(bot: Bot, chat: Chat) -> bool:
    """Return whether the chat's subscription ends, as updates are handled side by side."""

    async def has_ended() -> bool:
        return not await bot.services.conversation.subscribing.is_active(Destination(Platform.TELEGRAM, str(chat.id)))

    await eventually(has_ended)
    return True


async def tap(person: Person, message: Message, *labels: str) -> None:
    """Press buttons of one menu, one after the other; each is answered without a word."""
    for label in labels:
        press = await (await person.press(message, label)).answered()
        assert (press.text, press.alert) == ("", False), label


class TestAPrivateMenu:
    async def test_shows_the_release_in_the_zone_of_the_digest_until_one_is_chosen(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **NO_SLACK):
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
        async with world.bot("09:00:00", **NO_SLACK) as bot:
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
        async with world.bot("09:00:00", **NO_SLACK) as bot:
            menu = await reader.ask("/settings")
            await tap(reader, menu, "时区", "按时差选", "+5:30")
            assert "UTC+5:30" in menu.text
            await tap(reader, menu, "时区", "按时差选", "\u22123")
            assert (await preferences(bot, reader.id)).zone == "Etc/GMT+3"
            await tap(reader, menu, "时区", "按时差选", "‹ 返回", "与日报相同")
            assert (await preferences(bot, reader.id)).zone is None

    async def test_speaks_the_language_that_is_chosen_from_then_on(self, world: World) -> None:
        reader = await world.subscriber(language="zh")
        async with world.bot("09:00:00", **NO_SLACK):
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
        async with world.bot("09:00:00", **NO_SLACK):
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
        async with world.bot("09:00:00", **NO_SLACK):
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
        async with world.bot("09:00:00", **NO_SLACK) as bot:
            menu = await reader.ask("/settings")
            await tap(reader, menu, "星期", *(f"✓ 周{day}" for day in "一二三四五六"))
            press = await (await reader.press(menu, "✓ 周日")).answered()
            assert (press.text, press.alert) == ("至少要留一天。想停一阵子，请用 /pause。", True)
            await tap(reader, menu, "每天")
            assert (await preferences(bot, reader.id)).weekdays == EVERY_DAY

    async def test_that_was_pressed_twice_at_once_does_it_once(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **NO_SLACK) as bot:
            menu = await reader.ask("/settings")
            presses = [await reader.press(menu, "响铃：开") for _ in range(3)]
            for press in presses:
                await press.answered()
            assert (await preferences(bot, reader.id)).silent

    async def test_offers_to_subscribe_who_is_not(self, world: World) -> None:
        reader = world.sandbox.telegram.user()
        async with world.bot("09:00:00", **NO_SLACK) as bot:
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
        async with world.bot("09:00:00", **NO_SLACK):
            menu = await reader.ask("/settings")
            for data in ("0:c:main", "9:c::p:main", "1:c::p:cellar"):
                press = await world.sandbox.telegram.press(reader.account, menu, data).answered()
                assert (press.text, press.alert) == ("这个菜单已经过期。发送 /settings 打开新的。", True)

    async def test_that_was_deleted_comes_anew(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **NO_SLACK):
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
        async with world.bot("09:00:00", **NO_SLACK):
            assert told in (await reader.ask(said)).text

    @pytest.mark.parametrize("said", ["/timezone Berlin", "/time 7:30", "/pause 3d", "/resume"])
    async def test_who_never_subscribed_is_told_to(self, world: World, said: str) -> None:
        reader = world.sandbox.telegram.user()
        async with world.bot("09:00:00", **NO_SLACK):
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
        async with world.bot("09:00:00", **NO_SLACK) as bot:
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
        async with world.bot("09:00:00", **NO_SLACK):
            await admin.ask("/start", chat=chat, topic=topic or None)
            menu = await admin.ask("/settings", chat=chat, topic=topic or None)
            world.sandbox.telegram.join(chat, admin)
            press = await (await admin.press(menu, "完成")).answered()
        assert press.text == "这里只有管理员可以更改设置。"

    async def test_of_an_english_digest_is_english_whoever_asks(self, world: World, member: Person) -> None:
        boss = world.sandbox.telegram.user(name="Boss", language_code="zh-hans")
        group = world.sandbox.telegram.group(people=[member], admins=[boss])
        async with world.bot("09:00:00", language="en", **NO_SLACK):
            await boss.ask("/start", chat=group)
            menu = await boss.ask("/settings", chat=group)
            assert "Language: English (as the digest)" in menu.text
            press = await (await member.press(menu, "Done")).answered()
            assert press.text == "Only admins can change the settings here."
            assert (await boss.ask("/pause 3d", chat=group)).text.startswith("Paused until Sun, Feb 15, 09:00.")

    async def test_settings_of_one_topic_are_its_own(self, world: World, admin: Person) -> None:
        forum = world.sandbox.telegram.supergroup(topics={7: "AI", 8: "Off"}, admins=[admin])
        async with world.bot("09:00:00", **NO_SLACK) as bot:
            for topic in (7, 8):
                await admin.ask("/start", chat=forum, topic=topic)
            await admin.ask("/time 7", chat=forum, topic=8)
            assert (await preferences(bot, forum.id, 7)).hour is None
            assert (await preferences(bot, forum.id, 8)).hour == time(7)

    async def test_moves_along_when_the_group_becomes_a_supergroup(self, world: World, admin: Person) -> None:
        group = world.sandbox.telegram.group("Readers", admins=[admin])
        world.write(YESTERDAY)
        async with world.bot("07:00:00", **NO_SLACK) as bot:
            await admin.ask("/start", chat=group)
            await tap(admin, await admin.ask("/settings", chat=group), "语言", "English")
            supergroup = world.sandbox.telegram.upgrade(group)
            assert await ended(bot, group)
            assert (await preferences(bot, supergroup.id)).language == "en"
            menu = await admin.ask("/settings", chat=supergroup)
            assert menu.text.startswith("Settings")
        world.write()
        async with world.bot("08:00:00", **NO_SLACK) as bot:
            await bot.released(str(DAY))
        assert len(supergroup.from_bot) == 2


class TestAChannel:
    @pytest.fixture
    def owner(self, world: World) -> Person:
        return world.sandbox.telegram.user(name="Owner")

    async def test_is_offered_to_who_makes_the_bot_its_admin(self, world: World, owner: Person) -> None:
        telegram = world.sandbox.telegram
        channel = telegram.channel("每日 AI", admins=[owner], standing=Standing.LEFT)
        world.write(items=2)
        async with world.bot("08:00:00", **NO_SLACK) as bot:
            await bot.released(str(DAY))
            telegram.stand(channel, Standing.ADMINISTRATOR, by=owner)
            (menu,) = await owner.receives(1)
            assert menu.text == "“每日 AI”还没有订阅日报。"
            await tap(owner, menu, "订阅")
            assert menu.text.startswith("“每日 AI”的设置\n")
            assert [message.text.splitlines()[0] for message in channel.from_bot] == [f"推理日报｜{DAY}"]
            await tap(owner, menu, "形式", "整期一条消息", "响铃：开", "语言", "English")
            assert menu.text.startswith("“每日 AI”的设置\n"), "the menu speaks the owner's language"
            chosen = await preferences(bot, channel.id)
            assert (chosen.style, chosen.silent, chosen.language) == (Style.RICH, True, "en")
            assert owner.messages == [menu]

    async def test_is_configured_by_its_name(self, world: World, owner: Person) -> None:
        channel = world.sandbox.telegram.channel("Daily", username="daily_ai", admins=[owner])
        async with world.bot("09:00:00", **NO_SLACK) as bot:
            menu = await owner.ask("/settings @daily_ai")
            await tap(owner, menu, "订阅")
            assert "送达：上海 (UTC+8) 07:30（08:00 发布）" in (await owner.ask("/time @daily_ai 7:30")).text
            assert "柏林" in (await owner.ask(f"/timezone {channel.id} 柏林")).text
            assert (await owner.ask("/pause @daily_ai 3d")).text.startswith("已暂停到2月15日周日 02:00。")
            await tap(owner, menu, "退订")
            assert "尚未订阅" in menu.text
            assert (await preferences(bot, channel.id)).hour == time(7, 30)
            assert await ended(bot, channel)

    async def test_gets_its_issue(self, world: World, owner: Person) -> None:
        channel = world.sandbox.telegram.channel("Daily", username="daily_ai", admins=[owner])
        world.write(YESTERDAY)
        async with world.bot("07:00:00", **NO_SLACK):
            await tap(owner, await owner.ask("/settings @daily_ai"), "订阅")
        world.write(items=2)
        async with world.bot("08:00:00", **NO_SLACK) as bot:
            await bot.released(str(DAY))
        assert len(channel.from_bot) == 4

    async def test_speaks_english_to_an_english_owner(self, world: World) -> None:
        owner = world.sandbox.telegram.user(name="Owner", language_code="en")
        channel = world.sandbox.telegram.channel("Daily", username="daily_ai", admins=[owner])
        async with world.bot("09:00:00", **NO_SLACK) as bot:
            menu = await owner.ask("/settings @daily_ai")
            assert menu.text == "Daily does not get the digest."
            await tap(owner, menu, "Subscribe", "Time zone", "London")
            assert menu.text.startswith("Settings of Daily\n")
            assert "published at your 00:00" in menu.text
            assert (await preferences(bot, channel.id)).zone == "Europe/London"
            assert (await owner.ask("/settings @not_mine")).text.startswith("I cannot find @not_mine")

    async def test_of_somebody_else_cannot_be_configured(self, world: World, owner: Person) -> None:
        stranger = world.sandbox.telegram.user(name="Stranger")
        channel = world.sandbox.telegram.channel("Daily", username="daily_ai", admins=[owner], people=[stranger])
        async with world.bot("09:00:00", **NO_SLACK) as bot:
            answer = await stranger.ask("/settings @daily_ai")
            assert answer.text.startswith("在你的频道里找不到 @daily_ai。")
            assert (await stranger.ask("/settings @no_such_channel")).text.startswith("在你的频道里找不到")
            menu = await owner.ask("/settings @daily_ai")
            foreign = world.sandbox.telegram.press(stranger.account, (await stranger.receives(1))[0],
                                                   menu.button("订阅")["callback_data"])  # fmt: skip
            press = await foreign.answered()
            assert press.text == "你已不是那里的管理员，或者我已不在那个频道里。"
            assert press.alert
            assert await bot.services.subscriptions.find(Destination(Platform.TELEGRAM, str(channel.id))) is None

    async def test_that_threw_the_bot_out_says_so_and_ends(self, world: World, owner: Person) -> None:
        telegram = world.sandbox.telegram
        channel = telegram.channel("Daily", username="daily_ai", admins=[owner])
        async with world.bot("09:00:00", **NO_SLACK) as bot:
            menu = await owner.ask("/settings @daily_ai")
            await tap(owner, menu, "订阅")
            telegram.stand(channel, Standing.KICKED, by=owner)
            press = await (await owner.press(menu, "完成")).answered()
            assert press.text == "你已不是那里的管理员，或者我已不在那个频道里。"
            assert await ended(bot, channel)
            assert (await owner.ask("/help")).text.startswith("命令："), "the private chat goes on"

    async def test_whose_owner_never_wrote_to_the_bot_does_no_harm(self, world: World) -> None:
        telegram = world.sandbox.telegram
        silent, reader = telegram.user(name="Silent", started=False), telegram.user()
        channel = telegram.channel("Daily", admins=[silent], standing=Standing.LEFT)
        async with world.bot("09:00:00", **NO_SLACK):
            telegram.stand(channel, Standing.ADMINISTRATOR, by=silent)
            assert (await reader.ask("/help")).text.startswith("命令：")
        assert silent.messages == []


async def test_a_group_is_greeted_when_the_bot_comes(world: World) -> None:
    telegram = world.sandbox.telegram
    admin = telegram.user(name="Admin")
    group = telegram.group(admins=[admin])
    group.standing = Standing.LEFT
    async with world.bot("09:00:00", **NO_SLACK):
        telegram.stand(group, Standing.MEMBER, by=admin)
        (greeting,) = await admin.receives(1, chat=group)
    assert "管理员发送 /start" in greeting.text


async def test_commands_for_other_bots_change_nothing(world: World) -> None:
    telegram = world.sandbox.telegram
    admin = telegram.user(name="Admin")
    group = telegram.group(admins=[admin])
    async with world.bot("09:00:00", **NO_SLACK) as bot:
        await admin.ask("/start", chat=group)
        await admin.send("/time@other_bot 7", chat=group)
        await admin.ask("/settings@digest_sandbox_bot", chat=group)
        assert (await preferences(bot, group.id)).hour is None
    assert len(group.from_bot) == 2
