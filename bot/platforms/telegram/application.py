"""python-telegram-bot's application, by a shorter name, and what its handlers are given."""

from __future__ import annotations

from typing import Any

from telegram.ext import Application, CallbackContext, ExtBot

from bot.languages import Language

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]


class ReaderContext(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The context of one update, with what was found out of its reader before any other handler ran."""

    language: Language | None = None
    """In which to speak where the update comes from; None where nobody found out."""
