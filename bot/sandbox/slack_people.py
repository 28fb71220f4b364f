"""Members of the local workspace: what they do reaches the app through Socket Mode, as it would from the real one."""

import itertools
from typing import TYPE_CHECKING

from bot.sandbox.changes import PATIENCE
from bot.sandbox.json_types import Json
from bot.sandbox.slack_workspace import Channel, Interaction, SlackAccount, SlackMessage

if TYPE_CHECKING:
    from bot.sandbox.slack_state import Slack


class SlackPerson:
    """One member of the workspace."""

    def __init__(self, slack: "Slack", account: SlackAccount) -> None:
        self._slack = slack
        self.account = account
        self._presses = itertools.count(1)

    @property
    def workspace(self) -> "Slack":
        """Where this person is a member."""
        return self._slack

    @property
    def id(self) -> str:
        """The user id."""
        return self.account.id

    @property
    def direct(self) -> Channel:
        """The direct messages with the bot."""
        return self._slack.direct(self.account)

    def sees(self, channel: Channel) -> list[SlackMessage]:
        """Return what stands in the channel for this person: all but ephemeral messages for others."""
        return [message for message in channel.messages if message.only_for in (None, self.id)]

    async def command(self, command: str, text: str = "", channel: Channel | None = None) -> Interaction:
        """Type a slash command; returns once the app acknowledged it or Slack gave up (see `failure`)."""
        place = channel or self.direct
        payload: Json = {
            "token": "deprecated",
            "team_id": self._slack.team_id,
            "team_domain": self._slack.team,
            "channel_id": place.id,
            "channel_name": "directmessage" if place.kind == "im" else place.name,
            "user_id": self.id,
            "user_name": self.account.name,
            "command": command,
            "text": text,
            "api_app_id": self._slack.app_id,
            "enterprise_id": self._slack.enterprise_id,
            "is_enterprise_install": "true" if self._slack.installed_by_organization else "false",
        }
        return await self._slack.dispatch("slash_commands", payload, place, self.account)

    async def press(self, message: SlackMessage, label: str) -> Interaction:
        """Press a button by action_id, text or value; a link button tells the app too.

        Raises LookupError if there is no such button.
        """
        block, button = message.button(label)
        action: Json = {
            "type": "button",
            "action_id": button.get("action_id", f"unnamed{next(self._presses)}"),
            "block_id": block["block_id"],
            "text": button["text"],
            "action_ts": f"{self._slack.now():.6f}",
        }
        action |= {name: button[name] for name in ("value", "url", "style") if name in button}
        place = message.channel
        user = {"id": self.id, "username": self.account.name, "name": self.account.name}
        payload: Json = {
            "type": "block_actions",
            "user": user | {"team_id": self._slack.team_id},
            "api_app_id": self._slack.app_id,
            "token": "deprecated",
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": place.id,
                "is_ephemeral": message.only_for is not None,
            },
            "team": {"id": self._slack.team_id, "domain": self._slack.team},
            "enterprise": {"id": self._slack.enterprise_id} if self._slack.enterprise_id else None,
            "is_enterprise_install": self._slack.installed_by_organization,
            "channel": {"id": place.id, "name": "directmessage" if place.kind == "im" else place.name},
            "message": self._slack.message_json(message),
            "state": {"values": {}},
            "actions": [action],
        }
        if message.is_reply:
            payload["container"]["thread_ts"] = message.thread_ts
        return await self._slack.dispatch("interactive", payload, place, self.account, message=message)

    async def say(self, text: str, channel: Channel | None = None, *, thread_ts: str | None = None) -> SlackMessage:
        """Write a message; the app hears of it in direct messages, and where it is mentioned."""
        place = channel or self.direct
        message = self._slack.keep(place, self.account, text, thread_ts=thread_ts)
        event = self._slack.message_json(message) | {"channel": place.id}
        if place.kind == "im":
            await self._slack.event(event | {"channel_type": "im"}, place)
        elif f"<@{self._slack.bot.id}>" in text and self._slack.bot.id in place.members:
            await self._slack.event(event | {"type": "app_mention"}, place)
        return message

    async def open_home(self) -> Interaction:
        """Open the app's home tab."""
        event = {"type": "app_home_opened", "user": self.id, "channel": self.direct.id, "tab": "home"}
        return await self._slack.event(event, self.direct)

    async def receives(self, count: int, channel: Channel, *, within: float = PATIENCE) -> list[SlackMessage]:
        """Return the app's messages for all once there are `count` of them in a channel, threads included.

        Raises TimeoutError.
        """

        def enough() -> list[SlackMessage] | None:
            return channel.from_bot if len(channel.from_bot) >= count else None

        return await self._slack.changes.until(enough, within=within, what=f"{count} messages in #{channel.name}")

    async def replies(
        self, interaction: Interaction, count: int = 1, *, within: float = PATIENCE
    ) -> list[SlackMessage]:
        """Return what the app answered to a command or press, by acknowledgement or response_url.

        Raises TimeoutError.
        """

        def enough() -> list[SlackMessage] | None:
            return interaction.replies if len(interaction.replies) >= count else None

        what = f"{count} answers to {interaction.payload.get('command', 'the press')}"
        return await self._slack.changes.until(enough, within=within, what=what)
