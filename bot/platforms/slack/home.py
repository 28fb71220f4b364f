"""Keeps home tabs as they should be: when they are opened, when something in them is pressed, when an issue appears."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.destination import Destination, Platform
from bot.domain.subscription import Place
from bot.languages import phrases_of
from bot.languages.settings_phrases import settings_phrases_of
from bot.languages.view_phrases import view_phrases_of
from bot.platforms.slack.blocks import Json, section
from bot.platforms.slack.home_view import DIRECT, MONTH, SAVED_PAGE, HomeContent, home_view
from bot.platforms.slack.readers import Readers, SlackReader, details_of, metadata_for
from bot.platforms.slack.web_api import patiently
from bot.platforms.slack.workspaces import Workspaces, place_in
from bot.services.answers import Show
from bot.services.conversation import Conversation
from formatters.actions import DropSaved, decode
from formatters.list_views import SavedView

_log = structlog.get_logger(__name__)

_LOOK_SECONDS = 2.0
_MOST_HOMES = 5000
"""Home tabs that are kept up to date: those that were opened last. Every other is made anew when it is opened."""
_PAUSE = 0.6
"""Seconds between two home tabs of a workspace: `views.publish` takes about 100 a minute.

https://docs.slack.dev/apis/web-api/rate-limits
"""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a home tab has been turned to."""

    month: date | None = None
    """None: the newest."""
    saved_page: int = 0


