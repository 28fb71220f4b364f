"""Settings: what a menu shows, and what changing them does."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

import pytest

from bot.domain.destination import Destination
from bot.domain.preference_changes import (
    Pause,
    Refusal,
    SetHour,
    SetLanguage,
    SetSilent,
    SetStyle,
    SetWeekday,
    SetWeekdays,
    SetZone,
)
from bot.domain.subscription import Subscription
from bot.services.preferring import ChatSettings, Preferring
from bot.storage.engine import Database
from bot.storage.subscriptions import SqlSubscriptions
from formatters.views import Style
from tests.integration.services.newsroom import CHANNEL, TOMORROW, Newsroom, at, chat

READER = chat()


@pytest.fixture
async def reader(newsroom: Newsroom) -> Newsroom:
    """A newsroom with one subscriber, at nine in the morning."""
    newsroom.clock.set("09:00")
    await newsroom.subscribe(READER)
    return newsroom


async def settings(newsroom: Newsroom) -> ChatSettings:
    found = await newsroom.preferring.settings(READER)
    assert found is not None
    return found


async def test_who_never_subscribed_has_none(newsroom: Newsroom) -> None:
    assert await newsroom.preferring.settings(READER) is None
    assert await newsroom.preferring.change(READER, SetSilent(on=True)) is Refusal.NOT_SUBSCRIBED


async def test_show_the_release_in_the_zone_of_the_digest_until_one_is_chosen(reader: Newsroom) -> None:
    found = await settings(reader)
    assert found.release == found.arrival == found.next_arrival == at(f"{TOMORROW} 08:00")
    assert found.arrival.utcoffset() == timedelta(hours=8)
    changed = await reader.preferring.change(READER, SetZone("Pacific/Auckland"))
    assert isinstance(changed, ChatSettings)
    assert changed.arrival.isoformat() == f"{TOMORROW}T13:00:00+13:00"
    assert await settings(reader) == changed


async def test_tell_when_the_next_issue_comes_past_days_without_and_pauses(reader: Newsroom) -> None:
    await reader.preferring.change(READER, SetWeekdays(frozenset({1, 3})), SetHour(time(21)))
    assert (await settings(reader)).next_arrival == at("2026-02-16 21:00"), "a Monday"
    now = reader.clock.now()
    await reader.preferring.change(READER, Pause(now, now + timedelta(days=5)))
    found = await settings(reader)
    assert (found.paused, found.next_arrival) == (True, at("2026-02-18 21:00"))


async def test_know_of_an_issue_of_yesterday_that_is_still_to_come(reader: Newsroom) -> None:
    await reader.preferring.change(READER, SetHour(time(7, 30)))
    reader.clock.set(f"{TOMORROW} 07:00")
    assert (await settings(reader)).next_arrival == at(f"{TOMORROW} 07:30")


async def test_change_all_together_or_not_at_all(reader: Newsroom) -> None:
    before = await settings(reader)
    refused = await reader.preferring.change(READER, SetSilent(on=True), SetStyle(Style.THREAD))
    assert refused is Refusal.STYLE_NOT_HERE
    assert await settings(reader) == before


async def test_of_a_subscription_that_ended_are_kept(reader: Newsroom) -> None:
    await reader.preferring.change(READER, SetWeekday(7, on=False))
    await reader.subscribing.stop(READER)
    found = await settings(reader)
    assert (found.active, 7 in found.preferences.weekdays) == (False, False)


async def test_tell_that_the_operator_named_the_place(newsroom: Newsroom) -> None:
    await newsroom.fix(CHANNEL)
    found = await newsroom.preferring.settings(CHANNEL)
    assert found is not None
    assert (found.fixed, found.styles[0]) == (True, Style.THREAD)


class SlowToTell(SqlSubscriptions):
    """Subscriptions whose first answer is on its way until it is let go."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.asked, self.let_go = asyncio.Event(), asyncio.Event()

    async def find(self, destination: Destination) -> Subscription | None:
        found = await super().find(destination)
        self.asked.set()
        await self.let_go.wait()
        return found


class TestTheLanguage:
    async def test_that_was_chosen_is_spoken_at_once(self, reader: Newsroom) -> None:
        assert await reader.preferring.language_of(READER, "zh") == "zh"
        await reader.preferring.change(READER, SetLanguage("en"))
        assert await reader.preferring.language_of(READER, "zh") == "en"

    async def test_that_is_chosen_while_the_old_one_is_looked_up_is_spoken_at_once(self, reader: Newsroom) -> None:
        slow = SlowToTell(reader.database)
        preferring = Preferring(slow, reader.ledger, reader.timetable, reader.clock)
        asking = asyncio.create_task(preferring.language_of(READER, "zh"))
        await slow.asked.wait()
        await preferring.change(READER, SetLanguage("en"))
        slow.let_go.set()
        assert await asking == "zh", "the update came before the change"
        assert await preferring.language_of(READER, "zh") == "en"

    async def test_that_was_chosen_is_forgotten_with_all_the_rest(self, reader: Newsroom) -> None:
        await reader.preferring.change(READER, SetLanguage("en"))
        assert await reader.preferring.language_of(READER, "zh") == "en"
        await reader.conversation().forgetting.forget(READER)
        assert await reader.preferring.language_of(READER, "zh") == "zh"
