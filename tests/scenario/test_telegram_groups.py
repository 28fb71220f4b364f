"""What a group is spared: the same answer twice."""

from __future__ import annotations

import pytest

from bot.sandbox.telegram_chats import Chat
from bot.sandbox.telegram_people import Person
from tests.scenario.world import World


@pytest.fixture
def people(world: World) -> tuple[Person, Person]:
    world.write(items=3)
    return world.sandbox.telegram.user(name="Lin"), world.sandbox.telegram.user(name="Mo")


@pytest.fixture
def group(world: World, people: tuple[Person, Person]) -> Chat:
    return world.sandbox.telegram.supergroup(people=people, topics={5: "News"})


@pytest.mark.parametrize(
    ("language", "sentence"), [("zh", "上面不远处就有。"), ("en", "It stands here already, a little further up.")]
)
async def test_today_asked_for_again_points_at_the_earlier_answer(
    world: World, people: tuple[Person, Person], group: Chat, language: str, sentence: str
) -> None:
    first, second = people
    async with world.bot("10:00:00", language=language):
        answer = await first.ask("/today", chat=group)
        again = await second.ask("/today", chat=group)
        third = await first.ask("/today", chat=group)
    assert again.text == third.text == sentence
    assert again.reply_to is answer
    assert third.reply_to is answer
    assert [button["url"] for button in again.buttons] == [f"https://t.me/c/{str(group.id)[4:]}/{answer.id}"]


async def test_in_a_group_whose_messages_have_no_address_the_reply_alone_leads_there(
    world: World, people: tuple[Person, Person]
) -> None:
    plain = world.sandbox.telegram.group(people=people)
    async with world.bot("10:00:00"):
        answer = await people[0].ask("/today", chat=plain)
        again = await people[1].ask("/today", chat=plain)
    assert again.reply_to is answer
    assert again.buttons == []


async def test_an_answer_that_was_deleted_is_given_again(
    world: World, people: tuple[Person, Person], group: Chat
) -> None:
    async with world.bot("10:00:00"):
        answer = await people[0].ask("/today", chat=group)
        answer.deleted = True
        again = await people[1].ask("/today", chat=group)
        third = await people[1].ask("/today", chat=group)
    assert again.text == answer.text
    assert third.reply_to is again


async def test_each_topic_has_its_own(world: World, people: tuple[Person, Person], group: Chat) -> None:
    async with world.bot("10:00:00"):
        general = await people[0].ask("/today", chat=group)
        topic = await people[0].ask("/today", chat=group, topic=5)
    assert topic.text == general.text
    assert topic.reply_to is None


async def test_in_private_today_is_always_answered(world: World, people: tuple[Person, Person]) -> None:
    async with world.bot("10:00:00"):
        assert (await people[0].ask("/today")).text == (await people[0].ask("/today")).text
