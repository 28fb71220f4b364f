"""What an exception of slack_sdk or aiohttp says about the message that was being sent."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.domain.delivery import Gone, Outcome, Rejected, Throttled, Unknown, Unsent

_GONE = {
    "not_in_channel": "the bot is not in the channel: type /invite @{bot} there",
    "channel_not_found": "there is no such channel, or it is private without the bot in it: type /invite @{bot} there",
    "is_archived": "the channel is archived: unarchive it or choose another",
    "account_inactive": "the app was removed from the workspace: install it again",
}
_TOKEN = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "missing_scope", "no_permission"})
_MAYBE = frozenset({"fatal_error", "internal_error", "request_timeout"})
"""Errors after which Slack says some aspect of the operation may have succeeded.

https://docs.slack.dev/reference/methods/chat.postMessage#errors
"""
_DEFAULT_PAUSE = timedelta(seconds=30)


_LOST = frozenset({"invalid_auth", "token_revoked"})
"""Where the app was installed by OAuth, these say that it was removed: nobody can put another token in place."""


def outcome_of(error: Exception, bot_name: str, *, team: str = "") -> Outcome:
    """Return the outcome that `error` of a send stands for. `bot_name` is used in advice.

    `team` is where the app was installed by OAuth, empty for the settings' own token.
    """
    match error:
        case SlackApiError():
            return _outcome_of_answer(error, bot_name, team)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.InvalidURL():
            return Unsent(f"Slack could not be reached ({error})")
        case aiohttp.ClientError() | TimeoutError():
            return Unknown(f"the answer was lost ({type(error).__name__}: {error})")
        case _:
            raise error


def _outcome_of_answer(error: SlackApiError, bot_name: str, team: str) -> Outcome:
    status, headers, code = _answer(error)
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in {"ratelimited", "rate_limited"}:
        after = _pause(headers.get("Retry-After"))
        return Throttled(after, f"Slack asks to wait {after.total_seconds():.0f} s")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return Unsent("Slack is unavailable (503)")
    if code in _MAYBE or status >= HTTPStatus.INTERNAL_SERVER_ERROR or not code:
        return Unknown(f"Slack failed ({code or status}) and may have accepted the message")
    if code in _GONE:
        return Gone(f"{code}: {_GONE[code].format(bot=bot_name)}")
    if team and code in _LOST:
        return Gone(f"{code}: the app was removed from {team}")
    if team and code in _TOKEN:
        return Unsent(f"{code}: the app has to be installed in {team} again, with the scopes that it asks for")
    if code in _TOKEN:
        return Unsent(f"{code}: check DIGESTBOT_SLACK_BOT_TOKEN and the app's scopes (deploy/slack-manifest.yaml)")
    return Rejected(code)


def _answer(error: SlackApiError) -> tuple[int, Any, str]:
    """Return status, headers and Slack's error code, '' where the answer was not Slack's JSON."""
    response: Any = error.response
    if isinstance(response, aiohttp.ClientResponse):
        return response.status, response.headers, ""
    code = response.get("error") if isinstance(response.data, dict) else None
    return int(response.status_code), response.headers, str(code or "")


def _pause(header: object) -> timedelta:
    try:
        return timedelta(seconds=max(1, int(str(header))))
    except ValueError:
        return _DEFAULT_PAUSE
