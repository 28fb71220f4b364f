"""In which language to speak, found out before anything is said."""

from __future__ import annotations

from typing import cast

from telegram import Update
from telegram.ext import TypeHandler

from bot.languages import Language
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.replies import Reader
from bot.services.preferring import Preferring

_FIRST = -2
"""The group of handlers that see every update before all others, also before those that turn it away."""


class Tongues:
    """Notes the language of whoever an update comes from: what was chosen there, else their own."""

    def __init__(self, preferring: Preferring, default: Language) -> None:
        self._preferring = preferring
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach the handler."""
        application.add_handler(TypeHandler(Update, self._come), group=_FIRST)

    async def _come(self, update: Update, context: ReaderContext) -> None:
        if update.callback_query is not None:
            reader = Reader.of_press(context, update.callback_query, self._default)
        elif update.effective_message is not None:
            reader = Reader.of_message(context, update.effective_message, self._default)
        else:
            return
        if reader is not None:
            spoken = await self._preferring.language_of(reader.destination, reader.own_language)
            context.language = cast("Language", spoken)
