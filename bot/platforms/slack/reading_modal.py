"""What readers open from the home tab and from results: issues and items in modals, paged in place."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.destination import Destination, Platform
from bot.languages import phrases_of, words_of
from bot.languages.view_phrases import view_phrases_of
from bot.platforms.slack.blocks import PRESSED, Json, actions, button, in_view, modal
from bot.platforms.slack.readers import Readers, SlackReader, metadata_for, told
from bot.services.answers import Answer, OutdatedButton, Show
from bot.services.conversation import Conversation
from formatters.actions import (
    Action,
    Keep,
    SendAll,
    TurningAction,
    TurnToItem,
    Unfold,
    Vote,
    decode,
    encode,
)
from formatters.rendering.own_row import save_button, vote_buttons
from formatters.views import ItemView

_log = structlog.get_logger(__name__)

_BODY = 97
"""Blocks of what is shown, which leaves room for the reader's own buttons: https://docs.slack.dev/surfaces/modals"""


class ReadingModal:
    """Answers the buttons in views whose value is an action."""

    def __init__(
        self, conversation: Conversation, readers: Readers, changed: Callable[[Destination], Awaitable[None]]
    ) -> None:
        """`changed` is told whose saved items changed."""
        self._conversation = conversation
        self._readers = readers
        self._changed = changed

    def register(self, app: AsyncApp) -> None:
        """Attach the listener."""
        app.action(re.compile(f"^{re.escape(PRESSED)}"))(self._pressed)

    async def _pressed(
        self,
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        client: AsyncWebClient,
        context: AsyncBoltContext,
    ) -> None:
        await ack()
        reader = await self._readers.pressing(body, context, client)
        if reader is None:
            return
        pressed = decode(str(action.get("value", "")))
        shown = await self._shown(pressed, reader, body["view"])
        await _show(shown, pressed, body, client)

    async def _shown(self, pressed: Action | None, reader: SlackReader, view: Json) -> Json:
        """Do what the button says, and return the modal that tells of it."""
        match pressed:
            case None:
                return self._told(phrases_of(reader.language).sentence(OutdatedButton()), reader)
            case SendAll():
                return self._told(await self._send_all(pressed, reader, view), reader)
            case Keep() | Vote() | Unfold():
                return await self._changed_item(pressed, reader)
            case _:
                return await self.of(await self._conversation.shown(pressed, reader.person), reader)

    async def of(self, answer: Answer, reader: SlackReader) -> Json:
        """Return a modal that shows an answer; an item with what the reader can do with it."""
        if not isinstance(answer, Show):
            return self._told(phrases_of(reader.language).sentence(answer), reader)
        payload: Json = dict(self._conversation.renderer.answer(answer.view, Platform.SLACK, reader.language).payload)
        blocks = in_view(payload["blocks"])[:_BODY]
        if isinstance(answer.view, ItemView):
            blocks += await self._own(answer.view, reader)
        return self._modal(blocks, reader)

    async def _own(self, view: ItemView, reader: SlackReader) -> list[Json]:
        """Return a row of what the item is to the reader: saved, and judged."""
        own = await self._conversation.saving.own(view.ref, view.number, reader.person, bot="")
        if own is None:
            return []
        save = save_button(view.ref, view.number, words_of(reader.language), saved=own.saved)
        row = [save, *vote_buttons(view.ref, view.number, own.up)]
        return [
            actions(*(button(one.text, f"{PRESSED}own:{place}", encode(one.action)) for place, one in enumerate(row)))
        ]

    async def _changed_item(self, pressed: Keep | Vote | Unfold, reader: SlackReader) -> Json:
        """Save or judge an item, and show it anew."""
        saving = self._conversation.saving
        match pressed:
            case Keep():
                await saving.keep(pressed, reader.person)
                await self._changed(reader.place)
            case Vote():
                await saving.vote(pressed, reader.person)
            case Unfold():
                pass
        item = TurnToItem(pressed.ref, pressed.number)
        return await self.of(await self._conversation.query.act(item), reader)

    async def _send_all(self, pressed: SendAll, reader: SlackReader, view: Json) -> str:
        phrases = phrases_of(reader.language)
        request = f"{view['id']}.{view.get('hash', '')}"
        added = await self._conversation.send_all(pressed, reader.place, language=reader.language, request=request)
        if added is None:
            return phrases.sentence(OutdatedButton())
        return phrases.sending_all_directly() if added else phrases.already_sent_all()

    def _told(self, text: str, reader: SlackReader) -> Json:
        return told(text, reader.language, metadata=metadata_for(reader))

    def _modal(self, blocks: list[Json], reader: SlackReader) -> Json:
        labels = view_phrases_of(reader.language).labels()
        return modal(labels["digest"], blocks, close=labels["close"], metadata=metadata_for(reader))


async def _show(shown: Json, pressed: Action | None, body: Json, client: AsyncWebClient) -> None:
    """Open the modal, lay it on the present one, or show it in its place: as the button asks."""
    view = body["view"]
    try:
        if view["type"] == "home":
            await client.views_open(trigger_id=str(body["trigger_id"]), view=shown)
        elif pressed is None or isinstance(pressed, TurningAction | SendAll | Keep | Vote | Unfold):
            await client.views_update(view_id=str(view["id"]), hash=view.get("hash"), view=shown)
        else:
            await client.views_push(trigger_id=str(body["trigger_id"]), view=shown)
    except SlackApiError as error:
        # the reader has closed it, or pressed again meanwhile, which shows what is newer
        _log.warning("a modal could not be shown", problem=str(error.response.get("error")))
