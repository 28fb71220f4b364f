"""Coming, pausing, catching up, leaving and being forgotten in Telegram, in both languages and every kind of chat."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.destination import Destination, Platform
from bot.ports.ledger import DeliveryFilter
from bot.sandbox.telegram_chats import Standing
from tests.scenario.owners import ALONE, owner_of
from tests.scenario.settings_steps import ended, preferences, tap
from tests.scenario.world import DAY, World

YESTERDAY, TOMORROW = DAY - timedelta(days=1), DAY + timedelta(days=1)


class TestStart:
    @pytest.mark.parametrize(
        ("language", "greeting"),
        [("zh-hans", "已订阅：每天 08:00"), ("en", "You are subscribed: every day from 08:00")],
    )
    async def test_greets_and_shows_the_newest_issue_at_once(self, world: World, language: str, greeting: str) -> None:
        world.write(YESTERDAY)
        reader = world.sandbox.telegram.user(language_code=language)
        async with world.bot("07:00:00", **ALONE):
            welcome = await reader.ask("/start")
        assert welcome.text.startswith(greeting)
        assert f"推理日报｜{YESTERDAY}" in welcome.text
        assert reader.messages == [welcome]

    async def test_of_a_newest_issue_of_another_day_does_not_count_as_todays(self, world: World) -> None:
        world.write(YESTERDAY)
        reader = world.sandbox.telegram.user()
        async with world.bot("07:00:00", **ALONE):
            await reader.ask("/start")
        world.write(items=2)
        async with world.bot("08:00:00", **ALONE) as bot:
            await bot.released(str(DAY))
        assert len(reader.messages) == 1 + 4

    async def test_of_who_returns_tells_the_hours_they_chose(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE):
            await reader.ask("/timezone 柏林")
            await reader.ask("/time 7:30")
            await reader.ask("/stop")
            welcome = await reader.ask("/start")
            assert welcome.text == "已订阅，沿用你之前的设置：逐条。下一期：2月12日周四 07:30。用 /settings 更改。"
            again = await reader.ask("/start")
            assert again.text == "你已经订阅：逐条。下一期：2月12日周四 07:30。用 /settings 更改。"

    async def test_in_a_group_shows_headlines_that_open_in_the_private_chat(self, world: World) -> None:
        world.write(YESTERDAY)
        admin = world.sandbox.telegram.user()
        group = world.sandbox.telegram.group(admins=[admin])
        async with world.bot("07:00:00", **ALONE):
            welcome = await admin.ask("/start", chat=group)
        assert f"推理日报｜{YESTERDAY}" in welcome.text
        assert ["url" in button for button in welcome.buttons] == [True]

    @pytest.mark.parametrize("how", ["blocked", "deactivated"])
    async def test_revives_what_ended_with_the_account(self, world: World, how: str) -> None:
        reader = await world.subscriber()
        world.write(items=2)
        if how == "blocked":
            await reader.block()
        else:
            reader.chat.deactivated = True
        async with world.bot("08:00:00", **ALONE) as bot:
            await bot.released(str(DAY))
            assert await ended(bot, reader.chat)
            assert reader.messages == []
            reader.chat.blocked = reader.chat.deactivated = False
            welcome = await reader.ask("/start")
            assert f"推理日报｜{DAY}" in welcome.text
            assert await bot.services.conversation.subscribing.is_active(Destination(Platform.TELEGRAM, str(reader.id)))


class TestPause:
    async def test_holds_issues_back_until_it_is_over(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("07:00:00", **ALONE):
            answer = await reader.ask("/pause 1d")
            assert answer.text == "已暂停到2月13日周五 07:00。发送 /start 提前结束，错过的用 /catchup 补看。"
        world.write(items=2)
        async with world.bot("08:00:00", **ALONE) as bot:
            await bot.released(str(DAY))
        assert reader.messages == [answer]
        world.write(TOMORROW, items=2)
        async with world.bot(f"{TOMORROW} 08:00:00", **ALONE) as bot:
            await bot.released(str(TOMORROW))
        assert len(reader.messages) == 1 + 4

    @pytest.mark.parametrize(
        ("language", "promised", "told"),
        [
            ("zh", "08:00 后送到。", "08:00 后再来看看。"),
            ("en", "it will come here after 08:00.", "look again after 08:00."),
        ],
    )
    async def test_lets_today_promise_nothing(self, world: World, language: str, promised: str, told: str) -> None:
        reader = await world.subscriber(language=language)
        reader.account.language_code = language
        async with world.bot("07:00:00", **ALONE):
            assert (await reader.ask("/today")).text.endswith(promised)
            await reader.ask("/pause 3d")
            assert (await reader.ask("/today")).text.endswith(told)

    async def test_holds_back_what_waits_for_the_readers_hour(self, world: World) -> None:
        reader = await world.subscriber()
        world.write(items=2)
        async with world.bot("07:59:50", **ALONE):
            await reader.ask("/time 21")
        async with world.bot("08:00:00", **ALONE) as bot:
            await bot.app.look()
            await reader.ask("/pause 3d")
            await bot.idle()
            assert [report.state for report in await bot.services.ledger.reports(DeliveryFilter())] == ["withdrawn"]
            assert (await reader.ask("/catchup")).buttons

    async def test_ends_with_start_and_with_resume_and_with_a_tap(self, world: World) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE) as bot:
            for ending in ("/start", "/resume"):
                await reader.ask("/pause 一周")
                assert (await preferences(bot, reader.id)).paused(bot.services.clock.now())
                assert (await reader.ask(ending)).text.startswith("暂停已结束。下一期：2月13日周五 08:00。")
                assert not (await preferences(bot, reader.id)).paused(bot.services.clock.now())
            menu = await reader.ask("/settings")
            await tap(reader, menu, "暂停", "3 天")
            assert "已暂停到2月15日周日 09:0" in menu.text
            await tap(reader, menu, "暂停", "结束暂停")
            assert "下一期：2月13日周五 08:00。" in menu.text


class TestCatchUp:
    @pytest.mark.parametrize(
        ("language", "heading", "nothing"),
        [
            ("zh", "暂停期间错过的", "没有错过什么。/today 看最新一期。"),
            ("en", "What you missed", "You missed nothing. /today shows the newest issue."),
        ],
    )
    async def test_lists_what_was_missed_to_tap(self, world: World, language: str, heading: str, nothing: str) -> None:
        reader = await world.subscriber(language=language)
        reader.account.language_code = language
        async with world.bot("07:00:00", **ALONE):
            assert (await reader.ask("/catchup")).text == nothing
            await reader.ask("/pause 2d")
        for day in (DAY, TOMORROW):
            world.write(day, items=2)
            async with world.bot(f"{day} 08:00:00", **ALONE) as bot:
                await bot.released(str(day))
        async with world.bot(f"{TOMORROW} 09:00:00", **ALONE):
            answer = await reader.ask("/catchup")
            assert answer.text.startswith(heading)
            assert [button["text"] for button in answer.buttons] == [f"推理日报｜{TOMORROW}", f"推理日报｜{DAY}"]
            await (await reader.press(answer, f"推理日报｜{DAY}")).answered()
            opened = (await reader.receives(4))[-1]
            assert opened.text.startswith(f"推理日报｜{DAY}")

    async def test_in_a_group_leads_into_the_private_chat(self, world: World) -> None:
        telegram = world.sandbox.telegram
        admin, member = telegram.user(name="Admin"), telegram.user(name="Member")
        group = telegram.group(admins=[admin], people=[member])
        async with world.bot("07:00:00", **ALONE):
            await admin.ask("/start", chat=group)
            await admin.ask("/pause 2d", chat=group)
        world.write(items=2)
        async with world.bot("08:00:00", **ALONE) as bot:
            await bot.released(str(DAY))
            answer = await member.ask("/catchup", chat=group)
        assert [button["text"] for button in answer.buttons] == [f"推理日报｜{DAY}"]
        assert answer.buttons[0]["url"].startswith("https://t.me/digest_sandbox_bot?start=1-o-")


class TestForgetting:
    async def test_erases_everything_after_a_question(self, world: World) -> None:
        reader = await world.subscriber()
        world.write(items=2)
        async with world.bot("08:00:00", **ALONE) as bot:
            await bot.released(str(DAY))
            question = await reader.ask("/forget")
            assert question.text.startswith("删除订阅、设置")
            await tap(reader, question, "保留")
            assert question.text == "什么都没有删除。"
            assert await bot.services.ledger.reports(DeliveryFilter())
            question = await reader.ask("/forget")
            await tap(reader, question, "全部删除")
            assert question.text == "关于这里的一切都已删除。发送 /start 重新开始。"
            assert question.buttons == []
            place = Destination(Platform.TELEGRAM, str(reader.id))
            assert await bot.services.subscriptions.find(place) is None
            assert await bot.services.ledger.reports(DeliveryFilter()) == []

    async def test_leaves_nothing_to_be_seen_of_what_was_saved(self, world: World) -> None:
        reader = await world.subscriber()
        world.write(items=2)
        async with world.bot("09:00:00", **ALONE):
            await (await reader.press(await reader.ask("/item 1"), "🔖 收藏")).answered()
            assert (await reader.ask("/item 1")).button("✓ 已收藏")
            await tap(reader, await reader.ask("/forget"), "全部删除")
            assert (await reader.ask("/item 1")).button("🔖 收藏")
            assert (await reader.ask("/saved")).text.startswith("你还没有收藏")

    @pytest.mark.parametrize(
        ("language", "erase", "left"),
        [
            ("zh", "全部删除", "你仍是管理者，只有 digestbot owners --remove 才能取消。"),
            ("en", "Erase everything", " You are an owner still; only digestbot owners --remove ends that."),
        ],
    )
    async def test_tells_an_owner_what_stays(self, world: World, language: str, erase: str, left: str) -> None:
        owner, named = owner_of(world, language=language)
        async with world.bot("09:00:00", **named):
            question = await owner.ask("/forget")
            await tap(owner, question, erase)
            assert question.text.endswith(left)
            assert (await owner.ask("/admin")).buttons

    async def test_is_not_for_chats_that_the_operator_named(self, world: World) -> None:
        admin = world.sandbox.telegram.user()
        group = world.sandbox.telegram.group(admins=[admin])
        async with world.bot("09:00:00", telegram_chats=str(group.id), **ALONE) as bot:
            question = await admin.ask("/forget", chat=group)
            await tap(admin, question, "全部删除")
            assert question.text == "这个聊天由运营者设定接收日报，请联系运营者更改。"
            assert (await preferences(bot, group.id)).language == "zh"

    @pytest.mark.parametrize(("language", "says"), [("zh", "不保存：姓名"), ("en", "What I do not keep: names")])
    async def test_is_explained_by_privacy(self, world: World, language: str, says: str) -> None:
        reader = world.sandbox.telegram.user(language_code=language)
        async with world.bot("09:00:00", **ALONE):
            answer = await reader.ask("/privacy")
        assert says in answer.text
        assert "/forget" in answer.text


async def test_a_bot_that_was_removed_and_came_back_starts_with_the_settings_of_before(world: World) -> None:
    telegram = world.sandbox.telegram
    admin = telegram.user()
    group = telegram.group(admins=[admin])
    async with world.bot("09:00:00", **ALONE) as bot:
        await admin.ask("/start", chat=group)
        await admin.ask("/time 7", chat=group)
        telegram.stand(group, Standing.KICKED, by=admin)
        assert await ended(bot, group)
        telegram.stand(group, Standing.MEMBER, by=admin)
        await admin.receives(3, chat=group)
        assert "沿用你之前的设置" in (await admin.ask("/start", chat=group)).text
