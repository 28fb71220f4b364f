"""One app in many Slack workspaces: each is served with its own token, which nobody else can read."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from bot.app import opened_database
from bot.domain.delivery import DeliveryState
from bot.domain.destination import Destination
from bot.domain.errors import SettingsError
from bot.platforms.slack.encryption import new_key
from bot.ports.ledger import DeliveryFilter
from tests.scenario.workspaces import installed, two_workspaces
from tests.scenario.world import DAY, World

KEY = str(DAY)


async def test_each_workspace_gets_its_issue_with_its_own_token(world: World, served: dict[str, Any]) -> None:
    world.write()
    async with two_workspaces(world, served) as (bot, ann, bea):
        places = []
        for person in (ann, bea):
            place = person.workspace.channel("daily", people=[person])
            places.append(place)
            (answer,) = await person.replies(await person.command("/digest", "subscribe", place))
            assert "08:00" in answer.text
        subscribed = await bot.services.subscriptions.audiences()
    assert sum(subscribed.values()) == 2
    async with world.bot("08:00:00", **served) as bot:
        await bot.released(KEY)
        reports = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
    assert [report.state for report in reports] == [DeliveryState.SENT] * 2
    assert {str(report.destination) for report in reports} == {
        f"slack:{person.workspace.team_id}/{place.id}" for person, place in zip((ann, bea), places, strict=True)
    }
    for person, place in zip((ann, bea), places, strict=True):
        assert [message.author.id for message in place.from_bot] == [person.workspace.bot.id] * 4


async def test_send_all_goes_to_the_reader_in_the_readers_workspace(world: World, served: dict[str, Any]) -> None:
    world.write(items=2)
    async with two_workspaces(world, served) as (bot, ann, bea):
        (answer,) = await bea.replies(await bea.command("/today"))
        await bea.replies(await bea.press(answer, "全部发来"))
        await bot.idle()
    assert len(bea.direct.from_bot) >= 4
    assert len(ann.direct.from_bot) == 1, "the greeting alone"


async def test_an_own_workspace_keeps_its_plain_destinations_beside_installed_ones(
    world: World, served: dict[str, Any]
) -> None:
    world.write()
    own = world.sandbox.slack
    other = own.another("other")
    lin, ann = own.user("lin"), other.user("ann")
    both = served | {"slack_bot_token": own.bot_token, "slack_channel": world.channel.id}
    place = other.channel("daily", people=[ann])
    async with world.bot("07:00:00", **both):
        await installed(served, other, ann)
        await ann.replies(await ann.command("/digest", "subscribe", place))
        second = own.channel("second", people=[lin])
        await lin.replies(await lin.command("/digest", "subscribe", second))
    async with world.bot("08:00:00", **both) as bot:
        await bot.released(KEY)
        reports = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
    assert {str(report.destination) for report in reports} == {
        f"slack:{world.channel.id}", f"slack:{second.id}", f"slack:{other.team_id}/{place.id}",
    }  # fmt: skip
    assert [len(one.from_bot) for one in (world.channel, second, place)] == [4, 4, 4]


async def test_home_tabs_of_every_workspace_follow_todays_issue(world: World, served: dict[str, Any]) -> None:
    async with two_workspaces(world, served) as (_, ann, bea):
        for person in (ann, bea):
            await person.screen.open_home()
        world.write(items=2)
        for person in (ann, bea):
            await person.screen.shows("第 2 条")


async def test_a_removal_that_slack_did_not_tell_of_shows_when_sending(world: World, served: dict[str, Any]) -> None:
    world.write()
    async with two_workspaces(world, served) as (_, ann, _bea):
        place = ann.workspace.channel("daily", people=[ann])
        await ann.replies(await ann.command("/digest", "subscribe", place))
    assert ann.workspace.installed is not None
    ann.workspace.installed.revoked = True
    async with world.bot("08:00:00", **served) as bot:
        await bot.released(KEY)
        (report,) = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
        to = Destination.in_team(ann.workspace.team_id, place.id)
        assert not await bot.services.conversation.subscribing.is_active(to)
    assert report.state is DeliveryState.GONE


async def test_a_token_that_rotates_is_renewed_before_it_expires_and_once(world: World, served: dict[str, Any]) -> None:
    world.write()
    slack = world.sandbox.slack
    slack.app.rotates = True
    async with two_workspaces(world, served) as (bot, ann, _):
        places = [ann.workspace.channel(f"daily-{number}", people=[ann]) for number in range(3)]
        for place in places:
            await ann.replies(await ann.command("/digest", "subscribe", place))
        old = ann.workspace.installed
        assert old is not None
        async with bot.services.database.writing() as connection:
            await connection.execute(text("UPDATE slack_bots SET bot_token_expires_at = '2026-01-01 00:00:00.000000'"))
    async with world.bot("08:00:00", **served) as bot:
        await bot.released(KEY)
    new = ann.workspace.installed
    assert new is not None
    assert new is not old
    assert old.refresh_token == ""
    assert [len(place.from_bot) for place in places] == [4, 4, 4]
    refreshed = [call for call in slack.calls.of("oauth.v2.access") if call.parameters.get("grant_type")]
    assert len(refreshed) == 1
    async with world.bot("09:00:00", **served):
        (answer,) = await ann.replies(await ann.command("/today"))
        assert "第 1 条" in answer.text
    assert len([call for call in slack.calls.of("oauth.v2.access") if call.parameters.get("grant_type")]) == 1


async def test_tokens_are_encrypted_at_rest_and_other_keys_do_not_open_them(
    world: World, served: dict[str, Any]
) -> None:
    async with two_workspaces(world, served) as (_, ann, _bea):
        pass
    assert ann.workspace.installed is not None
    kept = world.database.read_bytes() + b"".join(
        path.read_bytes() for path in world.database.parent.glob(world.database.name + "-*")
    )
    assert ann.workspace.team_id.encode() in kept
    assert ann.workspace.installed.token.encode() not in kept
    other = served | {"encryption_keys": new_key()}
    with pytest.raises(SettingsError, match="DIGESTBOT_ENCRYPTION_KEYS: none of these keys opens a stored Slack token"):
        async with world.bot("07:00:00", **other):
            pytest.fail("it is running")
    async with world.bot("07:00:00", **(served | {"encryption_keys": f"{new_key()},{served['encryption_keys']}"})):
        (answer,) = await ann.replies(await ann.command("/digest", "help"))
        assert "/digest subscribe" in answer.text


async def test_a_database_of_tokens_is_encrypted_anew(world: World, served: dict[str, Any]) -> None:
    async with two_workspaces(world, served) as (_, ann, _bea):
        pass
    from bot.lines import slack_installations

    fresh = new_key()
    settings = world.settings(**(served | {"encryption_keys": f"{fresh},{served['encryption_keys']}"}))
    async with opened_database(settings) as database:
        installations = slack_installations(settings, database)
        assert installations is not None
        assert await installations.encrypt_anew() == 4
    async with world.bot("07:00:00", **(served | {"encryption_keys": fresh})):
        (answer,) = await ann.replies(await ann.command("/digest", "help"))
        assert "/digest subscribe" in answer.text
