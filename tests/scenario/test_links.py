"""Where messages have addresses the overview leads to them, and a message whose answer was lost is looked for."""

from __future__ import annotations

from typing import Any

from bot.domain.delivery import DeliveryState, PartState
from bot.domain.destination import Destination, Platform
from bot.ports.ledger import DeliveryFilter
from tests.scenario.world import DAY, Bot, World

KEY = str(DAY)


def links_of(blocks: Any) -> list[str]:
    """Return the addresses of all links in blocks."""
    match blocks:
        case {"type": "link", "url": str(url)}:
            return [url]
        case dict():
            return [url for inner in blocks.values() for url in links_of(inner)]
        case list():
            return [url for inner in blocks for url in links_of(inner)]
        case _:
            return []


async def report_of(bot: Bot, to: Destination) -> list[tuple[str, PartState]]:
    [report] = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY, destination=to))
    assert report.state is DeliveryState.SENT
    return [(receipt.part, receipt.state) for receipt in report.receipts]


async def test_in_a_telegram_channel_each_headline_jumps_to_its_item(world: World) -> None:
    world.write(items=3)
    channel = world.sandbox.telegram.channel("Daily", username="daily_ai")
    async with world.bot("08:00:00", telegram_chats="@daily_ai") as bot:
        await bot.released(KEY)
    overview, *items, _closing = channel.from_bot
    assert len(overview.edits) == 1
    links = [entity["url"] for entity in overview.entities if entity["type"] == "text_link"]
    assert links == [f"https://t.me/daily_ai/{item.id}" for item in items]
    assert [message.edits for message in items] == [[]] * 3
    assert [message.silent for message in channel.from_bot] == [False] + [True] * 4


async def test_in_a_private_chat_the_overview_is_left_as_it_is(world: World) -> None:
    world.write(items=3)
    reader = await world.subscriber()
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
    assert [message.edits for message in reader.messages] == [[]] * 5


async def test_in_slack_each_headline_jumps_to_its_item_in_the_thread(world: World) -> None:
    world.write(items=3)
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
    overview, *rest = world.channel.from_bot
    assert len(overview.versions) == 2
    jumps = [url for url in links_of(overview.blocks) if "/archives/" in url]
    assert [jump.split("/p")[1].split("?")[0] for jump in jumps] == [item.ts.replace(".", "") for item in rest[:3]]


async def test_a_slack_message_whose_answer_was_lost_is_found_and_not_sent_again(world: World) -> None:
    world.write(items=3)
    world.sandbox.slack.faults.drop("chat.postMessage", skip=1)
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        states = await report_of(bot, Destination(Platform.SLACK, world.channel.id))
    assert {state for _, state in states} == {PartState.SENT}
    assert len([part for part, _ in states if part == "item-1"]) == 1
    texts = [str(message.blocks) for message in world.channel.from_bot]
    assert sum("第 1 条的内容" in text for text in texts) == 1


async def test_where_the_app_may_not_read_history_the_message_stays_unknown_and_the_rest_arrives(world: World) -> None:
    world.write(items=3)
    world.sandbox.slack.missing_scopes |= {"channels:history"}
    world.sandbox.slack.faults.drop("chat.postMessage", skip=1)
    async with world.bot("08:00:00") as bot:
        await bot.released(KEY)
        states = await report_of(bot, Destination(Platform.SLACK, world.channel.id))
    assert ("item-1", PartState.UNKNOWN) in states
    texts = [str(message.blocks) for message in world.channel.from_bot]
    assert all(sum(f"第 {number} 条的内容" in text for text in texts) == 1 for number in (1, 2, 3))
