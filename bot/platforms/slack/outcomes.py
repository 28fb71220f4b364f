"""What an exception of slack_sdk or aiohttp says about the message that was being sent.

`ERRORS` and `FAILURES` are the one place that decides, by cause: what Slack answers, and what came in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.domain.delivery import Gone, Outcome, Rejected, Throttled, Unknown, Unsent

DEFAULT_PAUSE = timedelta(seconds=30)
"""For a refusal that names no pause."""


_REMOVED = frozenset({"invalid_auth", "token_revoked"})
"""Where the app was installed by OAuth, these say that it was removed: nobody can put another token in place."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Slack answered."""

    code: str
    status: int
    headers: Mapping[str, str]
    bot_name: str
    team: str
    """Where the app was installed by OAuth; empty for the settings' own token."""


def _throttled(answer: Answer) -> Outcome:
    after = pause_of(answer.headers.get("Retry-After"))
    return Throttled(after, f"Slack asks to wait {after.total_seconds():.0f} s")


def _unknown(answer: Answer) -> Outcome:
    return Unknown(f"Slack failed ({answer.code or answer.status}) and may have accepted the message")


def _later(answer: Answer) -> Outcome:
    return Unsent(f"Slack takes no messages now ({answer.code or answer.status})")


def _token(answer: Answer) -> Outcome:
    if answer.team and answer.code in _REMOVED:
        return Gone(f"{answer.code}: the app was removed from {answer.team}")
    if answer.team:
        advice = f"the app has to be installed in {answer.team} again, with the scopes that it asks for"
        return Unsent(f"{answer.code}: {advice}")
    advice = "check DIGESTBOT_SLACK_BOT_TOKEN and the app's scopes (deploy/slack-manifest.yaml)"
    return Unsent(f"{answer.code}: {advice}")


def _rejected(answer: Answer) -> Outcome:
    return Rejected(answer.code or f"HTTP {answer.status}")


def _not_slack(answer: Answer) -> Outcome:
    return Unsent(f"something other than Slack answered ({answer.status}); check DIGESTBOT_SLACK_API_URL")


def _gone(advice: str) -> Callable[[Answer], Outcome]:
    return lambda answer: Gone(f"{answer.code}: {advice.format(bot=answer.bot_name)}")


def _refused(advice: str) -> Callable[[Answer], Outcome]:
    return lambda answer: Rejected(f"{answer.code}: {advice}")


_MAY_NOT_POST = _gone("the workspace's settings do not let the app post there: ask an administrator")

ERRORS: Mapping[str, Callable[[Answer], Outcome]] = {
    # the place
    "not_in_channel": _gone("the bot is not in the channel: type /invite @{bot} there"),
    "channel_not_found": _gone(
        "there is no such channel, or it is private without the bot in it: type /invite @{bot} there"
    ),
    "is_archived": _gone("the channel is archived: unarchive it or choose another"),
    "is_inactive": _gone("the conversation is frozen: choose another"),
    "user_not_found": _gone("there is no such person"),
    "user_disabled": _gone("the person's account is deactivated"),
    "cannot_dm_bot": _gone("bots get no messages"),
    "messages_tab_disabled": _gone("the app's Messages tab is switched off: allow it on the app's pages, App Home"),
    "account_inactive": _gone("the app was removed from the workspace: install it again"),
    "restricted_action": _MAY_NOT_POST,
    "restricted_action_read_only_channel": _MAY_NOT_POST,
    "restricted_action_thread_only_channel": _MAY_NOT_POST,
    "restricted_action_non_threadable_channel": _MAY_NOT_POST,
    "restricted_action_thread_locked": _MAY_NOT_POST,
    # a message that is there and cannot be changed
    "cant_update_message": _refused("Slack lets only whoever wrote a message edit it"),
    "edit_window_closed": _refused("the workspace lets messages be edited for some time only"),
    "cant_delete_message": _refused("the workspace does not let this message be deleted"),
    "compliance_exports_prevent_deletion": _refused("the workspace keeps every message"),
    "message_not_found": _refused("the message is no longer there"),
    # the token: nothing is wrong with the message
    "invalid_auth": _token,
    "not_authed": _token,
    "token_revoked": _token,
    "token_expired": _token,
    "missing_scope": _token,
    "no_permission": _token,
    "not_allowed_token_type": _token,
    "access_denied": _token,
    "accesslimited": _token,
    "ekm_access_denied": _token,
    "enterprise_is_restricted": _token,
    "org_login_required": _token,
    "team_access_not_granted": _token,
    "two_factor_setup_required": _token,
    # too much
    "ratelimited": _throttled,
    "rate_limited": _throttled,
    "message_limit_exceeded": _throttled,
    # later
    "service_unavailable": _later,
    "team_added_to_org": _later,
    "external_channel_migrating": _later,
    "request_timeout": _later,  # "the POST data was either missing or truncated"
    # "it's possible some aspect of the operation succeeded before the error was raised"
    "fatal_error": _unknown,
    "internal_error": _unknown,
}
"""By Slack's code; every other one is a refusal for good.

https://docs.slack.dev/reference/methods/chat.postMessage#errors, chat.update#errors, chat.delete#errors
"""

