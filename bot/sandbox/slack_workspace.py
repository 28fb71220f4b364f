"""The state of the local Slack: people, channels, messages and what happened between them and the app."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from bot.sandbox.json_types import Json

if TYPE_CHECKING:
    from bot.sandbox.slack_state import Slack

Kind: TypeAlias = Literal["public", "private", "im"]

RESPONSE_URL_USES = 5  # https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
RESPONSE_URL_LIFETIME = 30 * 60.0


@dataclass(slots=True, eq=False)
class SlackAccount:
    """A member of the workspace."""

    id: str
    name: str
    real_name: str
    is_bot: bool = False
    locale: str = "zh-CN"

    def as_json(self, team_id: str) -> Json:
        """Return a user object."""
        profile = {"real_name": self.real_name, "display_name": self.name}
        return {
            "id": self.id,
            "team_id": team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "locale": self.locale,
            "tz": "Asia/Shanghai",
            "profile": profile,
        }


@dataclass(frozen=True, slots=True)
class SlackVersion:
    """What a message said from `at` (seconds since the epoch) on."""

    text: str
    blocks: list[Json] | None
    at: float
    metadata: Json | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that somebody is writing."""

    text: str
    unfurls: dict[str, Json] = field(default_factory=dict)
    """What the app shows below it for a link in it."""


@dataclass(slots=True, eq=False)
class SlackMessage:
    """One message with every version it had; `only_for` is the reader of an ephemeral one."""

    ts: str
    channel: "Channel"
    author: SlackAccount
    order: int
    versions: list[SlackVersion]
    thread_ts: str | None = None
    only_for: str | None = None
    broadcast: bool = False
    unfurl_links: bool | None = None
    unfurl_media: bool | None = None
    deleted: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    """Who reacted, by the emoji's name."""
    unfurls: dict[str, Json] = field(default_factory=dict)
    """What the app shows below the message for a link in it."""

    @property
    def text(self) -> str:
        """The fallback text as it is now."""
        return self.versions[-1].text

    @property
    def blocks(self) -> list[Json] | None:
        """The blocks as they are now."""
        return self.versions[-1].blocks

    @property
    def metadata(self) -> Json | None:
        """The metadata as it is now."""
        return self.versions[-1].metadata

    @property
    def edits(self) -> list[SlackVersion]:
        """The versions after the first."""
        return self.versions[1:]

    @property
    def is_reply(self) -> bool:
        """Whether it hangs in a thread under another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def buttons(self) -> list[tuple[Json, Json]]:
        """All buttons with the block each is in."""
        found = []
        for block in self.blocks or []:
            elements = [*block.get("elements", ()), block.get("accessory")]
            found += [(block, element) for element in elements if element and element.get("type") == "button"]
        return found

    def button(self, label: str) -> tuple[Json, Json]:
        """Return the block and button of this action_id, text or value.

        Raises LookupError naming those that exist.
        """
        for block, button in self.buttons:
            if label in (button.get("action_id"), button["text"]["text"], button.get("value")):
                return block, button
        known = ", ".join(button["text"]["text"] for _, button in self.buttons) or "no buttons"
        raise LookupError(f"no button {label!r} in message {self.ts}: there is {known}")


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, private channel or direct message."""

    id: str
    name: str
    kind: Kind = "public"
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    log: dict[str, SlackMessage] = field(default_factory=dict)
    threads: dict[str, list[SlackMessage]] = field(default_factory=dict)

    def keep(self, message: SlackMessage) -> None:
        """Put a message where it belongs."""
        self.log[message.ts] = message
        if message.is_reply and message.thread_ts is not None:
            self.threads.setdefault(message.thread_ts, []).append(message)

    @property
    def messages(self) -> list[SlackMessage]:
        """Everything that is still there, ephemeral ones included, in order."""
        return [message for message in self.log.values() if not message.deleted]

    @property
    def from_bot(self) -> list[SlackMessage]:
        """What the app wrote for all to see, in order."""
        return [message for message in self.messages if message.author.is_bot and message.only_for is None]

    @property
    def roots(self) -> list[SlackMessage]:
        """What stands in the channel itself, threads left out."""
        return [message for message in self.messages if not message.is_reply and message.only_for is None]

    def thread(self, ts: str) -> list[SlackMessage]:
        """Return the replies under a message, in order."""
        return [message for message in self.threads.get(ts, ()) if not message.deleted]

    def as_json(self, bot_id: str) -> Json:
        """Return a conversation object as the app sees it."""
        found: Json = {
            "id": self.id,
            "is_channel": self.kind == "public",
            "is_group": self.kind == "private",
            "is_im": self.kind == "im",
            "is_private": self.kind != "public",
            "is_archived": self.is_archived,
            "is_member": bot_id in self.members,
            "created": 1_700_000_000,
        }
        if self.kind == "im":
            found["user"] = next((member for member in self.members if member != bot_id), "")
        else:
            found |= {"name": self.name, "name_normalized": self.name, "num_members": len(self.members)}
        return found


class Channels:
    """All channels by id or #name."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}

    def add(self, channel: Channel) -> Channel:
        """Keep a channel."""
        self._channels[channel.id] = channel
        return channel

    def find(self, place: str) -> Channel | None:
        """Return the channel of an id, a name or a #name."""
        name = place.removeprefix("#")
        named = (channel for channel in self if channel.kind != "im" and channel.name == name)
        return self._channels.get(place) or next(named, None)

    def __getitem__(self, place: str) -> Channel:
        channel = self.find(place)
        if channel is None:
            raise KeyError(f"no channel {place} in this Slack")
        return channel

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._channels.values())


@dataclass(slots=True, eq=False)
class Interaction:
    """One envelope sent to the app from a workspace: a command, a pressed button or an event, and what came of it.

    Times are monotonic seconds. `failure` is what Slack shows instead of an answer: "dispatch_failed" when no app
    is connected, "operation_timeout" when it did not acknowledge in time.
    """

    id: str
    kind: Literal["slash_commands", "interactive", "events_api"]
    payload: Json
    channel: Channel | None
    person: SlackAccount | None
    sent_at: float
    workspace: "Slack"
    message: SlackMessage | None = None
    acked_at: float | None = None
    ack: Json | None = None
    failure: str = ""
    attempts: int = 0
    """How often it was sent; more than once only over HTTP."""
    uses: int = 0
    exchanged: bool = False
    """Whether its trigger has opened a modal, which it does once."""
    replies: list[SlackMessage] = field(default_factory=list)
    acked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ack_seconds(self) -> float | None:
        """How long the app took to acknowledge; None if it did not."""
        return None if self.acked_at is None else self.acked_at - self.sent_at


def with_block_ids(blocks: list[Json] | None, seed: str) -> list[Json] | None:
    """Return the blocks with an id each, as Slack gives one to those that came without."""
    if blocks is None:
        return None
    stem = re.sub(r"\D", "", seed)[-6:]
    return [{**block, "block_id": block.get("block_id") or f"b{stem}{number}"} for number, block in enumerate(blocks)]


LINK = re.compile(r"https?://[^\s<>|]+")


def with_links(text: str) -> str:
    """Return what a person typed as the app gets it: with links in angle brackets.

    https://docs.slack.dev/messaging/formatting-message-text#links-in-retrieved-messages
    """
    return LINK.sub(r"<\g<0>>", text)
