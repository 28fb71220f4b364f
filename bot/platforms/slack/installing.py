"""Installing the app in any workspace, and what follows when it is removed.

https://docs.slack.dev/authentication/installing-with-oauth. PKCE is not used: it would make this app, which keeps a
secret, a public client for good (https://docs.slack.dev/authentication/using-pkce), and slack_sdk knows nothing of it.
"""

from __future__ import annotations

import asyncio
import html
import logging
import time
from collections import deque
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store.models.installation import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.destination import Platform
from bot.languages import Language, phrases_of
from bot.languages.phrases import Phrases
from bot.platforms.slack.answering import as_typed
from bot.platforms.slack.blocks import section
from bot.platforms.slack.endpoint import response_of
from bot.platforms.slack.installations import STATE_SECONDS, Installations, States
from bot.platforms.slack.workspaces import Workspaces
from bot.ports.web import WebRequest, WebResponse, WebRoute
from bot.services.subscribing import Subscribing

_log = structlog.get_logger(__name__)

SCOPES = ("app_mentions:read", "chat:write", "commands", "links:read", "links:write", "reactions:read")
"""What the app asks a workspace for; deploy/slack-manifest.yaml says the same."""
INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
_MOST_STARTS, _IN_SECONDS = 20, 10.0
"""Anybody may open the page, and each time a state is written: beyond this rate they are asked to wait."""


class Installing:
    """Serves the two pages of OAuth, and greets whoever installed the app."""

    def __init__(
        self,
        *,
        client: AsyncWebClient,
        installations: Installations,
        states: States,
        workspaces: Workspaces,
        client_id: str,
        client_secret: str,
        public_url: str,
        language: Language,
        command: str = "/digest",
    ) -> None:
        """`command` is the one that takes every verb."""
        self._client = client
        self._command = command
        self._workspaces = workspaces
        self._phrases = phrases_of(language)
        self._starts: deque[float] = deque(maxlen=_MOST_STARTS)
        self._greetings: set[asyncio.Task[None]] = set()
        self._flow = AsyncOAuthFlow(
            client=client,
            logger=logging.getLogger("slack_bolt"),
            settings=AsyncOAuthSettings(
                client_id=client_id,
                client_secret=client_secret,
                scopes=SCOPES,
                user_scopes=(),
                redirect_uri=public_url + REDIRECT,
                install_path=INSTALL,
                install_page_rendering_enabled=False,
                redirect_uri_path=REDIRECT,
                authorization_url=client.base_url.removesuffix("api/") + "oauth/v2/authorize",
                installation_store=installations,
                state_store=states,
                state_expiration_seconds=STATE_SECONDS,
                callback_options=AsyncCallbackOptions(success=self._succeeded, failure=self._failed),
                logger=logging.getLogger("slack_bolt"),
            ),
        )

    @property
    def routes(self) -> tuple[WebRoute, ...]:
        """Return the two pages."""
        return (WebRoute("GET", INSTALL, self._begin), WebRoute("GET", REDIRECT, self._finish))

    async def stop(self) -> None:
        """Let greetings that are on their way arrive."""
        if self._greetings:
            await asyncio.wait(self._greetings, timeout=5)

    async def _begin(self, _: WebRequest) -> WebResponse:
        now = time.monotonic()
        if len(self._starts) == _MOST_STARTS and now - self._starts[0] < _IN_SECONDS:
            return WebResponse(429, "Too Many Requests\n", headers=(("retry-after", "10"),))
        self._starts.append(now)
        # nothing of the caller's query goes into the address at Slack
        return response_of(await self._flow.handle_installation(AsyncBoltRequest(body="")))

    async def _finish(self, request: WebRequest) -> WebResponse:
        given = AsyncBoltRequest(
            body="", query=dict(request.query), headers={"cookie": request.headers.get("cookie", "")}
        )
        return response_of(await self._flow.handle_callback(given))

    async def _succeeded(self, arguments: AsyncSuccessArgs) -> BoltResponse:
        installation = arguments.installation
        team = team_of(installation)
        self._workspaces.renewed(team)
        _log.info("installed in a workspace", team=team)
        greeting = asyncio.create_task(self._greet(installation))
        self._greetings.add(greeting)
        greeting.add_done_callback(self._greetings.discard)
        name = installation.team_name or installation.enterprise_name or team
        return self._page(200, self._phrases.installed_title(), self._phrases.installed(name))

    async def _failed(self, arguments: AsyncFailureArgs) -> BoltResponse:
        # the reason may be anything that stood in the query
        _log.warning("an installation in a workspace failed", reason=arguments.reason[:40])
        return self._page(
            arguments.suggested_status_code, self._phrases.not_installed_title(), self._phrases.not_installed()
        )

    def _page(self, status: int, title: str, text: str) -> BoltResponse:
        shown = f"<!doctype html><meta charset=utf-8><title>{html.escape(title)}</title><h1>{html.escape(title)}</h1>"
        return BoltResponse(
            status=status,
            body=f"{shown}<p>{html.escape(text)}</p>\n",
            headers={
                "Content-Type": "text/html; charset=utf-8",
                "Set-Cookie": self._flow.settings.state_utils.build_set_cookie_for_deletion(),
            },
        )

    async def _greet(self, installation: Installation) -> None:
        """Tell the installer, in their own conversation with the bot, how to go on."""
        try:
            await self._client.chat_postMessage(
                token=installation.bot_token, channel=installation.user_id, **greeting(self._phrases, self._command)
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            _log.warning("whoever installed the app could not be greeted", problem=type(error).__name__)


def greeting(phrases: Phrases, command: str = "/digest") -> dict[str, Any]:
    """Return the message to whoever installed the app, as arguments of chat.postMessage."""
    text = as_typed(phrases.welcome_to_installer(), command)
    return {"text": text, "blocks": [section(text)], "unfurl_links": False}


def team_of(installation: Installation) -> str:
    """Return how destinations name the place of an installation."""
    found = installation.enterprise_id if installation.is_enterprise_install else installation.team_id
    return str(found or "")


class Removal:
    """Cleans up where the app is removed: its tokens are forgotten, the team's subscriptions end."""

    def __init__(self, workspaces: Workspaces, subscribing: Subscribing) -> None:
        self._workspaces = workspaces
        self._subscribing = subscribing

    def register(self, app: AsyncApp) -> None:
        """Attach both listeners."""
        app.event("app_uninstalled")(self._uninstalled)
        app.event("tokens_revoked")(self._revoked)

    async def _uninstalled(self, context: AsyncBoltContext) -> None:
        await self._remove(context, "the app was removed from the workspace")

    async def _revoked(self, context: AsyncBoltContext, event: dict[str, Any]) -> None:
        tokens = event.get("tokens")
        if isinstance(tokens, dict) and tokens.get("bot"):
            await self._remove(context, "the app's token was revoked in the workspace")

    async def _remove(self, context: AsyncBoltContext, reason: str) -> None:
        team = context.enterprise_id if context.is_enterprise_install else context.team_id
        found = await self._workspaces.of_request(
            context.team_id, context.enterprise_id, is_enterprise_install=bool(context.is_enterprise_install)
        )
        if found is not None and not found.team:
            _log.error(
                "Slack says that the app was removed from its workspace",
                advice="install it again and put the new token into DIGESTBOT_SLACK_BOT_TOKEN",
            )
        elif team:
            await self._workspaces.forget(team)
            await self._subscribing.team_lost(Platform.SLACK, team, reason=reason)
