"""What a team may ask for in Slack: by command, by naming the app in a thread, and what is shared."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.destination import Destination, Platform
from bot.domain.preference_changes import SetLanguage
from bot.domain.subscription import Place
from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_workspace import Channel, SlackMessage
from tests.scenario.world import DAY, World

KEY = str(DAY)


@pytest.fixture
def lin(world: World) -> SlackPerson:
    return world.sandbox.slack.user("lin")


async def asked(lin: SlackPerson, words: str, channel: Channel | None, command: str = "/digest") -> SlackMessage:
    """Type a command and return its answer."""
    typed = await lin.command(command, words, channel)
    assert typed.ack_seconds is not None
    assert typed.ack_seconds < 3
    (answer,) = await lin.replies(typed)
    return answer


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        ("", "推理日报｜2026-02-12"),
        ("today", "推理日报｜2026-02-12"),
        ("今天", "推理日报｜2026-02-12"),
        ("item 2", "2. 第 2 条"),
        ("2", "2. 第 2 条"),
        ("第二条", "2. 第 2 条"),
        ("trends", "推理日报"),
        ("来源", "推理日报"),
        ("advice", "推理日报"),
        ("date 2026-02-11", "推理日报｜2026-02-11"),
        ("date 昨天", "推理日报｜2026-02-11"),
        ("昨天", "推理日报｜2026-02-11"),
        ("search 缓存", "搜索"),
        ("搜索缓存", "搜索"),
        ("help", "命令："),
        ("date someday", "“someday”"),
        ("date", "要看哪一天"),
        ("search", "想找什么？跟在命令后面发送，例如 /digest search 推理"),
        ("item ninety", "“ninety”不是条目编号"),
        ("dance <!channel> &amp; &lt;@U1&gt;", "我不认识“dance &lt;!channel&gt; &amp;"),
    ],
)
async def test_every_verb_is_answered_to_who_asks_alone(
    world: World, lin: SlackPerson, words: str, begins: str
) -> None:
    for day in (DAY - timedelta(days=1), DAY):
        world.write(day, items=3)
    async with world.bot("10:00:00"):
        answer = await asked(lin, words, world.channel)
    assert answer.text.startswith(begins)
    assert answer.only_for == lin.id
    assert "/item " not in answer.text.replace("/digest item ", ""), "what may be another app's command"
    assert world.channel.from_bot == [message for message in world.channel.from_bot if message is not answer]


async def test_findings_open_items_and_turn_their_pages_in_place(world: World, lin: SlackPerson) -> None:
    for number in range(3):
        world.write(DAY - timedelta(days=number), items=3)
    async with world.bot("10:00:00"):
        answer = await asked(lin, "search 缓存", world.channel)
        first = answer.text
        (item,) = await lin.replies(await lin.press(answer, answer.buttons[0][1]["action_id"]))
        assert item is not answer
        assert item.text.startswith("1. ")
        later = next(button["text"]["text"] for _, button in answer.buttons if "›" in button["text"]["text"])
        await lin.replies(await lin.press(answer, later))
    assert answer.text != first


async def test_another_command_may_take_every_verb(world: World, lin: SlackPerson) -> None:
    world.write(items=3)
    async with world.bot("10:00:00", slack_command="/news"):
        helped = await asked(lin, "help", world.channel, "/news")
        slip = await asked(lin, "99", world.channel, "/news")
        subscribed = await asked(lin, "subscribe", world.channel, "/news")
        unheard = await lin.command("/digest", "help", world.channel)
    assert "/news item 3 – " in helped.text
    assert slip.text.endswith("试试 /news item 3")
    assert "/news unsubscribe" in subscribed.text
    assert "/digest" not in helped.text + slip.text + subscribed.text
    assert unheard.replies == []


class TestSharing:
    @pytest.mark.parametrize(
        ("words", "begins"),
        [
            ("today", "推理日报｜2026-02-12"),
            ("2", "2. 第 2 条"),
            ("trends", "推理日报｜2026-02-12"),
            ("watch", "推理日报｜2026-02-12"),
            ("date 2026-02-11", "推理日报｜2026-02-11"),
            ("search 缓存", "搜索"),
        ],
    )
    async def test_shows_everybody_what_one_person_saw_and_names_who_shows_it(
        self, world: World, lin: SlackPerson, words: str, begins: str
    ) -> None:
        for day in (DAY - timedelta(days=1), DAY):
            world.write(day, items=3)
        mei = world.sandbox.slack.user("mei")
        async with world.bot("13:00:00"):
            answer = await asked(lin, words, world.channel)
            await lin.replies(await lin.press(answer, "分享到频道"))
            (shared,) = await mei.receives(1, world.channel)
            await world.sandbox.changes.until(lambda: answer.deleted, within=5, what="the answer to be taken away")
        assert shared.text.startswith(begins)
        assert shared.only_for is None
        *_, context = shared.blocks or []
        assert context["elements"] == [{"type": "plain_text", "text": "lin 分享", "emoji": False}]
        assert not [button for _, button in shared.buttons if str(button.get("value")).startswith("1:t:")]

    async def test_leaves_buttons_that_answer_each_reader_alone(self, world: World, lin: SlackPerson) -> None:
        world.write(items=3)
        mei = world.sandbox.slack.user("mei")
        async with world.bot("13:00:00"):
            answer = await asked(lin, "today", world.channel)
            await lin.replies(await lin.press(answer, "分享到频道"))
            (shared,) = await mei.receives(1, world.channel)
            before = shared.text
            (item,) = await mei.replies(await mei.press(shared, "2"))
            await mei.replies(await mei.press(item, "下一条 ›"))
        assert item.only_for == mei.id
        assert item.text.startswith("3. 第 3 条")
        assert shared.text == before

    async def test_of_what_has_been_turned_to_shows_that(self, world: World, lin: SlackPerson) -> None:
        world.write(items=3)
        async with world.bot("13:00:00"):
            answer = await asked(lin, "1", world.channel)
            await lin.replies(await lin.press(answer, "下一条 ›"))
            await lin.replies(await lin.press(answer, "分享到频道"))
            (shared,) = await lin.receives(1, world.channel)
        assert shared.text.startswith("2. 第 2 条")

    async def test_is_not_offered_where_nobody_else_is(self, world: World, lin: SlackPerson) -> None:
        world.write(items=3)
        async with world.bot("13:00:00"):
            direct = await asked(lin, "today", None)
            slip = await asked(lin, "99", world.channel)
        assert not {"分享到频道"} & {button["text"]["text"] for one in (direct, slip) for _, button in one.buttons}

    async def test_of_an_issue_that_is_no_more_says_so_to_who_pressed(self, world: World, lin: SlackPerson) -> None:
        post = world.write(items=3)
        async with world.bot("13:00:00") as bot:
            answers = [await asked(lin, words, world.channel) for words in ("today", "trends")]
            post.unlink()
            await bot.app.look()
            told = [(await lin.replies(await lin.press(one, "分享到频道")))[-1] for one in answers]
        assert [one.text for one in told] == ["这个按钮已经过期。发送 /digest today 查看最新一期。"] * 2
        assert {one.only_for for one in told} == {lin.id}
        assert world.channel.from_bot == []


class TestNamingTheApp:
    async def test_in_a_thread_is_answered_there_for_all(self, world: World, lin: SlackPerson) -> None:
        world.write(items=3)
        bot_id = world.sandbox.slack.bot.id
        async with world.bot("13:00:00"):
            root = await lin.say("what about the second one?", world.channel)
            await lin.say(f"<@{bot_id}> 2", world.channel, thread_ts=root.ts)
            (answer,) = await lin.receives(1, world.channel)
        assert answer.text.startswith("2. 第 2 条")
        assert answer.thread_ts == root.ts
        assert answer.only_for is None
        assert not [button for _, button in answer.buttons if "value" in button], "it would turn everybody's page"

    async def test_in_the_channel_begins_a_thread(self, world: World, lin: SlackPerson) -> None:
        world.write(items=3)
        async with world.bot("13:00:00"):
            question = await lin.say(f"Hi <@{world.sandbox.slack.bot.id}>", world.channel)
            (answer,) = await lin.receives(1, world.channel)
        assert answer.thread_ts == question.ts
        assert answer.text.startswith("我不认识“Hi”这个命令。")

    @pytest.mark.parametrize(
        ("words", "begins"),
        [("", "推理日报"), ("搜索 缓存", "搜索"), ("昨天", "2026年2月11日没有内容"), ("99", "2月12日这期有 3 条"),
         ("settings", "Slack 只能由命令打开设置"), ("help", "命令：")],
    )  # fmt: skip
    async def test_takes_the_same_verbs(self, world: World, lin: SlackPerson, words: str, begins: str) -> None:
        world.write(items=3)
        async with world.bot("13:00:00"):
            await lin.say(f"<@{world.sandbox.slack.bot.id}> {words}", world.channel)
            (answer,) = await lin.receives(1, world.channel)
        assert answer.text.startswith(begins)

    async def test_waits_out_a_pause_that_slack_asks_for(self, world: World, lin: SlackPerson) -> None:
        world.write(items=3)
        world.sandbox.slack.faults.throttle("chat.postMessage", 1)
        async with world.bot("13:00:00"):
            await lin.say(f"<@{world.sandbox.slack.bot.id}> 1", world.channel)
            (answer,) = await lin.receives(1, world.channel)
        assert answer.text.startswith("1. 第 1 条")

    async def test_that_slack_does_not_let_be_answered_is_in_the_log_alone(
        self, world: World, lin: SlackPerson
    ) -> None:
        world.write(items=3)
        refusal = {"ok": False, "error": "restricted_action"}
        world.sandbox.slack.faults.respond("chat.postMessage", 200, refusal)
        async with world.bot("13:00:00"):
            await lin.say(f"<@{world.sandbox.slack.bot.id}> 1", world.channel)
            await world.sandbox.slack.calls.wait_for("chat.postMessage")
            answer = await asked(lin, "1", world.channel)
        assert answer.only_for == lin.id
        assert world.channel.from_bot == []


class TestSubscribing:
    async def test_in_a_direct_message_is_for_who_types_it(self, world: World, lin: SlackPerson) -> None:
        world.write()
        async with world.bot("07:00:00", slack_channel=None) as bot:
            answer = await asked(lin, "subscribe", None)
            subscription = await bot.services.subscriptions.find(Destination(Platform.SLACK, lin.id))
        assert "08:00" in answer.text
        assert subscription is not None
        assert subscription.preferences.place is Place.PRIVATE
        async with world.bot("08:00:00", slack_channel=None) as bot:
            await bot.released(KEY)
        assert [message.thread_ts for message in lin.direct.from_bot] == [None] * 4

    async def test_ends_and_begins_in_a_channel(self, world: World, lin: SlackPerson) -> None:
        place = Destination(Platform.SLACK, world.channel.id)
        async with world.bot("07:00:00", slack_channel=None) as bot:
            subscribing = bot.services.conversation.subscribing
            await asked(lin, "订阅", world.channel)
            assert await subscribing.is_active(place)
            await asked(lin, "退订", world.channel)
            assert not await subscribing.is_active(place)

    @pytest.mark.parametrize(
        ("word", "roots", "told"),
        [("thread", 1, "各条在它的消息列里"), ("messages", 4, "每条一条消息"), ("overview", 1, "一条标题消息")],
    )
    async def test_may_name_a_style(self, world: World, lin: SlackPerson, word: str, roots: int, told: str) -> None:
        world.write()
        async with world.bot("07:00:00", slack_channel=None):
            answer = await asked(lin, f"subscribe {word}", world.channel)
        async with world.bot("08:00:00", slack_channel=None) as bot:
            await bot.released(KEY)
        sent = world.channel.from_bot
        assert told in answer.text
        assert len([message for message in sent if not message.is_reply]) == roots
        assert len(sent) == (1 if word == "overview" else 4)

    async def test_in_a_style_that_there_is_not_names_those_that_there_are(
        self, world: World, lin: SlackPerson
    ) -> None:
        async with world.bot("07:00:00", slack_channel=None) as bot:
            answer = await asked(lin, "subscribe loudly", world.channel)
            assert await bot.services.subscriptions.audiences() == {}
        assert "/digest subscribe messages" in answer.text


async def test_everybody_is_answered_in_the_language_they_chose(world: World, lin: SlackPerson) -> None:
    world.write(items=3)
    async with world.bot("13:00:00", slack_channel=None) as bot:
        await asked(lin, "subscribe", None)
        own = Destination(Platform.SLACK, lin.id)
        await bot.services.conversation.preferring.change(own, SetLanguage("en"))
        english = await asked(lin, "99", world.channel)
        await lin.say(f"<@{world.sandbox.slack.bot.id}> 99", world.channel)
        (for_all,) = await lin.receives(1, world.channel)
    assert english.text.startswith("The Feb 12 issue has 3 items")
    assert for_all.text.startswith("2月12日这期有 3 条")
