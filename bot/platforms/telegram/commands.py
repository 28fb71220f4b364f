"""What readers can ask for in Telegram."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from telegram import ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus
from telegram.ext import (
    ChatMemberHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from bot.domain.destination import Platform
from bot.languages import Language, phrases_of
from bot.languages.owner_phrases import owner_phrases_of
from bot.platforms.telegram.admission import Admission
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.arrivals import arrived
from bot.platforms.telegram.door import Door
from bot.platforms.telegram.failures import Failures
from bot.platforms.telegram.inline import InlineAnswers
from bot.platforms.telegram.joining import Joining
from bot.platforms.telegram.menu_presses import MenuPresses
from bot.platforms.telegram.menus import Menus
from bot.platforms.telegram.operating import OwnerCommands
from bot.platforms.telegram.presses import Presses
from bot.platforms.telegram.reading import ReadingCommands
from bot.platforms.telegram.replies import Reader, hinted
from bot.platforms.telegram.settings_commands import SettingsCommands
from bot.platforms.telegram.tongues import Tongues
from bot.services.answers import Extract, OutdatedLink, Show, TodayNotYet
from bot.services.conversation import Conversation
from formatters.actions import decode_start

ALLOWED_UPDATES = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY, Update.MY_CHAT_MEMBER]

_LINKED = re.compile(r"\d+-[a-z]-")
"""How the argument of /start begins that one of our links carries, in whatever version."""

_Context = ReaderContext


class TelegramCommands:
    """Answers updates."""

    def __init__(self, conversation: Conversation, default: Language) -> None:
        self._conversation = conversation
        self._default = default
        self._joining = Joining(conversation, default)
        self._menus = Menus(conversation.operating.membership, default)

    def register(self, application: TelegramApplication) -> None:
        """Attach every handler."""
        private = filters.ChatType.PRIVATE
        operating = self._conversation.operating
        Admission(operating.membership, self._menus, self._default, greet=self._start).register(application)
        OwnerCommands(operating, self._default).register(application)
        answers = {what.value: partial(self._extract, what) for what in Extract}
        for name in phrases_of(self._default).commands():
            answer = answers.get(name) or getattr(self, f"_{name}")
            application.add_handler(CommandHandler(name, answer, filters=filters.UpdateType.MESSAGE))
        Tongues(self._conversation.preferring, self._default).register(application)
        Door(self._conversation.throttle, self._default).register(application)
        for part in (SettingsCommands, MenuPresses, Presses, ReadingCommands, InlineAnswers, Failures):
            part(self._conversation, self._default).register(application)
        application.add_handlers(
            [
                MessageHandler(filters.StatusUpdate.MIGRATE, self._migrated),
                MessageHandler(filters.COMMAND & private & filters.UpdateType.MESSAGE, self._unknown_command),
                MessageHandler(filters.TEXT & private & filters.UpdateType.MESSAGE, self._small_talk),
                ChatMemberHandler(self._membership, ChatMemberHandler.MY_CHAT_MEMBER),
            ]
        )

    async def publish_menu(self, application: TelegramApplication) -> None:
        """Register the command menus."""
        await self._menus.publish(application.bot)

    async def _start(self, update: Update, context: _Context) -> None:
        message, reader = self._asked(update, context)
        if reader.is_private and context.args and _LINKED.match(context.args[0]):
            await self._follow(reader, context.args[0])
            return
        if not await reader.may_manage(message):
            await reader.say(reader.phrases.admins_only())
            return
        await self._joining.join(reader)

    async def _follow(self, reader: Reader, argument: str) -> None:
        """Show what a link into the private chat leads to. It subscribes nobody; who is not is told how to."""
        action = decode_start(argument)
        answer = await self._conversation.shown(action, reader.person) if action else OutdatedLink()
        if not isinstance(answer, Show):
            await reader.say(reader.phrases.sentence(OutdatedLink()))
            return
        part = await reader.part(answer.view, self._conversation)
        subscribed = await self._conversation.subscribing.is_active(reader.destination)
        await reader.show(part.payload if subscribed else hinted(part, reader.phrases.subscribe_hint()))

    async def _stop(self, update: Update, context: _Context) -> None:
        message, reader = self._asked(update, context)
        if not await reader.may_manage(message):
            await reader.say(reader.phrases.admins_only())
            return
        parting = await self._conversation.subscribing.stop(reader.destination)
        if parting == "fixed by settings":
            await reader.say(reader.phrases.fixed_by_settings())
        else:
            await reader.say(reader.phrases.farewell(was_subscribed=parting == "left"))

    async def _today(self, update: Update, context: _Context) -> None:
        _, reader = self._asked(update, context)
        answer = await self._conversation.query.headlines_of_today(subscribed=False, buttons=reader.is_private)
        if isinstance(answer, TodayNotYet):  # only then it matters, and is worth a look into the database
            settings = await self._conversation.preferring.settings(reader.destination)
            answer = replace(answer, subscribed=settings is not None and settings.gets_todays)
        if isinstance(answer, Show) and not reader.is_private:
            await reader.answer_once(answer, self._conversation)
        else:
            await reader.answer(answer, self._conversation)

    async def _item(self, update: Update, context: _Context) -> None:
        _, reader = self._asked(update, context)
        asked = " ".join(context.args or ())
        await reader.answer(await self._conversation.query.item(asked, paging=reader.is_private), self._conversation)

    async def _extract(self, what: Extract, update: Update, context: _Context) -> None:
        _, reader = self._asked(update, context)
        await reader.answer(await self._conversation.query.extract(what), self._conversation)

    async def _help(self, update: Update, context: _Context) -> None:
        _, reader = self._asked(update, context)
        text = reader.phrases.help()
        if reader.is_private and await self._conversation.operating.membership.is_owner(reader.person):
            text += f"\n\n{owner_phrases_of(reader.language).help()}"
        await reader.say(text)

    async def _unknown_command(self, update: Update, context: _Context) -> None:
        _, reader = self._asked(update, context)
        await reader.say(reader.phrases.unknown_command())

    async def _small_talk(self, update: Update, context: _Context) -> None:
        _, reader = self._asked(update, context)
        await reader.say(reader.phrases.not_a_command())

    async def _membership(self, update: Update, context: _Context) -> None:
        """End the subscription of a chat that blocked or removed the bot; greet one that it came into."""
        change: ChatMemberUpdated | None = update.my_chat_member
        if change is None:
            return
        if change.new_chat_member.status in {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}:
            await self._conversation.subscribing.lost(
                Platform.TELEGRAM, str(change.chat.id), reason="the bot was blocked or removed"
            )
        else:
            await arrived(change, context.bot, self._conversation, self._default)

    async def _migrated(self, update: Update, _context: _Context) -> None:
        """Follow a group that became a supergroup; both chats say so, one is enough."""
        message = update.effective_message
        if message and message.migrate_to_chat_id:
            await self._conversation.subscribing.moved(
                Platform.TELEGRAM, str(message.chat.id), str(message.migrate_to_chat_id)
            )
            self._conversation.preferring.forget_languages()

    def _asked(self, update: Update, context: _Context) -> tuple[Message, Reader]:
        message = update.effective_message
        if message is None:
            raise ValueError(f"update {update.update_id} holds no message; the handlers' filters let it through")
        return message, Reader.of_message(context, message, self._default)