UNFIT_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
"""Refusals of a message's form, before anything was posted: the same without blocks may be accepted."""

STATUSES: Mapping[int, Callable[[Answer], Outcome]] = {
    HTTPStatus.TOO_MANY_REQUESTS: _throttled,
    HTTPStatus.SERVICE_UNAVAILABLE: _later,
    HTTPStatus.REQUEST_TIMEOUT: _later,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _rejected,
}
"""By HTTP status, where the code does not decide; else a 5xx is unknown and a 4xx without a code is not Slack's."""

FAILURES: tuple[tuple[tuple[type[Exception], ...], Callable[[str], Outcome]], ...] = (
    (
        (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL,
         aiohttp.NonHttpUrlClientError, aiohttp.ClientHttpProxyError),
        lambda problem: Unsent(f"Slack could not be reached ({problem})"),
    ),
    ((aiohttp.ClientError, TimeoutError), lambda problem: Unknown(f"the answer was lost ({problem})")),
    # slack_sdk looks into every answer as if it were an object in JSON
    ((AttributeError, ValueError), lambda problem: Unknown(f"the answer is not Slack's ({problem})")),
)  # fmt: skip
"""By what came in place of an answer; the first row that fits counts."""

JUDGED: tuple[type[Exception], ...] = (SlackApiError, *(error for errors, _ in FAILURES for error in errors))
"""What a call may raise and `outcome_of` understands; every other exception is a fault of ours."""


def outcome_of(error: Exception, bot_name: str, *, team: str = "") -> Outcome:
    """Return the outcome that `error` of a send stands for. `bot_name` is used in advice.

    `team` is where the app was installed by OAuth, empty for the settings' own token.
    """
    if isinstance(error, SlackApiError):
        return _outcome_of_answer(_answer(error, bot_name, team))
    for errors, becomes in FAILURES:
        if isinstance(error, errors):
            return becomes(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    raise error


def _outcome_of_answer(answer: Answer) -> Outcome:
    if becomes := ERRORS.get(answer.code) or STATUSES.get(answer.status):
        return becomes(answer)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or (
        answer.status < HTTPStatus.MULTIPLE_CHOICES and not answer.code
    ):
        return _unknown(answer)
    return _rejected(answer) if answer.code else _not_slack(answer)


def is_not_found(error: Exception) -> bool:
    """Return whether Slack refused because the message is no longer there."""
    return isinstance(error, SlackApiError) and _answer(error, "", "").code == "message_not_found"


def _answer(error: SlackApiError, bot_name: str, team: str) -> Answer:
    """Return what was answered; the code is '' where that was not Slack's JSON."""
    response: Any = error.response
    if isinstance(response, aiohttp.ClientResponse):
        return Answer("", response.status, response.headers, bot_name, team)
    code = response.get("error") if isinstance(response.data, dict) else None
    return Answer(str(code or ""), int(response.status_code), response.headers, bot_name, team)


def pause_of(header: object) -> timedelta:
    """Return what a Retry-After header asks for."""
    try:
        return timedelta(seconds=max(1, int(str(header))))
    except ValueError:
        return DEFAULT_PAUSE
