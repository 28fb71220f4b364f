"""Channels of Telegram, which their owners set up from a private chat; in both languages."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.domain.destination import Destination, Platform
from bot.sandbox.telegram_chats import Standing
from bot.sandbox.telegram_people import Person
from formatters.views import Style
from tests.scenario.owners import ALONE
from tests.scenario.settings_steps import ended, preferences, tap
from tests.scenario.world import DAY, World

YESTERDAY = DAY - timedelta(days=1)


class TestAChannel:
    @pytest.fixture
    def owner(self, world: World) -> Person:
        return world.sandbox.telegram.user(name="Owner")

    async def test_is_offered_to_who_makes_the_bot_its_admin(self, world: World, owner: Person) -> None:
        telegram = world.sandbox.telegram
        channel = telegram.channel("每日 AI", admins=[owner], standing=Standing.LEFT)
        world.write(items=2)
        async with world.bot("08:00:00", **ALONE) as bot:
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
        async with world.bot("09:00:00", **ALONE) as bot:
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
        async with world.bot("07:00:00", **ALONE):
            await tap(owner, await owner.ask("/settings @daily_ai"), "订阅")
        world.write(items=2)
        async with world.bot("08:00:00", **ALONE) as bot:
            await bot.released(str(DAY))
        assert len(channel.from_bot) == 4

    async def test_speaks_english_to_an_english_owner(self, world: World) -> None:
        owner = world.sandbox.telegram.user(name="Owner", language_code="en")
        channel = world.sandbox.telegram.channel("Daily", username="daily_ai", admins=[owner])
        async with world.bot("09:00:00", **ALONE) as bot:
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
        async with world.bot("09:00:00", **ALONE) as bot:
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
        async with world.bot("09:00:00", **ALONE) as bot:
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
        async with world.bot("09:00:00", **ALONE):
            telegram.stand(channel, Standing.ADMINISTRATOR, by=silent)
            assert (await reader.ask("/help")).text.startswith("命令：")
        assert silent.messages == []
