"""Inline mode: `@bot words` in any chat offers items to post there. https://core.telegram.org/bots/inline"""

from __future__ import annotations

from typing import Any, cast

from telegram import (
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.ext import InlineQueryHandler

from bot.domain.destination import Platform
from bot.languages import Language, negotiate, phrases_of
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.services.conversation import Conversation
from formatters.actions import TurnToMonth, start_argument
from formatters.document import plain
from formatters.views import ItemView

_PAGE = 10
"""Results at once; Telegram takes 50: https://core.telegram.org/bots/api#answerinlinequery"""
_CACHED = 60
"""Seconds that Telegram answers the same question of the same person by itself: a new issue shows within a minute."""
_DESCRIPTION = 120
"""Characters of an item's text below its title in the list of results."""

_Context = ReaderContext


class InlineAnswers:
    """Answers inline queries, in the language of whoever asks."""

    def __init__(self, conversation: Conversation, default: Language) -> None:
        self._conversation = conversation
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach the handler."""
        application.add_handler(InlineQueryHandler(self._asked))

    async def _asked(self, update: Update, context: _Context) -> None:
        query = update.inline_query
        if query is None:
            return
        language = context.language or negotiate(query.from_user.language_code, self._default)
        offset = int(query.offset) if query.offset.isascii() and query.offset.isdecimal() else 0
        views, more = await self._conversation.browsing.items(query.query, offset=offset, limit=_PAGE)
        results = [self._result(view, language) for view in views]
        nothing = None
        today = self._conversation.query.today
        argument = start_argument(TurnToMonth(today.year, today.month))
        if not results and not offset:
            nothing = InlineQueryResultsButton(phrases_of(language).nothing_to_post(), start_parameter=argument)
        await query.answer(
            results,
            cache_time=_CACHED,
            is_personal=True,  # the words around an item are those of the reader's language
            next_offset=str(offset + _PAGE) if more else "",
            button=nothing,
        )

    def _result(self, view: ItemView, language: Language) -> InlineQueryResultArticle:
        part = self._conversation.renderer.answer(view, Platform.TELEGRAM, language)
        item = view.issue.item(view.number)
        title = plain(item.title) if item else part.text
        day = f"{view.issue.date} · " if view.issue.date else ""
        markup = cast("dict[str, Any] | None", part.payload.get("reply_markup"))
        return InlineQueryResultArticle(
            id=f"{view.ref}-{view.number}",
            title=title[:_DESCRIPTION] or "…",
            description=day + " ".join(part.text.split("\n")[1:])[:_DESCRIPTION],
            input_message_content=InputTextMessageContent(
                str(part.payload["text"]),
                parse_mode="HTML",
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            ),
            reply_markup=InlineKeyboardMarkup.de_json(markup, None) if markup else None,
        )
