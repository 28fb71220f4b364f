"""Readers come, go, and ask for a whole issue."""

from __future__ import annotations

import pytest

from bot.domain.delivery import DeliveryState
from bot.domain.destination import Destination, Platform
from bot.services.conversation import Conversation
from formatters.actions import SendAll
from tests.integration.services.newsroom import (
    CHANNEL,
    KEY,
    TOMORROW,
    YESTERDAY,
    Newsroom,
    at,
    chat,
    digest,
    essay,
)

READER = chat()


async def join(newsroom: Newsroom, reader: Destination = READER) -> str | None:
    """Subscribe as the adapters do; return the key of the issue whose overview came with the welcome."""
    welcome = await newsroom.subscribing.start(reader, language="zh")
    if welcome.missed is None:
        return None
    await newsroom.subscribing.overview_shown(welcome.missed, reader, language="zh", message_id="m1")
    return welcome.missed.issue.key


class TestJoining:
    async def test_before_the_release_promises_the_next_daily_hour(self, newsroom: Newsroom) -> None:
        newsroom.shelf.issues = [digest()]
        await newsroom.start("07:00")
        welcome = await newsroom.subscribing.start(READER, language="zh")
        assert (welcome.joined, welcome.release, welcome.missed) == (True, at("08:00"), None)
        assert welcome.release.tzinfo == newsroom.timetable.zone
        await newsroom.look("08:00")
        assert await newsroom.planned() == [READER]

    async def test_after_the_release_brings_the_overview_as_that_days_delivery(self, newsroom: Newsroom) -> None:
        newsroom.shelf.issues = [digest()]
        await newsroom.start("07:00")
        await newsroom.look("08:00")
        newsroom.clock.set("09:00")
        assert await join(newsroom) == KEY
        report = await newsroom.report(READER)
        assert (report.state, report.parts, report.receipts[0].message_id) == (DeliveryState.SENT, 1, "m1")
        await newsroom.start("09:30")
        await newsroom.look()
        assert len(await newsroom.reports()) == 1

    async def test_twice_changes_nothing(self, newsroom: Newsroom) -> None:
        newsroom.shelf.issues = [digest()]
        await newsroom.start("07:00")
        await newsroom.look("08:00")
        assert await join(newsroom) == KEY
        again = await newsroom.subscribing.start(READER, language="zh")
        assert (again.joined, again.missed) == (False, None)

    async def test_again_after_leaving_does_not_bring_the_same_issue_twice(self, newsroom: Newsroom) -> None:
        newsroom.shelf.issues = [digest()]
        await newsroom.start("07:00")
        await newsroom.look("08:00")
        assert await join(newsroom) == KEY
        assert await newsroom.subscribing.stop(READER) == "left"
        assert await join(newsroom) is None
        assert await newsroom.subscribing.is_active(READER)

    async def test_brings_nothing_that_was_not_released_today(self, newsroom: Newsroom) -> None:
        newsroom.shelf.issues = [digest(YESTERDAY)]
        await newsroom.start(f"{YESTERDAY} 07:00")
        await newsroom.look(f"{YESTERDAY} 08:00")
        newsroom.clock.set("07:00")
        assert await join(newsroom) is None

    async def test_of_two_issues_brings_the_digest(self, newsroom: Newsroom) -> None:
        newsroom.shelf.issues = [essay(), digest()]
        await newsroom.start("07:00")
        await newsroom.look("08:00")
        newsroom.clock.set("09:00")
        assert await join(newsroom) == KEY

    async def test_makes_the_next_days_issue_come(self, newsroom: Newsroom) -> None:
        await newsroom.start("18:00")
        await join(newsroom)
        newsroom.shelf.issues = [digest(TOMORROW)]
        await newsroom.look(f"{TOMORROW} 08:00")
        assert await newsroom.planned(str(TOMORROW)) == [READER]


