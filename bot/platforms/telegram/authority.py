"""Who may change what a chat gets: in groups and channels, their admins."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Bot, Message, User
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden

_ADMINS = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Managed:
    """A chat that somebody manages from elsewhere."""

    id: int
    title: str
    kind: str
    """Telegram's word: https://core.telegram.org/bots/api#chat"""


async def is_admin(bot: Bot, chat: int | str, user: User | None) -> bool:
    """Return whether a user is an admin or the owner of a chat. https://core.telegram.org/bots/api#getchatmember

    Of a chat that the bot cannot see nobody is.
    """
    if user is None:
        return False
    try:
        member = await bot.get_chat_member(chat, user.id)
    except (BadRequest, Forbidden, ChatMigrated):
        return False
    return member.status in _ADMINS


def writes_as_chat(message: Message) -> bool:
    """Return whether a message is its chat's own: an admin who writes anonymously, or a channel's post."""
    return message.sender_chat is not None and message.sender_chat.id == message.chat.id


async def managed(bot: Bot, chat: int | str, user: User | None) -> Managed | None:
    """Return a group or channel, if the user manages it and the bot is there."""
    try:
        found = await bot.get_chat(chat)
    except (BadRequest, Forbidden, ChatMigrated):
        return None
    if found.type == ChatType.PRIVATE or not await is_admin(bot, found.id, user):
        return None
    return Managed(found.id, found.title or str(chat), found.type)
