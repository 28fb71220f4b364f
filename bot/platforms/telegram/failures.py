"""What could not be handled: the reader is told in a sentence, the log has the rest."""

from __future__ import annotations

import math
import uuid

import structlog
from telegram import Update
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.domain.destination import Platform
from bot.domain.errors import DatabaseError
from bot.languages import Language, phrases_of
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.outcomes import is_shut_out, pause_of
from bot.platforms.telegram.replies import Reader
from bot.services.answers import OutdatedButton, Sentence
from bot.services.archive_answers import TooFast, Unavailable
from bot.services.conversation import Conversation

_log = structlog.get_logger(__name__)

_Context = ReaderContext

_TOO_LATE = "query is too old"
"""What Telegram says of a press that waited for minutes. Observed."""


class Failures:
    """Takes what handlers raise. A press is always answered, as its button turns until then."""

    def __init__(self, conversation: Conversation, default: Language) -> None:
        self._conversation = conversation
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach the handler."""
        application.add_error_handler(self._failed)

    async def _failed(self, update: object, context: _Context) -> None:
        error = context.error
        if isinstance(error, Conflict):
            _log.error("another process polls with this token", advice="stop it; one token, one bot")
        elif not isinstance(update, Update):
            _log.warning("Telegram cannot be reached; trying again", problem=str(error))
        elif isinstance(error, DatabaseError):
            _log.error("the database cannot be used; the reader was asked to come back", problem=str(error))
            await self._tell(update, context, Unavailable())
        elif isinstance(error, TelegramError):
            await self._unsaid(update, context, error)
        else:
            await self._apologize(update, context)

    async def _unsaid(self, update: Update, context: _Context, error: TelegramError) -> None:
        """Telegram did not take an answer. A message that did not get through cannot be told of by another one."""
        if isinstance(error, Forbidden) and update.effective_chat:
            chat = str(update.effective_chat.id)
            await self._conversation.subscribing.lost(Platform.TELEGRAM, chat, reason=error.message)
            await self._answer(update, context, OutdatedButton())
        elif isinstance(error, BadRequest) and _TOO_LATE in error.message.lower():
            _log.info("a press was answered too late", problem=error.message)
        elif isinstance(error, RetryAfter):
            _log.warning("an answer was one too many", problem=error.message)
            await self._answer(update, context, TooFast(math.ceil(pause_of(error).total_seconds())))
        elif is_shut_out(error):
            _log.info("an answer is not allowed there", problem=error.message)
            await self._answer(update, context, OutdatedButton())
        elif isinstance(error, NetworkError) and not isinstance(error, BadRequest):
            _log.warning("an answer did not get through", problem=str(error))
            await self._answer(update, context, Unavailable())
        else:
            await self._apologize(update, context)

    async def _apologize(self, update: Update, context: _Context) -> None:
        """Apologize with a reference, under which the log has the rest."""
        reference = uuid.uuid4().hex[:8]
        _log.error(
            "an update could not be handled", reference=reference, update_id=update.update_id, exc_info=context.error
        )
        await self._tell(update, context, reference)

    async def _answer(self, update: Update, context: _Context, sentence: Sentence) -> None:
        """Tell whoever pressed a button, and nobody else."""
        if update.callback_query is not None:
            await self._tell(update, context, sentence)

    async def _tell(self, update: Update, context: _Context, problem: Sentence | str) -> None:
        """Tell the reader of a problem; `problem` may be the reference of an apology."""
        try:
            if (query := update.callback_query) is not None:
                reader = Reader.of_press(context, query, self._default)
                await query.answer(_told(reader.language if reader else self._default, problem), show_alert=True)
            elif update.effective_message is not None:
                reader = Reader.of_message(context, update.effective_message, self._default)
                await reader.say(_told(reader.language, problem))
        except TelegramError as error:
            _log.warning("the reader could not be told", problem=error.message)


def _told(language: Language, problem: Sentence | str) -> str:
    phrases = phrases_of(language)
    return phrases.apology(problem) if isinstance(problem, str) else phrases.sentence(problem)
