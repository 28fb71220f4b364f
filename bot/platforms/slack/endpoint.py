"""What Slack calls over HTTP: events, commands and interactions, all at one address.

https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.ports.web import WebRequest, WebResponse, WebRoute

_log = structlog.get_logger(__name__)

PATH = "/slack/events"
_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_CONTENT = frozenset({"application/json", "application/x-www-form-urlencoded"})
_REMEMBERED = 10_000
_SERVER_ERROR = 500


class Endpoint:
    """Hands requests to slack-bolt, which verifies signature and timestamp, once it is ready."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app
        self.is_ready = False
        self.route = WebRoute("POST", PATH, self._take)

    async def _take(self, request: WebRequest) -> WebResponse:
        headers = request.headers
        if headers.get("content-type", "").partition(";")[0].strip().lower() not in _CONTENT:
            return WebResponse(415, "Unsupported Media Type\n")
        # slack_sdk raises on forms that Slack never sends, where it should refuse them
        if not _TIMESTAMP.fullmatch(headers.get("x-slack-request-timestamp", "0")) or not _SIGNATURE.fullmatch(
            headers.get("x-slack-signature", f"v0={'0' * 64}")
        ):
            return _refused()
        if not self.is_ready:
            return WebResponse(503, "Service Unavailable\n", headers=(("retry-after", "5"),))
        try:
            understood = AsyncBoltRequest(body=request.body.decode(), headers=dict(headers))
        except (AttributeError, TypeError, ValueError, RecursionError):
            # bolt reads before it verifies: whoever wrote this, it is nothing of Slack's
            return WebResponse(400, "Bad Request\n")
        answer = await self._app.async_dispatch(understood)
        if answer.status == 401:
            return _refused()
        return response_of(answer)


def _refused() -> WebResponse:
    _log.warning("a request that Slack did not sign, or long ago, was refused")
    return WebResponse(401, "Unauthorized\n")


def response_of(answer: BoltResponse) -> WebResponse:
    """Return bolt's answer as the web application gives it."""
    headers = {name.lower(): list(values) for name, values in answer.headers.items()}
    content_type = headers.pop("content-type", ["text/plain; charset=utf-8"])[0]
    pairs = tuple((name, value) for name, values in headers.items() for value in values)
    return WebResponse(answer.status, answer.body, content_type, pairs)


class Once:
    """Middleware that works off an event once, however often Slack sends it.

    Slack repeats an event up to three times within an hour if it did not see it acknowledged in 3 seconds:
    https://docs.slack.dev/apis/events-api#retries. Each has the same `event_id`.
    """

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}

    async def __call__(
        self, body: dict[str, object], next_: Callable[[], Awaitable[BoltResponse | None]]
    ) -> BoltResponse | None:
        """Go on, or acknowledge at once what is known."""
        event = body.get("event_id")
        if not isinstance(event, str):
            return await next_()
        if event in self._seen:
            return BoltResponse(status=200, body="")
        self._seen[event] = None
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        answer = await next_()
        if answer is not None and answer.status >= _SERVER_ERROR:
            self._seen.pop(event, None)
        return answer


class InFlight:
    """Counts the listeners at work: bolt acknowledges first, and lets them go on by themselves."""

    def __init__(self, app: AsyncApp) -> None:
        self._working = 0
        self._idle = asyncio.Event()
        self._idle.set()
        runner = app.listener_runner
        runner.listener_start_handler = _Began(self)
        runner.listener_completion_handler = _Ended(self)

    async def end(self, within: float) -> None:
        """Return once no listener works any more, or after `within` seconds."""
        await asyncio.sleep(0)  # one that was just acknowledged begins in the next turn of the loop
        try:
            async with asyncio.timeout(within):
                await self._idle.wait()
        except TimeoutError:
            _log.warning("stopping while requests of Slack's are worked on", requests=self._working)

    def count(self, change: int) -> None:
        """Note that one began (1) or ended (-1)."""
        self._working += change
        if self._working:
            self._idle.clear()
        else:
            self._idle.set()


class _Began(AsyncListenerStartHandler):
    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        del request, response
        self._in_flight.count(1)


class _Ended(AsyncListenerCompletionHandler):
    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        del request, response
        self._in_flight.count(-1)
