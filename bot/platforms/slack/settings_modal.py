"""Settings of a channel, or of a reader's direct messages, in a modal."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.destination import Destination, Platform
from bot.domain.preference_changes import Refusal
from bot.domain.subscription import place_of
from bot.languages import Language, phrases_of
from bot.languages.settings_phrases import settings_phrases_of
from bot.languages.view_phrases import view_phrases_of
from bot.languages.zones import find_zone
from bot.platforms.slack.blocks import Json
from bot.platforms.slack.home_view import SETTINGS
from bot.platforms.slack.readers import Readers, SlackReader, details_of, metadata_for, told
from bot.platforms.slack.settings_form import CALLBACK, DAYS, DELIVER, STYLE, Filled, read_form, settings_form
from bot.services.conversation import Conversation
from bot.services.preferring import ChatSettings

_log = structlog.get_logger(__name__)


class SettingsModal:
    """Opens the form, and does what was filled in."""

    def __init__(
        self,
        conversation: Conversation,
        readers: Readers,
        language: Language,
        changed: Callable[[Destination], Awaitable[None]],
    ) -> None:
        """`changed` is told whose direct messages changed; `language` is that of places that chose none."""
        self._conversation = conversation
        self._readers = readers
        self._language = language
        self._changed = changed

    def register(self, app: AsyncApp) -> None:
        """Attach every listener."""
        app.action(SETTINGS)(self._asked_at_home)
        app.view(CALLBACK)(self._submitted)

    async def open(self, reader: SlackReader, place: Destination, trigger: str, client: AsyncWebClient) -> None:
        """Open the form for a place; `trigger` is that of what the reader just did, and lasts three seconds."""
        own = place == reader.place
        settings = await self._conversation.preferring.settings_or_default(place, language=self._language)
        form = settings_form(
            settings,
            view_phrases_of(reader.language),
            settings_phrases_of(reader.language),
            own=own,
            metadata=metadata_for(reader, place="" if own else str(place)),
        )
        try:
            await client.views_open(trigger_id=trigger, view=form)
        except SlackApiError as error:
            _log.warning("the settings could not be opened", problem=str(error.response.get("error")))

    async def asked_by_command(
        self, command: dict[str, Any], place: Destination, context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        """Open the form for the place where a slash command was typed."""
        body = {"user": {"id": str(command["user_id"])}, "trigger_id": command["trigger_id"]}
        await self._asked(body, client, context, place)

    async def _asked_at_home(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        await self._asked(body, client, context)

    async def _asked(
        self, body: Json, client: AsyncWebClient, context: AsyncBoltContext, place: Destination | None = None
    ) -> None:
        """Open the form for a place, or the reader's own."""
        reader = await self._readers.admitted(body, context, client)
        if reader is not None:
            await self.open(reader, place or reader.place, str(body["trigger_id"]), client)

    async def _submitted(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        """Answer with what is wrong, or close the form: Slack waits three seconds for that."""
        try:
            reader = await self._readers.of(body, context)
            place = _place(view, reader)
            if place is None:
                outdated = view_phrases_of(reader.language).outdated_form()
                await ack(response_action="update", view=told(outdated, reader.language, title="settings"))
                return
            errors = await self._fill_in(view, reader, place)
            if errors:
                await ack(response_action="errors", errors=errors)
                return
            await ack()
        except Exception as error:  # noqa: BLE001  # the form would close as if it had been saved
            reference = uuid.uuid4().hex[:8]
            _log.error("settings could not be saved", reference=reference, exc_info=error)
            apology = phrases_of(self._language).apology(reference)
            await ack(response_action="update", view=told(apology, self._language, title="settings"))
            return
        await self._changed(reader.place)

    async def _fill_in(self, view: Json, reader: SlackReader, place: Destination) -> dict[str, str]:
        """Make the changes, or return what is wrong, by field."""
        preferring, phrases = self._conversation.preferring, view_phrases_of(reader.language)
        settings = await preferring.settings_or_default(place, language=self._language)
        now = preferring.now
        filled = read_form(view.get("state") or {}, settings, phrases, lambda text: find_zone(text, now), now=now)
        if not isinstance(filled, Filled):
            return dict(filled)
        subscribing = self._conversation.subscribing
        if filled.deliver and not settings.active:  # to start again what is active would end a pause
            await subscribing.start(place, language=self._language, place=place_of(place))
        elif await preferring.settings(place) is None:
            return {}  # nothing comes there, and nothing ever did
        after = await preferring.change(place, *filled.changes)
        if filled.deliver is False and settings.active:
            await subscribing.stop(place)
        return _refused(after, reader)


def _refused(after: ChatSettings | Refusal, reader: SlackReader) -> dict[str, str]:
    """Return a refusal as the error of its field."""
    if not isinstance(after, Refusal):
        return {}
    fields = {Refusal.NO_WEEKDAY: DAYS, Refusal.STYLE_NOT_HERE: STYLE}
    return {fields.get(after, DELIVER): settings_phrases_of(reader.language).refusal(after)}


def _place(view: Json, reader: SlackReader) -> Destination | None:
    """Return what the form is about; None if it was made for another reader, or by another version."""
    details = details_of(view, reader)
    if details is None or "place" not in details:
        return None
    if not details["place"]:
        return reader.place
    try:
        place = Destination.parse(details["place"])
    except ValueError:
        return None
    return place if place.platform is Platform.SLACK and place.team == reader.place.team else None
