"""How an issue arrives in each style and place, as its readers see and use it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.delivery import DeliveryState
from bot.domain.destination import Destination, Platform
from bot.domain.subscription import Place, Preferences
from bot.ports.ledger import DeliveryFilter
from bot.sandbox.telegram_chats import Chat, Message
from bot.sandbox.telegram_people import Person
from formatters.views import Style
from tests.scenario.owners import ALONE
from tests.scenario.world import DAY, Bot, World


async def prefer(bot: Bot, person: Person, style: Style, **others: Any) -> None:
    destination = Destination(Platform.TELEGRAM, str(person.id))
    assert await bot.services.subscriptions.prefer(destination, Preferences("zh", style, Place.PRIVATE, **others))


async def delivered(world: World, style: Style, *, items: int = 3, **others: Any) -> Person:
    """Return a reader who got today's issue in this style."""
    reader = await world.subscriber()
    async with world.bot("07:00:00", **ALONE) as bot:
        await prefer(bot, reader, style, **others)
    world.write(items=items)
    async with world.bot("08:00:00", **ALONE) as bot:
        await bot.released(str(DAY))
    return reader


def links(message: Message) -> list[str]:
    return [entity["url"] for entity in message.entities if entity["type"] == "text_link"]


class TestHeadlinesInAGroup:
    @pytest.fixture
    async def group(self, world: World) -> Chat:
        """A group that got today's issue."""
        admin = world.sandbox.telegram.user(name="Admin")
        group = world.sandbox.telegram.group(admins=[admin])
        async with world.bot("07:00:00", **ALONE):
            welcome = await admin.ask("/start", chat=group)
            assert "一则目录，点标题到私聊里阅读" in welcome.text
        world.write(items=3)
        async with world.bot("08:00:00", **ALONE) as bot:
            await bot.released(str(DAY))
        return group

    async def test_are_one_message_of_links_into_the_private_chat(self, world: World, group: Chat) -> None:
        _, message = group.from_bot
        assert len(links(message)) == 3
        assert all(link.startswith("https://t.me/digest_sandbox_bot?start=1-a-") for link in links(message))
        assert [button["text"] for button in message.buttons] == ["在私聊中阅读"]

    async def test_open_that_very_item_and_subscribe_nobody(self, world: World, group: Chat) -> None:
        stranger = world.sandbox.telegram.user(name="Stranger", started=False)
        async with world.bot("09:00:00", **ALONE) as bot:
            await stranger.follow(links(group.from_bot[1])[1])
            (answer,) = await stranger.receives(1)
            assert answer.text.startswith("2. 第 2 条")
            assert answer.text.endswith("发送 /start 订阅，以后每期都会送到这里。")
            await (await stranger.press(answer, "下一条 ›")).answered()
            assert answer.text.startswith("3. 第 3 条")
            assert await bot.services.subscriptions.find(Destination(Platform.TELEGRAM, str(stranger.id))) is None

    async def test_open_all_headlines_by_their_button(self, world: World, group: Chat) -> None:
        reader = await world.subscriber()
        async with world.bot("09:00:00", **ALONE):
            await reader.follow(group.from_bot[1].button("在私聊中阅读")["url"])
            (answer,) = await reader.receives(1)
            assert answer.text.startswith(f"推理日报｜{DAY}")
            assert "/start" not in answer.text, "who is subscribed needs no hint"

    async def test_that_lead_nowhere_any_more_say_so(self, world: World, group: Chat) -> None:
        reader = world.sandbox.telegram.user()
        (world.posts / f"{DAY}.md").unlink()
        async with world.bot("09:00:00", **ALONE) as bot:
            for link in (links(group.from_bot[1])[0], "https://t.me/digest_sandbox_bot?start=0-a-x-1"):
                await reader.follow(link)
            first, second = await reader.receives(2)
            assert first.text == second.text == "这个链接已经过期。发送 /today 查看最新一期。"
            assert await bot.services.subscriptions.find(Destination(Platform.TELEGRAM, str(reader.id))) is None


