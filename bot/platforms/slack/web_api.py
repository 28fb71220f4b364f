"""Calling Slack's Web API: one session, no retries of the SDK's own, and what a refused token means."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import PlatformError
from bot.platforms.slack.outcomes import pause_of

_log = structlog.get_logger(__name__)

_Result = TypeVar("_Result")

_POOL = 100
"""Connections for all calls. Slack takes a few messages a second."""
_TIMEOUTS = aiohttp.ClientTimeout(total=None, connect=15, sock_connect=5, sock_read=20)
"""Seconds for a connection, free or new; for a new one; between two pieces of an answer. No total: when it ran out,
nobody could say whether the message had left."""
_KEEP_ALIVE = 15.0
"""Seconds that an idle connection is kept. If Slack closes it first, a message may get lost between the two."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
REFUSED = frozenset({
    "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type",
    })  # fmt: skip
"""Errors that mean the token itself: https://docs.slack.dev/reference/methods/auth.test#errors"""


class NotSlacks(Exception):
    """An answer that says it is well and lacks what it must have: a proxy's, or another program's."""


def slack_session(timeouts: aiohttp.ClientTimeout = _TIMEOUTS, *, connections: int = _POOL) -> aiohttp.ClientSession:
    """Return the session for all calls of a process: it keeps connections, and has no cookies."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=_KEEP_ALIVE),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=timeouts,
    )


def slack_client(token: str | None, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Return a client that does not retry by itself: that belongs to the ledger."""
    # without a level of its own, slack_sdk's logger has every request and answer written out, only to drop the text
    logger = logging.getLogger("slack_sdk.calls")
    logger.setLevel(logging.INFO)
    return AsyncWebClient(token, base_url=api_url, session=session, retry_handlers=[], logger=logger)


def refused(setting: str, code: str) -> str:
    """Return what to tell the operator whose token Slack refuses with this error."""
    return (
        f"{setting}: Slack does not accept this token ({code}); copy the present one from your app's pages at"
        " https://api.slack.com/apps"
    )


async def patiently(call: Callable[[], Awaitable[_Result]]) -> _Result:
    """Return what a call returns; where Slack asks to wait, it is made once more after that pause."""
    try:
        return await call()
    except SlackApiError as error:
        if error.response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            raise
        await asyncio.sleep(min(pause_of(error.response.headers.get("Retry-After")).total_seconds(), _LONGEST_PAUSE))
        return await call()


async def persistently(connect: Callable[[], Awaitable[_Result]], setting: str) -> _Result:
    """Return what `connect` returns, however long Slack is away. Raises PlatformError if it refuses the token."""
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
        except (aiohttp.ClientError, TimeoutError, NotSlacks) as error:
            problem = str(error) or type(error).__name__
        except AttributeError:
            problem = "its answer is not JSON"  # slack_sdk looks into every answer as if it were
        _log.warning("Slack cannot be reached; trying again", problem=problem, seconds=pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
