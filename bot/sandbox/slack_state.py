"""The local Slack: one workspace with one app in it."""

import asyncio
import copy
import itertools
import time
from collections.abc import Callable, Sequence
from typing import Literal

from bot.sandbox.calls import CallLog
from bot.sandbox.changes import Changes
from bot.sandbox.faults import Faults
from bot.sandbox.json_types import Json
from bot.sandbox.limits import Meter, SlackLimits
from bot.sandbox.slack_app import Grant, SlackApp
from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_push import push
from bot.sandbox.slack_socket import SocketMode, acknowledged
from bot.sandbox.slack_views import Views
from bot.sandbox.slack_workspace import (
    Channel,
    Channels,
    Draft,
    Interaction,
    Kind,
    SlackAccount,
    SlackMessage,
    SlackVersion,
    with_block_ids,
    with_links,
)

DEFAULT_BOT_TOKEN = "xoxb-" + "made-up-for-the-local-sandbox-only"
DEFAULT_APP_TOKEN = "xapp-" + "made-up-for-the-local-sandbox-only"
ACKNOWLEDGE_WITHIN = 3.0  # https://docs.slack.dev/apis/events-api/using-socket-mode
BOT_NAME = "digestbot"


class Slack:
    """State of the local Slack. People act on it directly, the app through Web API and Socket Mode.

    `accepted` holds every message in the order in which Slack took it, ephemeral and deleted ones included;
    `commands` are what the page proposes to type. `another` adds a workspace, in which the app is not installed yet.
    """

    def __init__(
        self,
        changes: Changes,
        now: Callable[[], float],
        *,
        bot_token: str = DEFAULT_BOT_TOKEN,
        app_token: str = DEFAULT_APP_TOKEN,
        limits: SlackLimits | None = None,
    ) -> None:
        self.team, self.team_id, self.enterprise_id = "digest-sandbox", "T0SANDBOX1", ""
        self.bot_token = bot_token
        self.app = SlackApp(app_token)
        self.app_id, self.bot_id = self.app.app_id, "B0SANDBOX1"
        self.installed: Grant | None = self.app.install(self, token=bot_token)
        self.siblings = [self]
        """Every workspace of this Slack, in order."""
        self.bot = SlackAccount("U0DIGESTB1", BOT_NAME, "Digestbot", is_bot=True)
        self.changes = changes
        self.now = now
        self.limits = limits or SlackLimits()
        self.meter = Meter()
        self.calls = CallLog(changes)
        self.faults = Faults()
        self.channels = Channels()
        self.people: dict[str, SlackPerson] = {}
        self.interactions: dict[str, Interaction] = {}
        self.drafts: dict[str, Draft] = {}
        """By unfurl_id."""
        self.views = Views(self.team_id)
        self.missing_scopes: set[str] = set()
        self.edit_window: float | None = None
        """Seconds for which the workspace lets messages be edited; None: always."""
        self.commands: list[str] = []
        self.shortcuts: dict[str, str] = {}
        """What a message's menu offers on the page: names by callback_id."""
        self.has_home = False
        """Whether the page shows the app's home tab."""
        self.accepted: list[SlackMessage] = []
        self.socket = SocketMode(self)
        self.root_url = ""
        self._pushing: set[asyncio.Task[None]] = set()
        self._orders = itertools.count(1)
        self._numbers = itertools.count(1)
        self._last_ts = 0

    @property
    def app_token(self) -> str:
        """The app-level token."""
        return self.app.app_token

    @property
    def installed_by_organization(self) -> bool:
        """Whether the app is here because the whole organization installed it."""
        return self.installed is not None and bool(self.installed.enterprise_id)

    def another(self, team: str, *, enterprise_id: str = "") -> "Slack":
        """Add a workspace, of an organization (E…) if there is one; what was asked of Slack is in one list for all."""
        found = copy.copy(self)
        number = len(self.siblings) + 1
        found.team, found.team_id, found.enterprise_id = team, f"T0SANDBOX{number}", enterprise_id
        found.bot = SlackAccount(f"U0DIGESTB{number}", BOT_NAME, "Digestbot", is_bot=True)
        found.bot_token, found.bot_id, found.installed = "", f"B0SANDBOX{number}", None
        found.channels, found.people, found.views, found.accepted = Channels(), {}, Views(found.team_id), []
        self.siblings.append(found)
        return found

    async def uninstall(self) -> None:
        """Remove the app from the workspace, or from the whole organization that installed it."""
        grant = self.installed
        if grant is None:
            return
        grant.revoked = True
        for workspace in grant.workspaces:
            workspace.installed = None
        await self.event({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot.id]}}, None, by=grant)
        await self.event({"type": "app_uninstalled"}, None, by=grant)

    async def close(self) -> None:
        """Call the app no more."""
        for pushing in self._pushing:
            pushing.cancel()
        await asyncio.gather(*self._pushing, return_exceptions=True)

    # --- who and where -----------------------------------------------------------------------------------------

    def user(self, name: str = "lin", *, real_name: str = "", locale: str = "zh-CN") -> SlackPerson:
        """Add a member of the workspace."""
        account = SlackAccount(f"U{next(self._numbers):09d}", name, real_name or name.title(), locale=locale)
        person = self.people[account.id] = SlackPerson(self, account)
        self.changes.note()
        return person

    def channel(
        self, name: str = "daily", *, kind: Kind = "public", people: Sequence[SlackPerson] = (), bot: bool = True
    ) -> Channel:
        """Add a channel, with the bot in it unless told otherwise."""
        members = {person.id for person in people} | ({self.bot.id} if bot else set())
        channel = self.channels.add(Channel(f"C{next(self._numbers):09d}", name, kind, members))
        self.changes.note()
        return channel

    def direct(self, account: SlackAccount) -> Channel:
        """Return the direct messages between a person and the bot."""
        for channel in self.channels:
            if channel.kind == "im" and account.id in channel.members:
                return channel
        return self.channels.add(Channel(f"D{next(self._numbers):09d}", account.name, "im", {account.id, self.bot.id}))

    async def invite(self, channel: Channel, *, by: SlackPerson | None = None) -> None:
        """Invite the bot, as `/invite @digestbot` does."""
        channel.members.add(self.bot.id)
        self.changes.note()
        event: Json = {"type": "member_joined_channel", "user": self.bot.id, "channel": channel.id}
        await self.event(event | ({"inviter": by.id} if by else {}), channel)

    def remove_bot(self, channel: Channel) -> None:
        """Take the bot out of a channel."""
        channel.members.discard(self.bot.id)
        self.changes.note()

    def author(self, account_id: str) -> SlackAccount:
        """Return the account of an id.

        Raises KeyError.
        """
        return self.bot if account_id == self.bot.id else self.people[account_id].account

    # --- messages ----------------------------------------------------------------------------------------------

    def keep(
        self,
        channel: Channel,
        author: SlackAccount,
        text: str,
        blocks: list[Json] | None = None,
        *,
        metadata: Json | None = None,
        thread_ts: str | None = None,
        only_for: str | None = None,
        broadcast: bool = False,
    ) -> SlackMessage:
        """Stamp a message and keep it."""
        ts = self._stamp()
        version = SlackVersion(text, with_block_ids(blocks, ts), self.now(), metadata)
        message = SlackMessage(ts, channel, author, next(self._orders), [version], thread_ts, only_for, broadcast)
        channel.keep(message)
        self.accepted.append(message)
        self.changes.note()
        return message

    def change(self, message: SlackMessage, version: SlackVersion) -> None:
        """Give a message new content."""
        blocks = with_block_ids(version.blocks, message.ts)
        message.versions.append(SlackVersion(version.text, blocks, self.now(), version.metadata))
        self.changes.note()

    def message_json(self, message: SlackMessage, *, metadata: bool = False) -> Json:
        """Return a message object."""
        text = message.text if message.author.is_bot else with_links(message.text)
        found: Json = {"type": "message", "user": message.author.id, "text": text, "ts": message.ts}
        found["team"] = self.team_id
        if message.author.is_bot:
            found |= {"bot_id": self.bot_id, "app_id": self.app_id}
        if message.blocks is not None:
            found["blocks"] = message.blocks
        replies = message.channel.thread(message.ts)
        if message.thread_ts or replies:
            found["thread_ts"] = message.thread_ts or message.ts
        if replies:
            found |= {"reply_count": len(replies), "latest_reply": replies[-1].ts}
        if message.edits:
            found["edited"] = {"user": message.author.id, "ts": f"{message.versions[-1].at:.6f}"}
        if message.reactions:
            found["reactions"] = [
                {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
            ]
        if metadata and message.metadata:
            found["metadata"] = message.metadata
        return found

    def _stamp(self) -> str:
        self._last_ts = max(self._last_ts + 1, int(self.now() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    # --- towards the app ---------------------------------------------------------------------------------------

    async def event(self, event: Json, channel: Channel | None, *, by: Grant | None = None) -> Interaction:
        """Tell the app of an event, under the installation that it has here, or had."""
        grant = by or self.installed
        whole = grant is not None and bool(grant.enterprise_id)
        payload: Json = {
            "type": "event_callback",
            "team_id": self.team_id,
            "enterprise_id": self.enterprise_id or None,
            "api_app_id": self.app_id,
            "event": {"event_ts": self._stamp(), **event},
            "event_id": f"Ev{next(self._numbers):09d}",
            "event_time": int(self.now()),
            "authorizations": [
                {
                    "enterprise_id": self.enterprise_id or None,
                    "team_id": None if whole else self.team_id,
                    "user_id": self.bot.id,
                    "is_bot": True,
                    "is_enterprise_install": whole,
                }
            ],
        }
        return await self.dispatch("events_api", payload, channel, None, wait=False)

    async def dispatch(
        self,
        kind: Literal["slash_commands", "interactive", "events_api"],
        payload: Json,
        channel: Channel | None,
        person: SlackAccount | None,
        *,
        message: SlackMessage | None = None,
        wait: bool = True,
    ) -> Interaction:
        """Send an envelope to the app and wait for its acknowledgement, for 3 s at most."""
        number = next(self._numbers)
        interaction = Interaction(
            f"envelope-{number:09d}", kind, payload, channel, person, time.monotonic(), self, message=message
        )
        if kind != "events_api":
            if channel is not None:  # an act in a view leaves nothing to respond to
                payload["response_url"] = f"{self.root_url}/response/{interaction.id}"
            payload["trigger_id"] = f"{number}.{self.team_id}"
        self.interactions[interaction.id] = interaction
        if self.app.request_url:
            pushing = asyncio.create_task(self._push(interaction))
            self._pushing.add(pushing)
            pushing.add_done_callback(self._pushing.discard)
            if wait:
                await asyncio.wait({pushing})
        elif not await self.socket.send(interaction):
            interaction.failure = "dispatch_failed"
        elif wait:
            try:
                async with asyncio.timeout(ACKNOWLEDGE_WITHIN):
                    await interaction.acked.wait()
            except TimeoutError:
                interaction.failure = "operation_timeout"
        self.changes.note()
        return interaction

    async def _push(self, interaction: Interaction) -> None:
        failure, ack = await push(self.app, interaction)
        if failure:
            interaction.failure = "operation_timeout" if failure == "http_timeout" else "dispatch_failed"
            self.changes.note()
        else:
            acknowledged(interaction, ack)
