"""The bot's line to Slack: one workspace, Socket Mode."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import PlatformError
from bot.languages import Language
from bot.platforms.slack.commands import SlackCommands
from bot.platforms.slack.sender import SlackSender
from bot.services.conversation import Conversation

_log = structlog.get_logger(__name__)

_Result = TypeVar("_Result")

_CONNECT_TIMEOUT, _TIMEOUT = 5.0, 30.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
REFUSED = frozenset({
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type",
    })  # fmt: skip
"""Errors that mean the token itself: https://docs.slack.dev/reference/methods/auth.test#errors"""


def slack_session() -> aiohttp.ClientSession:
    """Return a session for all calls, with a timeout of its own for connecting: such a call never left."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT, sock_connect=_CONNECT_TIMEOUT))


def slack_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client that does not retry by itself: that belongs to the ledger."""
    return AsyncWebClient(token, base_url=api_url, session=session, retry_handlers=[])


class SlackConnection:
    """Answers in Socket Mode."""

    def __init__(
        self,
        client: AsyncWebClient,
        app_token: str,
        conversation: Conversation,
        language: Language,
        sender: SlackSender,
    ) -> None:
        """`sender` learns the bot's name, for its advice."""
        self._client = client
        self._sender = sender
        # a logger of its own: by default bolt takes the root's level, and tells operators how to write listeners
        self._app = AsyncApp(client=client, logger=logging.getLogger("slack_bolt"))
        SlackCommands(conversation, language).register(self._app)
        self._app_token = app_token
        self._handler: AsyncSocketModeHandler | None = None

    async def start(self) -> None:
        """Connect and begin to answer.

        Waits for a server that cannot be reached. Raises PlatformError if a token is refused.
        """
        self._sender.bot_name = await authenticated(self._client)
        # asked for here, because slack_sdk never gives up asking with a refused token, and connects where it is told
        opened = await _persistently(self._open, "DIGESTBOT_SLACK_APP_TOKEN")
        # made only now: it opens a session of its own, which somebody must close
        self._handler = AsyncSocketModeHandler(self._app, self._app_token, web_client=self._client)
        self._handler.client.wss_uri = str(opened["url"])
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it bare

    async def rest(self) -> None:
        """Close the socket; sending needs none."""
        if self._handler is not None:
            handler, self._handler = self._handler, None
            await handler.close_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it bare

    async def stop(self) -> None:
        """Disconnect."""
        await self.rest()

    async def _open(self) -> AsyncSlackResponse:
        return await self._client.apps_connections_open(app_token=self._app_token)


def refused(setting: str, code: str) -> str:
    """Return what to tell the operator whose token Slack refuses with this error."""
    return (
        f"{setting}: Slack does not accept this token ({code}); copy the present one from your app's pages at"
        " https://api.slack.com/apps"
    )


async def authenticated(client: AsyncWebClient) -> str:
    """Return the bot's own name. Raises PlatformError if the bot token is refused."""
    answer = await _persistently(client.auth_test, "DIGESTBOT_SLACK_BOT_TOKEN")
    return str(answer["user"])


async def _persistently(connect: Callable[[], Awaitable[_Result]], setting: str) -> _Result:
    pause = _FIRST_PAUSE
    while True:
        try:
            return await connect()
        except SlackApiError as error:
            data = getattr(error.response, "data", None)
            code = data.get("error") if isinstance(data, dict) else None
            if code in REFUSED:
                raise PlatformError(refused(setting, str(code))) from error
            problem = str(code or error)
        except (aiohttp.ClientError, TimeoutError) as error:
            problem = str(error) or type(error).__name__
        except AttributeError:
            problem = "its answer is not JSON"  # slack_sdk looks into every answer as if it were
        _log.warning("Slack cannot be reached; trying again", problem=problem, seconds=pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