@dataclass(slots=True)
class _Home:
    shown: _Shown = field(default_factory=_Shown)
    hash: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Home:
    """Publishes home tabs."""

    def __init__(
        self, client: AsyncWebClient, workspaces: Workspaces, conversation: Conversation, readers: Readers
    ) -> None:
        self._client = client
        self._workspaces = workspaces
        self._conversation = conversation
        self._readers = readers
        self._homes: OrderedDict[Destination, _Home] = OrderedDict()
        self._watching: asyncio.Task[None] | None = None

    def register(self, app: AsyncApp) -> None:
        """Attach every listener."""
        app.event("app_home_opened")(self._opened)
        app.action(re.compile(f"^(?:{MONTH}|{DIRECT}|{SAVED_PAGE}:.*)$"))(self._pressed)

    def start(self) -> None:
        """Begin to look whether there is something new to show."""
        self._watching = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Look no more."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def refresh(self, place: Destination) -> None:
        """Show a reader's home tab as it is now, if they have opened it."""
        home = self._homes.get(place)
        if home is not None:
            await self._publish(place, home)

    # --- what readers do -----------------------------------------------------------------------------------------

    async def _opened(self, event: dict[str, Any], context: AsyncBoltContext) -> None:
        if event.get("tab") != "home":
            return
        place = place_in(context, str(event["user"]))
        reader = await self._readers.at(place)
        if self._readers.admits(reader):
            await self._publish(place, self._home(reader, event.get("view") or {}))

    async def _pressed(
        self,
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
    ) -> None:
        """Do what was pressed or chosen, and show what came of it."""
        await ack()
        reader = await self._readers.pressing(body, context, client)
        if reader is None:
            return
        home = self._home(reader, body["view"])
        if action["action_id"] == MONTH:
            chosen = str((action.get("selected_option") or {}).get("value", ""))
            home.shown = replace(home.shown, month=_month(chosen) or home.shown.month)
        elif action["action_id"] == DIRECT:
            await self._direct(reader, start=action.get("value") == "start")
        else:
            await self._turn_saved(reader, home, str(action.get("value", "")))
        await self._publish(reader.place, home)

    async def _direct(self, reader: SlackReader, *, start: bool) -> None:
        """Begin or end direct messages."""
        subscribing = self._conversation.subscribing
        if start:
            await subscribing.start(reader.place, language=reader.language, place=Place.PRIVATE)
        else:
            await subscribing.stop(reader.place)

    async def _turn_saved(self, reader: SlackReader, home: _Home, value: str) -> None:
        """Turn to a page of what is saved, or drop something of it."""
        dropped = decode(value)
        if isinstance(dropped, DropSaved):
            await self._conversation.saving.drop(dropped, reader.person)
        elif value.isascii() and value.isdecimal() and len(value) < 4:
            home.shown = replace(home.shown, saved_page=int(value))

    def _home(self, reader: SlackReader, view: Json) -> _Home:
        """Return a reader's home tab; after a restart, as the view tells that it was."""
        home = self._homes.get(reader.place)
        if home is None:
            details = details_of(view, reader) or {}
            page = details.get("page", "")
            shown = _Shown(_month(details.get("month", "")), int(page) if page.isdecimal() else 0)
            home = self._homes[reader.place] = _Home(shown, str(view.get("hash") or ""))
            if len(self._homes) > _MOST_HOMES:
                self._homes.popitem(last=False)
        self._homes.move_to_end(reader.place)
        return home

    # --- what is shown -------------------------------------------------------------------------------------------

    async def _publish(self, place: Destination, home: _Home) -> None:
        """Show the home tab as it is now. Where somebody else showed another one since, what is true now wins."""
        workspace = await self._workspaces.find(place.team)
        if workspace is None:
            self._homes.pop(place, None)
            return
        async with home.lock:
            for claimed in (home.hash, ""):
                view = await self._view(place, home)
                try:
                    answer = await self._client.views_publish(
                        token=workspace.token, user_id=place.channel, view=view, hash=claimed or None
                    )
                except SlackApiError as error:
                    if claimed and error.response.get("error") == "hash_conflict":
                        continue
                    raise
                home.hash = str(answer["view"]["hash"])
                return

    async def _view(self, place: Destination, home: _Home) -> Json:
        reader = await self._readers.at(place)
        conversation, shown = self._conversation, home.shown
        saved = await conversation.saving.saved(reader.person, shown.saved_page)
        content = HomeContent(
            today=await self._today(reader),
            archive=conversation.browsing.issues_of_month(shown.month),
            saved=saved.view if isinstance(saved, Show) and isinstance(saved.view, SavedView) else None,
            settings=reader.settings,
        )
        details = {"page": str(content.saved.page if content.saved else 0)}
        if shown.month is not None:
            details["month"] = f"{shown.month:%Y-%m}"
        return home_view(
            content,
            view_phrases_of(reader.language),
            settings_phrases_of(reader.language),
            metadata=metadata_for(reader, **details),
        )

    async def _today(self, reader: SlackReader) -> list[Json]:
        subscribed = reader.settings is not None and reader.settings.active
        answer = await self._conversation.query.headlines_of_today(subscribed=subscribed, buttons=True)
        if not isinstance(answer, Show):
            return [section(phrases_of(reader.language).sentence(answer))]
        payload: Json = dict(self._conversation.renderer.answer(answer.view, Platform.SLACK, reader.language).payload)
        blocks: list[Json] = payload["blocks"]
        return blocks

    async def _watch(self) -> None:
        """Show every home tab anew when another issue is today's, or its text changes."""
        edition = self._conversation.query.edition()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            present = self._conversation.query.edition()
            if present == edition:
                continue
            edition = present
            teams: dict[str, list[tuple[Destination, _Home]]] = {}
            for place, home in reversed(self._homes.items()):
                teams.setdefault(place.team, []).append((place, home))
            await asyncio.gather(*(self._bring_up_to_date(homes) for homes in teams.values()))

    async def _bring_up_to_date(self, homes: list[tuple[Destination, _Home]]) -> None:
        """Show home tabs of one workspace anew, as fast as it takes them."""
        for place, home in homes:
            try:
                await patiently(partial(self._publish, place, home))
            except Exception as error:  # noqa: BLE001  # one home tab must not keep the others from theirs
                _log.warning("a home tab could not be brought up to date", problem=str(error))
            await asyncio.sleep(_PAUSE)


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
