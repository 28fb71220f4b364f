"""Commands that read the archive: by day, by calendar, by words, and what a reader saved."""

from __future__ import annotations

from telegram import Message, Update
from telegram.ext import CommandHandler, filters

from bot.languages import Language, phrases_of
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.replies import Reader
from bot.services.answers import Answer
from bot.services.archive_answers import PrivateOnly
from bot.services.conversation import Conversation

_Context = ReaderContext


class ReadingCommands:
    """Answers commands. In groups, what an answer names opens in the private chat: its buttons are addresses."""

    def __init__(self, conversation: Conversation, default: Language) -> None:
        self._conversation = conversation
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach every handler."""
        for name in phrases_of(self._default).reading_commands():
            application.add_handler(CommandHandler(name, getattr(self, f"_{name}"), filters=filters.UpdateType.MESSAGE))

    async def _latest(self, update: Update, context: _Context) -> None:
        reader = self._reader(update, context)
        answer = await self._conversation.query.latest(buttons=reader.is_private)
        await reader.answer(answer, self._conversation)

    async def _date(self, update: Update, context: _Context) -> None:
        reader = self._reader(update, context)
        answer = await self._conversation.browsing.on(_asked(context), bot=_elsewhere(reader))
        await reader.answer(answer, self._conversation)

    async def _archive(self, update: Update, context: _Context) -> None:
        reader = self._reader(update, context)
        browsing = self._conversation.browsing
        answer = browsing.month() if reader.is_private else browsing.newest(bot=reader.bot_name)
        await reader.answer(answer, self._conversation)

    async def _search(self, update: Update, context: _Context) -> None:
        reader = self._reader(update, context)
        answer = await self._conversation.browsing.search(_asked(context), bot=_elsewhere(reader))
        await reader.answer(answer, self._conversation)

    async def _saved(self, update: Update, context: _Context) -> None:
        reader = self._reader(update, context)
        answer: Answer = PrivateOnly()
        if reader.is_private:
            answer = await self._conversation.saving.saved(reader.person)
        await reader.answer(answer, self._conversation)

    def _reader(self, update: Update, context: _Context) -> Reader:
        message: Message | None = update.effective_message
        if message is None:
            raise ValueError(f"update {update.update_id} holds no message; the handlers' filters let it through")
        return Reader.of_message(context, message, self._default)


def _asked(context: _Context) -> str:
    return " ".join(context.args or ())


def _elsewhere(reader: Reader) -> str:
    """Return the bot's name where an answer has to lead to the private chat with it."""
    return "" if reader.is_private else reader.bot_name