class TestLeaving:
    async def test_ends_the_subscription_once(self, newsroom: Newsroom) -> None:
        await newsroom.subscribe(READER)
        assert await newsroom.subscribing.stop(READER) == "left"
        assert await newsroom.subscribing.stop(READER) == "was not here"
        assert not await newsroom.subscribing.is_active(READER)

    async def test_without_ever_having_come_is_told(self, newsroom: Newsroom) -> None:
        assert await newsroom.subscribing.stop(READER) == "was not here"
        assert not await newsroom.subscribing.is_active(READER)

    async def test_is_not_for_chats_of_the_settings(self, newsroom: Newsroom) -> None:
        await newsroom.fix(READER)
        assert await newsroom.subscribing.stop(READER) == "fixed by settings"
        assert await newsroom.subscribing.is_active(READER)

    async def test_by_blocking_the_bot_ends_every_topic_of_the_chat(self, newsroom: Newsroom) -> None:
        topics = [Destination(Platform.TELEGRAM, "-1001234567890", topic) for topic in ("", "7", "45")]
        await newsroom.subscribe(*topics, READER)
        await newsroom.subscribing.lost(Platform.TELEGRAM, "-1001234567890", reason="the bot was removed")
        assert [await newsroom.subscribing.is_active(one) for one in (*topics, READER)] == [False, False, False, True]


class TestMoving:
    async def test_takes_the_subscription_along(self, newsroom: Newsroom) -> None:
        await newsroom.subscribe(chat(-4001))
        await newsroom.subscribing.moved(Platform.TELEGRAM, "-4001", "-1001234567890")
        assert await newsroom.subscribing.is_active(chat(-1001234567890))
        assert not await newsroom.subscribing.is_active(chat(-4001))


class TestSendAll:
    @pytest.fixture
    def conversation(self, newsroom: Newsroom) -> Conversation:
        return newsroom.conversation()

    async def test_delivers_once_for_one_button(self, newsroom: Newsroom, conversation: Conversation) -> None:
        newsroom.clock.set("10:00")
        await newsroom.publish(digest(items=2))
        action = SendAll(digest().ref)
        assert await conversation.send_all(action, READER, language="zh", request="7") is True
        assert await conversation.send_all(action, READER, language="zh", request="7") is False
        await newsroom.deliver_due()
        assert newsroom.telegram.parts == ["overview", "item-1", "item-2", "closing"]

    async def test_delivers_again_for_another_button(self, newsroom: Newsroom, conversation: Conversation) -> None:
        newsroom.clock.set("10:00")
        await newsroom.publish(digest(items=2))
        for request in ("7", "8"):
            assert await conversation.send_all(SendAll(digest().ref), READER, language="zh", request=request)
        await newsroom.deliver_due()
        assert len(newsroom.telegram.parts) == 8

    async def test_does_not_take_the_place_of_the_daily_delivery(
        self, newsroom: Newsroom, conversation: Conversation
    ) -> None:
        newsroom.shelf.issues = [digest()]
        await newsroom.subscribe(READER)
        newsroom.clock.set("07:30")
        await newsroom.library.refresh()
        await newsroom.watch.start()
        await conversation.send_all(SendAll(digest().ref), READER, language="zh", request="7")
        await newsroom.look("08:00")
        assert sorted(report.occasion for report in await newsroom.reports()) == ["daily", "request:7"]

    async def test_of_an_issue_that_is_no_more_is_told(self, newsroom: Newsroom, conversation: Conversation) -> None:
        assert await conversation.send_all(SendAll("0000000000"), READER, language="zh", request="7") is None


async def test_a_destination_of_the_settings_may_be_a_readers_first(newsroom: Newsroom) -> None:
    await newsroom.subscribe(CHANNEL)
    await newsroom.fix(CHANNEL)
    assert await newsroom.subscribing.stop(CHANNEL) == "fixed by settings"
    newsroom.shelf.issues = [digest()]
    await newsroom.start("07:00")
    await newsroom.look("08:00")
    assert await newsroom.planned() == [CHANNEL]
