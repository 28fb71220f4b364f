"""Members of the local workspace: what they do reaches the app through Socket Mode, as it would from the real one."""

import itertools
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.sandbox.changes import PATIENCE
from bot.sandbox.json_types import Json
from bot.sandbox.slack_screen import SlackScreen
from bot.sandbox.slack_workspace import Channel, Draft, Interaction, SlackAccount, SlackMessage

if TYPE_CHECKING:
    from bot.sandbox.slack_state import Slack


class SlackPerson:
    """One member of the workspace."""

    def __init__(self, slack: "Slack", account: SlackAccount) -> None:
        self._slack = slack
        self.account = account
        self._presses = itertools.count(1)
        self.screen = SlackScreen(self)
        """Home tab and modals."""

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
        payload: Json = self.signed() | {
            "type": "block_actions",
            "container": {
                "type": "message",
                "message_ts": message.ts,
                "channel_id": place.id,
                "is_ephemeral": message.only_for is not None,
            },
            "channel": _named(place),
            "state": {"values": {}},
            "actions": [action],
        }
        if message.only_for is None:  # of an ephemeral message Slack tells the place only
            payload["message"] = self._slack.message_json(message)
        if message.is_reply:
            payload["container"]["thread_ts"] = message.thread_ts
        return await self._slack.dispatch("interactive", payload, place, self.account, message=message)

    async def use_shortcut(self, message: SlackMessage, callback_id: str) -> Interaction:
        """Choose one of the app's shortcuts in a message's menu."""
        payload: Json = self.signed() | {
            "type": "message_action",
            "callback_id": callback_id,
            "channel": _named(message.channel),
            "message": self._slack.message_json(message),
            "message_ts": message.ts,
            "action_ts": f"{self._slack.now():.6f}",
        }
        return await self._slack.dispatch("interactive", payload, message.channel, self.account)

    async def react(self, message: SlackMessage, name: str) -> None:
        """Add a reaction, by the emoji's name without colons."""
        users = message.reactions.setdefault(name, [])
        if self.id not in users:
            users.append(self.id)
            await self._reacted("reaction_added", message, name)

    async def take_back(self, message: SlackMessage, name: str) -> None:
        """Remove one's own reaction; ValueError if there is none."""
        message.reactions[name].remove(self.id)
        message.reactions = {name: users for name, users in message.reactions.items() if users}
        await self._reacted("reaction_removed", message, name)

    async def _reacted(self, event: str, message: SlackMessage, name: str) -> None:
        self._slack.changes.note()
        item = {"type": "message", "channel": message.channel.id, "ts": message.ts}
        told: Json = {"type": event, "user": self.id, "reaction": name, "item_user": message.author.id, "item": item}
        await self._slack.event(told, message.channel)

    def signed(self) -> Json:
        """Return what every interaction says of who acts, and where."""
        user = {"id": self.id, "username": self.account.name, "name": self.account.name}
        return {
            "user": user | {"team_id": self._slack.team_id},
            "api_app_id": self._slack.app_id,
            "token": "deprecated",
            "team": {"id": self._slack.team_id, "domain": self._slack.team},
            "enterprise": {"id": self._slack.enterprise_id} if self._slack.enterprise_id else None,
            "is_enterprise_install": self._slack.installed_by_organization,
        }

    async def say(self, text: str, channel: Channel | None = None, *, thread_ts: str | None = None) -> SlackMessage:
        """Write a message; the app hears of it in direct messages, where it is mentioned, and of its own links."""
        place = channel or self.direct
        message = self._slack.keep(place, self.account, text, thread_ts=thread_ts)
        event = self._slack.message_json(message) | {"channel": place.id}
        if place.kind == "im":
            await self._slack.event(event | {"channel_type": "im"}, place)
        elif f"<@{self._slack.bot.id}>" in text and self._slack.bot.id in place.members:
            await self._slack.event(event | {"type": "app_mention"}, place)
        if links := self._slack.app.links_in(text):
            await self._slack.event(self._shared(message, links), place)
        return message

    async def write(self, text: str) -> Draft:
        """Write a message without sending it; the app hears of its own links."""
        draft = Draft(text)
        unfurl_id = f"{self.id}-{next(self._presses)}"
        self._slack.drafts[unfurl_id] = draft
        if links := self._slack.app.links_in(text):
            # of a draft Slack tells neither the channel nor a time, but words in their place
            place = {"channel": "COMPOSER", "message_ts": unfurl_id, "unfurl_id": unfurl_id, "source": "composer"}
            await self._slack.event(self._links_shared(links) | place | {"is_bot_user_member": True}, None)
        return draft

    def _shared(self, message: SlackMessage, links: list[str]) -> Json:
        place = message.channel
        shared: Json = self._links_shared(links) | {
            "channel": place.id,
            "is_bot_user_member": self._slack.bot.id in place.members,
            "message_ts": message.ts,
            "unfurl_id": f"{place.id}.{message.ts}",
            "source": "conversations_history",
        }
        return shared | ({"thread_ts": message.thread_ts} if message.is_reply else {})

    def _links_shared(self, links: list[str]) -> Json:
        """https://docs.slack.dev/reference/events/link_shared"""
        told = [{"domain": urlsplit(url).hostname, "url": url} for url in links]
        return {"type": "link_shared", "user": self.id, "links": told}

    async def open_home(self) -> Interaction:
        """Open the app's home tab."""
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": self.direct.id, "tab": "home"}
        shown = self._slack.views.home_of(self.id)
        if shown is not None:
            event["view"] = shown.as_json(self._slack.team_id, self._slack.app_id, self._slack.bot_id)
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


def _named(place: Channel) -> Json:
    return {"id": place.id, "name": "directmessage" if place.kind == "im" else place.name}
