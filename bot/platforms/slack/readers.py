"""Who acts in Slack, and how they want to be spoken to."""

from __future__ import annotations

import json
from dataclasses import dataclass

import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.destination import Destination, Platform
from bot.domain.person import Person
from bot.languages import Language, phrases_of
from bot.languages.view_phrases import view_phrases_of
from bot.platforms.slack.blocks import Json, modal, section
from bot.platforms.slack.workspaces import place_in
from bot.services.archive_answers import TooFast
from bot.services.conversation import Conversation
from bot.services.preferring import ChatSettings

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SlackReader:
    """One member of a workspace."""

    place: Destination
    """Their direct messages with the bot, by the member's id."""
    language: str
    settings: ChatSettings | None
    """Of the direct messages; None if they never subscribed."""

    @property
    def person(self) -> Person:
        """The reader, for what is their own."""
        return Person(Platform.SLACK, self.place.chat)


class Readers:
    """Knows every reader of views, and who comes too often."""

    def __init__(self, conversation: Conversation, language: Language) -> None:
        """`language` is that of readers who chose none."""
        self._preferring = conversation.preferring
        self._throttle = conversation.throttle
        self._language = language

    async def at(self, place: Destination) -> SlackReader:
        """Return the member whose direct messages these are."""
        settings = await self._preferring.settings(place)
        return SlackReader(place, settings.preferences.language if settings else self._language, settings)

    async def of(self, body: Json, context: AsyncBoltContext) -> SlackReader:
        """Return who an interaction comes from."""
        return await self.at(place_in(context, str(body["user"]["id"])))

    def admits(self, reader: SlackReader) -> bool:
        """Count a request; return False if the reader asks faster than anybody reads."""
        return not self._throttle.admit(reader.person)

    async def admitted(self, body: Json, context: AsyncBoltContext, client: AsyncWebClient) -> SlackReader | None:
        """Return who an interaction comes from; None if they ask faster than anybody reads, which a modal says once."""
        reader = await self.of(body, context)
        seconds = self._throttle.admit(reader.person)
        if not seconds:
            return reader
        if self._throttle.tell(reader.person):
            show = client.views_push if (body.get("view") or {}).get("type") == "modal" else client.views_open
            sentence = phrases_of(reader.language).sentence(TooFast(seconds))
            try:
                await show(trigger_id=str(body["trigger_id"]), view=told(sentence, reader.language))
            except SlackApiError as error:
                _log.warning("a hasty reader could not be told", problem=str(error.response.get("error")))
        return None

    async def pressing(self, body: Json, context: AsyncBoltContext, client: AsyncWebClient) -> SlackReader | None:
        """Return who pressed something in a view; None as `admitted`, and where the view was not made for them."""
        reader = await self.admitted(body, context, client)
        if reader is not None and details_of(body.get("view") or {}, reader) is None:
            _log.warning("a button in a view of another reader, or of another version, was pressed")
            return None
        return reader


def told(text: str, language: str, *, title: str = "digest", metadata: str = "") -> Json:
    """Return a modal that says one sentence; `title` is a label's name."""
    labels = view_phrases_of(language).labels()
    return modal(labels[title], [section(text)], close=labels["close"], metadata=metadata)


def metadata_for(reader: SlackReader, **details: str) -> str:
    """Return a view's private metadata: whom it was made for, and what it shows."""
    return json.dumps({"for": reader.place.chat, **details}, ensure_ascii=False)


def details_of(view: Json, reader: SlackReader) -> dict[str, str] | None:
    """Return what a view's metadata says, or None unless this version wrote it for this reader."""
    try:
        found = json.loads(view.get("private_metadata") or "")
    except ValueError:
        return None
    if not isinstance(found, dict) or found.pop("for", None) != reader.place.chat:
        return None
    return {str(name): str(value) for name, value in found.items()}
