"""Settings in a modal: a reader's direct messages, a channel; and what is refused in the form."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import Any

import pytest

from bot.domain.destination import Destination
from bot.domain.subscription import Place, Preferences, Subscription
from bot.languages.settings_phrases import settings_phrases_of
from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_views import View
from bot.sandbox.slack_workspace import Channel
from formatters.views import Style
from tests.scenario.world import Bot, World


async def form_of(world: World, *, name: str = "lin") -> tuple[SlackPerson, View]:
    """Return a member, subscribed by direct message, with the form of their settings before them."""
    member = world.sandbox.slack.user(name)
    home = await member.screen.open_home()
    await member.screen.press(home, "home:direct")
    home = await member.screen.shows(settings_phrases_of("zh").language("zh"))
    await member.screen.press(home, "home:settings")
    return member, await member.screen.opens("私信")


async def preferences_of(bot: Bot, member: SlackPerson) -> Preferences:
    subscription = await bot.services.subscriptions.find(Destination.parse(f"slack:{member.id}"))
    assert subscription is not None
    return subscription.preferences


async def test_what_is_filled_in_becomes_the_settings_and_the_home_tab_tells_it(world: World) -> None:
    world.write()
    async with world.bot("07:00:00") as bot:
        member, form = await form_of(world)
        fill = member.screen.fill
        fill(form, "hour", "7点半")
        fill(form, "zone", "柏林")
        fill(form, "days", ["1", "2", "3", "4", "5"])
        fill(form, "style", Style.COMPACT.value)
        fill(form, "language", "en")
        fill(form, "pause", "2026-02-20")
        await member.screen.submit(form)
        assert not member.screen.has_modal, form.errors
        home = await member.screen.shows("Your direct messages")
        preferences = await preferences_of(bot, member)
    assert (preferences.hour, preferences.zone) == (time(7, 30), "Europe/Berlin")
    assert preferences.weekdays == frozenset({1, 2, 3, 4, 5})
    assert (preferences.style, preferences.language, preferences.language_chosen) == (Style.COMPACT, "en", True)
    assert preferences.paused_until == datetime(2026, 2, 19, 23, tzinfo=UTC), "midnight in Berlin"
    shown = "\n".join(home.texts)
    assert "07:30" in shown
    assert "Berlin" in shown


WRONG = [
    ("hour", "25:00", "8:30 或 20:00"),
    ("hour", "soon", "8:30 或 20:00"),
    ("zone", "nowhere at all", "不认识这个地方"),
    ("days", [], "至少选一天"),
    ("pause", "2026-02-12", "今天之后"),
    ("pause", "2027-03-01", "今天之后"),
]


@pytest.mark.parametrize(("field", "value", "sentence"), WRONG)
async def test_a_slip_is_told_below_its_field_and_changes_nothing(
    world: World, field: str, value: Any, sentence: str
) -> None:
    world.write()
    async with world.bot("07:00:00") as bot:
        member, form = await form_of(world)
        before = await preferences_of(bot, member)
        member.screen.fill(form, "style", Style.COMPACT.value)
        member.screen.fill(form, field, value)
        await member.screen.submit(form)
        assert list(form.errors) == [field]
        assert member.screen.has_modal, "what was typed is not lost"
        assert await preferences_of(bot, member) == before
    assert sentence in form.errors[field]


async def test_slips_are_told_together_in_the_readers_language(world: World) -> None:
    world.write()
    async with world.bot("07:00:00", language="en"):
        member = world.sandbox.slack.user()
        home = await member.screen.open_home()
        await member.screen.press(home, "Get it as direct messages")
        home = await member.screen.shows("Delivery")
        await member.screen.press(home, "Settings")
        form = await member.screen.opens("Your direct messages")
        member.screen.fill(form, "hour", "99")
        member.screen.fill(form, "zone", "x")
        await member.screen.submit(form)
    assert set(form.errors) == {"hour", "zone"}
    assert form.errors["hour"].startswith("That is no time of day.")


async def test_an_empty_hour_and_zone_are_the_digests_own_and_a_pause_can_be_ended(world: World) -> None:
    world.write()
    async with world.bot("07:00:00") as bot:
        member, form = await form_of(world)
        member.screen.fill(form, "hour", "9")
        member.screen.fill(form, "zone", "+5:30")
        member.screen.fill(form, "pause", "2026-02-20")
        await member.screen.submit(form)
        await member.screen.press(member.screen.home, "home:settings")
        form = await member.screen.opens("私信")
        assert form.state()["values"]["pause"]["pause"]["selected_date"] == "2026-02-20"
        await member.screen.submit(form)
        assert (await preferences_of(bot, member)).paused_until == datetime(2026, 2, 19, 18, 30, tzinfo=UTC)
        await member.screen.press(member.screen.home, "home:settings")
        form = await member.screen.opens("私信")
        for field in ("hour", "zone", "pause"):
            member.screen.fill(form, field, "")
        await member.screen.submit(form)
        preferences = await preferences_of(bot, member)
    assert (preferences.hour, preferences.zone) == (None, None)
    assert preferences.paused_until is not None
    assert preferences.paused_until < datetime(2026, 2, 13, tzinfo=UTC)


async def test_direct_messages_can_be_ended_in_the_form(world: World) -> None:
    world.write()
    async with world.bot("07:00:00") as bot:
        member, form = await form_of(world)
        member.screen.fill(form, "deliver", "off")
        await member.screen.submit(form)
        await member.screen.shows("日报不会以私信发给你。")
        subscription = await bot.services.subscriptions.find(Destination.parse(f"slack:{member.id}"))
        assert subscription is not None
        assert not subscription.active


async def test_a_form_made_for_another_reader_changes_nothing_and_says_so(world: World) -> None:
    world.write()
    async with world.bot("07:00:00") as bot:
        lin, form = await form_of(world)
        stranger, own = await form_of(world, name="bo")
        before = await preferences_of(bot, lin), await preferences_of(bot, stranger)
        own.content["private_metadata"] = form.content["private_metadata"]
        stranger.screen.fill(own, "hour", "9")
        await stranger.screen.submit(own)
        assert stranger.screen.modal.texts == ["这个表单已过期，什么都没有改动。请重新打开设置。"]
        assert (await preferences_of(bot, lin), await preferences_of(bot, stranger)) == before


async def test_a_form_of_another_version_or_place_changes_nothing(world: World) -> None:
    world.write()
    async with world.bot("07:00:00") as bot:
        member, form = await form_of(world)
        owner = json.loads(form.content["private_metadata"])["for"]
        for place in (None, "telegram:@somebody", "slack:T0OTHER/C0000001", "nonsense"):
            form.content["private_metadata"] = json.dumps({"for": owner} | ({"place": place} if place else {}))
            member.screen.fill(form, "hour", "9")
            await member.screen.submit(form)
            assert "这个表单已过期" in member.screen.modal.texts[0]
            await member.screen.close(member.screen.modal)
            await member.screen.press(member.screen.home, "home:settings")
            form = await member.screen.opens("私信")
        assert (await preferences_of(bot, member)).hour is None


# --- a channel ---------------------------------------------------------------------------------------------------


async def channel_form(world: World, member: SlackPerson, channel: Channel) -> View:
    await member.command("/digest", "settings", channel)
    return await member.screen.opens("频道的设置")


async def subscription_of(bot: Bot, channel: Channel) -> Subscription | None:
    return await bot.services.subscriptions.find(Destination.parse(f"slack:{channel.id}"))


async def test_a_channel_is_set_up_by_its_command(world: World) -> None:
    world.write()
    talk = world.sandbox.slack.channel("talk")
    member = world.sandbox.slack.user()
    async with world.bot("07:00:00") as bot:
        form = await channel_form(world, member, talk)
        assert form.state()["values"]["deliver"]["deliver"]["selected_option"]["value"] == "off"
        await member.screen.submit(form)
        assert await subscription_of(bot, talk) is None, "nothing was asked for"
        form = await channel_form(world, member, talk)
        member.screen.fill(form, "deliver", "on")
        member.screen.fill(form, "style", Style.ITEMS.value)
        member.screen.fill(form, "hour", "20:15")
        await member.screen.submit(form)
        subscription = await subscription_of(bot, talk)
    assert subscription is not None
    assert subscription.active
    assert (subscription.preferences.style, subscription.preferences.hour) == (Style.ITEMS, time(20, 15))
    assert subscription.preferences.place is Place.CHANNEL


async def test_a_channel_of_the_operators_settings_is_changed_but_not_ended(world: World) -> None:
    world.write()
    member = world.sandbox.slack.user()
    async with world.bot("07:00:00") as bot:
        form = await channel_form(world, member, world.channel)
        with pytest.raises(LookupError):
            form.element("deliver")
        assert any("由运营者的设置指定" in text for text in form.texts)
        member.screen.fill(form, "days", ["1", "3"])
        await member.screen.submit(form)
        subscription = await subscription_of(bot, world.channel)
    assert subscription is not None
    assert subscription.active
    assert subscription.preferences.weekdays == frozenset({1, 3})


async def test_settings_typed_in_a_direct_message_are_ones_own(world: World) -> None:
    world.write()
    member = world.sandbox.slack.user()
    async with world.bot("07:00:00"):
        await member.command("/digest", "settings")
        form = await member.screen.opens()
    assert form.content["title"]["text"] == "你的私信"
