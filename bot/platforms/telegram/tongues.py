"""In which language to speak, found out before anything is said."""

from __future__ import annotations

from typing import cast

from telegram import Update
from telegram.ext import TypeHandler

from bot.domain.destination import Destination, Platform
from bot.languages import Language, negotiate
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.replies import Reader
from bot.services.preferring import Preferring

_EARLY = -2
"""The group of handlers behind the throttle, whose updates cost nothing, and before all others. Of one group only one
handler sees an update, so it has none but this."""


class Tongues:
    """Notes the language of whoever an update comes from: what was chosen there, else their own."""

    def __init__(self, preferring: Preferring, default: Language) -> None:
        self._preferring = preferring
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach the handler."""
        application.add_handler(TypeHandler(Update, self._come), group=_EARLY)

    async def _come(self, update: Update, context: ReaderContext) -> None:
        found = self._source(update, context)
        if found is not None:
            context.language = cast("Language", await self._preferring.language_of(*found))

    def _source(self, update: Update, context: ReaderContext) -> tuple[Destination, Language] | None:
        """Return where an update comes from, and the language that is spoken there by itself."""
        reader: Reader | None = None
        if (query := update.inline_query) is not None:  # asked anywhere, and answered to the person alone
            private = Destination(Platform.TELEGRAM, str(query.from_user.id))
            return private, negotiate(query.from_user.language_code, self._default)
        if update.callback_query is not None:
            reader = Reader.of_press(context, update.callback_query, self._default)
        elif update.effective_message is not None:
            reader = Reader.of_message(context, update.effective_message, self._default)
        return (reader.destination, reader.own_language) if reader else None
