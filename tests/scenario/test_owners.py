"""What owners type and press in Telegram, what they are told without asking, and what others are told."""

from __future__ import annotations

from bot.domain.delivery import DeliveryState
from bot.domain.destination import Destination, Platform
from bot.domain.person import Person
from tests.scenario.owners import ALONE, link_of, menu, owner_of
from tests.scenario.world import DAY, World, eventually


class TestTheLink:
    async def test_makes_whoever_follows_it_first_an_owner(self, world: World) -> None:
        olga, late = world.sandbox.telegram.user(), world.sandbox.telegram.user(language_code="en")
        async with world.bot("09:00:00", **ALONE) as bot:
            link = await link_of(bot)
            assert (await olga.ask("/admin")).text == "只有这个机器人的管理者可以这样做。"
            await olga.follow(link)
            assert "你现在是这个机器人的管理者了" in (await olga.receives(2))[1].text
            assert (await olga.ask("/admin")).text.startswith("今天 2月12日 09:00")
            await late.follow(link)
            assert (await late.receives(1))[0].text == "This link was used up. Ask for another one."
            assert (await late.ask("/admin")).text == "Only the owners of this bot can do that."

    async def test_followed_again_changes_nothing(self, world: World) -> None:
        olga = world.sandbox.telegram.user(language_code="en")
        async with world.bot("09:00:00", **ALONE) as bot:
            link = await link_of(bot)
            await olga.follow(link)
            await olga.receives(1)
            await olga.follow(link)
            assert "an owner of this bot already" in (await olga.receives(2))[1].text

    async def test_that_is_too_old_or_made_up_leads_nowhere(self, world: World) -> None:
        olga = world.sandbox.telegram.user(language_code="en")
        async with world.bot("09:00:00", **ALONE) as bot:
            link = await link_of(bot)
        async with world.bot("10:10:00", **ALONE):
            await olga.follow(link)
            assert (await olga.receives(1))[0].text == "This link has expired. Ask for another one."
            for text in (f"/start 1-w-{'0' * 32}", "/start 1-w-letmein", "/start 2-w-later"):
                assert (await olga.ask(text)).text == "This link leads nowhere. Ask for another one."
            assert (await olga.ask("/admin")).text == "Only the owners of this bot can do that."

    async def test_gives_the_owners_menu(self, world: World) -> None:
        olga = world.sandbox.telegram.user(language_code="en")
        async with world.bot("09:00:00", **ALONE) as bot:
            await olga.follow(await link_of(bot))
            await olga.receives(1)

            async def has_menu() -> bool:
                return "announce" in menu(world, {"type": "chat", "chat_id": olga.id})

            await eventually(has_menu)
        groups = menu(world, {"type": "all_group_chats"}, "zh")
        admins = menu(world, {"type": "all_chat_administrators"}, "zh")
        assert "stop" in admins
        assert not {"stop", "announce"} & set(groups)
        assert "announce" not in menu(world, {"type": "default"}, "zh")

    async def test_adds_the_owners_commands_to_help(self, world: World) -> None:
        olga, settings = owner_of(world, language="en")
        lin = world.sandbox.telegram.user(language_code="en")
        async with world.bot("09:00:00", **settings):
            for_owners = (await olga.ask("/help")).text
            assert for_owners.startswith((await lin.ask("/help")).text)
            assert "/announce – A word to every subscriber" in for_owners
            assert "/announce" not in lin.texts[0]

    async def test_does_not_let_an_owner_command_be_answered_in_a_group(self, world: World) -> None:
        olga, settings = owner_of(world)
        group = world.sandbox.telegram.group("Team", people=[olga], admins=[olga])
        async with world.bot("09:00:00", **settings):
            await olga.send("/publish", chat=group)
            await olga.ask("/help", chat=group)
        assert len(group.from_bot) == 1


