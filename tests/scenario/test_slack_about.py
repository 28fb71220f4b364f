"""The message shortcut, links to the digest's own site, and reactions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.destination import Platform
from bot.domain.person import Person
from bot.sandbox.slack_workspace import SlackMessage
from tests.scenario.world import DAY, Bot, World, eventually

SITE = "https://digest.example/blog"


# --- what did the digest say about this --------------------------------------------------------------------------


async def test_a_message_with_a_link_finds_the_item_with_that_source(world: World) -> None:
    world.write(items=5)
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00"):
        said = await member.say("看这个 https://www.forum.example/posts/3/?utm_source=x#top", world.channel)
        await member.use_shortcut(said, "about_message")
        found = await member.screen.opens("链接相同")
        assert found.content["title"]["text"] == "日报里说过的"
        assert found.texts[0].startswith("第 3 条")
        await member.screen.press(found, "打开")
        item = await member.screen.opens("‹ 上一条")
    assert item.previous_id == found.id, "it lies on what was found"


@pytest.mark.parametrize(("language", "nothing"), [("zh", "日报还没有说过"), ("en", "The digest has said nothing")])
async def test_a_message_is_matched_by_its_words_or_nothing_is_found(world: World, language: str, nothing: str) -> None:
    world.write(items=2, title="推理日报")
    world.write(DAY - timedelta(days=1), items=1, title="前一天")
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00", language=language):
        said = await member.say("<@U1> 我们的首字延迟怎么降？缓存可以试试 :thinking_face:", world.channel)
        await member.use_shortcut(said, "about_message")
        found = await member.screen.opens("缓存把首字延迟降到")
        assert len([one for one in found.elements if one[1]["type"] == "button"]) >= 3
        await member.screen.close(found)
        other = await member.say("Lunch at the ramen place tomorrow?", world.channel)
        await member.use_shortcut(other, "about_message")
        await member.screen.opens(nothing)


async def test_a_message_without_words_or_links_says_so(world: World) -> None:
    world.write()
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00"):
        said = await member.say(":tada: <@U1> …", world.channel)
        await member.use_shortcut(said, "about_message")
        await member.screen.opens("没有可以查找的文字或链接")


async def test_no_message_is_too_long_or_too_strange(world: World) -> None:
    world.write()
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00"):
        for text in ("缓存 " * 5000, "https://[::1 http://a@b:99999/ " * 50, '") OR 1 --', "&lt;script&gt; " * 100):
            said = await member.say(text, world.channel)
            await member.use_shortcut(said, "about_message")
            view = await member.screen.opens()
            await member.screen.close(view)


# --- links to the site -------------------------------------------------------------------------------------------


async def unfurled(world: World, text: str) -> SlackMessage:
    member = world.sandbox.slack.user()
    message = await member.say(text, world.channel)
    await world.sandbox.slack.changes.until(lambda: message.unfurls, what="an unfurled link")
    return message


def shown(message: SlackMessage) -> str:
    return str(message.unfurls)


@pytest.mark.parametrize(
    "address",
    [
        f"{SITE}/posts/2026-02-12/#2-第-2-条缓存把首字延迟降到-20-毫秒",
        f"{SITE}/2026-02-12.html#item-2",
        f"{SITE}/2026-02-12/#2",
        "https://www.digest.example/blog/2026-02-12?from=chat#2",
    ],
)
async def test_a_link_to_an_item_shows_its_summary(world: World, address: str) -> None:
    world.sandbox.slack.app.unfurl_domains = ("digest.example",)
    world.write(items=3)
    async with world.bot("10:00:00", site_url=SITE):
        message = await unfurled(world, f"见 {address}")
    assert "2. 第 2 条：缓存把首字延迟降到 20 毫秒\\n是什么：第 2 条的内容" in shown(message)
    assert "2026年2月12日 · 推理日报" in shown(message)


async def test_a_link_to_an_issue_shows_its_headlines(world: World) -> None:
    world.sandbox.slack.app.unfurl_domains = ("digest.example",)
    world.write(items=2)
    async with world.bot("10:00:00", site_url=SITE, language="en"):
        message = await unfurled(world, f"{SITE}/2026-02-12/")
    assert "1. 第 1 条" in shown(message)
    assert "2. 第 2 条" in shown(message)
    assert "February 12, 2026 · 2 items" in shown(message)


async def test_a_link_shows_what_it_leads_to_while_the_message_is_still_being_written(world: World) -> None:
    world.sandbox.slack.app.unfurl_domains = ("digest.example",)
    world.write(items=2)
    async with world.bot("10:00:00", site_url=SITE):
        draft = await world.sandbox.slack.user().write(f"{SITE}/2026-02-12/#2")
        await world.sandbox.slack.changes.until(lambda: draft.unfurls, what="an unfurled link")
    assert "2. 第 2 条：缓存把首字延迟降到 20 毫秒" in str(draft.unfurls)


async def test_what_is_not_certainly_meant_is_left_alone(world: World) -> None:
    world.sandbox.slack.app.unfurl_domains = ("digest.example",)
    world.write(items=2)
    world.write(DAY + timedelta(days=1))
    links = (
        f"{SITE}/about/",
        SITE,
        "https://digest.example/elsewhere/2026-02-12/",
        f"{SITE}/2026-02-13/",
        f"{SITE}/%00/..%2f",
    )
    async with world.bot("10:00:00", site_url=SITE):
        member = world.sandbox.slack.user()
        left = [await member.say(link, world.channel) for link in links]
        message = await unfurled(world, f"{SITE}/2026-02-12/")
    assert message.unfurls
    assert [one.unfurls for one in left] == [{}] * len(links), "a page of its own, another folder, an issue to come"


async def test_without_a_site_links_are_not_asked_about(world: World) -> None:
    world.sandbox.slack.app.unfurl_domains = ("digest.example",)
    world.write()
    async with world.bot("10:00:00"):
        member = world.sandbox.slack.user()
        await member.say(f"{SITE}/2026-02-12/", world.channel)
        await member.replies(await member.command("/today", channel=world.channel))
    assert not any("chat.unfurl" in str(call) for call in world.sandbox.slack.calls)


# --- reactions ---------------------------------------------------------------------------------------------------


def item(world: World, number: int) -> SlackMessage:
    return next(message for message in world.channel.from_bot if message.text.startswith(f"{number}. "))


async def counts(bot: Bot) -> list[tuple[int, int, int]]:
    return [(one.item.number, one.up, one.down) for one in await bot.services.keepsakes.votes(limit=9)]


async def come_to(bot: Bot, expected: list[tuple[int, int, int]]) -> None:
    async def holds() -> bool:
        return await counts(bot) == expected

    await eventually(holds)


async def saved_by(bot: Bot, member_id: str) -> list[int]:
    names = await bot.services.keepsakes.saved(Person(Platform.SLACK, member_id), offset=0, limit=9)
    return [name.number for name in names]


async def test_thumbs_on_an_item_are_votes_and_taking_them_back_undoes_it(world: World) -> None:
    world.write(items=3)
    lin, bo = world.sandbox.slack.user("lin"), world.sandbox.slack.user("bo")
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        message = item(world, 2)
        assert message.reactions == {}, "the bot adds none"
        await lin.react(message, "+1::skin-tone-3")
        await bo.react(message, "+1")
        await come_to(bot, [(2, 2, 0)])
        await bo.react(message, "-1")
        await come_to(bot, [(2, 1, 1)])
        await bo.take_back(message, "+1")
        await lin.take_back(message, "+1::skin-tone-3")
        await come_to(bot, [(2, 0, 1)])


async def test_of_two_thumbs_the_last_counts_and_the_other_again_when_that_is_taken_back(world: World) -> None:
    world.write(items=2)
    lin = world.sandbox.slack.user("lin")
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        message = item(world, 1)
        await lin.react(message, "+1")
        await lin.react(message, "-1")
        await come_to(bot, [(1, 0, 1)])
        await lin.take_back(message, "-1")
        await come_to(bot, [(1, 1, 0)])
        await lin.react(message, "thumbsup::skin-tone-2")
        await lin.take_back(message, "+1")
        await lin.react(item(world, 2), "-1")
        await come_to(bot, [(1, 1, 0), (2, 0, 1)])
        await lin.take_back(message, "thumbsup::skin-tone-2")
        await come_to(bot, [(2, 0, 1)])


async def test_of_two_thumbs_that_come_in_disorder_the_later_one_counts(world: World) -> None:
    world.write(items=1)
    slack = world.sandbox.slack
    lin = slack.user("lin")
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        message = item(world, 1)
        place = {"type": "message", "channel": message.channel.id, "ts": message.ts}
        told = {"type": "reaction_added", "user": lin.id, "item_user": message.author.id, "item": place}
        await slack.event({**told, "reaction": "-1", "event_ts": "1770000002.000200"}, message.channel)
        await come_to(bot, [(1, 0, 1)])
        await slack.event({**told, "reaction": "+1", "event_ts": "1770000002.000100"}, message.channel)
        await lin.react(message, "bookmark")

        async def is_saved() -> bool:
            return await saved_by(bot, lin.id) == [1]

        await eventually(is_saved)
        assert await counts(bot) == [(1, 0, 1)]


async def test_where_slack_does_not_tell_what_reactions_there_are_a_thumb_is_taken_back(world: World) -> None:
    world.write(items=2)
    lin = world.sandbox.slack.user("lin")
    world.sandbox.slack.faults.respond("reactions.get", 200, {"ok": False, "error": "message_not_found"})
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        await lin.react(item(world, 1), "+1")
        await come_to(bot, [(1, 1, 0)])
        await lin.take_back(item(world, 1), "+1")
        await come_to(bot, [])


async def test_a_bookmark_saves_for_whoever_set_it_and_the_home_tab_shows_it(world: World) -> None:
    world.write(items=3)
    lin = world.sandbox.slack.user("lin")
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        await lin.screen.open_home()
        await lin.react(item(world, 3), "bookmark")
        await lin.screen.shows("2月12日 · 第 3 条")
        assert await saved_by(bot, lin.id) == [3]
        await lin.take_back(item(world, 3), "bookmark")
        await lin.screen.shows("还没有收藏")


async def test_reactions_elsewhere_or_of_another_kind_count_for_nothing(world: World) -> None:
    world.write(items=2)
    lin = world.sandbox.slack.user("lin")
    async with world.bot("08:00:00") as bot:
        await bot.released(str(DAY))
        overview = world.channel.roots[0]
        said = await lin.say("1. nice", world.channel)
        for message, name in ((overview, "+1"), (said, "+1"), (said, "bookmark"), (item(world, 1), "tada")):
            await lin.react(message, name)
        await lin.react(item(world, 2), "-1")
        await come_to(bot, [(2, 0, 1)])
        assert await saved_by(bot, lin.id) == []


async def test_a_reaction_in_direct_messages_counts_too(world: World) -> None:
    world.write(items=2)
    member = world.sandbox.slack.user()
    async with world.bot("10:00:00") as bot:
        (answer,) = await member.replies(await member.command("/today", channel=world.channel))
        await member.replies(await member.press(answer, "全部发来"))
        await bot.idle()
        sent = next(message for message in member.direct.from_bot if message.text.startswith("1. "))
        await member.react(sent, "+1")
        await come_to(bot, [(1, 1, 0)])
