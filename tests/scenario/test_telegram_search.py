"""Words that are looked for in Telegram: by /search and in line; in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.telegram_chats import Message
from tests.scenario.world import DAY, World

YESTERDAY = DAY - timedelta(days=1)


class TestASearch:
    async def test_finds_two_characters_and_opens_the_item(self, world: World) -> None:
        for number in range(9):
            world.write(DAY - timedelta(days=number), items=1)
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            found = await reader.ask("/search 延迟")
            assert found.text.startswith("搜索：延迟")
            assert f"({DAY})" in found.text
            assert "延迟" in [text_at(found, entity) for entity in found.entities if entity["type"] == "bold"]
            assert len([button for button in found.buttons if " · " in button["text"]]) == 6
            await (await reader.press(found, "下一页 ›")).answered()
            assert len([button for button in found.buttons if " · " in button["text"]]) == 3
            await (await reader.press(found, "‹ 上一页")).answered()
            await (await reader.press(found, found.buttons[1]["callback_data"])).answered()
        assert reader.texts[-1].startswith("1. 第 1 条")
        assert len(reader.messages) == 2

    @pytest.mark.parametrize(
        ("asked", "language", "sentence"),
        [
            ("/search", "zh", "想找什么？跟在命令后面发送，例如 /search 推理"),
            ("/search", "en", "What are you looking for? Send it with the command, for example /search inference"),
            ("/search !!!", "zh", "“!!!”里没有可搜索的词。例如发送 /search 推理"),
            ("/search 😀", "en", "There is no word in “😀”. Send, for example, /search inference"),
            ('/search "" AND (', "en", "Nothing found for “\"\" AND (”. Try fewer or other words."),
            ("/search NEAR( * OR :", "zh", "没有找到“NEAR( * OR :”。换个词或少几个词试试。"),
            ("/search 量子计算机", "zh", "没有找到“量子计算机”。换个词或少几个词试试。"),
            ("/search " + "长" * 4000, "zh", "太长了。请发送几个词来搜索，最多 100 个字符。"),
            ("/search " + "x " * 60, "en", "That is too long to search for. Send a few words, at most 100 characters."),
            ("/search a\x00b", "en", "Nothing found for “a\x00b”. Try fewer or other words."),
        ],
    )  # fmt: skip
    async def test_that_cannot_succeed_has_a_sentence(
        self, world: World, asked: str, language: str, sentence: str
    ) -> None:
        world.write()
        reader = world.sandbox.telegram.user(language_code=language)
        async with world.bot("10:00:00"):
            assert (await reader.ask(asked)).text == sentence

    async def test_too_long_for_its_buttons_says_how_to_turn_pages(self, world: World) -> None:
        for number in range(9):
            world.write(DAY - timedelta(days=number), items=1)
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            found = await reader.ask("/search 第 条 缓存把首字延迟降到 10 毫秒 延迟决定体验")
        assert found.text.endswith("还有更多结果：减少搜索词即可翻页。")
        assert not any("页" in button["text"] for button in found.buttons)

    async def test_leads_into_the_private_chat_from_a_group(self, world: World) -> None:
        world.write()
        telegram = world.sandbox.telegram
        member = telegram.user()
        group = telegram.group(people=[member])
        async with world.bot("10:00:00"):
            found = await member.ask("/search 延迟", chat=group)
        assert found.buttons == []
        assert "/start" not in found.text
        links = [entity["url"] for entity in found.entities if entity["type"] == "text_link"]
        assert all(link.startswith(f"https://t.me/{telegram.bot.username}?start=1-a-") for link in links)
        assert len(links) == 2

    async def test_knows_an_edit_and_forgets_what_is_gone(self, world: World) -> None:
        path = world.write(items=1)
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            found = await reader.ask("/search 缓存")
        path.unlink()
        world.write(items=1, title="别的", name="other.md", day=YESTERDAY)
        async with world.bot("10:00:00"):
            press = await (await reader.press(found, found.buttons[0]["callback_data"])).answered()
            assert press.text == "这个按钮已经过期。发送 /today 查看最新一期。"
            assert str(YESTERDAY) in (await reader.ask("/search 缓存")).text


def text_at(message: Message, entity: dict[str, Any]) -> str:
    units = message.text.encode("utf-16-le")
    return units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


class TestInline:
    async def test_offers_todays_items_and_posts_one_anywhere(self, world: World) -> None:
        world.write(YESTERDAY, items=2)
        world.write(items=3)
        telegram = world.sandbox.telegram
        reader, friend = telegram.user(), telegram.user(name="Friend")
        elsewhere = telegram.group("Elsewhere", people=[reader, friend])
        async with world.bot("10:00:00"):
            offered = await reader.look_up()
            assert len(offered.results) == 3
            assert all(str(DAY) in result["description"] for result in offered.results)
            posted = reader.post(offered, offered.titles[1], elsewhere)
        assert posted.text.startswith("2. 第 2 条")
        assert [list(button) for button in posted.buttons] == [["text", "url"]]

    async def test_finds_words_todays_first_in_pages_and_asks_again_only_after_a_while(self, world: World) -> None:
        for number in range(8):
            world.write(DAY - timedelta(days=number), items=2)
        telegram = world.sandbox.telegram
        reader = telegram.user(language_code="en")
        async with world.bot("10:00:00"):
            first = await reader.look_up("延迟")
            assert len(first.results) == 10
            assert [result["description"][:10] for result in first.results[:3]] == [str(DAY), str(DAY), str(YESTERDAY)]
            second = await reader.look_up("延迟", offset=first.next_offset)
            assert len(second.results) == 6
            assert second.next_offset == ""
            ids = [result["id"] for page in (first, second) for result in page.results]
            assert len(set(ids)) == 16
            assert await reader.look_up("延迟") is first
            assert len(telegram.calls.of("answerInlineQuery")) == 2

    @pytest.mark.parametrize("words", ["量子计算机", "!!!", "😀", "x" * 300, '"*'])
    async def test_that_finds_nothing_leads_into_the_private_chat(self, world: World, words: str) -> None:
        world.write()
        reader = world.sandbox.telegram.user()
        async with world.bot("10:00:00"):
            offered = await reader.look_up(words)
        assert offered.results == []
        assert offered.button
        assert offered.button["text"] == "没有找到，去和我私聊"
