"""People who use the local Telegram: what they do reaches the bot as updates, as it would from the real one."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.changes import PATIENCE
from bot.sandbox.json_types import Json
from bot.sandbox.telegram_chats import Account, Chat, Message
from bot.sandbox.telegram_inline import InlineQuery, ask, post

if TYPE_CHECKING:
    from bot.sandbox.telegram_state import Telegram


@dataclass(slots=True, eq=False)
class Press:
    """A pressed button, and what the bot answered to it."""

    id: str
    person: Account
    message: Message
    data: str
    at: float
    text: str = ""
    alert: bool = False
    url: str = ""
    done: asyncio.Event = field(default_factory=asyncio.Event)

    async def answered(self, *, within: float = PATIENCE) -> "Press":
        """Return this press once the bot answered it: `text` and `alert` are what the person sees.

        Raises TimeoutError.
        """
        try:
            async with asyncio.timeout(within):
                await self.done.wait()
        except TimeoutError:
            raise TimeoutError(f"the bot did not answer the press of {self.data!r} within {within:g} s") from None
        return self


class Person:
    """One user of the local Telegram."""

    def __init__(self, telegram: "Telegram", account: Account, chat: Chat) -> None:
        self._telegram = telegram
        self.account = account
        self.chat = chat

    @property
    def id(self) -> int:
        """The user's id, which is the id of the private chat with the bot too."""
        return self.account.id

    @property
    def messages(self) -> list[Message]:
        """What the bot wrote in the private chat and did not delete, in order."""
        return self.chat.from_bot

    @property
    def texts(self) -> list[str]:
        """Plain texts of `messages`."""
        return [message.text for message in self.messages]

    async def send(self, text: str, *, chat: Chat | None = None, topic: int | None = None) -> Message:
        """Write to the bot, or in a group or topic."""
        place = chat or self.chat
        message = self._telegram.post(place, self.account, text, topic=topic)
        if self._telegram.bot_reads(place, message):
            self._telegram.updates.add("channel_post" if place.kind == "channel" else "message", message.as_json())
        return message

    async def ask(
        self, text: str, *, chat: Chat | None = None, topic: int | None = None, within: float = PATIENCE
    ) -> Message:
        """Write and return the next message of the bot in the same chat.

        Raises TimeoutError.
        """
        place = chat or self.chat
        asked = await self.send(text, chat=place, topic=topic)

        def answer() -> Message | None:
            return next((message for message in place.from_bot if message.order > asked.order), None)

        return await self._telegram.changes.until(answer, within=within, what=f"an answer to {text!r}")

    async def receives(self, count: int = 1, *, chat: Chat | None = None, within: float = PATIENCE) -> list[Message]:
        """Return the bot's messages once there are `count` of them in the chat.

        Raises TimeoutError.
        """
        place = chat or self.chat

        def enough() -> list[Message] | None:
            return place.from_bot if len(place.from_bot) >= count else None

        return await self._telegram.changes.until(enough, within=within, what=f"{count} messages in {place.title!r}")

    async def press(self, message: Message, button: str) -> Press:
        """Press a button by its text or callback data; await `answered()` of the result.

        Raises LookupError if there is no such button, or it opens a link instead.
        """
        data = message.button(button).get("callback_data")
        if data is None:
            raise LookupError(f"{button!r} opens a link, it tells the bot nothing")
        return self._telegram.press(self.account, message, data)

    async def look_up(self, text: str = "", *, offset: str = "", within: float = PATIENCE) -> InlineQuery:
        """Type words behind the bot's name in any chat, and return what it offers.

        Raises TimeoutError.
        """
        return await ask(self._telegram, self.account, text, offset).answered(within=within)

    def post(self, query: InlineQuery, title: str, chat: Chat) -> Message:
        """Post one of the results in a chat.

        Raises LookupError if it was not offered.
        """
        return post(self._telegram, query, title, chat)

    async def follow(self, link: str) -> Message:
        """Follow a link to the bot and press Start: https://core.telegram.org/bots/features#deep-linking.

        Raises LookupError if the link leads elsewhere.
        """
        prefix = bot_link(self._telegram.bot)
        if not link.startswith(prefix):
            raise LookupError(f"{link!r} does not lead to @{self._telegram.bot.username}")
        return await self.send(f"/start {link.removeprefix(prefix)}")

    async def block(self) -> None:
        """Block the bot."""
        self._set_blocked(True)

    async def unblock(self) -> None:
        """Unblock the bot."""
        self._set_blocked(False)

    def _set_blocked(self, blocked: bool) -> None:
        if self.chat.blocked == blocked:
            return
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        self.chat.blocked = blocked
        self._telegram.updates.add("my_chat_member", self._telegram.membership(self.chat, self.account, old, new))
        self._telegram.changes.note()


def bot_link(bot: Account) -> str:
    """Return the address of the private chat with a bot, up to what Start will carry."""
    return f"https://t.me/{bot.username}?start="


def bot_member(bot: Account, status: str, *, may_post: bool = True) -> Json:
    """Return the ChatMember of the bot itself in this status; `may_post` is of a channel's admin."""
    member: Json = {"status": status, "user": bot.as_json()}
    if status == "kicked":
        member["until_date"] = 0
    if status == "administrator":
        member |= ADMINISTRATOR_RIGHTS | {"can_post_messages": may_post}
    return member


ADMINISTRATOR_RIGHTS: Json = {
    "can_be_edited": False,
    "is_anonymous": False,
    "can_manage_chat": True,
    "can_delete_messages": True,
    "can_manage_video_chats": False,
    "can_restrict_members": False,
    "can_promote_members": False,
    "can_change_info": False,
    "can_invite_users": True,
    "can_post_stories": False,
    "can_edit_stories": False,
    "can_delete_stories": False,
    "can_post_messages": True,
    "can_edit_messages": True,
    "can_pin_messages": True,
    "can_manage_topics": True,
}
