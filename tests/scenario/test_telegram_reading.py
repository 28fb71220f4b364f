"""The archive in Telegram: by day, by calendar, by what was saved; in both languages."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.destination import Platform
from bot.domain.person import Person as Reader
from tests import written_posts
from tests.scenario.world import DAY, World

YESTERDAY = DAY - timedelta(days=1)


class TestADay:
    @pytest.mark.parametrize("asked", ["昨天", "2026-02-11", "2月11日", "周三", "yesterday", "wednesday", "11 Feb"])
    async def test_is_asked_for_in_many_ways(self, world: World, asked: str) -> None:
        world.write(YESTERDAY, items=2)
        world.write()
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            answer = await reader.ask(f"/date {asked}")
            assert f"推理日报｜{YESTERDAY}" in answer.text
            await (await reader.press(answer, "2")).answered()
            assert answer.text.startswith("2. 第 2 条")

    @pytest.mark.parametrize(
        ("asked", "language", "sentence"),
        [
            ("/date 前天", "zh", "2026年2月10日没有内容。前后最近的是2026年2月9日、2026年2月12日。"),
            (
                *("/date 2-10", "en"),
                "There was no issue on February 10, 2026. The nearest: February 9, 2026, February 12, 2026",
            ),
            ("/date", "zh", "要看哪一天？例如发送 /date 2026-02-12 或 /date 昨天。/archive 显示日历。"),
            (
                *("/date", "en"),
                "Which day? Send, for example, /date 2026-02-12 or /date yesterday. /archive shows a calendar.",
            ),
            ("/date 哪天", "zh", "“哪天”不是日期。例如发送 /date 2026-02-12 或 /date 昨天。"),
            ("/date someday", "en", "“someday” is not a day. Send, for example, /date 2026-02-12 or /date yesterday."),
            ("/date 2026-02-13", "zh", "2026年2月13日还没到。发送 /latest 查看最新一期。"),
            ("/date 2026-02-13", "en", "February 13, 2026 is still to come. Send /latest for the newest issue."),
        ],
    )  # fmt: skip
    async def test_without_an_issue_has_a_sentence(
        self, world: World, asked: str, language: str, sentence: str
    ) -> None:
        world.write(DAY - timedelta(days=3))
        world.write()
        reader = world.sandbox.telegram.user(language_code=language)
        async with world.bot("10:00:00"):
            assert (await reader.ask(asked)).text == sentence

    async def test_with_two_issues_offers_both(self, world: World) -> None:
        world.write()
        written_posts.write(world.posts, "essay.md", written_posts.essay(DAY))
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            answer = await reader.ask("/date 今天")
            assert [button["text"] for button in answer.buttons] == [f"推理日报｜{DAY}", "为什么要慢下来"]
            await (await reader.press(answer, "为什么要慢下来")).answered()
        assert reader.texts[-1].startswith("为什么要慢下来")

    async def test_can_be_named_before_an_items_number(self, world: World) -> None:
        world.write(YESTERDAY, items=3)
        world.write()
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            for asked in ("/item 2026-02-11 3", "/item 昨天第三条", "/item 周三 3"):
                assert (await reader.ask(asked)).text.startswith("3. 第 3 条")
            assert (await reader.ask("/item 第二条")).text.startswith("2. 第 2 条")
            assert "没有内容" in (await reader.ask("/item 前天 3")).text

    async def test_that_is_newest_is_the_latest(self, world: World) -> None:
        world.write(YESTERDAY)
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            assert (await reader.ask("/latest")).text.startswith(f"推理日报｜{YESTERDAY}")

    async def test_of_nothing_is_none(self, world: World) -> None:
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            for asked in ("/latest", "/date 昨天", "/archive"):
                assert (await reader.ask(asked)).text == "还没有发布过任何一期。"
            assert "没有找到" in (await reader.ask("/search 推理")).text


class TestACalendar:
    async def test_opens_days_and_turns_months(self, world: World) -> None:
        world.write(date(2025, 12, 30))
        world.write(date(2026, 2, 3))
        world.write()
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            calendar = await reader.ask("/archive")
            assert "2026年2月" in calendar.text
            assert [button["text"] for button in calendar.buttons[:7]] == list("一二三四五六日")
            numbers = [button["text"] for button in calendar.buttons if button["text"].strip("[]").isdigit()]
            assert numbers == ["3", "[12]"]
            await (await reader.press(calendar, "3")).answered()
            assert reader.texts[-1].startswith("推理日报｜2026-02-03")
            for turn, month in (("‹ 2026年1月", "2026年1月"), ("‹ 2025年12月", "2025年12月")):
                await (await reader.press(calendar, turn)).answered()
                assert month in calendar.text
            assert not any("2025年11月" in button["text"] for button in calendar.buttons)
            await (await reader.press(calendar, "30")).answered()
            await (await reader.press(calendar, "2026年1月 ›")).answered()
            assert "2026年1月" in calendar.text
        assert len(reader.messages) == 3

    @pytest.mark.parametrize("half", [0, 1])
    async def test_answers_every_one_of_its_buttons(self, world: World, half: int) -> None:
        world.write()
        reader = world.sandbox.telegram.user(language_code="en")
        async with world.bot("10:00:00"):
            calendar = await reader.ask("/archive")
            assert "February 2026" in calendar.text
            datas = list(dict.fromkeys(button["callback_data"] for button in calendar.buttons))
            assert len(datas) > 28
            for data in datas[half::2]:  # nobody taps all of them at once
                press = await (await reader.press(calendar, data)).answered()
                assert press.text or len(reader.messages) > 1

    async def test_is_a_list_of_links_in_a_group(self, world: World) -> None:
        world.write(YESTERDAY)
        world.write()
        telegram = world.sandbox.telegram
        member = telegram.user()
        group = telegram.group(people=[member])
        async with world.bot("10:00:00"):
            answer = await member.ask("/archive", chat=group)
        assert [button for button in answer.buttons if "callback_data" in button] == []
        links = [entity["url"] for entity in answer.entities if entity["type"] == "text_link"]
        assert len(links) == 2
        assert all(link.startswith(f"https://t.me/{telegram.bot.username}?start=") for link in links)


class TestAnItem:
    async def test_can_be_saved_listed_and_removed(self, world: World) -> None:
        world.write(items=3)
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            assert (await reader.ask("/saved")).text.startswith("你还没有收藏")
            for number in (1, 3):
                item = await reader.ask(f"/item {number}")
                press = await (await reader.press(item, "🔖 收藏")).answered()
                assert press.text == "已收藏，发送 /saved 查看。"
                assert item.button("✓ 已收藏")
            assert (await reader.ask("/item 1")).button("✓ 已收藏")
            saved = await reader.ask("/saved")
            assert [button["text"][:4] for button in saved.buttons if " · " in button["text"]] == ["1 · ", "2 · "]
            assert saved.text.split("\n\n")[1].startswith("1. 第 3 条")
            await (await reader.press(saved, saved.buttons[0]["callback_data"])).answered()
            assert reader.texts[-1].startswith("3. 第 3 条")
            await (await reader.press(saved, saved.buttons[1]["callback_data"])).answered()
            assert "第 3 条" not in saved.text
            item = await reader.ask("/item 1")
            assert (await (await reader.press(item, "✓ 已收藏")).answered()).text == "已取消收藏。"
            await (await reader.press(saved, saved.buttons[1]["callback_data"])).answered()
            assert saved.text.startswith("你还没有收藏")

    async def test_that_is_saved_pages_and_survives_its_issue(self, world: World) -> None:
        path = world.write(items=12)
        reader = world.sandbox.telegram.user(language_code="en")
        async with world.bot("10:00:00") as bot:
            for number in range(1, 11):
                item = await reader.ask(f"/item {number}")
                await (await reader.press(item, "🔖 Save")).answered()
                bot.services.clock.shift += timedelta(seconds=5)
            saved = await reader.ask("/saved")
            await (await reader.press(saved, "More ›")).answered()
            assert len([button for button in saved.buttons if button["text"] == "✕"]) == 2
        path.unlink()
        async with world.bot("10:00:00"):
            saved = await reader.ask("/saved")
            assert "no longer there" in saved.text

    async def test_is_shared_by_a_link_that_opens_that_very_item(self, world: World) -> None:
        world.write(items=3)
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            item = await reader.ask("/item 2")
            share = urlsplit(item.button("↗ 分享")["url"])
            asked = parse_qs(share.query)
            assert (share.netloc, share.path) == ("t.me", "/share/url")
            link = urlsplit(asked["url"][0])
            assert link.path == f"/{world.sandbox.telegram.bot.username}"
            assert asked["text"][0].startswith("第 2 条")
            friend = world.sandbox.telegram.user(name="Friend")
            await friend.send(f"/start {parse_qs(link.query)['start'][0]}")
            await friend.receives()
            assert any(text.startswith("2. 第 2 条") for text in friend.texts)

    async def test_is_voted_on_once_by_a_person_and_the_vote_can_change(self, world: World) -> None:
        world.write(items=2)
        telegram = world.sandbox.telegram
        lin, mo = telegram.user(), telegram.user(language_code="en")
        async with world.bot("10:00:00") as bot:

            async def counts() -> list[tuple[int, int, int]]:
                return [(one.item.number, one.up, one.down) for one in await bot.services.keepsakes.votes(limit=9)]

            item = await lin.ask("/item 2")
            await (await lin.press(item, "⋯")).answered()
            assert [button["text"] for button in item.buttons if "url" not in button] == [
                *("🔖 收藏", "👍", "👎", "全部标题", "‹ 上一条", "目录"),
            ]
            for button, notice, count in (
                ("👍", "谢谢，你的评价已记下。", [(2, 1, 0)]),
                ("👎", "谢谢，你的评价已记下。", [(2, 0, 1)]),
                ("👎 ✓", "评价已撤回。", []),
                ("👍", "谢谢，你的评价已记下。", [(2, 1, 0)]),
            ):
                assert (await (await lin.press(item, button)).answered()).text == notice
                assert await counts() == count
            other = await mo.ask("/item 2")
            await (await mo.press(other, "⋯")).answered()
            await (await mo.press(other, "👍")).answered()
            assert await counts() == [(2, 2, 0)]
            await (await mo.press(other, "All headlines")).answered()
            assert mo.texts[-1].startswith("推理日报")
            assert await bot.services.conversation.saving.erase(Reader(Platform.TELEGRAM, str(mo.id))) == 1
            assert await counts() == [(2, 1, 0)]

    async def test_in_a_group_has_addresses_only(self, world: World) -> None:
        world.write(items=2)
        telegram = world.sandbox.telegram
        member = telegram.user()
        group = telegram.group(people=[member])
        async with world.bot("10:00:00"):
            for asked in ("/item 1", "/date 今天", "/latest"):
                answer = await member.ask(asked, chat=group)
                assert all("url" in button for button in answer.buttons)
            assert (await member.ask("/saved", chat=group)).text == "请在和我的私聊中使用这个功能。"


class TestAButton:
    async def test_that_acts_leads_away_where_others_look_on(self, world: World) -> None:
        world.write(items=2)
        telegram = world.sandbox.telegram
        member = telegram.user()
        group = telegram.group(people=[member])
        async with world.bot("10:00:00"):
            private = await member.ask("/item 1")
            data = {button["text"]: button.get("callback_data", "") for button in private.buttons}
            message = await member.ask("/today", chat=group)
            for label in ("下一条 ›", "目录"):
                press = await telegram.press(member.account, message, data[label]).answered()
                assert press.url.startswith(f"https://t.me/{telegram.bot.username}?start=1-")
            press = await telegram.press(member.account, message, data["🔖 收藏"]).answered()
            assert press.text == "请在和我的私聊中使用这个功能。"
            assert message.edits == []

    @pytest.mark.parametrize(
        "data",
        [
            *("", "0:t:abc:1", "2:t:abc:1", "1:z", "1:m:2026:13", "1:d:20260231"),
            *("1:f:0:", "1:k:x:1:2", "推理", "1:t::1"),
        ],
    )
    async def test_of_another_version_says_that_it_is_out_of_date(self, world: World, data: str) -> None:
        world.write()
        telegram = world.sandbox.telegram
        reader = telegram.user()
        async with world.bot("10:00:00"):
            message = await reader.ask("/today")
            press = await telegram.press(reader.account, message, data).answered()
            assert press.text == "这个按钮已经过期。发送 /today 查看最新一期。"

    async def test_of_the_first_version_still_works(self, world: World) -> None:
        """What was delivered or answered before the archive came."""
        world.write(items=3)
        telegram = world.sandbox.telegram
        reader = telegram.user()
        async with world.bot("10:00:00") as bot:
            known = await bot.services.library.newest(DAY)
            assert known
            message = await reader.ask("/today")
            for data in (f"1:t:{known.ref}:2", f"1:h:{known.ref}", f"1:a:{known.ref}:3", f"1:o:{known.ref}"):
                assert (await telegram.press(reader.account, message, data).answered()).text == ""


class TestAFlood:
    @pytest.mark.parametrize(("language", "word"), [("zh", "请等"), ("en", "Please wait")])
    async def test_is_throttled_politely_and_once(self, world: World, language: str, word: str) -> None:
        world.write()
        telegram = world.sandbox.telegram
        hasty, other = telegram.user(language_code=language), telegram.user()
        async with world.bot("10:00:00"):
            for _ in range(60):
                await hasty.send("/help")
            await hasty.receives(31)
            told = [text for text in hasty.texts if word in text]
            assert 1 <= len(told) < 10, "once, until one more is let in"
            assert "/today" in (await other.ask("/help")).text
            presses = [telegram.press(hasty.account, hasty.messages[0], "1:e") for _ in range(60)]
            notices = [(await press.answered()).text for press in presses]
            assert all(notices)
            assert any(word in notice for notice in notices)
            await asyncio.sleep(1)  # two more are let in
            assert "/today" in (await hasty.ask("/help")).text


async def test_a_database_that_fails_is_told_in_a_sentence_of_its_own(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.write()
    telegram = world.sandbox.telegram
    reader = telegram.user()
    async with world.bot("10:00:00"):
        today = await reader.ask("/today")
        item = await reader.ask("/item 1")
        await asyncio.to_thread(_drop, world.database, "passages", "saves")  # the bot may have to finish a write
        assert (await reader.ask("/search 延迟")).text == "现在暂时读不到内容，请过一分钟再试。"
        press = await (await reader.press(item, "🔖 收藏")).answered()
        assert press.text == "现在暂时读不到内容，请过一分钟再试。"
        assert today.text
    assert "Traceback" not in capsys.readouterr().err


def _drop(database: Path, *tables: str) -> None:
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        for table in tables:
            connection.execute(f"DROP TABLE {table}")
