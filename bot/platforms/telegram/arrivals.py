"""The bot comes into a channel or group: whoever brought it is told how to go on."""

from __future__ import annotations

import structlog
from telegram import Bot, ChatMemberAdministrator, ChatMemberUpdated
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, Forbidden

from bot.domain.destination import Destination, Platform
from bot.languages import Language, negotiate
from bot.languages.settings_phrases import settings_phrases_of
from bot.platforms.telegram.menu_actions import Page
from bot.platforms.telegram.paced_bot import answer
from bot.platforms.telegram.replies import Reader
from bot.platforms.telegram.settings_menu import SettingsMenu
from bot.services.conversation import Conversation

_log = structlog.get_logger(__name__)

_AWAY = frozenset({ChatMemberStatus.LEFT, ChatMemberStatus.BANNED})


async def arrived(change: ChatMemberUpdated, bot: Bot, conversation: Conversation, default: Language) -> None:
    """Answer a change of what the bot is in a chat, if it came in with it, or became a channel's admin."""
    old, new = change.old_chat_member.status, change.new_chat_member
    if change.chat.type == ChatType.CHANNEL:
        if new.status == ChatMemberStatus.ADMINISTRATOR and old != ChatMemberStatus.ADMINISTRATOR:
            await _offer(change, bot, conversation, default)
    elif change.chat.type != ChatType.PRIVATE and old in _AWAY and new.status not in _AWAY:
        await Reader(bot, change.chat, None, None, default).say(settings_phrases_of(default).arrived())


async def _offer(change: ChatMemberUpdated, bot: Bot, conversation: Conversation, default: Language) -> None:
    """Send the channel's menu to who made the bot its admin, in their private chat."""
    person, chat = change.from_user, change.chat
    private = Destination(Platform.TELEGRAM, str(person.id))
    own = negotiate(person.language_code, default)
    phrases = settings_phrases_of(await conversation.preferring.language_of(private, own))
    title = chat.title or str(chat.id)
    menu = SettingsMenu(phrases, chat=str(chat.id), title=title)
    settings = await conversation.preferring.settings(Destination(Platform.TELEGRAM, str(chat.id)))
    payload = menu.invitation() if settings is None else menu.page(Page.MAIN, settings)
    member = change.new_chat_member
    if isinstance(member, ChatMemberAdministrator) and not member.can_post_messages:
        payload = {**payload, "text": f"{payload['text']}\n\n{phrases.may_not_post(title)}"}
    try:
        await answer(bot, payload, private)
    except (Forbidden, BadRequest) as error:  # who never wrote to the bot cannot be written to
        _log.info("nobody could be told of a channel", chat=chat.id, problem=error.message)
