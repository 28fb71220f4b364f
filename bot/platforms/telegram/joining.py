"""Subscribing: a greeting, and at once the newest issue's overview."""

from __future__ import annotations

from telegram import Bot
from telegram.error import TelegramError

from bot.domain.destination import Platform
from bot.languages import Language
from bot.languages.settings_phrases import settings_phrases_of
from bot.platforms.telegram.outcomes import is_shut_out
from bot.platforms.telegram.paced_bot import answer
from bot.platforms.telegram.replies import Reader, greeted
from bot.platforms.telegram.subjects import Subject
from bot.services.conversation import Conversation
from bot.services.subscribing import Welcome


class Joining:
    """Subscribes a chat for somebody who may."""

    def __init__(self, conversation: Conversation, default: Language) -> None:
        self._conversation = conversation
        self._default = default

    async def join(self, reader: Reader) -> None:
        """Subscribe the reader's chat; greet it and show the newest issue's overview in one message."""
        welcome = await self._conversation.subscribing.start(
            reader.destination, language=reader.language, place=reader.place
        )
        greeting = await self._greeting(reader, welcome)
        view = welcome.missed.overview if welcome.missed else welcome.newest
        if view is None:
            await reader.say(greeting)
            return
        overview = self._conversation.renderer.answer(view, Platform.TELEGRAM, reader.language)
        payload = greeted(greeting, overview)
        if payload is None:
            await reader.say(greeting)
        message_id = await reader.show(payload or overview.payload)
        if welcome.missed:
            await self._conversation.subscribing.overview_shown(
                welcome.missed, reader.destination, language=reader.language, message_id=message_id
            )

    async def join_elsewhere(self, subject: Subject, bot: Bot) -> bool:
        """Subscribe a channel; what it missed today is posted there at once. Return False if the bot may not post."""
        language = self._default
        welcome = await self._conversation.subscribing.start(
            subject.destination, language=language, place=subject.place
        )
        if welcome.missed is None:
            return True
        overview = self._conversation.renderer.answer(welcome.missed.overview, Platform.TELEGRAM, language)
        try:
            message_id = await answer(bot, overview.payload, subject.destination)
        except TelegramError as error:
            if is_shut_out(error):
                return False
            raise
        await self._conversation.subscribing.overview_shown(
            welcome.missed, subject.destination, language=language, message_id=message_id
        )
        return True

    async def _greeting(self, reader: Reader, welcome: Welcome) -> str:
        """Return what is said: by the digest's hours, or by those that the chat chose."""
        settings = await self._conversation.preferring.settings(reader.destination)
        if settings is None or (settings.as_the_digest and not welcome.resumed):
            return reader.phrases.greeting(joined=welcome.joined, release=welcome.release, style=welcome.style)
        phrases = settings_phrases_of(reader.language)
        return phrases.resumed(settings) if welcome.resumed else phrases.welcome(settings, joined=welcome.joined)
