"""Installing the app in a workspace, or in a whole organization, and removing it."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from bot.domain.destination import Destination
from bot.platforms.slack.installing import SCOPES
from bot.ports.ledger import DeliveryFilter
from tests.scenario.workspaces import Browser, installed, two_workspaces
from tests.scenario.world import DAY, World, eventually

KEY = str(DAY)


async def test_whoever_installs_the_app_is_told_how_to_go_on(world: World, served: dict[str, Any]) -> None:
    team = world.sandbox.slack.another("Acme & Söhne <GmbH>")
    ann = team.user("ann")
    async with world.bot("07:00:00", **served):
        browser = Browser(served["public_url"])
        address = await browser.begin()
        status, page = await installed(served, team, ann)
        (told,) = await ann.receives(1, ann.direct)
    asked = parse_qs(urlsplit(address).query, keep_blank_values=True)
    assert address.startswith(world.sandbox.slack.root_url + "/oauth/v2/authorize?")
    assert asked["scope"] == [",".join(SCOPES)]
    assert asked["redirect_uri"] == [served["public_url"] + "/slack/oauth_redirect"]
    assert (asked["user_scope"], "team" in asked) == ([""], False)
    assert status == 200
    assert "Acme &amp; Söhne &lt;GmbH&gt;" in page
    assert "/invite @digestbot" in told.text
    assert "/digest subscribe" in told.text


async def test_removing_the_app_ends_the_teams_subscriptions_and_forgets_its_tokens(
    world: World, served: dict[str, Any]
) -> None:
    world.write()
    async with two_workspaces(world, served) as (bot, ann, bea):
        places = [person.workspace.channel("daily", people=[person]) for person in (ann, bea)]
        for person, place in zip((ann, bea), places, strict=True):
            await person.replies(await person.command("/digest", "subscribe", place))
        await ann.workspace.uninstall()
        gone = Destination.in_team(ann.workspace.team_id, places[0].id)

        async def ended() -> bool:
            return not await bot.services.conversation.subscribing.is_active(gone)

        await eventually(ended)
        subscription = await bot.services.subscriptions.find(gone)
        assert subscription is not None
        assert "in the workspace" in (subscription.end_reason or "") or "from the workspace" in (
            subscription.end_reason or ""
        )
        async with bot.services.database.reading() as connection:
            teams = (await connection.execute(text("SELECT team_id FROM slack_bots"))).scalars().all()
            assert (await connection.execute(text("SELECT count(*) FROM slack_installations"))).scalar_one() == 1
    assert teams == [bea.workspace.team_id]
    async with world.bot("08:00:00", **served) as bot:
        await bot.released(KEY)
    assert [len(place.from_bot) for place in places] == [0, 4]


@pytest.mark.parametrize(
    ("tokens", "stays"), [({"oauth": ["U1"], "bot": []}, True), ({"oauth": [], "bot": ["U2"]}, False)]
)
async def test_a_revoked_token_ends_what_it_was_for_and_a_members_own_ends_nothing(
    world: World, served: dict[str, Any], tokens: dict[str, list[str]], stays: bool
) -> None:
    async with two_workspaces(world, served) as (bot, ann, bea):
        place = ann.workspace.channel("daily", people=[ann])
        await ann.replies(await ann.command("/digest", "subscribe", place))
        told = await ann.workspace.event({"type": "tokens_revoked", "tokens": tokens}, None)
        to = Destination.in_team(ann.workspace.team_id, place.id)

        async def judged() -> bool:
            return told.acked_at is not None and await bot.services.conversation.subscribing.is_active(to) is stays

        await eventually(judged)
        await bea.replies(await bea.command("/digest", "help"))
        async with bot.services.database.reading() as connection:
            kept = (await connection.execute(text("SELECT count(*) FROM slack_bots"))).scalar_one()
    assert kept == (2 if stays else 1)


async def test_an_organization_installs_the_app_once_for_all_its_workspaces(
    world: World, served: dict[str, Any]
) -> None:
    world.write()
    slack = world.sandbox.slack
    north, south = (slack.another(name, enterprise_id="E0ORG") for name in ("north", "south"))
    ann, bea = north.user("ann"), south.user("bea")
    places = [north.channel("daily", people=[ann]), south.channel("daily", people=[bea])]
    async with world.bot("07:00:00", **served):
        status, _ = await installed(served, north, ann, whole_organization="E0ORG")
        assert status == 200
        for person, place in zip((ann, bea), places, strict=True):
            await person.replies(await person.command("/digest", "subscribe", place))
    async with world.bot("08:00:00", **served) as bot:
        await bot.released(KEY)
        reports = await bot.services.ledger.reports(DeliveryFilter(issue_key=KEY))
        assert {str(report.destination) for report in reports} == {f"slack:E0ORG/{place.id}" for place in places}
        assert [len(place.from_bot) for place in places] == [4, 4]
        await north.uninstall()

        async def ended() -> bool:
            return not await bot.services.subscriptions.audiences()

        await eventually(ended)


class TestWhoeverWouldLikeToInstallIt:
    """In somebody else's name, or without having been asked."""

    async def test_the_state_counts_once_in_the_browser_that_began_and_for_a_while(
        self, world: World, served: dict[str, Any]
    ) -> None:
        team = world.sandbox.slack.another("team")
        ann = team.user("ann")
        async with world.bot("07:00:00", **served) as bot:
            browser = Browser(served["public_url"])
            address = await browser.begin()

            def back(**changes: str) -> str:
                asked = parse_qs(urlsplit(address).query)
                given = {"code": "code-x", "state": asked["state"][0]} | changes
                return f"{served['public_url']}/slack/oauth_redirect?" + "&".join(f"{k}={v}" for k, v in given.items())

            assert (await browser.get(back(), cookie=""))[0] == 400, "another browser"
            assert (await browser.get(back(state="made-up")))[0] == 400, "another state"
            made_up = "slack-app-oauth-state=made-up"
            assert (await browser.get(back(state="made-up"), cookie=made_up))[0] == 401, "a state that nobody issued"
            status, _, page = await browser.get(f"{served['public_url']}/slack/oauth_redirect?error=<script>x</script>")
            assert (status, "<script>" in page) == (200, False)
            # each with a code of its own, as Slack would refuse a code that comes twice
            genuine = [team.app.approve(address, ann, team) for _ in range(3)]
            both = await asyncio.gather(*(browser.get(one) for one in genuine[:2]))
            assert sorted(status for status, *_ in both) == [200, 401], "at the same time"
            assert (await browser.get(genuine[2]))[0] == 401, "a second time"
            second = Browser(served["public_url"])
            late = team.app.approve(await second.begin(), ann, team)
            async with bot.services.database.writing() as connection:
                await connection.execute(text("UPDATE slack_oauth_states SET expire_at = '2026-02-11 00:00:00.000000'"))
            assert (await second.get(late))[0] == 401, "too late"
            async with bot.services.database.reading() as connection:
                assert (await connection.execute(text("SELECT count(*) FROM slack_bots"))).scalar_one() == 1

    async def test_a_code_that_slack_does_not_know_installs_nothing(self, world: World, served: dict[str, Any]) -> None:
        async with world.bot("07:00:00", **served) as bot:
            browser = Browser(served["public_url"])
            state = parse_qs(urlsplit(await browser.begin()).query)["state"][0]
            status, _, page = await browser.get(f"{served['public_url']}/slack/oauth_redirect?code=guess&state={state}")
            assert status == 401
            assert "未能安装" in page
            async with bot.services.database.reading() as connection:
                assert (await connection.execute(text("SELECT count(*) FROM slack_bots"))).scalar_one() == 0

    async def test_beginning_very_often_is_refused_for_a_while(self, world: World, served: dict[str, Any]) -> None:
        async with world.bot("07:00:00", **served):
            browser = Browser(served["public_url"])
            statuses = [(await browser.get(f"{served['public_url']}/slack/install"))[0] for _ in range(25)]
        assert statuses == [302] * 20 + [429] * 5