async def test_any_other_argument_of_start_subscribes_as_start_does(world: World) -> None:
    reader = world.sandbox.telegram.user()
    async with world.bot("07:00:00"):
        await reader.follow("https://t.me/digest_sandbox_bot?start=from-the-site")
        (answer,) = await reader.receives(1)
        assert "已订阅" in answer.text


async def test_a_button_that_turns_pages_opens_the_private_chat_where_others_read_along(world: World) -> None:
    world.write(items=3)
    member = world.sandbox.telegram.user()
    group = world.sandbox.telegram.group(people=[member])
    async with world.bot("09:00:00", **ALONE) as bot:
        known = await bot.services.library.newest(DAY)
        assert known is not None
        destination = Destination(Platform.TELEGRAM, str(group.id))
        await bot.services.subscriptions.subscribe(destination, language="zh", now=bot.services.clock.now())
        await bot.services.subscriptions.prefer(destination, Preferences("zh", Style.COMPACT, Place.GROUP))
        await bot.services.publisher.send_to(known, destination, language="zh")
        bot.services.drain.wake()
        await bot.idle()
        (message,) = group.from_bot
        press = await (await member.press(message, "2")).answered()
        assert press.url == f"https://t.me/digest_sandbox_bot?start=1-a-{known.ref}-2"
    assert message.edits == []


class TestCompact:
    async def test_is_one_message_whose_buttons_open_an_item_in_place_and_fold_it_back(self, world: World) -> None:
        reader = await delivered(world, Style.COMPACT)
        (message,) = reader.messages
        folded = message.text
        async with world.bot("09:00:00", **ALONE):
            await (await reader.press(message, "2")).answered()
            assert message.text.startswith("2. 第 2 条")
            await (await reader.press(message, "目录")).answered()
            assert message.text == folded
        assert reader.messages == [message]

    async def test_sends_the_whole_issue_on_demand(self, world: World) -> None:
        reader = await delivered(world, Style.COMPACT)
        async with world.bot("09:00:00", **ALONE) as bot:
            await (await reader.press(reader.messages[0], "全部发来")).answered()
            await bot.idle()
        assert len(reader.messages) == 1 + 5


class TestRich:
    async def test_is_the_whole_issue_in_one_message(self, world: World) -> None:
        reader = await delivered(world, Style.RICH)
        (message,) = reader.messages
        assert message.rich is not None
        assert [block["type"] for block in message.rich].count("details") == 3
        assert "3. 第 3 条" in message.text
        assert "缓存分层" in message.text
        assert not message.silent

    async def test_that_is_silent_does_not_ring(self, world: World) -> None:
        reader = await delivered(world, Style.RICH, silent=True)
        assert [message.silent for message in reader.messages] == [True]

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (400, {"ok": False, "error_code": 400, "description": "Bad Request: RICH_VALIDATE_CTOR_NOT_ALLOWED"}),
            (404, {"ok": False, "error_code": 404, "description": "Not Found"}),
        ],
    )
    async def test_that_is_refused_arrives_as_classic_messages_and_is_not_tried_again(
        self, world: World, status: int, body: dict[str, Any]
    ) -> None:
        world.sandbox.telegram.faults.respond("sendRichMessage", status, body)
        reader = await delivered(world, Style.RICH)
        assert [message.rich for message in reader.messages] == [None] * 5
        assert [message.silent for message in reader.messages] == [False, True, True, True, True]
        assert len(world.sandbox.telegram.calls.of("sendRichMessage")) == 1
        async with world.bot("09:00:00", **ALONE) as bot:
            (report,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=str(DAY)))
            assert (report.state, report.parts) == (DeliveryState.SENT, 5)
            assert report.note
            subscription = await bot.services.subscriptions.find(report.destination)
            assert subscription is not None
            assert subscription.preferences.style is Style.ITEMS

    async def test_whose_answer_is_lost_is_not_sent_again_in_any_form(self, world: World) -> None:
        world.sandbox.telegram.faults.drop("sendRichMessage")
        reader = await delivered(world, Style.RICH)
        assert len(reader.messages) == 1
        assert reader.messages[0].rich is not None


