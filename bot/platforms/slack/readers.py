"""Who acts in Slack, and how they want to be spoken to."""

from __future__ import annotations

import json
from dataclasses import dataclass

from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.destination import Destination, Platform
from bot.domain.person import Person
from bot.languages import Language
from bot.platforms.slack.blocks import Json
from bot.platforms.slack.workspaces import place_in
from bot.services.preferring import ChatSettings, Preferring


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


async def reader_at(place: Destination, preferring: Preferring, default: Language) -> SlackReader:
    """Return the member whose direct messages these are."""
    settings = await preferring.settings(place)
    return SlackReader(place, settings.preferences.language if settings else default, settings)


async def reader_in(body: Json, context: AsyncBoltContext, preferring: Preferring, default: Language) -> SlackReader:
    """Return who an interaction comes from."""
    return await reader_at(place_in(context, str(body["user"]["id"])), preferring, default)


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
