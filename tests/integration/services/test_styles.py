"""Every subscriber gets the issue in the style that they prefer."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.delivery import DeliveryState, Unfit, Unknown
from bot.domain.destination import Destination
from bot.domain.errors import PlatformError
from bot.domain.subscription import Place, Preferences
from formatters.parts import Part
from formatters.views import LinkedHeadlinesView, OverviewView, Style
from tests.integration.services.newsroom import CHANNEL, SENT, TOMORROW, Newsroom, chat, digest

READER, GROUP = chat(), chat(-4001)


async def prefers(newsroom: Newsroom, style: Style, destination: Destination = READER, **others: Any) -> None:
    await newsroom.subscribe(destination)
    told = Preferences("zh", style, Place.PRIVATE, **others)
    assert await newsroom.subscriptions.prefer(destination, told)


async def received(newsroom: Newsroom, destination: Destination) -> tuple[Part, ...]:
    """Return what is about to be sent there."""
    claimed = await newsroom.claim()
    (delivery,) = [one for one in claimed if one.destination == destination]
    return delivery.parts


@pytest.fixture
async def morning(newsroom: Newsroom) -> Newsroom:
    """The day's issue is there, and nobody has looked yet."""
    newsroom.shelf.issues = [digest(items=2)]
    await newsroom.start("07:00")
    newsroom.clock.set("08:00")
    return newsroom


class TestTheRelease:
    async def test_gives_each_style_its_own_messages(self, morning: Newsroom) -> None:
        for number, style in enumerate((Style.ITEMS, Style.COMPACT, Style.RICH), 1):
            await prefers(morning, style, chat(number))
        await morning.subscribe(GROUP, CHANNEL)
        await morning.look()
        claimed = await morning.claim()
        assert {one.destination: [part.name for part in one.parts] for one in claimed} == {
            chat(1): ["overview", "item-1", "item-2", "closing"],
            chat(2): ["headlines"],
            chat(3): ["overview"],
            GROUP: ["headlines"],
            CHANNEL: ["overview", "item-1", "item-2", "closing"],
        }
        payloads = {one.destination: one.parts[0].payload for one in claimed}
        assert "rich_message" in payloads[chat(3)]
        assert "https://t.me/digest_bot?start=1-a-" in str(payloads[GROUP]["text"])

    async def test_gives_a_reader_who_changed_the_style_one_issue(self, morning: Newsroom) -> None:
        await prefers(morning, Style.ITEMS)
        await morning.look()
        await prefers(morning, Style.COMPACT)
        await morning.start("08:10")
        await morning.look()
        assert await morning.planned() == [READER]

    async def test_without_the_bots_name_waits_with_headlines_alone(self, morning: Newsroom) -> None:
        await morning.subscribe(GROUP, READER, CHANNEL)
        morning.profile.reachable = False
        with pytest.raises(PlatformError):
            await morning.look()
        assert await morning.planned() == [CHANNEL, READER]
        morning.profile.reachable = True
        await morning.look()
        assert await morning.planned() == [CHANNEL, GROUP, READER]

    async def test_knows_the_bots_name_from_an_earlier_day(self, morning: Newsroom) -> None:
        await morning.bot_name.learn()
        await morning.start("08:00")
        morning.profile.reachable = False
        await morning.subscribe(GROUP)
        await morning.look()
        assert "t.me/digest_bot?" in str((await received(morning, GROUP))[0].payload)


async def test_a_renamed_bot_is_learnt_anew(newsroom: Newsroom) -> None:
    assert await newsroom.bot_name.get() == "digest_bot"
    newsroom.profile.name = "better_bot"
    assert await newsroom.bot_name.get() == "digest_bot"
    assert await newsroom.bot_name.learn() == "better_bot"
    newsroom.restart()
    assert await newsroom.bot_name.get() == "better_bot"


class TestSendAll:
    @pytest.mark.parametrize("style", [Style.COMPACT, Style.HEADLINES, Style.ITEMS])
    async def test_sends_every_item_also_where_headlines_are_preferred(self, newsroom: Newsroom, style: Style) -> None:
        await newsroom.publish(digest(items=2))
        await prefers(newsroom, style)
        await newsroom.publisher.send_all(digest(items=2), READER, language="zh", occasion="request:1")
        assert [part.name for part in await received(newsroom, READER)] == ["overview", "item-1", "item-2", "closing"]

    async def test_sends_one_rich_message_where_that_is_preferred(self, newsroom: Newsroom) -> None:
        await newsroom.publish(digest(items=2))
        await prefers(newsroom, Style.RICH)
        await newsroom.publisher.send_all(digest(items=2), READER, language="zh", occasion="request:1")
        (part,) = await received(newsroom, READER)
        assert "rich_message" in part.payload


