"""The local Telegram: one bot, its chats and the people in them."""

import itertools
import re
from collections.abc import Callable, Sequence

from bot.sandbox.calls import CallLog
from bot.sandbox.changes import Changes
from bot.sandbox.faults import Faults
from bot.sandbox.json_types import Json
from bot.sandbox.limits import Meter, TelegramLimits
from bot.sandbox.telegram_chats import Account, Chat, Chats, Kind, Message, Standing, Version
from bot.sandbox.telegram_entities import settle
from bot.sandbox.telegram_inline import InlineQuery
from bot.sandbox.telegram_people import Person, Press, bot_member
from bot.sandbox.telegram_updates import UpdateQueue
from bot.sandbox.telegram_webhook import Webhook

DEFAULT_TOKEN = "4839574812:" + "made-up-for-the-local-sandbox-only"
BOT_NAME = "Digestbot"
BOT_USERNAME = "digest_sandbox_bot"
FIRST_PERSON = 500_000_001
FIRST_GROUP = -400_000_001
FIRST_SUPERGROUP = -1_002_000_000_001

_COMMAND = re.compile(r"/\w+(?:@(?P<bot>\w+))?")


class Telegram:
    """State of the local Telegram. People act on it directly, the bot through the Bot API server.

    `accepted` holds every message of every chat in the order in which Telegram took it, deleted ones included.
    """

    def __init__(
        self,
        changes: Changes,
        now: Callable[[], float],
        *,
        token: str = DEFAULT_TOKEN,
        limits: TelegramLimits | None = None,
    ) -> None:
        self.token = token
        self.bot = Account(int(token.partition(":")[0]), BOT_NAME, BOT_USERNAME, is_bot=True)
        self.changes = changes
        self.now = now
        self.limits = limits or TelegramLimits()
        self.meter = Meter()
        self.calls = CallLog(changes)
        self.faults = Faults()
        self.chats = Chats()
        self.people: dict[int, Person] = {}
        self.presses: dict[str, Press] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.updates = UpdateQueue(changes)
        self.webhook = Webhook(self)
        self.profile: dict[tuple[str, str], str] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.actions: list[tuple[int, str]] = []
        self.accepted: list[Message] = []
        self.schema_violations: list[str] = []
        self._orders = itertools.count(1)
        self._person_ids = itertools.count(FIRST_PERSON)
        self._group_ids = itertools.count(FIRST_GROUP, -1)
        self._supergroup_ids = itertools.count(FIRST_SUPERGROUP, -1)
        self._press_ids = itertools.count(8_000_000_000_001)

    # --- who and where -----------------------------------------------------------------------------------------

    def user(
        self,
        id: int | None = None,  # noqa: A002 - Telegram's own word
        name: str = "Lin",
        *,
        username: str = "",
        language_code: str = "zh-hans",
        started: bool = True,
    ) -> Person:
        """Add a person. One who has not `started` the bot cannot be written to before writing first."""
        account = Account(id or next(self._person_ids), name, username, language_code)
        chat = self.chats.add(Chat(account.id, "private", name, username, people={account.id: account}))
        chat.started = started
        person = self.people[account.id] = Person(self, account, chat)
        return person

    def group(self, title: str = "Group", *, people: Sequence[Person] = (), admins: Sequence[Person] = ()) -> Chat:
        """Add a basic group with the bot in it."""
        return self._add(next(self._group_ids), "group", title, people, admins)

    def supergroup(
        self,
        title: str = "Supergroup",
        *,
        username: str = "",
        topics: dict[int, str] | None = None,
        people: Sequence[Person] = (),
        admins: Sequence[Person] = (),
    ) -> Chat:
        """Add a supergroup with the bot in it; with `topics` (thread id to name) it is a forum."""
        chat = self._add(next(self._supergroup_ids), "supergroup", title, people, admins)
        chat.username = username
        chat.is_forum = topics is not None
        chat.topics = dict(topics or {})
        return chat

    def channel(
        self,
        title: str = "Channel",
        *,
        username: str = "",
        people: Sequence[Person] = (),
        admins: Sequence[Person] = (),
        standing: Standing = Standing.ADMINISTRATOR,
    ) -> Chat:
        """Add a channel; the bot is an administrator unless `standing` says otherwise."""
        chat = self._add(next(self._supergroup_ids), "channel", title, people, admins)
        chat.username, chat.standing = username, standing
        return chat

    def _add(self, chat_id: int, kind: Kind, title: str, people: Sequence[Person], admins: Sequence[Person]) -> Chat:
        chat = self.chats.add(Chat(chat_id, kind, title))
        chat.people = {person.id: person.account for person in (*people, *admins)}
        chat.admins = {person.id for person in admins}
        self.changes.note()
        return chat

    def join(self, chat: Chat, person: Person, *, admin: bool = False) -> None:
        """Let a person into a group or channel, or make an administrator of one."""
        chat.people[person.id] = person.account
        (chat.admins.add if admin else chat.admins.discard)(person.id)
        self.changes.note()

    def stand(self, chat: Chat, standing: Standing, *, by: Person | None = None) -> None:
        """Add, promote, remove or kick the bot; it learns of it by a my_chat_member update."""
        old, chat.standing = chat.standing, standing
        actor = by.account if by else next(iter(chat.people.values()), self.bot)
        self.updates.add("my_chat_member", self.membership(chat, actor, old.value, standing.value))
        self.changes.note()

    def upgrade(self, group: Chat) -> Chat:
        """Turn a group into a supergroup; requests to the old id are told the new one."""
        chat = self.supergroup(group.title)
        chat.people, chat.admins, chat.standing = dict(group.people), set(group.admins), group.standing
        group.moved_to = chat.id
        group.last_id += 1
        service: Json = {"message_id": group.last_id, "date": int(self.now()), "chat": group.as_json()}
        actor = next(iter(group.people.values()), self.bot)
        self.updates.add("message", service | {"from": actor.as_json(), "migrate_to_chat_id": chat.id})
        return chat

    # --- what happens ------------------------------------------------------------------------------------------

    def post(self, chat: Chat, sender: Account | None, text: str, *, topic: int | None = None) -> Message:
        """Put a person's message in a chat."""
        if chat.kind == "private":
            chat.started = True
        version = Version(settle(text, ()), None, self.now(), text)
        return self.keep(chat, sender, version, topic=topic)

    def keep(
        self,
        chat: Chat,
        sender: Account | None,
        version: Version,
        *,
        topic: int | None = None,
        silent: bool = False,
        reply_to: Message | None = None,
    ) -> Message:
        """Number a message and keep it."""
        author = None if chat.kind == "channel" else sender
        chat.last_id += 1
        message = Message(chat.last_id, chat, author, next(self._orders), [version], silent, topic, reply_to)
        chat.log[message.id] = message
        self.accepted.append(message)
        self.changes.note()
        return message

    def bot_reads(self, chat: Chat, message: Message) -> bool:
        """Say whether the bot gets this message: in groups, with privacy mode on, only commands and replies to it.

        https://core.telegram.org/bots/features#privacy-mode
        """
        if chat.blocked or chat.standing in (Standing.LEFT, Standing.KICKED):
            return False
        if chat.kind in ("private", "channel") or chat.standing is Standing.ADMINISTRATOR:
            return True
        command = _COMMAND.match(message.text)
        if command:
            return command["bot"] in (None, self.bot.username)
        return message.reply_to is not None and message.reply_to.by_bot

    def press(self, account: Account, message: Message, data: str) -> Press:
        """Press a button; the bot gets a callback query."""
        press = Press(str(next(self._press_ids)), account, message, data, self.now())
        self.presses[press.id] = press
        payload: Json = {
            "id": press.id,
            "from": account.as_json(),
            "message": message.as_json() if not message.deleted else message.as_inaccessible_json(),
            "chat_instance": str(abs(message.chat.id) * 7),
            "data": data,
        }
        self.updates.add("callback_query", payload)
        self.changes.note()
        return press

    def membership(self, chat: Chat, actor: Account, old: str, new: str) -> Json:
        """Return a ChatMemberUpdated of the bot."""
        return {
            "chat": chat.as_json(),
            "from": actor.as_json(),
            "date": int(self.now()),
            "old_chat_member": bot_member(self.bot, old),
            "new_chat_member": bot_member(self.bot, new, may_post=chat.may_post),
        }
