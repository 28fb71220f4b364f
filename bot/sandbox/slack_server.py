"""Slack's Web API, Socket Mode and response URLs over HTTP: https://docs.slack.dev/apis/web-api."""

import base64
import json
from typing import Any

from aiohttp import web

from bot.sandbox.endpoint import Answer, Endpoint, Unreadable
from bot.sandbox.json_types import Json
from bot.sandbox.slack_errors import SlackError, SlackThrottled
from bot.sandbox.slack_methods import METHODS
from bot.sandbox.slack_socket import serve_response_url
from bot.sandbox.slack_state import Slack

NESTED = frozenset(("attachments", "blocks", "metadata", "unfurls", "view"))
BOOLEANS = frozenset(
    (
        "exclude_archived",
        "include_all_metadata",
        "inclusive",
        "link_names",
        "mrkdwn",
        "reply_broadcast",
        "unfurl_links",
        "unfurl_media",
    )
)


class SlackServer:
    """Answers Web API calls from the local Slack's state."""

    def __init__(self, slack: Slack, *, latency: float = 0.0) -> None:
        self._slack = slack
        self._endpoint = _endpoint(slack, latency)

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Serve `<prefix>/api/<method>`, the WebSocket and the response URLs."""
        app.router.add_route("*", prefix + "/api/{method}", self._serve)
        app.router.add_get(prefix + "/socket", self._slack.socket.serve)
        app.router.add_post(prefix + "/response/{envelope}", self._respond)

    async def _respond(self, request: web.Request) -> web.Response:
        return await serve_response_url(self._slack, request)

    async def _serve(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        header = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()

        async def execute(parameters: Json) -> Answer:
            token = header or str(parameters.pop("token", ""))
            parameters.pop("token", None)
            try:
                if name == "oauth.v2.access":
                    return Answer(200, {"ok": True, **self._slack.app.access(parameters | _basic(header))})
                return Answer(200, {"ok": True, **await self._run(name, token, parameters)})
            except SlackError as error:
                return Answer(200, error.as_json())
            except SlackThrottled as error:
                return _throttled(error.retry_after)

        return await self._endpoint.serve(request, name, execute)

    async def _run(self, name: str, token: str, parameters: Json) -> Json:
        if name not in METHODS:
            raise SlackError("unknown_method", req_method=name)
        method, scope = METHODS[name]
        slack = self._workspace(name, token, parameters)
        if scope in self._slack.missing_scopes:
            raise SlackError("missing_scope", needed=scope, provided="identify")
        return await method(slack, parameters)

    def _workspace(self, name: str, token: str, parameters: Json) -> Slack:
        """Return the workspace in which a token may do this; raises SlackError if it may in none."""
        if name == "api.test":
            return self._slack
        if not token:
            raise SlackError("not_authed")
        app = self._slack.app
        if name == "apps.connections.open":
            if token != app.app_token:
                raise SlackError("not_allowed_token_type" if token in app.grants else "invalid_auth")
            return self._slack
        return app.grant_of(token).workspace_of(parameters)


def _basic(header: str) -> Json:
    """Return the client's name and secret of HTTP's basic authentication."""
    scheme, _, given = header.partition(" ")
    if scheme != "Basic":
        return {}
    try:
        name, _, secret = base64.b64decode(given).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": name, "client_secret": secret}


def _endpoint(slack: Slack, latency: float) -> Endpoint:
    """Return the endpoint that reads and refuses as Slack does."""
    return Endpoint(slack.changes, slack.calls, slack.faults, read=_read, refuse=_throttled, latency=latency)


def _throttled(retry_after: int) -> Answer:
    return Answer(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(retry_after)})


async def _read(request: web.Request) -> Json:
    found: Json = dict(request.query)
    try:
        if request.content_type == "application/json":
            body = await request.text()
            found |= json.loads(body) if body else {}
        elif request.can_read_body:
            found |= dict(await request.post())
        return {name: _restored(name, value) for name, value in found.items() if value is not None}
    except (TypeError, ValueError):
        raise Unreadable(Answer(200, {"ok": False, "error": "invalid_json"})) from None


def _restored(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in NESTED and value:
        try:
            return json.loads(value)
        except ValueError:
            return value
    if name in BOOLEANS:
        return value.lower() in ("1", "true")
    return value
