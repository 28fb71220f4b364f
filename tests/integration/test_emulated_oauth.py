"""Installing the app by OAuth, against a Slack that others wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from bot.lines import slack_installations
from bot.platforms.slack.encryption import new_key
from bot.platforms.slack.installing import SCOPES
from bot.settings import Settings
from tests.integration.emulated_slack import CLIENT_ID, CLIENT_SECRET, EmulatedSlack, Unavailable, fetch
from tests.scenario.world import free_address, running_bot


@pytest.fixture(scope="session")
def installed(pytestconfig: pytest.Config) -> Path:
    """Where the server is, kept in pytest's cache."""
    assert pytestconfig.cache is not None
    try:
        return fetch(pytestconfig.cache.mkdir("emulated-slack"))
    except Unavailable as reason:
        pytest.skip(f"the emulated Slack is not to be had: {reason}")


@pytest.fixture
def listen() -> str:
    """Where the bot listens."""
    return free_address()


@pytest.fixture
async def slack(installed: Path, tmp_path: Path, listen: str) -> AsyncIterator[EmulatedSlack]:
    server = EmulatedSlack(installed, tmp_path, free_address(), f"http://{listen}/slack/oauth_redirect")
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest.fixture
def settings(slack: EmulatedSlack, tmp_path: Path, listen: str) -> Settings:
    (tmp_path / "posts").mkdir()
    return Settings(
        _env_file=None,
        posts=tmp_path / "posts",
        public_url=f"http://{listen}",
        listen=listen,
        slack_api_url=f"{slack.root}/api/",
        slack_signing_secret="made-up",
        slack_client_id=CLIENT_ID,
        slack_client_secret=CLIENT_SECRET,
        encryption_keys=new_key(),
        database_url=f"sqlite:///{tmp_path / 'digestbot.db'}",
    )


async def browse(url: str, cookie: str = "") -> tuple[int, str, str, str]:
    """Return status, place to go on, cookie and text of a page."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers={"Cookie": cookie} if cookie else {}, allow_redirects=False) as answer,
    ):
        set_cookie = answer.headers.get("Set-Cookie", "").partition(";")[0]
        return answer.status, answer.headers.get("Location", ""), set_cookie, await answer.text()


async def test_the_app_is_installed_and_speaks_with_the_token_that_it_got(
    slack: EmulatedSlack, settings: Settings
) -> None:
    async with running_bot(settings, "10:00:00") as bot:
        status, page, cookie, _ = await browse(f"{settings.public_url}/slack/install")
        assert status == 302
        back = await slack.approve(page)
        status, _, _, text = await browse(back, cookie)
        installations = slack_installations(settings, bot.services.database)
        assert installations is not None
        assert await installations.count() == 1
        found = await installations.find("T000000001")
    assert (status, "Acme" in text) == (200, True)
    assert found is not None
    assert sorted(found.bot_scopes) == sorted(SCOPES)
    who = await slack.call("auth.test", found.bot_token)
    assert (who["ok"], who["team_id"], who["user_id"]) == (True, "T000000001", found.bot_user_id)


async def test_a_code_is_good_once_and_only_with_its_state_and_cookie(slack: EmulatedSlack, settings: Settings) -> None:
    async with running_bot(settings, "10:00:00") as bot:
        _, page, cookie, _ = await browse(f"{settings.public_url}/slack/install")
        back = await slack.approve(page)
        code = parse_qs(urlsplit(back).query)["code"][0]
        without_cookie = await browse(back)
        other_state = await browse(f"{settings.public_url}/slack/oauth_redirect?code={code}&state=another", cookie)
        first = await browse(back, cookie)
        again = await browse(back, cookie)
        _, page, cookie, _ = await browse(f"{settings.public_url}/slack/install")
        state = parse_qs(urlsplit(page).query)["state"][0]
        used_code = await browse(f"{settings.public_url}/slack/oauth_redirect?code={code}&state={state}", cookie)
        installations = slack_installations(settings, bot.services.database)
        assert installations is not None
        assert await installations.count() == 1
    assert [one[0] for one in (without_cookie, other_state, first, again, used_code)] == [400, 400, 200, 401, 401]


async def test_another_secret_gets_no_token(slack: EmulatedSlack, settings: Settings) -> None:
    wrong = settings.model_copy(update={"slack_client_secret": SecretStr("another")})
    async with running_bot(wrong, "10:00:00") as bot:
        _, page, cookie, _ = await browse(f"{settings.public_url}/slack/install")
        status, _, _, text = await browse(await slack.approve(page), cookie)
        installations = slack_installations(settings, bot.services.database)
        assert installations is not None
        assert await installations.count() == 0
    assert status == 401
    assert "未能安装" in text
