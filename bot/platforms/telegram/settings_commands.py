"""Settings by command: for the chat itself, and for a channel from a private chat with one of its admins."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Message, Update
from telegram.ext import CommandHandler, filters

from bot.domain.hours import parse_hour
from bot.domain.issues import ListedIssue
from bot.domain.pauses import parse_pause
from bot.domain.preference_changes import Change, Pause, Refusal, Resume, SetZone
from bot.languages import Language
from bot.languages.settings_phrases import settings_phrases_of
from bot.languages.zones import find_zone
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.menu_actions import Page
from bot.platforms.telegram.replies import Reader
from bot.platforms.telegram.subjects import Subject, elsewhere, here, split
from bot.services.conversation import Conversation
from formatters.actions import AnswerWithHeadlines, encode, start_link
from formatters.parts import Json

_Context = ReaderContext

_LABEL = 60
"""Characters of a button that names an issue; it has a row to itself."""


class SettingsCommands:
    """Answers /settings and whatever of them can be typed, /catchup, /privacy and /forget."""

    def __init__(self, conversation: Conversation, default: Language) -> None:
        self._conversation = conversation
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach every handler."""
        for name in settings_phrases_of(self._default).commands():
            application.add_handler(CommandHandler(name, getattr(self, f"_{name}"), filters=filters.UpdateType.MESSAGE))

    async def _settings(self, update: Update, context: _Context) -> None:
        reader, subject, _ = await self._asked(update, context)
        if subject is not None:
            await self._open(reader, subject, Page.MAIN)

    async def _time(self, update: Update, context: _Context) -> None:
        reader, subject, argument = await self._asked(update, context)
        if subject is None:
            return
        change = parse_hour(argument)
        if change is not None:
            await self._change(reader, subject, change)
        elif argument:
            await reader.say(subject.phrases.time_unclear())
        else:
            await self._open(reader, subject, Page.HOUR)

    async def _timezone(self, update: Update, context: _Context) -> None:
        reader, subject, argument = await self._asked(update, context)
        if subject is None:
            return
        zone = find_zone(argument, self._conversation.preferring.now)
        if zone is not None:
            await self._change(reader, subject, SetZone(zone))
        elif argument:
            await reader.say(subject.phrases.zone_unclear(argument))
        else:
            await self._open(reader, subject, Page.ZONE)

    async def _pause(self, update: Update, context: _Context) -> None:
        reader, subject, argument = await self._asked(update, context)
        if subject is None:
            return
        length, now = parse_pause(argument), self._conversation.preferring.now
        if length is not None:
            await self._change(reader, subject, Pause(now, now + length))
        elif argument:
            await reader.say(subject.phrases.pause_unclear())
        else:
            await self._open(reader, subject, Page.PAUSE)

    async def _resume(self, update: Update, context: _Context) -> None:
        reader, subject, _ = await self._asked(update, context)
        if subject is not None:
            await self._change(reader, subject, Resume(self._conversation.preferring.now))

    async def _catchup(self, update: Update, context: _Context) -> None:
        """Anyone may read what the chat missed."""
        reader = self._reader(update, context)
        phrases = settings_phrases_of(reader.language)
        missed = await self._conversation.catching_up.missed(reader.destination)
        if missed:
            await reader.show(_to_choose_from(missed, phrases.missed(), reader, context.bot.username))
        else:
            await reader.say(phrases.missed_nothing())

    async def _privacy(self, update: Update, context: _Context) -> None:
        reader = self._reader(update, context)
        await reader.say(settings_phrases_of(reader.language).privacy())

    async def _forget(self, update: Update, context: _Context) -> None:
        reader, subject, _ = await self._asked(update, context)
        if subject is not None:
            await reader.show(subject.menu.forgetting())

    async def _open(self, reader: Reader, subject: Subject, page: Page) -> None:
        settings = await self._conversation.preferring.settings(subject.destination)
        await reader.show(subject.menu.invitation() if settings is None else subject.menu.page(page, settings))

    async def _change(self, reader: Reader, subject: Subject, change: Change) -> None:
        settings = await self._conversation.preferring.change(subject.destination, change)
        if isinstance(settings, Refusal):
            await reader.say(subject.phrases.refusal(settings))
            return
        match change:
            case Pause():
                await reader.say(subject.phrases.paused(settings))
            case Resume():
                await reader.say(subject.phrases.resumed(settings))
            case _:
                await reader.show(subject.menu.page(Page.MAIN, settings))

    async def _asked(self, update: Update, context: _Context) -> tuple[Reader, Subject | None, str]:
        """Return who asks, about which place, and the rest of what they said.

        There is no place where they may not change it; they are told.
        """
        reader, message = self._reader(update, context), _message(update)
        named, argument = split(" ".join(context.args or ()))
        subject: Subject | None
        if named:
            subject = await elsewhere(reader, context.bot, named, message.from_user)
            if subject is None:
                await reader.say(settings_phrases_of(reader.language).not_managed(named))
        else:
            subject = here(reader)
            if not await reader.may_manage(message):
                subject = None
                await reader.say(settings_phrases_of(reader.language).admins_only())
        return reader, subject, argument

    def _reader(self, update: Update, context: _Context) -> Reader:
        return Reader.of_message(context, _message(update), self._default)


def _message(update: Update) -> Message:
    if update.effective_message is None:
        raise ValueError(f"update {update.update_id} holds no message; the handlers' filters let it through")
    return update.effective_message


def _to_choose_from(issues: Sequence[ListedIssue], heading: str, reader: Reader, bot: str) -> dict[str, Json]:
    """Return issues as a message of buttons; in groups they open in the private chat."""
    rows: list[Json] = []
    for known in issues:
        opening = AnswerWithHeadlines(known.ref)
        opens = {"callback_data": encode(opening)} if reader.is_private else {"url": start_link(bot, opening)}
        rows.append([{"text": _label(known), **opens}])
    return {"text": heading, "reply_markup": {"inline_keyboard": rows}}


def _label(known: ListedIssue) -> str:
    day, title = known.day, " ".join(known.title.split())
    label = title if day is None or str(day) in title else f"{day} {title}"
    return label if len(label) <= _LABEL else label[: _LABEL - 1] + "…"
