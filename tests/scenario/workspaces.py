"""Workspaces that install the app: what scenarios of many of them have in common."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.platforms.slack.encryption import new_key
from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_state import Slack
from tests.scenario.world import Bot, World


def installable(world: World) -> dict[str, Any]:
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