async def test_previews_are_shown_where_they_are_wanted(world: World) -> None:
    await delivered(world, Style.ITEMS, previews=True)
    options = [call.parameters["link_preview_options"] for call in world.sandbox.telegram.calls.of("sendMessage")]
    assert options == [{"is_disabled": False}] * 5


async def test_a_style_of_the_settings_is_that_of_the_channel(world: World) -> None:
    world.write(items=2)
    channel = world.sandbox.telegram.channel("Daily", username="daily_ai")
    async with world.bot("08:00:00", telegram_chats="@daily_ai=rich", **ALONE) as bot:
        await bot.released(str(DAY))
    assert [message.rich is not None for message in channel.from_bot] == [True]


async def test_a_supergroup_of_the_settings_gets_headlines_once_telegram_has_told_what_it_is(world: World) -> None:
    supergroup = world.sandbox.telegram.supergroup()
    chats = {"telegram_chats": str(supergroup.id), **ALONE}
    async with world.bot("07:00:00", **chats) as bot:
        (fixed,) = await bot.services.subscriptions.active_fixed()
        assert (fixed.preferences.place, fixed.preferences.style) == (Place.GROUP, Style.HEADLINES)
    world.write(items=2)
    async with world.bot("08:00:00", **chats) as bot:
        await bot.released(str(DAY))
    assert len(supergroup.from_bot) == 1


@pytest.mark.parametrize(
    ("command", "begins"),
    [
        ("/trends", "推理日报"),
        ("/watch", "推理日报"),
        ("/sources", "推理日报"),
        ("/advice", "推理日报"),
    ],
)
async def test_each_extract_has_its_command(world: World, command: str, begins: str) -> None:
    world.write(items=2)
    reader = world.sandbox.telegram.user()
    async with world.bot("09:00:00", **ALONE):
        answer = await reader.ask(command)
    assert answer.text.startswith(begins)


class TestSlack:
    async def test_compact_opens_items_for_who_presses_alone(self, world: World) -> None:
        member = world.sandbox.slack.user()
        place = Destination(Platform.SLACK, world.channel.id)
        async with world.bot("07:00:00") as bot:
            subscription = await bot.services.subscriptions.find(place)
            assert subscription is not None
            await bot.services.subscriptions.prefer(place, replace(subscription.preferences, style=Style.COMPACT))
        world.write(items=3)
        async with world.bot("08:00:00") as bot:
            await bot.released(str(DAY))
            (message,) = world.channel.from_bot
            folded = message.text
            (answer,) = await member.replies(await member.press(message, "2"))
            assert answer.only_for == member.id
            assert answer.text.startswith("2. 第 2 条")
            await member.replies(await member.press(answer, "下一条 ›"))
            assert answer.text.startswith("3. 第 3 条")
            assert message.text == folded

    @pytest.mark.parametrize(
        ("words", "begins"),
        [
            ("", "推理日报"),
            ("today", "推理日报"),
            ("item 2", "2. 第 2 条"),
            ("trends", "推理日报"),
            ("WATCH", "推理日报"),
            ("sources", "推理日报"),
            ("advice", "推理日报"),
            ("help", "命令："),
            ("dance", "我不认识“dance”这个命令。"),
        ],
    )
    async def test_digest_understands_a_word(self, world: World, words: str, begins: str) -> None:
        world.write(items=2)
        member = world.sandbox.slack.user()
        async with world.bot("10:00:00"):
            (answer,) = await member.replies(await member.command("/digest", words, world.channel))
        assert answer.text.startswith(begins)
        assert answer.only_for == member.id
