"""Sends parts to Slack, changes them, and finds them again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.delivery import (
    Absent,
    Gone,
    Outcome,
    Rejected,
    Scope,
    Sent,
    Tag,
    Throttled,
    Unknown,
    Unreadable,
    Unsent,
)
from bot.domain.destination import Destination
from bot.domain.throttling import ScopeEvidence
from bot.platforms.slack.notices import Notices
from bot.platforms.slack.outcomes import JUDGED, UNFIT_BLOCKS, is_not_found, outcome_of
from bot.platforms.slack.workspaces import Workspaces
from bot.ports.sender import Capabilities
from formatters.parts import Json, Part

_log = structlog.get_logger(__name__)

MESSAGES_A_SECOND = 20.0
"""For all channels together; Slack limits a workspace at several hundred a minute, without a figure."""

CHANNEL_PACE = 1.0
"""Messages a second to one channel: https://docs.slack.dev/apis/web-api/rate-limits#posting-messages"""

EVENT_TYPE = "digestbot_part"
"""Of the metadata that each message carries: https://docs.slack.dev/messaging/message-metadata"""

_PAGE, _MOST_PAGES = 200, 10
"""Messages that are looked through for one: a channel busier than that within minutes is not searched further."""

_DIFFERENCE = timedelta(seconds=30)
"""How much later than Slack's clock ours may be without anything being looked for anew."""

_Method = Callable[..., Awaitable[AsyncSlackResponse]]


