"""What every store of subscriptions promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time

import pytest

from bot.domain.destination import Destination, Platform
from bot.domain.subscription import EVERY_DAY, Origin, Place, Preferences, Subscription
from bot.storage.subscriptions import SqlSubscriptions
from formatters.views import Style
from tests.contract.samples import HOUR, NOW, channel, chat


async def found(subscriptions: SqlSubscriptions, destination: Destination) -> Subscription:
    subscription = await subscriptions.find(destination)
    assert subscription is not None
    return subscription


async def test_a_reader_subscribes_once(subscriptions: SqlSubscriptions) -> None:
    assert await subscriptions.find(chat()) is None
    assert await subscriptions.subscribe(chat(), language="zh", now=NOW)
    assert not await subscriptions.subscribe(chat(), language="en", now=NOW + HOUR)
    subscription = await found(subscriptions, chat())
    assert (subscription.destination, subscription.origin, subscription.active) == (chat(), Origin.READER, True)
    assert (subscription.joined_at, subscription.ended_at, subscription.end_reason) == (NOW, None, None)
    assert subscription.preferences.language == "en"


async def test_topics_of_one_chat_subscribe_apart(subscriptions: SqlSubscriptions) -> None:
    assert await subscriptions.subscribe(chat("-100", "45"), language="zh", now=NOW)
    assert await subscriptions.find(chat("-100")) is None
    assert await subscriptions.subscribe(chat("-100"), language="zh", now=NOW)


async def test_a_subscription_ends_once_and_says_why(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    assert await subscriptions.unsubscribe(chat(), reason="/stop", now=NOW + HOUR)
    assert not await subscriptions.unsubscribe(chat(), reason="blocked", now=NOW + HOUR)
    assert not await subscriptions.unsubscribe(chat("nobody"), reason="/stop", now=NOW)
    subscription = await found(subscriptions, chat())
    assert (subscription.active, subscription.ended_at, subscription.end_reason) == (False, NOW + HOUR, "/stop")


async def test_a_reader_who_returns_joins_anew(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    first = await found(subscriptions, chat())
    await subscriptions.unsubscribe(chat(), reason="/stop", now=NOW)
    assert await subscriptions.subscribe(chat(), language="zh", now=NOW + HOUR)
    again = await found(subscriptions, chat())
    assert (again.id, again.joined_at, again.ended_at, again.end_reason) == (first.id, NOW + HOUR, None, None)


async def test_a_whole_chat_ends_whatever_its_topics(subscriptions: SqlSubscriptions) -> None:
    for thread in ("", "1", "2"):
        await subscriptions.subscribe(chat("-100", thread), language="zh", now=NOW)
    await subscriptions.subscribe(chat("-200"), language="zh", now=NOW)
    await subscriptions.unsubscribe(chat("-100", "2"), reason="/stop", now=NOW)
    assert await subscriptions.unsubscribe_chat(Platform.TELEGRAM, "-100", reason="removed", now=NOW) == 2
    assert await subscriptions.audiences() == {(Platform.TELEGRAM, Style.HEADLINES, "zh"): 1}
    assert (await found(subscriptions, chat("-100", "2"))).end_reason == "/stop"


async def test_audiences_are_counted_by_platform_style_and_language(subscriptions: SqlSubscriptions) -> None:
    assert await subscriptions.audiences() == {}
    for name, language in (("1", "zh"), ("2", "zh"), ("3", "en")):
        await subscriptions.subscribe(chat(name), language=language, now=NOW)
    await subscriptions.set_fixed([channel()], language="zh", now=NOW)
    assert await subscriptions.audiences() == {
        (Platform.TELEGRAM, Style.ITEMS, "zh"): 2,
        (Platform.TELEGRAM, Style.ITEMS, "en"): 1,
        (Platform.SLACK, Style.THREAD, "zh"): 1,
    }


async def test_audiences_leave_out_who_pauses_if_asked_to(subscriptions: SqlSubscriptions) -> None:
    for name in ("1", "2"):
        await subscriptions.subscribe(chat(name), language="zh", now=NOW)
    paused = (await found(subscriptions, chat("1"))).preferences
    await subscriptions.prefer(chat("1"), replace(paused, paused_at=NOW, paused_until=NOW + HOUR))
    group = (Platform.TELEGRAM, Style.ITEMS, "zh")
    assert await subscriptions.audiences() == {group: 2}
    assert await subscriptions.audiences(awake_at=NOW) == {group: 1}
    assert await subscriptions.audiences(awake_at=NOW + HOUR) == {group: 2}


async def test_the_settings_name_exactly_the_fixed_destinations(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.set_fixed([chat("2"), chat("1"), chat("1"), channel()], language="zh", now=NOW)
    fixed = await subscriptions.active_fixed()
    assert [subscription.destination for subscription in fixed] == [channel(), chat("1"), chat("2")]
    assert {(one.origin, one.preferences.language, one.joined_at) for one in fixed} == {(Origin.SETTINGS, "zh", NOW)}
    await subscriptions.set_fixed([chat("1")], language="en", now=NOW + HOUR)
    [kept] = await subscriptions.active_fixed()
    assert (kept.destination, kept.preferences.language, kept.joined_at) == (chat("1"), "en", NOW)
    dropped = await found(subscriptions, channel())
    assert (dropped.active, dropped.ended_at, dropped.end_reason) == (
        False,
        NOW + HOUR,
        "no longer named in the settings",
    )
    await subscriptions.set_fixed([], language="en", now=NOW + HOUR)
    assert await subscriptions.active_fixed() == []


async def test_a_readers_subscription_becomes_the_settings_own(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat("1"), language="zh", now=NOW)
    await subscriptions.subscribe(chat("2"), language="zh", now=NOW)
    await subscriptions.set_fixed([chat("1")], language="zh", now=NOW + HOUR)
    assert await subscriptions.audiences() == {(Platform.TELEGRAM, Style.ITEMS, "zh"): 2}
    taken = await found(subscriptions, chat("1"))
    assert (taken.origin, taken.joined_at) == (Origin.SETTINGS, NOW)
    await subscriptions.set_fixed([], language="zh", now=NOW + HOUR)
    assert await subscriptions.audiences() == {(Platform.TELEGRAM, Style.ITEMS, "zh"): 1}


async def test_start_in_a_fixed_chat_leaves_it_to_the_settings(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.set_fixed([chat()], language="zh", now=NOW)
    assert not await subscriptions.subscribe(chat(), language="en", now=NOW)
    subscription = await found(subscriptions, chat())
    assert (subscription.origin, subscription.preferences.language) == (Origin.SETTINGS, "zh")


async def test_a_fixed_chat_that_was_lost_is_fixed_again_at_the_next_start(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.set_fixed([chat()], language="zh", now=NOW)
    await subscriptions.unsubscribe(chat(), reason="the bot was removed", now=NOW)
    assert await subscriptions.active_fixed() == []
    await subscriptions.set_fixed([chat()], language="zh", now=NOW + HOUR)
    [subscription] = await subscriptions.active_fixed()
    assert (subscription.joined_at, subscription.end_reason) == (NOW + HOUR, None)


async def test_a_dropped_chat_may_subscribe_as_a_reader(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.set_fixed([chat()], language="zh", now=NOW)
    await subscriptions.set_fixed([], language="zh", now=NOW)
    assert await subscriptions.subscribe(chat(), language="en", now=NOW)
    assert (await found(subscriptions, chat())).origin is Origin.READER


CHOSEN = Preferences(
    language="en",
    style=Style.RICH,
    place=Place.PRIVATE,
    language_chosen=True,
    hour=time(21, 45),
    zone="Pacific/Auckland",
    weekdays=frozenset({1, 3, 7}),
    paused_until=NOW + HOUR,
    paused_at=NOW,
    silent=True,
    previews=True,
)


@pytest.mark.parametrize(
    ("destination", "place", "style"),
    [
        (chat("1001"), Place.PRIVATE, Style.ITEMS),
        (chat("-4001"), Place.GROUP, Style.HEADLINES),
        (chat("-1001234567890"), Place.GROUP, Style.HEADLINES),
        (chat("-1001234567890", "45"), Place.TOPIC, Style.ITEMS),
        (chat("@news"), Place.CHANNEL, Style.ITEMS),
        (channel("C0001"), Place.CHANNEL, Style.THREAD),
        (channel("D0001"), Place.PRIVATE, Style.ITEMS),
    ],
)
async def test_who_subscribes_gets_the_defaults_of_the_place(
    subscriptions: SqlSubscriptions, destination: Destination, place: Place, style: Style
) -> None:
    await subscriptions.subscribe(destination, place=place, language="zh", now=NOW)
    told = (await found(subscriptions, destination)).preferences
    assert told == Preferences(language="zh", style=style, place=place)
    assert (told.hour, told.zone, told.weekdays, told.paused_until) == (None, None, EVERY_DAY, None)
    assert (told.silent, told.previews, told.language_chosen) == (False, False, False)


async def test_what_a_reader_prefers_is_given_back_as_it_was_said(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    await subscriptions.subscribe(chat("2"), language="zh", now=NOW)
    assert await subscriptions.prefer(chat(), CHOSEN)
    assert (await found(subscriptions, chat())).preferences == CHOSEN
    assert (await found(subscriptions, chat("2"))).preferences.style is Style.ITEMS
    assert await subscriptions.audiences() == {
        (Platform.TELEGRAM, Style.RICH, "en"): 1,
        (Platform.TELEGRAM, Style.ITEMS, "zh"): 1,
    }
    midnight = replace(CHOSEN, hour=time(0, 0), paused_until=None)
    assert await subscriptions.prefer(chat(), midnight)
    assert (await found(subscriptions, chat())).preferences == midnight


async def test_nobody_prefers_anything_without_a_subscription(subscriptions: SqlSubscriptions) -> None:
    assert not await subscriptions.prefer(chat(), CHOSEN)
    assert await subscriptions.find(chat()) is None


async def test_preferences_are_adjusted_from_what_they_are(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    before = await found(subscriptions, chat())
    told = await subscriptions.adjust(chat(), lambda now: replace(now, silent=not now.silent))
    assert told == replace(before, preferences=replace(before.preferences, silent=True))
    assert await found(subscriptions, chat()) == told
    assert await subscriptions.adjust(chat(), lambda _: None) == told
    assert await subscriptions.adjust(chat("nobody"), lambda now: now) is None


async def test_adjustments_at_once_are_all_kept(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)

    async def without(day: int) -> None:
        await subscriptions.adjust(chat(), lambda now: replace(now, weekdays=now.weekdays - {day}))

    await asyncio.gather(*(without(day) for day in (1, 2, 3, 4, 5)))
    assert (await found(subscriptions, chat())).preferences.weekdays == {6, 7}


async def test_a_reader_who_returns_finds_their_preferences_but_no_pause(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    await subscriptions.prefer(chat(), CHOSEN)
    await subscriptions.unsubscribe(chat(), reason="/stop", now=NOW)
    await subscriptions.subscribe(chat(), place=Place.PRIVATE, language="zh", now=NOW + HOUR)
    assert (await found(subscriptions, chat())).preferences == replace(CHOSEN, paused_until=None, paused_at=None)


async def test_a_place_of_another_kind_begins_with_its_own_style(subscriptions: SqlSubscriptions) -> None:
    supergroup = chat("-1001234567890")
    await subscriptions.subscribe(supergroup, language="zh", now=NOW)
    assert (await found(subscriptions, supergroup)).preferences.style is Style.ITEMS
    await subscriptions.unsubscribe(supergroup, reason="/stop", now=NOW)
    await subscriptions.subscribe(supergroup, place=Place.GROUP, language="zh", now=NOW)
    told = (await found(subscriptions, supergroup)).preferences
    assert (told.place, told.style) == (Place.GROUP, Style.HEADLINES)


async def test_a_chosen_language_outlives_what_the_platform_says(subscriptions: SqlSubscriptions) -> None:
    await subscriptions.set_fixed([channel()], language="zh", now=NOW)
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    for destination in (chat(), channel()):
        told = (await found(subscriptions, destination)).preferences
        await subscriptions.prefer(destination, replace(told, language="en", language_chosen=True))
    await subscriptions.subscribe(chat(), language="zh", now=NOW)
    await subscriptions.set_fixed([channel()], language="zh", now=NOW)
    assert {(await found(subscriptions, one)).preferences.language for one in (chat(), channel())} == {"en"}


async def test_the_settings_name_a_style_or_leave_it_as_it_is(subscriptions: SqlSubscriptions) -> None:
    both = [chat("@a"), chat("@b")]
    await subscriptions.set_fixed(both, language="zh", styles={chat("@a"): Style.RICH}, now=NOW)
    assert [one.preferences.style for one in await subscriptions.active_fixed()] == [Style.RICH, Style.ITEMS]
    await subscriptions.set_fixed(both, language="zh", styles={chat("@b"): Style.HEADLINES}, now=NOW)
    assert [one.preferences.style for one in await subscriptions.active_fixed()] == [Style.RICH, Style.HEADLINES]