class TestAdmin:
    async def test_shows_todays_run_and_the_subscribers(self, world: World) -> None:
        olga, settings = owner_of(world)
        lin, gone, cut = await world.subscriber("Lin"), await world.subscriber("Gao"), await world.subscriber("Wu")
        world.write(items=1)
        gone.chat.blocked = True
        world.sandbox.telegram.faults.drop("sendMessage", chat=cut.id)
        async with world.bot("08:00:00", **settings) as bot:
            await bot.released(str(DAY))
            told = (await olga.ask("/admin")).text
        assert len(lin.messages) == 3
        assert f"《推理日报｜{DAY}》，08:00 开始发送" in told
        assert "已送达：1\n等待中：0\n失败：0\n不确定：1\n已离开：1" in told
        assert "订阅：2\ntelegram 2\nzh 2\n七天内：新增 0，离开 1" in told

    async def test_says_in_english_too_what_is_awaited(self, world: World) -> None:
        olga, settings = owner_of(world, language="en")
        async with world.bot("09:30:00", **settings):
            answer = await olga.ask("/admin")
            assert answer.text.startswith("Today, Feb 12, at 09:30\nNo post yet; it is awaited until 12:00.")
            world.write(settled=False)
            (world.posts / "broken.md").write_text("---\ntitle: x\n", "utf-8")
            await (await olga.press(answer, "Refresh")).answered()
        assert "0 subscribers" in answer.text

    async def test_counts_the_votes_and_names_nobody(self, world: World) -> None:
        olga, settings = owner_of(world)
        lin, ann = world.sandbox.telegram.user(), world.sandbox.telegram.user(language_code="en")
        world.write(items=2)
        async with world.bot("09:00:00", **settings):
            for reader, vote in ((lin, "👍"), (ann, "👎")):
                answer = await reader.ask("/item 2")
                await (await reader.press(answer, "⋯")).answered()
                await (await reader.press(answer, vote)).answered()
            told = (await olga.ask("/admin")).text
        assert told.endswith("投票：\n2月12日 #2：👍 1 👎 1")

    async def test_of_somebody_who_is_an_owner_no_longer_has_dead_buttons(self, world: World) -> None:
        olga = world.sandbox.telegram.user(language_code="en")
        async with world.bot("09:00:00", **ALONE) as bot:
            await olga.follow(await link_of(bot))
            await olga.receives(1)
            answer = await olga.ask("/admin")
            assert await bot.services.owning.membership.dismiss(Person(Platform.TELEGRAM, str(olga.id)))
            press = await (await olga.press(answer, "Hold back")).answered()
            assert (press.text, press.alert) == ("Only the owners of this bot can do that.", True)
            assert not await bot.services.owning.operating.brake.is_on()

    async def test_has_buttons_that_say_so_when_they_are_of_another_version(self, world: World) -> None:
        olga, settings = owner_of(world, language="en")
        async with world.bot("09:00:00", **settings):
            answer = await olga.ask("/admin")
            for data in ("9:!s", "1:!z", "1:!a:no such key!", "1:!p:"):
                press = await world.sandbox.telegram.press(olga.account, answer, data).answered()
                assert press.text == "This button is out of date. Send /admin to see how it stands."


class TestPreview:
    async def test_comes_to_the_owner_alone_and_is_nobodys_daily_issue(self, world: World) -> None:
        olga, settings = owner_of(world)
        lin = await world.subscriber()
        world.write(items=2)
        async with world.bot("07:00:00", **settings) as bot:
            assert (await olga.ask("/preview")).text == f"《推理日报｜{DAY}》，只发给你："
            await olga.receives(1 + 4)
            await bot.idle()
            assert await bot.services.ledger.released_at(str(DAY)) is None
        assert lin.messages == []

    async def test_without_any_issue_says_so(self, world: World) -> None:
        olga, settings = owner_of(world)
        async with world.bot("07:00:00", **settings):
            for command in ("/preview", "/publish"):
                assert (await olga.ask(command)).text.startswith("没有可以发送的一期。")


class TestPublish:
    async def test_asks_first_and_sends_to_everybody_who_lacks_it(self, world: World) -> None:
        olga, settings = owner_of(world, language="en")
        lin = await world.subscriber()
        world.write(items=1)
        async with world.bot("07:00:00", **settings) as bot:
            asked = await olga.ask("/publish")
            assert asked.text.startswith(f"Send “推理日报｜{DAY}” (Feb 12) to 1 subscriber now?")
            await (await olga.press(asked, "Publish now")).answered()
            assert "is on its way to 1 subscriber" in asked.text
            await bot.idle()
            await (await olga.press(await olga.ask("/publish"), "Publish now")).answered()
            assert "everybody has it already" in olga.texts[-1]
        assert len(lin.messages) == 3

    async def test_can_be_declined(self, world: World) -> None:
        olga, settings = owner_of(world)
        lin = await world.subscriber()
        world.write(items=1)
        async with world.bot("07:00:00", **settings) as bot:
            asked = await olga.ask("/publish")
            await (await olga.press(asked, "取消")).answered()
            assert asked.text == "什么也没做。"
            assert asked.buttons == []
            await bot.idle()
        assert lin.messages == []

    async def test_is_not_for_others(self, world: World) -> None:
        _, settings = owner_of(world)
        lin = await world.subscriber()
        world.write(items=1)
        async with world.bot("07:00:00", **settings):
            for command in ("/publish", "/preview", "/hold", "/recall", "/announce 你好", "/invite", "/admin"):
                assert (await lin.ask(command)).text == "只有这个机器人的管理者可以这样做。"
        assert len(lin.messages) == 7


