"""One app in many Slack workspaces: installed by whoever likes, each served with its own token, cleaned up after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from sqlalchemy import text

from bot.app import opened_database
from bot.domain.delivery import DeliveryState
from bot.domain.destination import Destination
from bot.domain.errors import SettingsError
from bot.platforms.slack.encryption import new_key
from bot.platforms.slack.installing import SCOPES
from bot.ports.ledger import DeliveryFilter
from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_push import signed, written
from bot.sandbox.slack_state import Slack
from tests.scenario.world import DAY, Bot, World, eventually

KEY = str(DAY)


@pytest.fixture
def served(world: World) -> dict[str, Any]:
    """Settings of an app that anybody may install, with no workspace of its own."""
    app = world.sandbox.slack.app
    return world.served(
        telegram_token=None,
        slack_bot_token=None,
        slack_channel=None,
        slack_client_id=app.client_id,
        slack_client_secret=app.client_secret,
        encryption_keys=new_key(),
    )


class Browser:
    """Somebody's browser on the way through an installation."""

    def __init__(self, public_url: str) -> None:
        self.public_url = public_url
        self.cookie = ""

    async def begin(self) -> str:
        """Open the page to install; return the address at Slack where the browser is sent."""
        status, headers, _ = await self.get(f"{self.public_url}/slack/install?team=T0EVIL&state=mine")
        assert status == 302
        self.cookie = headers["Set-Cookie"].partition(";")[0]
        return headers["Location"]

    async def get(self, url: str, *, cookie: str | None = None) -> tuple[int, dict[str, str], str]:
        """Return status, headers and text of a page."""
        given = self.cookie if cookie is None else cookie
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, headers={"Cookie": given} if given else {}, allow_redirects=False) as answer,
        ):
            return answer.status, dict(answer.headers), await answer.text()


async def installed(
    served: dict[str, Any], workspace: Slack, by: SlackPerson, *, whole_organization: str = ""
) -> tuple[int, str]:
    """Install the app in a workspace; return status and text of the page at the end."""
    browser = Browser(served["public_url"])
    address = await browser.begin()
    back = workspace.app.approve(address, by, workspace, whole_organization=whole_organization)
    status, _, page = await browser.get(back)
    return status, page


@asynccontextmanager
async def two_workspaces(world: World, served: dict[str, Any]) -> AsyncIterator[tuple[Bot, SlackPerson, SlackPerson]]:
    """Run the bot with the app installed in two workspaces, by one person each."""
    first, second = world.sandbox.slack.another("first"), world.sandbox.slack.another("second")
    ann, bea = first.user("ann"), second.user("bea")
    async with world.bot("07:00:00", **served) as bot:
        await installed(served, first, ann)
        await installed(served, second, bea)
        yield bot, ann, bea


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


class TestHostileCallers:
    """Whoever would like to be installed, or to be somebody else."""

    async def test_a_team_that_did_not_install_the_app_is_told_so_and_nothing_else(
        self, world: World, served: dict[str, Any]
    ) -> None:
        world.write()
        stranger = world.sandbox.slack.another("stranger")
        eve = stranger.user("eve")
        place = stranger.channel("daily", people=[eve])
        async with two_workspaces(world, served) as (bot, _ann, _bea):
            for command, words in (("/today", ""), ("/digest", "subscribe")):
                (answer,) = await eve.replies(await eve.command(command, words, place))
                assert answer.text == "这个工作区没有安装这个应用，请联系管理应用的人。"
            assert await bot.services.subscriptions.audiences() == {}

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
            genuine = team.app.approve(address, ann, team)
            both = await asyncio.gather(browser.get(genuine), browser.get(genuine))
            assert sorted(status for status, *_ in both) == [200, 401], "at the same time"
            assert (await browser.get(genuine))[0] == 401, "a second time"
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

    async def test_an_event_that_slack_repeats_is_worked_on_once(self, world: World, served: dict[str, Any]) -> None:
        async with two_workspaces(world, served) as (bot, ann, bea):
            place = ann.workspace.channel("daily", people=[ann])
            await ann.replies(await ann.command("/digest", "subscribe", place))
            team = ann.workspace
            event = {
                "type": "event_callback", "team_id": team.team_id, "api_app_id": team.app_id, "event_id": "Ev1",
                "event": {"type": "app_uninstalled"}, "event_time": 1,
            }  # fmt: skip
            body, kind = written("events_api", event)

            async def told(number: int) -> int:
                headers = {"Content-Type": kind, **signed(team.app.signing_secret, body)}
                if number:
                    headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
                async with (
                    aiohttp.ClientSession() as session,
                    session.post(f"{served['public_url']}/slack/events", data=body, headers=headers) as answer,
                ):
                    return answer.status

            to = Destination.in_team(team.team_id, place.id)
            assert await told(0) == 200

            async def ended() -> bool:
                return not await bot.services.conversation.subscribing.is_active(to)

            await eventually(ended)
            await installed(served, team, ann)
            await ann.replies(await ann.command("/digest", "subscribe", place))
            assert [await told(number) for number in (1, 2, 3)] == [200, 200, 200]
            await bea.replies(await bea.command("/digest", "help"))
            assert await bot.services.conversation.subscribing.is_active(to), "installed again after the first"


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
