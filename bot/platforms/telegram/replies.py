"""Where a reader's message came from, and answering there."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Mapping
from datetime import timedelta

import structlog
from telegram import Bot, CallbackQuery, Chat, InlineKeyboardButton, InlineKeyboardMarkup, Message, User
from telegram.constants import ChatType
from telegram.error import BadRequest, RetryAfter

from bot.domain.destination import Destination, Platform
from bot.domain.person import Person
from bot.languages import Language, Phrases, negotiate, phrases_of
from bot.platforms.telegram.application import ReaderContext
from bot.platforms.telegram.authority import is_admin, writes_as_chat
from bot.platforms.telegram.outcomes import is_already_so, pause_of
from bot.platforms.telegram.paced_bot import answer
from bot.platforms.telegram.profile import place_of_chat
from bot.platforms.telegram.sender import message_link, show_instead
from bot.services.answers import Answer, Show, TodayNotYet
from bot.services.archive_answers import AnsweredHere
from bot.services.conversation import Conversation
from formatters.actions import AnswerWithHeadlines, encode
from formatters.parts import Json, Part
from formatters.rendering.limits import TELEGRAM_TEXT_UNITS, utf16_units
from formatters.views import View

_log = structlog.get_logger(__name__)

_LONGEST_WAIT = timedelta(seconds=10)
"""A reader's answer is worth waiting this long for; later it would only confuse."""

Payload = Mapping[str, Json]


class Reader:
    """Somebody who asks, and the place where they ask."""

    def __init__(
        self,
        bot: Bot,
        chat: Chat,
        user: User | None,
        thread: int | None,
        default: Language,
        *,
        language: Language | None = None,
    ) -> None:
        self._bot = bot
        self._user = user
        self.is_private = chat.type == ChatType.PRIVATE
        self.own_language: Language = (
            negotiate(user.language_code if user else None, default) if self.is_private else default
        )
        self.language = language or self.own_language
        self.chat_id = chat.id
        self.place = place_of_chat(chat.type, topic=bool(thread))
        self.destination = Destination(Platform.TELEGRAM, str(chat.id), str(thread) if thread else "")

    @classmethod
    def of_message(cls, context: ReaderContext, message: Message, default: Language) -> Reader:
        """Return who wrote a message. In a forum, the topic belongs to the place."""
        thread = message.message_thread_id if message.is_topic_message else None
        return cls(context.bot, message.chat, message.from_user, thread, default, language=context.language)

    @classmethod
    def of_press(cls, context: ReaderContext, query: CallbackQuery, default: Language) -> Reader | None:
        """Return who pressed a button, or None where the message is no longer known."""
        message = query.message
        if message is None:
            return None
        thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
        return cls(context.bot, message.chat, query.from_user, thread, default, language=context.language)

    @property
    def phrases(self) -> Phrases:
        """The sentences of the reader's language."""
        return phrases_of(self.language)

    @property
    def person(self) -> Person:
        """Who asks. Nobody but a person is ever told what is their own: see `is_private`."""
        return Person(Platform.TELEGRAM, str(self._user.id if self._user else self.chat_id))

    @property
    def bot_name(self) -> str:
        """The bot's user name."""
        return self._bot.username

    async def part(self, view: View, conversation: Conversation) -> Part:
        """Return a view as this reader is to see it."""
        if self.is_private:
            view = await conversation.saving.owned(view, self.person, bot=self.bot_name)
        return conversation.renderer.answer(view, Platform.TELEGRAM, self.language)

    async def answer(self, answer: Answer, conversation: Conversation) -> None:
        """Answer with what there is to show, or with a sentence."""
        match answer:
            case Show():
                await self.show((await self.part(answer.view, conversation)).payload)
            case TodayNotYet(newest_ref=str(ref)) if self.is_private:
                await self.say_with_newest(self.phrases.sentence(answer), ref)
            case _:
                await self.say(self.phrases.sentence(answer))

    async def answer_once(self, answer: Show, conversation: Conversation) -> None:
        """Answer, or point at the message that answered the same here a short while ago."""
        payload = (await self.part(answer.view, conversation)).payload
        text = str(payload["text"])
        earlier = conversation.recent.find(self.destination, text)
        if earlier is None or not await self._point_at(earlier):
            conversation.recent.remember(self.destination, text, await self.show(payload))

    async def _point_at(self, earlier: str) -> bool:
        """Answer a message of our own, so that a tap leads to it; return False if it is no longer there."""
        payload: dict[str, Json] = {
            "text": self.phrases.sentence(AnsweredHere()),
            "reply_parameters": {"message_id": int(earlier)},
        }
        if (link := message_link(earlier, self.destination)) is not None:
            button = InlineKeyboardButton(self.phrases.show_it(), url=link)
            payload["reply_markup"] = InlineKeyboardMarkup([[button]]).to_dict()
        try:
            await self.show(payload)
        except BadRequest as error:
            if "not found" in error.message.lower():
                return False
            raise
        return True

    async def may_manage(self, message: Message) -> bool:
        """Return whether the writer of `message` may change the chat's subscription."""
        return self.is_private or writes_as_chat(message) or await is_admin(self._bot, self.chat_id, self._user)

    async def say(self, text: str) -> None:
        """Answer with one plain sentence."""
        await self.show({"text": text, "link_preview_options": {"is_disabled": True}})

    async def say_with_newest(self, text: str, ref: str) -> None:
        """Answer with a sentence and a button that opens the newest issue."""
        button = InlineKeyboardButton(self.phrases.open_newest(), callback_data=encode(AnswerWithHeadlines(ref)))
        await self.show({"text": text, "reply_markup": InlineKeyboardMarkup([[button]]).to_dict()})

    async def show(self, payload: Payload) -> str:
        """Answer with a rendered payload and return the message's id; a short flood limit is waited out."""
        try:
            return await answer(self._bot, payload, self.destination)
        except RetryAfter as error:
            pause = pause_of(error)
            if pause > _LONGEST_WAIT:
                raise
            await asyncio.sleep(pause.total_seconds())
            return await answer(self._bot, payload, self.destination)

    async def turn(self, query: CallbackQuery, payload: Payload) -> None:
        """Show a payload in place of the message whose button was pressed; anew, where that one cannot be changed."""
        if query.message is None:
            raise ValueError(f"press {query.id} tells no message; a reader of it was never made")
        try:
            await show_instead(self._bot, payload, str(query.message.message_id), self.destination)
        except BadRequest as error:
            if is_already_so(error):
                return
            if "can't be edited" in error.message.lower() or "not found" in error.message.lower():
                await self.show(payload)
                return
            raise


def hinted(part: Part, hint: str) -> Payload:
    """Return a part's payload with a hint below it, where there is room for it."""
    return _with_text(part, f"{part.payload['text']}\n\n<i>{html.escape(hint, quote=False)}</i>") or part.payload


def _with_text(part: Part, text: str) -> Payload | None:
    """Return the part's payload with this text, or None if it is too long."""
    return {**part.payload, "text": text} if utf16_units(text) <= TELEGRAM_TEXT_UNITS else None


def greeted(greeting: str, overview: Part) -> Payload | None:
    """Return an overview's payload with a greeting above it, or None where there is no room for it."""
    return _with_text(overview, f"{html.escape(greeting, quote=False)}\n\n{overview.payload['text']}")
