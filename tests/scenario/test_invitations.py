"""A bot that is by invitation: who comes in, who stays, and what all others are told."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.telegram_people import Person
from tests.scenario.owners import owner_of
from tests.scenario.world import World

CLOSED = "这份日报需要邀请才能阅读。请向运营者要一个邀请链接。"
BY_INVITATION: dict[str, Any] = {"access": "invite"}
LINK = re.compile(r"https://t\.me/\S+")


async def invited(owner: Person, people: str = "") -> str:
    """Return the link that the owner is given."""
    found = LINK.search((await owner.ask(f"/invite {people}".strip())).text)
    assert found is not None
    return found[0]


async def test_a_stranger_gets_one_sentence_and_nothing_else(world: World) -> None:
    _, settings = owner_of(world)
    world.write(items=2)
    stranger, foreigner = world.sandbox.telegram.user(), world.sandbox.telegram.user(language_code="de")
    async with world.bot("09:00:00", **settings, **BY_INVITATION) as bot:
        for text in ("/start", "/today", "/item 1", "hello", "/nonsense", "/stop"):
            assert (await stranger.ask(text)).text == CLOSED
        assert (await foreigner.ask("/start")).text.startswith("This digest is by invitation.")
        assert sum((await bot.services.subscriptions.audiences()).values()) == 0


async def test_a_link_lets_one_person_in_who_is_greeted_as_by_start(world: World) -> None:
    olga, settings = owner_of(world)
    lin, late = world.sandbox.telegram.user(), world.sandbox.telegram.user()
    world.write(items=2)
    async with world.bot("07:00:00", **settings, **BY_INVITATION):
        link = await invited(olga)
        await lin.follow(link)
        assert "已订阅" in (await lin.receives(1))[0].text
        await late.follow(link)
        assert (await late.receives(1))[0].text == "这个链接已经用完，请再要一个。"
        assert (await late.ask("/today")).text == CLOSED
        assert (await lin.ask("/item 2")).text.startswith("2. 第 2 条")


async def test_a_link_for_two_lets_two_in_and_a_week_later_nobody(world: World) -> None:
    olga, settings = owner_of(world)
    people = [world.sandbox.telegram.user() for _ in range(3)]
    async with world.bot("07:00:00", **settings, **BY_INVITATION) as bot:
        link = await invited(olga, "2")
        for person in people:
            await person.follow(link)
            await person.receives(1)
        assert ["已订阅" in person.texts[0] for person in people] == [True, True, False]
        assert sum((await bot.services.subscriptions.audiences()).values()) == 2
        another = await invited(olga, "5")
    async with world.bot("2026-02-19 07:10:00", **settings, **BY_INVITATION):
        await people[2].follow(another)
        assert (await people[2].receives(2))[1].text == "这个链接已经过期，请再要一个。"


async def test_who_left_may_come_back(world: World) -> None:
    olga, settings = owner_of(world)
    lin = world.sandbox.telegram.user()
    async with world.bot("07:00:00", **settings, **BY_INVITATION):
        await lin.follow(await invited(olga))
        await lin.receives(1)
        await lin.ask("/stop")
        assert "已订阅" in (await lin.ask("/start")).text


async def test_who_has_themselves_forgotten_needs_another_link(world: World) -> None:
    olga, settings = owner_of(world)
    lin = world.sandbox.telegram.user()
    async with world.bot("07:00:00", **settings, **BY_INVITATION):
        await lin.follow(await invited(olga))
        await lin.receives(1)
        await (await lin.press(await lin.ask("/forget"), "全部删除")).answered()
        assert (await lin.ask("/start")).text == CLOSED
        before = len(lin.messages)
        await lin.follow(await invited(olga))
        assert "已订阅" in (await lin.receives(before + 1))[-1].text
        await (await olga.press(await olga.ask("/forget"), "全部删除")).answered()
        assert (await olga.ask("/admin")).text.startswith("今天")


async def test_who_subscribed_while_it_was_open_stays(world: World) -> None:
    _, settings = owner_of(world)
    lin = await world.subscriber()
    world.write(items=2)
    async with world.bot("09:00:00", **settings, **BY_INVITATION):
        assert (await lin.ask("/item 1")).text.startswith("1. 第 1 条")


async def test_a_group_needs_somebody_who_was_let_in_and_then_speaks_for_its_members(world: World) -> None:
    olga, settings = owner_of(world)
    stranger = world.sandbox.telegram.user()
    telegram = world.sandbox.telegram
    group = telegram.supergroup("Team", topics={7: "Digest"}, people=[stranger, olga], admins=[stranger, olga])
    world.write(items=2)
    async with world.bot("07:00:00", **settings, **BY_INVITATION):
        assert (await stranger.ask("/start", chat=group)).text == CLOSED
        await stranger.send("/start@another_bot", chat=group)
        await stranger.send("what is this?", chat=group)
        assert "已订阅" in (await olga.ask("/start", chat=group, topic=7)).text
        assert (await stranger.ask("/item 1", chat=group)).text.startswith("1. 第 1 条")
    assert len(group.from_bot) == 3


async def test_a_stranger_who_presses_a_button_of_old_is_told_so(world: World) -> None:
    _, settings = owner_of(world)
    world.write(items=2)
    stranger = world.sandbox.telegram.user()
    async with world.bot("09:00:00", **settings):
        answer = await stranger.ask("/today")
    async with world.bot("09:00:10", **settings, **BY_INVITATION):
        press = await (await stranger.press(answer, "2")).answered()
    assert (press.text, press.alert) == (CLOSED, True)


async def test_an_owner_is_asked_for_a_number_of_people(world: World) -> None:
    olga, settings = owner_of(world, language="en")
    async with world.bot("09:00:00", **settings) as bot:
        for asked in ("many", "0", "-3", "10001"):
            assert (await olga.ask(f"/invite {asked}")).text.startswith("For how many people?")
        told = (await olga.ask("/invite 20")).text
        assert told.startswith("This link lets 20 people in, until Feb 19:")
        assert told.endswith("At present nobody needs one: anybody may subscribe.")
        assert bot.services.owning.membership.by_invitation is False


async def test_an_owner_is_never_shut_out(world: World) -> None:
    olga, settings = owner_of(world)
    changed: dict[str, Any] = settings | BY_INVITATION
    async with world.bot("07:00:00", **changed):
        assert "已订阅" in (await olga.ask("/start")).text