class SlackSender:
    """A `Sender`. Slack has no silent messages: in a thread they notify nobody who does not follow it.

    A message's id is its timestamp; where Slack chose the channel, because a person was named, the channel precedes it.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        bot_name: str = "",
        *,
        pace: float = CHANNEL_PACE,
        workspaces: Workspaces | None = None,
        notices: Notices | None = None,
    ) -> None:
        """`client` has the token of the settings' own workspace, `workspaces` those of others.

        `notices` tell installers what goes wrong.
        """
        self._client = client
        self.notices = notices
        self._workspaces = workspaces
        self._evidence: dict[str, ScopeEvidence] = {}
        """Of each workspace's token, by team."""
        self._addresses: dict[str, str] = {}
        """What a workspace's permalinks begin with, by team."""
        self._asking: dict[str, asyncio.Lock] = {}
        self.capabilities = Capabilities(
            pace=pace,
            edit=True,
            delete_within=timedelta.max,
            threads=True,
            callbacks=True,
            links=True,
            lookup=True,
        )
        self.bot_name = bot_name or "digestbot"

    async def send(
        self,
        part: Part,
        *,
        to: Destination,
        silent: bool,
        under: str | None,
        previews: bool = False,
        tag: Tag | None = None,
    ) -> Outcome:
        """Post the part, in the thread of message `under` if there is one."""
        del silent
        payload: dict[str, Any] = dict(part.payload)
        if previews:
            payload |= {"unfurl_links": True, "unfurl_media": True}
        if tag is not None:
            payload["metadata"] = {"event_type": EVENT_TYPE, "event_payload": _payload_of(tag)}
        payload["channel"], payload["thread_ts"] = _place(under, to) if under else (to.channel, to.thread or None)
        outcome = await self._asked(self._client.chat_postMessage, to, _posted(to), **payload)
        if isinstance(outcome, Rejected) and outcome.reason in UNFIT_BLOCKS and payload.pop("blocks", None):
            _log.warning("Slack refused a message's blocks; its text goes alone", part=part.name, reason=outcome.reason)
            outcome = await self._asked(self._client.chat_postMessage, to, _posted(to), **payload)
        if self.notices is not None:
            self.notices.note(to, outcome, bot=self.bot_name)
        return outcome

    async def edit(self, part: Part, message_id: str, *, to: Destination, previews: bool = False) -> Outcome:
        """Show the part in the message's place. What is unfurled was decided when the message was posted."""
        del previews
        channel, ts = _place(message_id, to)
        payload: dict[str, Any] = {name: value for name, value in part.payload.items() if "unfurl" not in name}
        done = _done(message_id)
        return await self._asked(self._client.chat_update, to, done, channel=channel, ts=ts, **payload)

    async def delete(self, message_id: str, *, to: Destination) -> Outcome:
        """Delete the message."""
        channel, ts = _place(message_id, to)
        gone = Sent(message_id)
        return await self._asked(
            self._client.chat_delete, to, _done(message_id), channel=channel, ts=ts, if_not_found=gone
        )

    async def _asked(
        self,
        method: _Method,
        to: Destination,
        accepted: Callable[[AsyncSlackResponse], Outcome],
        *,
        if_not_found: Outcome | None = None,
        **arguments: Any,
    ) -> Outcome:
        """Call a method and return what became of it; of a refusal, with whom it concerns."""
        evidence = self._evidence.setdefault(to.team, ScopeEvidence())
        begun = evidence.begin()
        try:
            answer = await self._call(method, to, **arguments)
            outcome = answer if isinstance(answer, Gone) else accepted(answer)
        except JUDGED as error:
            outcome = (
                if_not_found if if_not_found and is_not_found(error) else outcome_of(error, self.bot_name, team=to.team)
            )
        return evidence.judge(outcome, place=to.chat, begun=begun, likely=Scope.CHAT)

    async def _call(self, method: _Method, to: Destination, **arguments: Any) -> AsyncSlackResponse | Gone:
        """Call a method with the token of the place's workspace; Gone if the app is no longer there."""
        if to.team:
            workspace = await self._workspaces.find(to.team) if self._workspaces else None
            if workspace is None:
                return Gone(f"the app is not installed in {to.team}")
            arguments["token"] = workspace.token
        return await method(**arguments)

    def has_links(self, to: Destination) -> bool:
        """Return True: every message has a permalink."""
        del to
        return True

    async def link(self, message_id: str, *, to: Destination, under: str | None) -> str | None:
        """Return the message's permalink, in the form that `chat.getPermalink` gives, without a call for each.

        https://docs.slack.dev/reference/methods/chat.getPermalink
        """
        address = await self._address_of(to)
        if address is None:
            return None
        channel, ts = _place(message_id, to)
        root = _place(under, to)[1] if under else to.thread
        thread = f"?thread_ts={root}&cid={channel}" if root and root != ts else ""
        return f"{address}/archives/{channel}/p{ts.replace('.', '')}{thread}"

    async def _address_of(self, to: Destination) -> str | None:
        """Return what the permalinks of the place's workspace begin with: asked for once, however many need it."""
        async with self._asking.setdefault(to.team, asyncio.Lock()):
            if to.team not in self._addresses:
                try:
                    answer = await self._call(self._client.auth_test, to)
                except JUDGED as error:
                    reason = outcome_of(error, self.bot_name, team=to.team)
                    _log.warning("Slack does not tell a workspace's address", team=to.team, reason=str(reason))
                    return None
                if isinstance(answer, Gone):
                    return None
                self._addresses[to.team] = str(answer["url"]).rstrip("/")
            return self._addresses[to.team]

    async def look_up(
        self, tag: Tag, *, to: Destination, under: str | None, since: datetime, now: datetime
    ) -> Sent | Absent | Unreadable | Throttled | Unsent:
        """Look for the message in its thread or channel; needs the scope `channels:history`, or that of its kind."""
        channel, thread = _place(under, to) if under else (to.channel, to.thread or None)
        if channel.startswith(("U", "W")):
            return Unreadable("where a person was named, Slack tells the conversation only with an answer")
        asked: dict[str, Any] = {"limit": _PAGE, "include_all_metadata": True}
        method: _Method = self._client.conversations_history
        if thread:
            method, asked["ts"] = self._client.conversations_replies, thread
        oldest = since
        for _ in range(_MOST_PAGES):
            try:
                page = await self._call(method, to, channel=channel, oldest=f"{oldest.timestamp():.6f}", **asked)
            except JUDGED as error:
                return _unread(outcome_of(error, self.bot_name, team=to.team))
            if isinstance(page, Gone):
                return Unreadable(page.reason)
            for message in page["messages"]:
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload") == _payload_of(tag):
                    return Sent(_id_of(channel, str(message["ts"]), to))
            if (ahead := now - _told_at(page, now)) > since - oldest + _DIFFERENCE:
                # messages are dated by Slack's clock, and ours is wrong: anew, from where the message can be
                oldest = since - ahead
                asked.pop("cursor", None)
                continue
            asked["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
            if not asked["cursor"]:
                return Absent()
        return Unreadable(f"more than {_PAGE * _MOST_PAGES} messages came since")


def _told_at(answer: AsyncSlackResponse, now: datetime) -> datetime:
    """Return when Slack answered, by its own clock, to the second; `now` where the answer does not say."""
    try:
        return parsedate_to_datetime(answer.headers["Date"]).replace(tzinfo=UTC)  # which it always is
    except (KeyError, ValueError):
        return now


def _posted(to: Destination) -> Callable[[AsyncSlackResponse], Outcome]:
    def accepted(answer: AsyncSlackResponse) -> Outcome:
        timestamp = answer.get("ts")
        if not timestamp:
            return Unknown("the answer names no message")
        return Sent(_id_of(str(answer.get("channel") or to.channel), str(timestamp), to))

    return accepted


def _done(message_id: str) -> Callable[[AsyncSlackResponse], Outcome]:
    return lambda _: Sent(message_id)


def _unread(outcome: Outcome) -> Unreadable | Throttled | Unsent:
    """Return what a failed look means: nothing was changed by it, so it may be repeated."""
    match outcome:
        case Throttled():
            return outcome
        case Unknown(reason):
            return Unsent(reason)
        case Unsent(reason) if not reason.startswith(("missing_scope", "no_permission")):
            return outcome
        case Rejected(reason) | Unsent(reason) | Gone(reason):
            return Unreadable(reason)
        case _:
            return Unreadable(type(outcome).__name__.lower())


def _payload_of(tag: Tag) -> dict[str, int]:
    return {"delivery": tag.delivery, "position": tag.position}


def _id_of(channel: str, ts: str, to: Destination) -> str:
    return ts if channel == to.channel else f"{channel}/{ts}"


def _place(message_id: str, to: Destination) -> tuple[str, str]:
    """Return channel and timestamp of a message."""
    channel, separator, ts = message_id.rpartition("/")
    return (channel, ts) if separator else (to.channel, ts)


def call_of(payload: Mapping[str, Json], *, channel: str, thread: str | None = None) -> dict[str, Any]:
    """Return the API call that posts a payload: its `method` and the whole decoded `payload`."""
    place = {"channel": channel} | ({"thread_ts": thread} if thread else {})
    return {"method": "chat.postMessage", "payload": {**place, **payload}}
