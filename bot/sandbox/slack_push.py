"""Calling the app over HTTP, signed: https://docs.slack.dev/apis/events-api/using-http-request-urls."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.json_types import Json
from bot.sandbox.slack_workspace import Interaction

if TYPE_CHECKING:
    from bot.sandbox.slack_app import SlackApp

ANSWER_WITHIN = 3.0
PAUSES = (0.05, 0.1, 0.2)
"""Seconds until an event is sent again; the real Slack's pauses are almost none, a minute, and five."""


def signed(secret: str, body: bytes, *, at: float | None = None) -> dict[str, str]:
    """Return the headers that prove a body to be Slack's.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    timestamp = str(int(time.time() if at is None else at))
    proof = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={proof}"}


def written(kind: str, payload: Json) -> tuple[bytes, str]:
    """Return body and content type of an envelope's payload."""
    if kind == "events_api":
        return json.dumps(payload, ensure_ascii=False).encode(), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload, ensure_ascii=False)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


async def push(app: "SlackApp", interaction: Interaction) -> tuple[str, Json | None]:
    """Call the app; return a failure, empty if it acknowledged, and what it acknowledged with.

    An event is sent again, three times at most, until it is acknowledged.
    """
    body, content_type = written(interaction.kind, interaction.payload)
    failure = ""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN)) as session:
        for number in range(1 + len(PAUSES) if interaction.kind == "events_api" else 1):
            headers = {"Content-Type": content_type, **signed(app.signing_secret, body)}
            if number:
                await asyncio.sleep(PAUSES[number - 1])
                headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": failure or "http_error"}
            interaction.attempts += 1
            failure, ack, more = await _called(session, app.request_url, body, headers)
            if not failure or not more:
                return failure, ack
    return failure, None


async def _called(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: Mapping[str, str]
) -> tuple[str, Json | None, bool]:
    """Return the failure, the acknowledgement's content, and whether it may be tried again."""
    try:
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            text = await answer.text()
            if not answer.ok:
                return "http_error", None, answer.headers.get("X-Slack-No-Retry") != "1"
            if not text:
                return "", None, False
            return "", json.loads(text) if answer.content_type == "application/json" else {"text": text}, False
    except TimeoutError:
        return "http_timeout", None, True
    except aiohttp.ClientError:
        return "connection_failed", None, True
