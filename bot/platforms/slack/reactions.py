"""Reactions of people on item messages. The bot adds none itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.destination import Destination, Platform
from bot.domain.person import Person
from bot.platforms.slack.workspaces import place_in
from bot.services.feedback import Feedback, Sign

_SIGNS = {
    "+1": Sign.UP,
    "thumbsup": Sign.UP,
    "-1": Sign.DOWN,
    "thumbsdown": Sign.DOWN,
    "bookmark": Sign.SAVE,
}
_SKIN = "::skin-tone-"


class Reactions:
    """Takes 👍, 👎 and 🔖 as feedback."""

    def __init__(self, feedback: Feedback, changed: Callable[[Destination], Awaitable[None]]) -> None:
        """`changed` is told whose saved items changed."""
        self._feedback = feedback
        self._changed = changed

    def register(self, app: AsyncApp) -> None:
        """Attach both listeners: https://docs.slack.dev/reference/events/reaction_added."""
        app.event("reaction_added")(self._added)
        app.event("reaction_removed")(self._removed)

    async def _added(self, event: dict[str, Any], context: AsyncBoltContext) -> None:
        await self._take(event, context, on=True)

    async def _removed(self, event: dict[str, Any], context: AsyncBoltContext) -> None:
        await self._take(event, context, on=False)

    async def _take(self, event: dict[str, Any], context: AsyncBoltContext, *, on: bool) -> None:
        sign = _SIGNS.get(str(event.get("reaction", "")).partition(_SKIN)[0])
        item = event.get("item") or {}
        if sign is None or item.get("type") != "message":
            return
        reader = place_in(context, str(event["user"]))
        channel, ts = str(item["channel"]), str(item["ts"])
        # in direct messages the destination is the person, and the conversation stands with the message
        names = [(place_in(context, channel), ts), (reader, f"{channel}/{ts}")]
        person = Person(Platform.SLACK, reader.chat)
        if await self._feedback.give(sign, person, names, on=on) and sign is Sign.SAVE:
            await self._changed(reader)
