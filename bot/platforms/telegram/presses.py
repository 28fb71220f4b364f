"""What readers press, and what comes of it. Every press is answered, whatever happens."""

from __future__ import annotations

from typing import assert_never

from telegram import CallbackQuery, Update
from telegram.ext import CallbackQueryHandler

from bot.languages import Language, phrases_of, words_of
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.keyboards import changed, rows_of, show_rows, unfolded
from bot.platforms.telegram.replies import Reader
from bot.services.answers import OutdatedButton, Show
from bot.services.archive_answers import PrivateOnly
from bot.services.conversation import Conversation
from formatters.actions import (
    Action,
    IssueAction,
    Keep,
    ListAction,
    OwnAction,
    SendAll,
    TurningAction,
    Unfold,
    Vote,
    as_link,
    decode,
    start_link,
)
from formatters.rendering.own_row import save_button, unfolded_row, vote_buttons
from formatters.views import Own

_Context = ReaderContext


class Presses:
    """Answers callback queries."""

    def __init__(self, conversation: Conversation, default: Language) -> None:
        self._conversation = conversation
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach the handler."""
        application.add_handler(CallbackQueryHandler(self._pressed))

    async def _pressed(self, update: Update, context: _Context) -> None:
        query = update.callback_query
        if query is None:
            return
        reader = Reader.of_press(context, query, self._default)
        action = decode(query.data or "")
        if reader is None or action is None:
            language = phrases_of(self._default) if reader is None else reader.phrases
            await query.answer(language.sentence(OutdatedButton()), show_alert=True)
            return
        if reader.is_private:
            await self._act(query, reader, action)
        else:
            await self._lead_away(query, reader, action, context.bot.username)

    async def _act(self, query: CallbackQuery, reader: Reader, action: Action) -> None:
        match action:
            case SendAll():
                await self._send_all(query, reader, action)
            case Keep() | Vote() | Unfold():
                await self._change(query, reader, action)
            case _:
                await self._show(query, reader, action)

    async def _lead_away(self, query: CallbackQuery, reader: Reader, action: Action, bot: str) -> None:
        """Open what a button in a group stands for in the private chat: it would turn everybody's page."""
        match action:
            case _ if isinstance(action, IssueAction):
                if await self._conversation.query.issue_of(action) is None:
                    await query.answer(reader.phrases.sentence(OutdatedButton()), show_alert=True)
                else:
                    await query.answer(url=start_link(bot, as_link(action)))
            case _:
                await query.answer(reader.phrases.sentence(PrivateOnly()), show_alert=True)

    async def _show(self, query: CallbackQuery, reader: Reader, action: IssueAction | ListAction) -> None:
        answer = await self._conversation.shown(action, reader.person)
        turns = isinstance(action, TurningAction)
        if isinstance(answer, Show):
            payload = (await reader.part(answer.view, self._conversation)).payload
            await (reader.turn(query, payload) if turns else reader.show(payload))
            await query.answer()
        elif turns and isinstance(action, ListAction):
            # the last entry of the list is gone: the message says so itself
            await reader.turn(query, {"text": reader.phrases.sentence(answer)})
            await query.answer()
        else:
            await query.answer(reader.phrases.sentence(answer), show_alert=True)

    async def _send_all(self, query: CallbackQuery, reader: Reader, action: SendAll) -> None:
        request = f"{query.message.message_id}" if query.message else query.id
        added = await self._conversation.send_all(action, reader.destination, language=reader.language, request=request)
        if added is None:
            await query.answer(reader.phrases.sentence(OutdatedButton()), show_alert=True)
        else:
            await query.answer(reader.phrases.sending_all() if added else reader.phrases.already_sent_all())

    async def _change(self, query: CallbackQuery, reader: Reader, action: OwnAction) -> None:
        """Change what an item is to the reader, and the button that says so."""
        saving, words = self._conversation.saving, words_of(reader.language)
        notice = ""
        match action:
            case Keep(ref, number, on):
                known = await saving.keep(action, reader.person)
                button = save_button(ref, number, words, saved=on)
                rows = changed(rows_of(query), lambda one: button if isinstance(one, Keep) else None)
                notice = reader.phrases.saved(on=on)
            case Vote(ref, number, up):
                known = await saving.vote(action, reader.person)
                votes = iter(vote_buttons(ref, number, up))
                rows = changed(rows_of(query), lambda one: next(votes, None) if isinstance(one, Vote) else None)
                notice = reader.phrases.voted(up=up)
            case Unfold(ref, number):
                own = await saving.own(ref, number, reader.person, bot=reader.bot_name)
                known = own is not None
                below = unfolded_row(own or Own(""), ref, number, words)
                rows = unfolded(rows_of(query), query.data or "", below)
            case _:
                assert_never(action)
        if not known:
            await query.answer(reader.phrases.sentence(OutdatedButton()), show_alert=True)
            return
        await show_rows(query, rows)
        await query.answer(notice or None)
