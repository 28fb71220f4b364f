"""Coming in: links that make somebody an owner or let them read, and a door that is shut to all others."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from telegram import Chat, Update
from telegram.ext import ApplicationHandlerStop, MessageHandler, TypeHandler, filters

from bot.domain.destination import Platform
from bot.domain.membership import InvitationKey, Redemption, Role
from bot.languages import Language, negotiate
from bot.languages.owner_phrases import owner_phrases_of
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.menus import Menus
from bot.platforms.telegram.operating import person_of
from bot.platforms.telegram.replies import Reader
from bot.services.membership import Membership

_Context = ReaderContext

_FOLLOWED = re.compile(r"^/start(?:@\w+)? +(\d+-[jw]-\S+)$")
"""What following a link to the bot sends: https://core.telegram.org/bots/features#deep-linking"""
GATE_GROUP = -1
"""The group of handlers that stand before all others but the throttle."""


class Admission:
    """Follows the links of owners and invitations."""

    def __init__(
        self,
        membership: Membership,
        menus: Menus,
        default: Language,
        *,
        greet: Callable[[Update, _Context], Awaitable[None]],
    ) -> None:
        """`greet` welcomes a reader, as /start does."""
        self._membership = membership
        self._menus = menus
        self._default = default
        self._greet = greet

    def register(self, application: TelegramApplication) -> None:
        """Attach the handlers; to be called before that of /start is."""
        followed = filters.Regex(_FOLLOWED) & filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
        application.add_handler(MessageHandler(followed, self._follow))
        if self._membership.by_invitation:
            Gate(self._membership, self._default).register(application)

    async def _follow(self, update: Update, context: _Context) -> None:
        message, user = update.effective_message, update.effective_user
        match = _FOLLOWED.match(message.text or "") if message else None
        if message is None or user is None or match is None:
            return
        reader = Reader.of_message(context, message, self._default)
        key = InvitationKey.parse(match[1])
        redemption = Redemption.UNKNOWN
        if key is not None:
            redemption = await self._membership.redeem(key, person_of(user), language=reader.language)
        if key is None or redemption not in {Redemption.WELCOME, Redemption.ALREADY}:
            await reader.say(owner_phrases_of(reader.language).redeemed(redemption, Role.READER))
        elif key.role is Role.READER:
            await self._greet(update, context)
        else:
            await reader.say(owner_phrases_of(reader.language).redeemed(redemption, key.role))
            await self._menus.publish_to_owner(context.bot, person_of(user), reader.language)


class Gate:
    """Lets nobody through who was not let in, but to follow a link."""

    def __init__(self, membership: Membership, default: Language) -> None:
        self._membership = membership
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach the handler."""
        application.add_handler(TypeHandler(Update, self._come), group=GATE_GROUP)

    async def _come(self, update: Update, context: _Context) -> None:
        user, chat, message = update.effective_user, update.effective_chat, update.effective_message
        if user is None or update.my_chat_member is not None:
            return
        if message is not None and update.message is not None and _FOLLOWED.match(message.text or ""):
            return
        if await self._membership.admits(person_of(user), *_names(chat)):
            return
        sentence = owner_phrases_of(negotiate(user.language_code, self._default)).by_invitation()
        if update.callback_query is not None:
            await update.callback_query.answer(sentence, show_alert=True)
        elif update.inline_query is not None:
            await update.inline_query.answer([], cache_time=1, is_personal=True)
        elif update.message is not None and _is_for_the_bot(update, context):
            await Reader.of_message(context, update.message, self._default).say(sentence)
        raise ApplicationHandlerStop


def _names(chat: Chat | None) -> list[tuple[Platform, str]]:
    """Return every name under which a chat may have subscribed."""
    if chat is None:
        return []
    names = [str(chat.id), *([f"@{chat.username}"] if chat.username and chat.type != Chat.PRIVATE else [])]
    return [(Platform.TELEGRAM, name) for name in names]


def _is_for_the_bot(update: Update, context: _Context) -> bool:
    """Return whether a message asks for an answer: in a group a command does, unless it names another bot."""
    message = update.message
    if message is None or message.chat.type == Chat.PRIVATE:
        return message is not None
    command = (message.text or "").split(maxsplit=1)[:1]
    if not command or not command[0].startswith("/"):
        return False
    _, _, name = command[0].partition("@")
    return not name or name.lower() == context.bot.username.lower()
