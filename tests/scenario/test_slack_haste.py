"""Who asks faster than anybody reads: by command, in the home tab, in modals, by the message shortcut."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_views import View
from tests.scenario.world import World

MANY = 60
"""Twice what is answered at once."""
FEW = 10
"""A reader is told once until one more request is answered, and two a second are."""
PATIENCE = "一下子太多了"


@pytest.fixture
def lin(world: World) -> SlackPerson:
    return world.sandbox.slack.user("lin")


async def often(act: Callable[[], Awaitable[object]]) -> None:
    await asyncio.gather(*(act() for _ in range(MANY)))


async def test_commands_are_answered_up_to_a_rate_and_the_reader_is_told(world: World, lin: SlackPerson) -> None:
    world.write(items=3)
    async with world.bot("13:00:00"):
        typed = await asyncio.gather(*(lin.command("/digest", "1", world.channel) for _ in range(MANY)))

        def slow() -> list[str]:
            return [one.text for asked in typed for one in asked.replies if not one.text.startswith("1. ")]

        await world.sandbox.changes.until(slow, within=10, what="a word to the hasty")
        await lin.replies(await world.sandbox.slack.user("mei").command("/digest", "help", world.channel))
        assert all(one.ack_seconds is not None for one in typed)
    assert all(sentence.startswith(PATIENCE) for sentence in slow())
    assert len(slow()) < FEW
    assert sum(len(one.replies) for one in typed) < MANY


async def told(lin: SlackPerson, world: World, method: str) -> View:
    """Return the modal that tells the reader to be patient, once all others have nothing to show any more."""
    modal = await lin.screen.opens(PATIENCE)
    (answer,) = await lin.replies(await world.sandbox.slack.user("mei").command("/digest", "help", world.channel))
    assert answer.text.startswith("命令："), "nobody else waits"
    saying = [
        call for call in world.sandbox.slack.calls.of(method) if PATIENCE in str(call.parameters["view"]["blocks"])
    ]
    assert len(saying) < FEW
    return modal


async def test_presses_in_the_home_tab_are_taken_up_to_a_rate(world: World, lin: SlackPerson) -> None:
    world.write(items=3)
    async with world.bot("10:00:00"):
        home = await lin.screen.open_home()
        await often(lambda: lin.screen.choose(home, "home:month", "2026-02"))
        await told(lin, world, "views.open")
    assert len(world.sandbox.slack.calls.of("views.publish")) < MANY


async def test_the_home_tab_is_made_anew_up_to_a_rate(world: World, lin: SlackPerson) -> None:
    world.write(items=3)
    async with world.bot("10:00:00"):
        await lin.screen.open_home()
        await often(lin.open_home)
        await lin.replies(await world.sandbox.slack.user("mei").command("/digest", "help", world.channel))
    assert len(world.sandbox.slack.calls.of("views.publish")) < MANY


async def test_the_message_shortcut_and_the_form_open_up_to_a_rate(world: World, lin: SlackPerson) -> None:
    world.write(items=3)
    async with world.bot("10:00:00"):
        said = await lin.say("缓存可以试试", world.channel)
        await often(lambda: lin.use_shortcut(said, "about_message"))
        await told(lin, world, "views.open")
        shown = len(world.sandbox.slack.calls.of("views.open"))
        await often(lambda: lin.command("/digest", "settings", world.channel))
    assert shown < MANY
    assert len(world.sandbox.slack.calls.of("views.open")) < shown + MANY


async def test_a_modal_turns_up_to_a_rate(world: World, lin: SlackPerson) -> None:
    world.write(items=3)
    async with world.bot("10:00:00"):
        home = await lin.screen.open_home()
        await lin.screen.press(home, "2")
        item = await lin.screen.opens("第 2 条")
        await often(lambda: lin.screen.press(item, "view:1"))
        modal = await told(lin, world, "views.push")
    assert modal.previous_id == item.id, "what was read stays below"


async def test_the_address_of_an_item_is_told_up_to_a_rate(world: World, lin: SlackPerson) -> None:
    world.write(items=1)
    async with world.bot("08:00:00") as bot:
        await bot.released("2026-02-12")
        item = world.channel.from_bot[1]
        await often(lambda: lin.press(item, "permalink"))
        await lin.replies(await world.sandbox.slack.user("mei").command("/digest", "help", world.channel))
    assert len(world.sandbox.slack.calls.of("chat.getPermalink")) < MANY