class TestADelivery:
    async def test_rings_never_where_silence_is_preferred(self, morning: Newsroom) -> None:
        await prefers(morning, Style.ITEMS, silent=True)
        await morning.look()
        await morning.deliver_due()
        assert [request.silent for request in morning.telegram.requests] == [True] * 4

    async def test_allows_previews_where_they_are_preferred(self, morning: Newsroom) -> None:
        await prefers(morning, Style.ITEMS, previews=True)
        await prefers(morning, Style.ITEMS, chat(2))
        await morning.look()
        await morning.deliver_due()
        told = {(request.to, request.previews) for request in morning.telegram.requests}
        assert told == {(READER, True), (chat(2), False)}


class TestARichMessage:
    @pytest.fixture
    async def due(self, morning: Newsroom) -> Newsroom:
        """The issue is due as a rich message to a reader, and to another as ever."""
        await prefers(morning, Style.RICH)
        await morning.look()
        return morning

    async def test_that_is_refused_is_sent_as_classic_messages_all_of_them(self, due: Newsroom) -> None:
        due.telegram.will(Unfit("Bad Request: unknown block"), SENT)
        with capture_logs() as logs:
            await due.deliver_due()
        assert due.telegram.parts == ["overview", "overview", "item-1", "item-2", "closing"]
        assert [request.silent for request in due.telegram.requests] == [False, False, True, True, True]
        report = await due.report(READER)
        assert (report.state, report.parts, report.note) == (DeliveryState.SENT, 4, "Bad Request: unknown block")
        assert any(line.get("reason") == "Bad Request: unknown block" for line in logs)

    async def test_that_is_refused_is_not_tried_again_the_next_day(self, due: Newsroom) -> None:
        due.telegram.will(Unfit("Bad Request: unknown block"), SENT)
        await due.deliver_due()
        due.shelf.issues.append(digest(TOMORROW, items=2))
        await due.look(f"{TOMORROW} 08:00")
        await due.deliver_due()
        assert due.telegram.parts[5:] == ["overview", "item-1", "item-2", "closing"]

    async def test_whose_answer_is_lost_is_not_sent_in_another_form(self, due: Newsroom) -> None:
        due.telegram.will(Unknown("the answer was lost"))
        await due.deliver_due()
        assert due.telegram.parts == ["overview"]
        subscription = await due.subscriptions.find(READER)
        assert subscription is not None
        assert subscription.preferences.style is Style.RICH


class TestThePlace:
    SUPERGROUP = chat(-1001234567890)
    ANOTHER = chat(-1001234567891)

    async def style_of(self, newsroom: Newsroom, destination: Destination) -> tuple[Place, Style]:
        subscription = await newsroom.subscriptions.find(destination)
        assert subscription is not None
        return subscription.preferences.place, subscription.preferences.style

    async def test_of_a_destination_in_the_settings_is_asked_for(self, newsroom: Newsroom) -> None:
        await newsroom.fix(self.SUPERGROUP, self.ANOTHER, CHANNEL)
        newsroom.profile.places = {self.SUPERGROUP: Place.GROUP, self.ANOTHER: Place.CHANNEL}
        await newsroom.acquaintance.learn()
        assert await self.style_of(newsroom, self.SUPERGROUP) == (Place.GROUP, Style.HEADLINES)
        assert await self.style_of(newsroom, self.ANOTHER) == (Place.CHANNEL, Style.ITEMS)
        assert await self.style_of(newsroom, CHANNEL) == (Place.CHANNEL, Style.THREAD)

    async def test_leaves_a_style_alone_that_was_chosen(self, newsroom: Newsroom) -> None:
        await newsroom.fix(self.SUPERGROUP)
        await newsroom.subscriptions.prefer(self.SUPERGROUP, Preferences("zh", Style.RICH, Place.CHANNEL))
        newsroom.profile.places = {self.SUPERGROUP: Place.GROUP}
        await newsroom.acquaintance.learn()
        assert await self.style_of(newsroom, self.SUPERGROUP) == (Place.GROUP, Style.RICH)

    async def test_that_nobody_tells_stays_what_the_address_says(self, newsroom: Newsroom) -> None:
        await newsroom.fix(self.SUPERGROUP)
        await newsroom.acquaintance.learn()
        newsroom.profile.reachable = False
        await newsroom.acquaintance.learn()
        assert await self.style_of(newsroom, self.SUPERGROUP) == (Place.CHANNEL, Style.ITEMS)

    async def test_is_known_from_who_types_start(self, newsroom: Newsroom) -> None:
        await newsroom.fix(self.SUPERGROUP)
        await newsroom.subscribing.start(self.SUPERGROUP, language="zh", place=Place.GROUP)
        assert await self.style_of(newsroom, self.SUPERGROUP) == (Place.GROUP, Style.HEADLINES)


class TestWhoJoinsLate:
    async def test_gets_buttons_in_a_private_chat_and_links_in_a_group(self, morning: Newsroom) -> None:
        await morning.look()
        private = await morning.subscribing.start(READER, language="zh", place=Place.PRIVATE)
        group = await morning.subscribing.start(GROUP, language="zh", place=Place.GROUP)
        assert private.missed is not None
        assert group.missed is not None
        assert isinstance(private.missed.overview, OverviewView)
        assert isinstance(group.missed.overview, LinkedHeadlinesView)
        assert (private.style, group.style) == (Style.ITEMS, Style.HEADLINES)
