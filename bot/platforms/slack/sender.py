"""Sends parts to Slack, changes them, and finds them again."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.delivery import Absent, Outcome, Rejected, Scope, Sent, Tag, Throttled, Unknown, Unreadable, Unsent
from bot.domain.destination import Destination
from bot.domain.throttling import ScopeEvidence
from bot.platforms.slack.outcomes import is_gone_already, outcome_of
from bot.ports.sender import Capabilities
from formatters.parts import Json, Part

MESSAGES_A_SECOND = 20.0
"""For all channels together; Slack limits a workspace at several hundred a minute, without a figure."""

CHANNEL_PACE = 1.0
"""Messages a second to one channel: https://docs.slack.dev/apis/web-api/rate-limits#posting-messages"""

EVENT_TYPE = "digestbot_part"
"""Of the metadata that each message carries: https://docs.slack.dev/messaging/message-metadata"""

_PAGE, _MOST_PAGES = 200, 10
"""Messages that are looked through for one: a channel busier than that within minutes is not searched further."""


class SlackSender:
    """A `Sender`. Slack has no silent messages: in a thread they notify nobody who does not follow it.

    A message's id is its timestamp; where Slack chose the channel, because a person was named, the channel precedes it.
    """

    def __init__(self, client: AsyncWebClient, bot_name: str = "", *, pace: float = CHANNEL_PACE) -> None:
        self._client = client
        self._evidence = ScopeEvidence()
        self._address: str | None = None
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
        channel, thread = _place(under, to) if under else (to.chat, to.thread or None)
        if tag is not None:
            payload["metadata"] = {"event_type": EVENT_TYPE, "event_payload": _payload_of(tag)}
        posting = self._client.chat_postMessage(channel=channel, thread_ts=thread, **payload)
        return await self._judged(self._posted(posting, to), to)

    async def _posted(self, posting: Awaitable[AsyncSlackResponse], to: Destination) -> Outcome:
        try:
            answer = await posting
        except Exception as error:  # noqa: BLE001  # outcome_of raises again what it does not know
            return outcome_of(error, self.bot_name)
        timestamp, channel = answer.get("ts"), answer.get("channel", to.chat)
        if not timestamp:
            return Unknown("the answer names no message")
        return Sent(str(timestamp) if channel == to.chat else f"{channel}/{timestamp}")

    async def _judged(self, request: Awaitable[Outcome], to: Destination) -> Outcome:
        """Return the outcome of a request; of a refusal, with whom it concerns."""
        begun = self._evidence.begin()
        return self._evidence.judge(await request, place=to.chat, begun=begun, likely=Scope.CHAT)

    async def edit(self, part: Part, message_id: str, *, to: Destination, previews: bool = False) -> Outcome:
        """Show the part in the message's place. What is unfurled was decided when the message was posted."""
        del previews
        channel, ts = _place(message_id, to)
        payload: dict[str, Any] = {name: value for name, value in part.payload.items() if "unfurl" not in name}
        updating = self._client.chat_update(channel=channel, ts=ts, **payload)
        return await self._judged(self._changed(updating, message_id), to)

    async def delete(self, message_id: str, *, to: Destination) -> Outcome:
        """Delete the message."""
        channel, ts = _place(message_id, to)
        deleting = self._client.chat_delete(channel=channel, ts=ts)
        return await self._judged(self._changed(deleting, message_id, deleting=True), to)

    async def _changed(self, call: Awaitable[object], message_id: str, *, deleting: bool = False) -> Outcome:
        try:
            await call
        except Exception as error:  # noqa: BLE001  # outcome_of raises again what it does not know
            if deleting and is_gone_already(error):
                return Sent(message_id)
            return outcome_of(error, self.bot_name)
        return Sent(message_id)

    def has_links(self, to: Destination) -> bool:
        """Return True: every message has a permalink."""
        del to
        return True

    async def link(self, message_id: str, *, to: Destination, under: str | None) -> str | None:
        """Return the message's permalink, in the form that `chat.getPermalink` gives, without a call for each.

        https://docs.slack.dev/reference/methods/chat.getPermalink
        """
        if self._address is None:
            try:
                self._address = str((await self._client.auth_test())["url"]).rstrip("/")
            except Exception as error:  # noqa: BLE001  # outcome_of raises again what it does not know
                outcome_of(error, self.bot_name)
                return None
        channel, ts = _place(message_id, to)
        root = _place(under, to)[1] if under else to.thread
        thread = f"?thread_ts={root}&cid={channel}" if root and root != ts else ""
        return f"{self._address}/archives/{channel}/p{ts.replace('.', '')}{thread}"

    async def look_up(
        self, tag: Tag, *, to: Destination, under: str | None, since: datetime
    ) -> Sent | Absent | Unreadable | Throttled | Unsent:
        """Look for the message in its thread or channel; needs the scope `channels:history`, or that of its kind."""
        channel, thread = _place(under, to) if under else (to.chat, to.thread or None)
        if channel.startswith("U"):
            return Unreadable("where a person was named, Slack tells the conversation only with an answer")
        cursor = None
        for _ in range(_MOST_PAGES):
            try:
                page = await self._page(channel, thread, since, cursor)
            except Exception as error:  # noqa: BLE001  # outcome_of raises again what it does not know
                return _unread(outcome_of(error, self.bot_name))
            for message in page["messages"]:
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload") == _payload_of(tag):
                    return Sent(str(message["ts"]) if channel == to.chat else f"{channel}/{message['ts']}")
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return Absent()
        return Unreadable(f"more than {_PAGE * _MOST_PAGES} messages came since")

    async def _page(self, channel: str, thread: str | None, since: datetime, cursor: str | None) -> Any:
        asked: dict[str, Any] = {"oldest": f"{since.timestamp():.6f}", "limit": _PAGE, "include_all_metadata": True}
        if cursor:
            asked["cursor"] = cursor
        if thread:
            return await self._client.conversations_replies(channel=channel, ts=thread, **asked)
        return await self._client.conversations_history(channel=channel, **asked)


def _unread(outcome: Outcome) -> Unreadable | Throttled | Unsent:
    """Return what a failed look means: nothing was changed by it, so it may be repeated."""
    match outcome:
        case Throttled():
            return outcome
        case Unknown(reason):
            return Unsent(reason)
        case Unsent(reason) if not reason.startswith(("missing_scope", "no_permission")):
            return outcome
        case Rejected(reason) | Unsent(reason):
            return Unreadable(reason)
        case _:
            return Unreadable(getattr(outcome, "reason", ""))


def _payload_of(tag: Tag) -> dict[str, int]:
    return {"delivery": tag.delivery, "position": tag.position}


def _place(message_id: str, to: Destination) -> tuple[str, str]:
    """Return channel and timestamp of a message."""
    channel, separator, ts = message_id.rpartition("/")
    return (channel, ts) if separator else (to.chat, ts)


def call_of(payload: Mapping[str, Json], *, channel: str, thread: str | None = None) -> dict[str, Any]:
    """Return the API call that posts a payload: its `method` and the whole decoded `payload`."""
    place = {"channel": channel} | ({"thread_ts": thread} if thread else {})
    return {"method": "chat.postMessage", "payload": {**place, **payload}}
