"""Slash commands: answered to who typed them, and to nobody else.

https://docs.slack.dev/interactivity/implementing-slash-commands. They do not work in threads: see `mentions`.
"""

from __future__ import annotations

import html
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.destination import Destination
from bot.platforms.slack.answering import Answering, answer
from bot.platforms.slack.blocks import Json
from bot.platforms.slack.manners import Manners
from bot.platforms.slack.verbs import Verb, Verbs
from bot.platforms.slack.workspaces import place_in

OpenSettings = Callable[[Json, Destination, AsyncBoltContext, AsyncWebClient], Awaitable[None]]
"""Opens the settings of a place for who typed the command, which is given."""

_DIRECT = "D"


class SlackCommands:
    """/digest, or however it is named, takes every verb; /today and /item are two of them."""

    def __init__(
        self,
        verbs: Verbs,
        answering: Answering,
        manners: Manners,
        *,
        command: str,
        open_settings: OpenSettings | None = None,
    ) -> None:
        self._verbs = verbs
        self._answering = answering
        self._manners = manners
        self._command = command
        self._open_settings = open_settings

    def register(self, app: AsyncApp) -> None:
        """Attach every listener."""
        app.command(self._command)(self._any)
        app.command("/today")(self._today)
        app.command("/item")(self._item)

    async def _any(
        self,
        ack: AsyncAck,
        respond: AsyncRespond,
        command: Json,
        context: AsyncBoltContext,
        client: AsyncWebClient,
    ) -> None:
        await ack()
        verb, rest = self._verbs.understood(_text(command))
        if verb is Verb.SETTINGS and self._open_settings is not None:
            await self._open_settings(command, place_of(command, context), context, client)
            return
        await self._answer(respond, verb, rest, command, context)

    async def _today(self, ack: AsyncAck, respond: AsyncRespond, command: Json, context: AsyncBoltContext) -> None:
        await ack()
        await self._answer(respond, Verb.TODAY, "", command, context)

    async def _item(self, ack: AsyncAck, respond: AsyncRespond, command: Json, context: AsyncBoltContext) -> None:
        await ack()
        await self._answer(respond, Verb.ITEM, _text(command), command, context)

    async def _answer(
        self, respond: AsyncRespond, verb: Verb, rest: str, command: Json, context: AsyncBoltContext
    ) -> None:
        manners = await self._manners.of(context, str(command["user_id"]))
        if manners.wait:
            await answer(respond, self._answering.payload(manners.wait, manners.language, shareable=False))
        elif manners.admitted:
            found = await self._verbs.find(verb, rest, place_of(command, context), manners.language)
            shareable = not _is_direct(command)
            await answer(respond, self._answering.payload(found, manners.language, shareable=shareable))


def place_of(command: Json, context: AsyncBoltContext) -> Destination:
    """Return the place that a command is about: its channel, in a direct message who typed it."""
    return place_in(context, str(command["user_id"] if _is_direct(command) else command["channel_id"]))


def _is_direct(command: Json) -> bool:
    return str(command["channel_id"]).startswith(_DIRECT)


def _text(command: Json) -> str:
    """Return what was typed; Slack escapes `&`, `<` and `>`."""
    return html.unescape(str(command.get("text") or ""))
