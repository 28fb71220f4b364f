"""Sends parts to Slack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.delivery import Gone, Outcome, Scope, Sent, Unknown
from bot.domain.destination import Destination
from bot.domain.throttling import ScopeEvidence
from bot.platforms.slack.outcomes import outcome_of
from bot.platforms.slack.workspaces import Workspaces
from bot.ports.sender import Capabilities
from formatters.parts import Json, Part

MESSAGES_A_SECOND = 20.0
"""For all channels of a workspace together; Slack limits a workspace at several hundred a minute, without a figure."""

CHANNEL_PACE = 1.0
"""Messages a second to one channel: https://docs.slack.dev/apis/web-api/rate-limits#posting-messages"""


class SlackSender:
    """A `Sender`. Slack has no silent messages: in a thread they notify nobody who does not follow it."""

    def __init__(
        self,
        client: AsyncWebClient,
        bot_name: str = "",
        *,
        pace: float = CHANNEL_PACE,
        workspaces: Workspaces | None = None,
    ) -> None:
        """`client` has the token of the settings' own workspace, `workspaces` those of others."""
        self._client = client
        self._evidence = ScopeEvidence()
        self._workspaces = workspaces
        self.capabilities = Capabilities(threads=True, pace=pace)
        self.bot_name = bot_name or "digestbot"

    async def send(
        self, part: Part, *, to: Destination, silent: bool, under: str | None, previews: bool = False
    ) -> Outcome:
        """Post the part, in the thread of message `under` if there is one."""
        del silent
        begun = self._evidence.begin()
        outcome = await self._send(part, to, under, previews=previews)
        return self._evidence.judge(outcome, place=to.chat, begun=begun, likely=Scope.CHAT)

    async def _send(self, part: Part, to: Destination, under: str | None, *, previews: bool) -> Outcome:
        payload: dict[str, Any] = dict(part.payload)
        if previews:
            payload |= {"unfurl_links": True, "unfurl_media": True}
        if to.team:
            workspace = await self._workspaces.find(to.team) if self._workspaces else None
            if workspace is None:
                return Gone(f"the app is not installed in {to.team}")
            payload["token"] = workspace.token
        try:
            answer = await self._client.chat_postMessage(
                channel=to.channel, thread_ts=under or to.thread or None, **payload
            )
        except Exception as error:  # noqa: BLE001  # outcome_of raises again what it does not know
            return outcome_of(error, self.bot_name, team=to.team)
        timestamp = answer.get("ts")
        return Sent(str(timestamp)) if timestamp else Unknown("the answer names no message")


def call_of(payload: Mapping[str, Json], *, channel: str, thread: str | None = None) -> dict[str, Any]:
    """Return the API call that posts a payload: its `method` and the whole decoded `payload`."""
    place = {"channel": channel} | ({"thread_ts": thread} if thread else {})
    return {"method": "chat.postMessage", "payload": {**place, **payload}}
