"""The home tab: today's issue, the archive, saved items and direct messages, and what is read from there."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.destination import Destination
from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_views import View
from tests.scenario.world import DAY, Bot, World, eventually


def text_of(view: View) -> str:
    return "\n".join(view.texts)


async def opened(world: World, *, name: str = "lin") -> tuple[SlackPerson, View]:
    member = world.sandbox.slack.user(name)
    return member, await member.screen.open_home()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("私信", "收藏", "往期", "打开", "日报不会以私信发给你。")),
        ("en", ("Your direct messages", "Saved", "Archive", "Open", "The digest does not come to you")),
    ],
)
async def test_the_home_tab_shows_today_the_archive_and_what_is_ones_own(
    world: World, language: str, words: tuple[str, ...]
) -> None:
    world.write(items=3)
    world.write(DAY - timedelta(days=1))
    async with world.bot("10:00:00", language=language):
        _, home = await opened(world)
    shown = text_of(home)
    assert "第 1 条" in shown
    assert str(DAY - timedelta(days=1)) in shown, "the archive"
    for word in words:
        assert word in shown


async def test_before_todays_issue_the_home_tab_says_so_and_changes_when_it_appears(world: World) -> None:
    world.write(DAY - timedelta(days=1))
    async with world.bot("09:00:00") as bot:
        member, home = await opened(world)
        assert "今天（2月12日）的还没发布" in text_of(home)
        world.write(items=2)
        await bot.released(str(DAY))
        home = await member.screen.shows("第 2 条")
    assert "还没发布" not in text_of(home)


async def test_a_home_tab_waits_out_a_pause_that_slack_asks_for(world: World) -> None:
    async with world.bot("09:00:00"):
        member, _ = await opened(world)
        world.sandbox.slack.faults.throttle("views.publish", 1)
        world.write(items=2)
        await member.screen.shows("第 2 条")
    assert [call.status for call in world.sandbox.slack.calls.of("views.publish")] == [200, 429, 200]


async def test_an_item_opens_in_a_modal_and_is_paged_there(world: World) -> None:
    world.write(items=3)
    async with world.bot("10:00:00"):
        member, home = await opened(world)
        await member.screen.press(home, "2")
        item = await member.screen.opens("第 2 条")
        await member.screen.press(item, "下一条 ›")
        await member.screen.opens("第 3 条")
        await member.screen.press(item, "目录")
        await member.screen.opens("第 1 条")
    assert item.previous_id is None, "it turned in place"


async def test_an_issue_of_the_archive_opens_and_its_items_too(world: World) -> None:
    world.write(items=2)
    world.write(DAY - timedelta(days=1), items=4)
    async with world.bot("10:00:00"):
        member, home = await opened(world)
        await member.screen.press(home, "view:archive:1")
        issue = await member.screen.opens(str(DAY - timedelta(days=1)))
        await member.screen.press(issue, "4")
        await member.screen.opens("4. ")


async def test_the_archive_turns_to_another_month(world: World) -> None:
    world.write()
    world.write(date(2025, 12, 30))
    world.write(date(2026, 1, 5))
    async with world.bot("10:00:00"):
        member, home = await opened(world)
        _, chooser = home.element("home:month")
        assert [one["text"]["text"] for one in chooser["options"]] == ["2026年2月", "2026年1月", "2025年12月"]
        await member.screen.choose(home, "home:month", "2025-12")
        home = await member.screen.shows("12月30日")
        assert "1月5日" not in text_of(home)
        await member.screen.open_home()
        assert "12月30日" in text_of(home), "it stays where it was turned to"


async def test_saving_an_item_changes_the_home_tab_and_removing_it_does_again(world: World) -> None:
    world.write(items=3)
    async with world.bot("10:00:00"):
        member, home = await opened(world)
        assert "还没有收藏" in text_of(home)
        await member.screen.press(home, "3")
        item = await member.screen.opens("第 3 条")
        await member.screen.press(item, "view:own:0")
        home = await member.screen.shows("2月12日 · 第 3 条")
        await member.screen.close(item)
        await member.screen.press(home, "view:saved:0")
        item = await member.screen.opens("第 3 条")
        await member.screen.press(item, "view:own:0")
        await member.screen.shows("还没有收藏")


async def test_a_vote_is_marked_and_counted(world: World) -> None:
    world.write(items=3)
    async with world.bot("10:00:00") as bot:
        member, home = await opened(world)
        await member.screen.press(home, "3")
        item = await member.screen.opens("第 3 条")
        await member.screen.press(item, "👍")
        await member.screen.opens("👍 ✓")
        (count,) = await bot.services.keepsakes.votes(limit=9)
        assert (count.item.number, count.up, count.down) == (3, 1, 0)
        await member.screen.press(item, "👍 ✓")
        await eventually(lambda: nothing_voted(bot))


async def nothing_voted(bot: Bot) -> bool:
    return not await bot.services.keepsakes.votes(limit=9)


async def test_direct_messages_begin_and_end_in_the_home_tab(world: World) -> None:
    world.write(items=1)
    async with world.bot("07:00:00") as bot:
        member, home = await opened(world)
        await member.screen.press(home, "以私信接收")
        home = await member.screen.shows("送达")
        assert "语言：中文 (与日报相同)" in text_of(home), "Slack does not tell a member's own"
        assert await bot.services.conversation.subscribing.is_active(Destination.parse(f"slack:{member.id}"))
        await member.screen.press(home, "停止私信")
        await member.screen.shows("日报不会以私信发给你。")
        assert not await bot.services.conversation.subscribing.is_active(Destination.parse(f"slack:{member.id}"))


async def test_send_all_from_the_home_tab_comes_once(world: World) -> None:
    world.write(items=2)
    async with world.bot("10:00:00") as bot:
        member, home = await opened(world)
        await member.screen.press(home, "全部发来")
        await member.screen.opens("已发到你与本应用的私信")
        await member.screen.press(home, "全部发来")
        await member.screen.opens("已经发过了")
        await bot.idle()
    assert len(member.direct.from_bot) == 4


async def test_a_home_tab_that_another_process_showed_gives_way_to_what_is_true_now(world: World) -> None:
    world.write(items=2)
    async with world.bot("10:00:00"):
        member, home = await opened(world)
        shown: Any = {"type": "home", "blocks": [{"type": "divider"}], "private_metadata": "{}"}
        world.sandbox.slack.views.publish(member.account, shown, None)
        await member.screen.open_home()
        assert "第 1 条" in text_of(home)
    conflicts = [call for call in world.sandbox.slack.calls if "hash_conflict" in str(call)]
    assert conflicts, "the hash was checked"


async def test_a_home_tab_from_before_a_restart_still_answers(world: World) -> None:
    world.write()
    world.write(date(2026, 1, 5))
    async with world.bot("10:00:00"):
        member, home = await opened(world)
        await member.screen.choose(home, "home:month", "2026-01")
        await member.screen.shows("1月5日")
    async with world.bot("10:05:00"):
        await member.screen.press(home, "以私信接收")
        home = await member.screen.shows("停止私信")
        assert "1月5日" in text_of(home), "the month that was chosen before"


async def test_buttons_of_another_persons_view_do_nothing(world: World) -> None:
    world.write(items=2)
    async with world.bot("10:00:00") as bot:
        _, home = await opened(world)
        stranger, own = await opened(world, name="bo")
        for label in ("以私信接收", "2"):
            pressed = await stranger.screen.press(home, label)
            assert pressed.ack_seconds is not None, "it is acknowledged all the same"
        await stranger.screen.open_home()
        assert not stranger.screen.has_modal
        for member in (home.owner, own.owner):
            assert not await bot.services.conversation.subscribing.is_active(Destination.parse(f"slack:{member.id}"))


async def test_a_view_of_another_version_is_left_alone(world: World) -> None:
    world.write()
    async with world.bot("10:00:00"):
        member, home = await opened(world)
        for metadata in ("", "not json", "[]", '{"for": 5}'):
            home.content["private_metadata"] = metadata
            await member.screen.press(home, "以私信接收")
            await member.screen.choose(home, "home:month", "2026-02")
        home = await member.screen.open_home()
    assert "日报不会以私信发给你。" in text_of(home)


async def test_a_button_of_a_deleted_issue_says_that_it_is_out_of_date(world: World) -> None:
    gone = world.write(DAY - timedelta(days=1))
    world.write()
    async with world.bot("10:00:00") as bot:
        member, home = await opened(world)
        gone.unlink()
        await bot.app.look()
        await member.screen.press(home, "view:archive:1")
        await member.screen.opens("这个按钮已经过期")
