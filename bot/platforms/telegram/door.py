"""Who comes too often is asked to wait, politely and once."""

from __future__ import annotations

from telegram import Update
from telegram.ext import ApplicationHandlerStop, TypeHandler

from bot.languages import Language, negotiate, phrases_of
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.replies import Reader
from bot.services.archive_answers import TooFast
from bot.services.throttling import Throttle

_FIRST = -3
"""The group of handlers that see every update before all others."""

_Context = ReaderContext


class Door:
    """Lets updates in, as many of one reader as one can read."""

    def __init__(self, throttle: Throttle, default: Language) -> None:
        self._throttle = throttle
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach the handler."""
        application.add_handler(TypeHandler(Update, self._come), group=_FIRST)

    async def _come(self, update: Update, context: _Context) -> None:
        user = update.effective_user
        if user is None or update.my_chat_member is not None:
            return
        seconds = self._throttle.admit(user.id)
        if not seconds:
            return
        language = negotiate(user.language_code, self._default)
        sentence = phrases_of(language).sentence(TooFast(seconds))
        if update.callback_query is not None:
            await update.callback_query.answer(sentence)  # a button turns until it is answered
        elif update.inline_query is not None:
            await update.inline_query.answer([], cache_time=1, is_personal=True)
        elif update.effective_message is not None and self._throttle.tell(user.id):
            await Reader.of_message(context, update.effective_message, self._default).say(sentence)
        raise ApplicationHandlerStop
