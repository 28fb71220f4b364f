"""How to speak with somebody in Slack: in which language, and not faster than anybody reads."""

from __future__ import annotations

from dataclasses import dataclass

from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.destination import Platform
from bot.domain.person import Person
from bot.languages import Language
from bot.platforms.slack.verbs import Found
from bot.platforms.slack.workspaces import place_in
from bot.services.archive_answers import TooFast
from bot.services.conversation import Conversation


@dataclass(frozen=True, slots=True)
class Spoken:
    """One request of one member."""

    person: Person
    language: str
    admitted: bool
    wait: Found | None
    """What to tell somebody who asks too fast; None where there is nothing to tell, or it was told."""


class Manners:
    """Knows everybody."""

    def __init__(self, conversation: Conversation, language: Language) -> None:
        self._conversation = conversation
        self._language = language

    async def of(self, context: AsyncBoltContext, user_id: str, *, for_all_in: str = "") -> Spoken:
        """Return how to speak with a member of the workspace that a request comes from, who asks for something.

        In their own language, but to all in a channel in the channel's.
        """
        person = Person(Platform.SLACK, place_in(context, user_id).chat)
        settings = await self._conversation.preferring.settings(place_in(context, for_all_in or user_id))
        language = settings.preferences.language if settings else self._language
        throttle = self._conversation.throttle
        seconds = throttle.admit(person)
        told = Found(TooFast(seconds)) if seconds and throttle.tell(person) else None
        return Spoken(person, language, not seconds, told)
