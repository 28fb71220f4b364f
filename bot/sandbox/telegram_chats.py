"""Telegram's state: accounts, chats, messages. What the Bot API reads and changes, and people look at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeAlias

from bot.sandbox.json_types import Json
from bot.sandbox.telegram_entities import FormattedText
from bot.sandbox.telegram_rich import buttons_of

Kind: TypeAlias = Literal["private", "group", "supergroup", "channel"]


class Standing(Enum):
    """What the bot is in a chat; the values are those of ChatMember.status."""

    MEMBER = "member"
    ADMINISTRATOR = "administrator"
    LEFT = "left"
    KICKED = "kicked"


@dataclass(slots=True, eq=False)
class Account:
    """A person or a bot."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = ""
    is_bot: bool = False

    def as_json(self) -> Json:
        """Return a Bot API User."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        if self.language_code:
            user["language_code"] = self.language_code
        return user


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said from `at` (seconds since the epoch) on."""

    text: FormattedText
    markup: Json | None
    at: float
    source: str
    dropped_links: tuple[str, ...] = ()
    rich: list[Json] | None = None
    """The blocks of a rich message, whose `text` is what they say."""


@dataclass(slots=True, eq=False)
class Message:
    """One message, with every version it had. `order` numbers all messages of all chats in order of acceptance."""

    id: int
    chat: "Chat"
    sender: Account | None
    order: int
    versions: list[Version]
    silent: bool = False
    topic: int | None = None
    reply_to: "Message | None" = None
    deleted: bool = False

    @property
    def text(self) -> str:
        """The plain text as it reads now."""
        return self.versions[-1].text.text

    @property
    def entities(self) -> list[Json]:
        """The entities as they are now."""
        return [entity.as_json() for entity in self.versions[-1].text.entities]

    @property
    def markup(self) -> Json | None:
        """The inline keyboard as it is now."""
        return self.versions[-1].markup

    @property
    def source(self) -> str:
        """The text as the sender wrote it, with its markup."""
        return self.versions[-1].source

    @property
    def edits(self) -> list[Version]:
        """The versions after the first."""
        return self.versions[1:]

    @property
    def dropped_links(self) -> tuple[str, ...]:
        """Links of the current version that Telegram dropped without a word."""
        return self.versions[-1].dropped_links

    @property
    def by_bot(self) -> bool:
        """Whether a bot, or the channel through a bot, wrote it."""
        return self.sender is None or self.sender.is_bot

    @property
    def buttons(self) -> list[Json]:
        """All buttons: those within a rich message, then those of the keyboard, row after row."""
        rows = self.markup["inline_keyboard"] if self.markup else []
        return [*buttons_of(self.rich or ()), *(button for row in rows for button in row)]

    @property
    def rich(self) -> list[Json] | None:
        """The blocks that it shows now, None for a classic message."""
        return self.versions[-1].rich

    def button(self, label: str) -> Json:
        """Return the button of this text or callback data.

        Raises LookupError naming those that exist.
        """
        for button in self.buttons:
            if label in (button["text"], button.get("callback_data")):
                return button
        known = ", ".join(button["text"] for button in self.buttons) or "no buttons"
        raise LookupError(f"no button {label!r} under message {self.id}: there is {known}")

    def as_json(self) -> Json:
        """Return a Bot API Message."""
        now = self.versions[-1]
        found: Json = {"message_id": self.id}
        if self.topic is not None:
            found |= {"message_thread_id": self.topic, "is_topic_message": True}
        if self.sender is None:
            found["sender_chat"] = self.chat.as_json()
        else:
            found["from"] = self.sender.as_json()
        found |= {"chat": self.chat.as_json(), "date": int(self.versions[0].at)}
        if self.edits:
            found["edit_date"] = int(now.at)
        if self.reply_to is not None:
            found["reply_to_message"] = {**self.reply_to.as_json(), "reply_to_message": None}
            del found["reply_to_message"]["reply_to_message"]
        if now.rich is not None:
            found["rich_message"] = {"blocks": now.rich}
        else:
            found["text"] = now.text.text
        if now.text.entities:
            found["entities"] = [entity.as_json() for entity in now.text.entities]
        if now.markup:
            found["reply_markup"] = now.markup
        return found

    def as_inaccessible_json(self) -> Json:
        """Return what is told of a deleted one that an app still shows.

        https://core.telegram.org/bots/api#inaccessiblemessage
        """
        return {"message_id": self.id, "chat": self.chat.as_json(), "date": 0}


@dataclass(slots=True, eq=False)
class Chat:
    """A chat of any kind with everything the bot may meet in it."""

    id: int
    kind: Kind
    title: str
    username: str = ""
    is_forum: bool = False
    topics: dict[int, str] = field(default_factory=dict)
    closed_topics: set[int] = field(default_factory=set)
    people: dict[int, Account] = field(default_factory=dict)
    admins: set[int] = field(default_factory=set)
    standing: Standing = Standing.MEMBER
    may_post: bool = True
    """Whether a channel lets the bot post, as its admin."""
    started: bool = True
    blocked: bool = False
    deactivated: bool = False
    moved_to: int | None = None
    log: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0

    @property
    def messages(self) -> list[Message]:
        """Everything that is still there, in order."""
        return [message for message in self.log.values() if not message.deleted]

    @property
    def from_bot(self) -> list[Message]:
        """What the bot wrote and did not delete, in order."""
        return [message for message in self.messages if message.by_bot]

    @property
    def rings(self) -> list[Message]:
        """The bot's messages that made a sound on arrival, deleted ones included."""
        return [message for message in self.log.values() if message.by_bot and not message.silent]

    def as_json(self) -> Json:
        """Return a Bot API Chat."""
        found: Json = {"id": self.id, "type": self.kind}
        found["first_name" if self.kind == "private" else "title"] = self.title
        if self.username:
            found["username"] = self.username
        if self.is_forum:
            found["is_forum"] = True
        return found


class Chats:
    """All chats by id and by @username."""

    def __init__(self) -> None:
        self._chats: dict[int, Chat] = {}

    def add(self, chat: Chat) -> Chat:
        """Keep a chat."""
        self._chats[chat.id] = chat
        return chat

    def find(self, chat_id: int | str) -> Chat | None:
        """Return the chat of an id or an @username."""
        if isinstance(chat_id, str):
            wanted = chat_id.removeprefix("@").lower()
            return next((chat for chat in self if wanted and chat.username.lower() == wanted), None)
        return self._chats.get(chat_id)

    def __getitem__(self, chat_id: int | str) -> Chat:
        chat = self.find(chat_id)
        if chat is None:
            raise KeyError(f"no chat {chat_id} in this Telegram")
        return chat

    def __iter__(self) -> Iterator[Chat]:
        return iter(self._chats.values())

    def __len__(self) -> int:
        return len(self._chats)
