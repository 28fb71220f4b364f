"""What is pressed in a settings menu. Every press is answered: by a change, or by a sentence that says why not."""

from __future__ import annotations

from datetime import timedelta

from telegram import CallbackQuery, Update
from telegram.ext import CallbackQueryHandler

from bot.domain.preference_changes import Change, FollowLanguage, Pause, Refusal, Resume
from bot.languages import Language, phrases_of
from bot.languages.settings_phrases import settings_phrases_of
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.authority import is_admin
from bot.platforms.telegram.joining import Joining
from bot.platforms.telegram.menu_actions import (
    MENU_DATA,
    ButtonChange,
    Deed,
    MenuAction,
    MenuButton,
    Page,
    PauseFor,
    decode_menu,
    page_after,
)
from bot.platforms.telegram.replies import Reader
from bot.platforms.telegram.subjects import Subject, elsewhere, here
from bot.services.answers import OutdatedButton
from bot.services.conversation import Conversation
from bot.services.forgetting import Forgotten

_Context = ReaderContext


class MenuPresses:
    """Answers the callback queries of settings menus."""

    def __init__(self, conversation: Conversation, default: Language) -> None:
        self._conversation = conversation
        self._default = default
        self._joining = Joining(conversation, default)

    def register(self, application: TelegramApplication) -> None:
        """Attach the handler; it has to come before one that takes every press."""
        application.add_handler(CallbackQueryHandler(self._pressed, pattern=MENU_DATA))

    async def _pressed(self, update: Update, context: _Context) -> None:
        query = update.callback_query
        if query is None:
            return
        reader = Reader.of_press(context, query, self._default)
        button = decode_menu(query.data or "")
        # of a message that is no more nobody knows in which topic it stood
        known = reader is not None and query.message and (reader.is_private or query.message.is_accessible)
        if reader is None or button is None or not known:
            language = self._default if reader is None else reader.language
            of_menu = MENU_DATA.match(query.data or "")  # no data at all passes the handler's pattern
            sentence = settings_phrases_of(language).outdated_menu() if of_menu else _outdated(language)
            await query.answer(sentence, show_alert=True)
            return
        subject = await self._subject(query, reader, button)
        if subject is not None:
            await self._act(query, reader, subject, button.action)

    async def _subject(self, query: CallbackQuery, reader: Reader, button: MenuButton) -> Subject | None:
        """Return what the menu is about; None, and who pressed is told, if they may not change it."""
        bot, phrases = query.get_bot(), settings_phrases_of(reader.language)
        if button.chat:
            subject = await elsewhere(reader, bot, int(button.chat), query.from_user)
            if subject is None:
                await query.answer(phrases.not_managed(""), show_alert=True)
            return subject
        if not reader.is_private and not await is_admin(bot, reader.chat_id, query.from_user):
            await query.answer(phrases.admins_only(), show_alert=True)
            return None
        return here(reader)

    async def _act(self, query: CallbackQuery, reader: Reader, subject: Subject, action: MenuAction) -> None:
        match action:
            case Page():
                await self._open(query, reader, subject, action)
            case Deed.JOIN:
                await self._join(query, reader, subject)
            case Deed.LEAVE:
                await self._leave(query, reader, subject)
            case Deed.DONE:
                await self._close(query, reader, subject)
            case Deed.FORGET | Deed.KEEP:
                await self._forget(query, reader, subject, erase=action is Deed.FORGET)
            case _:
                await self._change(query, reader, subject, action)

    async def _open(
        self, query: CallbackQuery, reader: Reader, subject: Subject, page: Page, *, warning: str = ""
    ) -> None:
        settings = await self._conversation.preferring.settings(subject.destination)
        shown = subject.menu.invitation() if settings is None else subject.menu.page(page, settings)
        await reader.turn(query, shown)
        await query.answer(warning or None, show_alert=bool(warning))

    async def _change(
        self, query: CallbackQuery, reader: Reader, subject: Subject, action: ButtonChange | PauseFor | Deed
    ) -> None:
        settings = await self._conversation.preferring.change(subject.destination, self._change_of(action, reader))
        if isinstance(settings, Refusal):
            await query.answer(subject.phrases.refusal(settings), show_alert=True)
            return
        if not subject.elsewhere:  # which may speak another language from now on
            subject = here(reader, language=settings.preferences.language)
        await reader.turn(query, subject.menu.page(page_after(action), settings))
        await query.answer()

    def _change_of(self, action: ButtonChange | PauseFor | Deed, reader: Reader) -> Change:
        now = self._conversation.preferring.now
        match action:
            case PauseFor(days):
                return Pause(now, now + timedelta(days=days))
            case Deed.RESUME:
                return Resume(now)
            case Deed():
                return FollowLanguage(reader.own_language)
            case _:
                return action

    async def _join(self, query: CallbackQuery, reader: Reader, subject: Subject) -> None:
        warning = ""
        if not subject.elsewhere:
            await self._joining.join(reader)
        elif not await self._joining.join_elsewhere(subject, query.get_bot()):
            warning = subject.phrases.may_not_post(subject.title)
        await self._open(query, reader, subject, Page.MAIN, warning=warning)

    async def _leave(self, query: CallbackQuery, reader: Reader, subject: Subject) -> None:
        parting = await self._conversation.subscribing.stop(subject.destination)
        if parting == "fixed by settings":
            await query.answer(reader.phrases.fixed_by_settings(), show_alert=True)
        else:
            await self._open(query, reader, subject, Page.MAIN)

    async def _close(self, query: CallbackQuery, reader: Reader, subject: Subject) -> None:
        settings = await self._conversation.preferring.settings(subject.destination)
        await reader.turn(query, subject.menu.invitation() if settings is None else subject.menu.closed(settings))
        await query.answer()

    async def _forget(self, query: CallbackQuery, reader: Reader, subject: Subject, *, erase: bool) -> None:
        text = subject.phrases.kept()
        if erase:
            forgotten = await self._conversation.forgetting.forget(subject.destination)
            nothing = forgotten is Forgotten.NOTHING
            text = reader.phrases.fixed_by_settings() if nothing else subject.phrases.forgotten(forgotten)
        await reader.turn(query, subject.menu.payload(text, []))
        await query.answer()


def _outdated(language: Language) -> str:
    return phrases_of(language).sentence(OutdatedButton())
