"""What owners type and press in the private chat with the bot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, assert_never

from telegram import InlineKeyboardMarkup, Message, Update, User
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot.domain.destination import Destination, Platform, telegram_destination
from bot.domain.person import Person
from bot.languages import Language, phrases_of
from bot.languages.owner_phrases import OwnerPhrases, owner_phrases_of
from bot.languages.why_phrases import why_phrases_of
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.owner_buttons import (
    PATTERN,
    Announce,
    Drop,
    Order,
    OwnerAction,
    Publish,
    Recall,
    decode,
    keyboard,
)
from bot.platforms.telegram.replies import Payload, Reader
from bot.services.answers import OutdatedButton
from bot.services.operating import Operating
from bot.services.status import Status
from formatters.rendering import notice
from formatters.rendering.limits import TELEGRAM_TEXT_UNITS, utf16_units

_Context = ReaderContext
_Answer = Callable[[Message, Reader, Person], Awaitable[None]]


class OwnerCommands:
    """Answers owners; everybody else is told that they are none."""

    def __init__(self, operating: Operating, default: Language) -> None:
        self._operating = operating
        self._default = default

    def register(self, application: TelegramApplication) -> None:
        """Attach every handler. In groups the same words may be meant for another bot, and are not answered."""
        private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
        for name in owner_phrases_of(self._default).commands():
            answer: _Answer = getattr(self, f"_{name}")
            application.add_handler(CommandHandler(name, self._for_owners(answer), filters=private))
        application.add_handler(CallbackQueryHandler(self._pressed, pattern=PATTERN))

    def _for_owners(self, answer: _Answer) -> Callable[[Update, _Context], Coroutine[Any, Any, None]]:
        async def asked(update: Update, context: _Context) -> None:
            message, user = update.effective_message, update.effective_user
            if message is None or user is None:
                return
            reader = Reader.of_message(context, message, self._default)
            if await self._operating.membership.is_owner(person_of(user)):
                await answer(message, reader, person_of(user))
            else:
                await reader.say(owner_phrases_of(reader.language).owners_only())

        return asked

    # --- commands ------------------------------------------------------------------------------------------------

    async def _admin(self, _message: Message, reader: Reader, _person: Person) -> None:
        await reader.show(await self._status(reader))

    async def _preview(self, message: Message, reader: Reader, _person: Person) -> None:
        phrases, known = _phrases(reader), await self._operating.newest()
        if known is None:
            await reader.say(phrases.nothing_to_send())
            return
        await reader.say(phrases.previewing(known.issue.title))
        await self._operating.preview(
            known, reader.destination, language=reader.language, request=str(message.message_id)
        )

    async def _publish(self, _message: Message, reader: Reader, _person: Person) -> None:
        phrases, known = _phrases(reader), await self._operating.newest()
        if known is None:
            await reader.say(phrases.nothing_to_send())
            return
        audience = await self._operating.announcing.audience()
        offer = phrases.offer_to_publish(known.issue.title, known.issue.date, audience)
        await reader.show(_with(offer, _offered(phrases, (phrases.button("publish"), Publish(known.ref)))))

    async def _recall(self, message: Message, reader: Reader, _person: Person) -> None:
        phrases = _phrases(reader)
        found = await self._operating.sent(_argument(message))
        if found is None:
            await reader.say(phrases.nothing_was_sent())
            return
        offered = _offered(phrases, (phrases.button("recall"), Recall(self._operating.ref_of(found.key))))
        await reader.show(_with(phrases.offer_to_recall(found.key, found.retractions), offered))

    async def _hold(self, _message: Message, reader: Reader, _person: Person) -> None:
        await reader.show(await self._held(reader))

    async def _announce(self, message: Message, reader: Reader, person: Person) -> None:
        phrases = _phrases(reader)
        text = _argument(message)
        if not text:
            await reader.say(phrases.announce_usage())
            return
        draft = await self._operating.announcing.draft(text, person)
        await reader.show(notice.telegram(text).payload)
        audience = await self._operating.announcing.audience()
        offered = _offered(phrases, (phrases.button("send"), Announce(draft.key)), Drop(draft.key))
        await reader.show(_with(phrases.offer_to_announce(audience), offered))

    async def _why(self, message: Message, reader: Reader, _person: Person) -> None:
        try:
            place = _place(_argument(message))
        except ValueError:
            await reader.say(_phrases(reader).why_usage())
            return
        found = await self._operating.explaining.why(place)
        await reader.say(_fitting(why_phrases_of(reader.language).told(found)))

    async def _invite(self, message: Message, reader: Reader, _person: Person) -> None:
        phrases, membership = _phrases(reader), self._operating.membership
        asked = _argument(message) or "1"
        try:
            link = await membership.invitation(int(asked))
        except ValueError:
            await reader.say(phrases.invite_usage())
            return
        await reader.say(phrases.invitation(link, open_to_all=not membership.by_invitation))

    # --- buttons -------------------------------------------------------------------------------------------------

    async def _pressed(self, update: Update, context: _Context) -> None:
        query = update.callback_query
        if query is None:
            return
        if not PATTERN.match(query.data or ""):  # no data at all passes the handler's pattern
            await query.answer(
                phrases_of(context.language or self._default).sentence(OutdatedButton()), show_alert=True
            )
            return
        message, action = query.message, decode(query.data or "")
        phrases = owner_phrases_of(self._default)
        if message is None:
            await query.answer(phrases.outdated(), show_alert=True)
            return
        reader = Reader(context.bot, message.chat, query.from_user, None, self._default, language=context.language)
        phrases = _phrases(reader)
        if not await self._operating.membership.is_owner(person_of(query.from_user)):
            await query.answer(phrases.owners_only(), show_alert=True)
        elif action is None:
            await query.answer(phrases.outdated(), show_alert=True)
        else:
            await reader.turn(query, await self._done(action, reader))
            await query.answer()

    async def _done(self, action: OwnerAction, reader: Reader) -> Payload:
        """Do what a button stands for; return what its message says from now on."""
        phrases, operating = _phrases(reader), self._operating
        match action:
            case Order.SHOW_STATUS:
                return await self._status(reader)
            case Publish(ref):
                known = await operating.by_ref(ref)
                if known is None:
                    return _with(phrases.outdated())
                return _with(phrases.published(known.issue.title, await operating.publish(known)), _refresh(phrases))
            case Recall(ref):
                key = operating.key_of(ref)
                return _with(phrases.recalled(key, *await operating.recall(key)), _refresh(phrases))
            case Order.HOLD:
                return await self._held(reader)
            case Order.LET_GO:
                return _with(phrases.let_go(was_held=await operating.let_go()), _refresh(phrases))
            case Announce(key):
                return _with(phrases.decided(*await operating.announce(key)))
            case Drop(key):
                return _with(phrases.decided(await operating.announcing.cancel(key), 0))
            case Order.DISMISS:
                return _with(phrases.dismissed())
            case _:
                assert_never(action)

    async def _held(self, reader: Reader) -> Payload:
        phrases = _phrases(reader)
        new, stopped = await self._operating.brake.hold()
        row = ((phrases.button("let go"), Order.LET_GO), (phrases.button("refresh"), Order.SHOW_STATUS))
        return _with(phrases.holding(new=new, stopped=stopped), keyboard(row))

    async def _status(self, reader: Reader) -> Payload:
        phrases = _phrases(reader)
        status = await self._operating.watchtower.status()
        return _with(phrases.status(status), keyboard(*_rows(phrases, status)))


def _rows(phrases: OwnerPhrases, status: Status) -> list[tuple[tuple[str, OwnerAction], ...]]:
    """Return the buttons below how it stands: what can be done about it."""
    brake = (phrases.button("let go"), Order.LET_GO) if status.held else (phrases.button("hold"), Order.HOLD)
    unsent = [one.known for one in status.issues if one.released_at is None]
    doing: list[tuple[str, OwnerAction]] = [brake]
    if unsent and status.now >= status.release:
        doing.append((phrases.button("publish"), Publish(unsent[0].ref)))
    return [((phrases.button("refresh"), Order.SHOW_STATUS),), tuple(doing)]


def _offered(
    phrases: OwnerPhrases, yes: tuple[str, OwnerAction], no: OwnerAction = Order.DISMISS
) -> InlineKeyboardMarkup:
    return keyboard((yes, (phrases.button("cancel"), no)))


def _refresh(phrases: OwnerPhrases) -> InlineKeyboardMarkup:
    return keyboard(((phrases.button("refresh"), Order.SHOW_STATUS),))


def _with(text: str, buttons: InlineKeyboardMarkup | None = None) -> Payload:
    payload: dict[str, Any] = {"text": text, "link_preview_options": {"is_disabled": True}}
    if buttons is not None:
        payload["reply_markup"] = buttons.to_dict()
    return payload


def _phrases(reader: Reader) -> OwnerPhrases:
    return owner_phrases_of(reader.language)


def _argument(message: Message) -> str:
    """Return what stands behind the command, line ends and all."""
    return "".join((message.text or "").split(maxsplit=1)[1:]).strip()


def _place(text: str) -> Destination:
    """Return the place that an owner names, with its platform or as Telegram names it; ValueError otherwise."""
    known = text.startswith(tuple(f"{platform}:" for platform in Platform))
    return Destination.parse(text) if known else telegram_destination(text)


def _fitting(lines: list[str]) -> str:
    """Return as many lines as one message holds."""
    while len(lines) > 1 and utf16_units("\n".join(lines)) > TELEGRAM_TEXT_UNITS:
        lines = lines[:-1]
    return "\n".join(lines)


def person_of(user: User) -> Person:
    """Return a Telegram user."""
    return Person(Platform.TELEGRAM, str(user.id))