class TestHold:
    async def test_keeps_todays_issue_back_until_it_is_let_go(self, world: World) -> None:
        olga, settings = owner_of(world)
        lin = await world.subscriber()
        world.write(items=1)
        async with world.bot("07:30:00", **settings) as bot:
            held = await olga.ask("/hold")
            assert held.text == "今天这期扣住了：放行之前不会自动发出。"
            assert (await olga.ask("/hold")).text == "今天这期已经扣住了。"
        async with world.bot("08:30:00", **settings) as bot:
            await bot.app.look()
            assert lin.messages == []
            assert "被扣住了" in (await olga.ask("/admin")).text
            await (await olga.press(held, "放行")).answered()
            assert held.text == "今天这期已放行。"
            await bot.released(str(DAY))
        assert len(lin.messages) == 3

    async def test_stops_what_is_on_its_way_and_lets_it_go_on(self, world: World) -> None:
        olga, settings = owner_of(world, language="en")
        readers = [await world.subscriber(f"Reader {number}") for number in range(40)]
        world.write(items=1)
        async with world.bot("08:00:00", pace=0.5, **settings) as bot:
            await readers[0].receives(1)
            held = await olga.ask("/hold")
            assert "deliveries wait" in held.text

            async def nobody_is_being_served() -> bool:
                return len({len(reader.messages) for reader in readers} - {0, 3}) == 0

            await eventually(nobody_is_being_served, within=60)
            waiting = [reader for reader in readers if not reader.messages]
            assert waiting
            await (await olga.press(held, "Let it go")).answered()
            await bot.idle(within=60)
        assert [len(reader.messages) for reader in readers] == [3] * 40

    async def test_ends_with_publishing(self, world: World) -> None:
        olga, settings = owner_of(world, language="en")
        lin = await world.subscriber()
        world.write(items=1)
        async with world.bot("08:00:00", **settings | {"deliver_at": "08:00"}) as bot:
            await bot.services.owning.operating.brake.hold()
        async with world.bot("13:00:00", **settings) as bot:
            await bot.app.look()
            await (await olga.press(await olga.ask("/publish"), "Publish now")).answered()
            await bot.idle()
            assert not await bot.services.owning.operating.brake.is_on()
            report = Destination(Platform.TELEGRAM, str(lin.id))
            assert await bot.services.ledger.tally(str(DAY), report) == {DeliveryState.SENT: 1}
        assert len(lin.messages) == 3


class TestRecall:
    async def test_takes_back_what_was_sent_once_confirmed(self, world: World) -> None:
        olga, settings = owner_of(world, language="en")
        lin = await world.subscriber()
        world.write(items=1)
        async with world.bot("07:00:00", **settings):
            assert (await olga.ask("/recall")).text.startswith("Nothing of it was sent.")
        async with world.bot("08:00:00", **settings) as bot:
            await bot.released(str(DAY))
            asked = await olga.ask("/recall")
            assert asked.text.startswith(
                f"Take {DAY} back everywhere? This cannot be undone.\n\ntelegram, items, zh (1"
            )
            assert len(lin.messages) == 3
            await (await olga.press(asked, "Take it back")).answered()
            assert asked.text.startswith(f"{DAY}: 1 being taken back, 0 stopped")
            await bot.idle()
        assert lin.messages == []

    async def test_takes_back_an_announcement_too(self, world: World) -> None:
        olga, settings = owner_of(world)
        lin = await world.subscriber()
        async with world.bot("08:00:00", **settings) as bot:
            await olga.send("/announce 错了")
            asked = (await olga.receives(2))[1]
            key = asked.button("取消")["callback_data"].rpartition(":")[2]
            await (await olga.press(asked, "发给所有人")).answered()
            await bot.idle()
            assert lin.texts == ["错了"]
            await (await olga.press(await olga.ask(f"/recall {key}"), "撤回")).answered()
            await bot.idle()
        assert lin.messages == []

    async def test_can_be_declined(self, world: World) -> None:
        olga, settings = owner_of(world)
        lin = await world.subscriber()
        world.write(items=1)
        async with world.bot("08:00:00", **settings) as bot:
            await bot.released(str(DAY))
            await (await olga.press(await olga.ask("/recall"), "取消")).answered()
            assert (await olga.ask("/recall 2020-01-01")).text.startswith("它还没有发出过。")
            await bot.idle()
        assert len(lin.messages) == 3


class TestWhy:
    async def test_tells_why_something_did_not_arrive(self, world: World) -> None:
        olga, settings = owner_of(world, language="en")
        lin = await world.subscriber()
        lin.chat.blocked = True
        world.write(items=1)
        async with world.bot("08:00:00", **settings) as bot:
            await bot.released(str(DAY))
            told = [(await olga.ask(f"/why {place}")).text for place in (f"telegram:{lin.id}", str(lin.id))]
        assert told[0] == told[1]
        assert "bot was blocked by the user" in told[0]

    async def test_asks_for_a_place(self, world: World) -> None:
        olga, settings = owner_of(world)
        async with world.bot("08:00:00", **settings):
            for asked in ("/why", "/why Lin", "/why slack:#daily"):
                assert (await olga.ask(asked)).text.startswith("哪里？")
            assert "从未订阅" in (await olga.ask("/why @nobody_here")).text
