"""Reactions of people on item messages. The bot adds none itself."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.destination import Destination, Platform
from bot.domain.person import Person
from bot.platforms.slack.blocks import Json
from bot.platforms.slack.workspaces import place_in
from bot.services.feedback import Feedback, Sign

_log = structlog.get_logger(__name__)

_SIGNS = {
    "+1": Sign.UP,
    "thumbsup": Sign.UP,
    "-1": Sign.DOWN,
    "thumbsdown": Sign.DOWN,
    "bookmark": Sign.SAVE,
}
_SKIN = "::skin-tone-"
_REMEMBERED = 1000
"""People's last words on messages: events of one moment are worked on side by side, and the earlier may come last."""


class Reactions:
    """Takes 👍, 👎 and 🔖 as feedback. Of a person's two thumbs the one that was set last counts."""

    def __init__(self, feedback: Feedback, changed: Callable[[Destination], Awaitable[None]]) -> None:
        """`changed` is told whose saved items changed."""
        self._feedback = feedback
        self._changed = changed
        self._turn = asyncio.Lock()
        self._latest: OrderedDict[Hashable, float] = OrderedDict()

    def register(self, app: AsyncApp) -> None:
        """Attach both listeners: https://docs.slack.dev/reference/events/reaction_added."""
        app.event("reaction_added")(self._added)
        app.event("reaction_removed")(self._removed)

    async def _added(self, event: Json, context: AsyncBoltContext) -> None:
        sign = _sign(event.get("reaction"))
        if sign is not None and _is_of_message(event):
            await self._take(sign, event, context, on=True)

    async def _removed(self, event: Json, context: AsyncBoltContext, client: AsyncWebClient) -> None:
        """Take a sign back; of the signs that the person still has there, a thumb counts again."""
        sign = _sign(event.get("reaction"))
        if sign is None or not _is_of_message(event):
            return
        present = await _present(event, client)
        if sign in present:
            return  # it stands there with another skin tone
        other = {Sign.UP: Sign.DOWN, Sign.DOWN: Sign.UP}.get(sign)
        if other in present:
            await self._take(other, event, context, on=True)
        else:
            await self._take(sign, event, context, on=False)

    async def _take(self, sign: Sign, event: Json, context: AsyncBoltContext, *, on: bool) -> None:
        item = event["item"]
        reader = place_in(context, str(event["user"]))
        channel, ts = str(item["channel"]), str(item["ts"])
        # in direct messages the destination is the person, and the conversation stands with the message
        names = [(place_in(context, channel), ts), (reader, f"{channel}/{ts}")]
        person = Person(Platform.SLACK, reader.chat)
        async with self._turn:
            if not self._is_news((person, channel, ts, sign is Sign.SAVE), float(event["event_ts"])):
                return
            given = await self._feedback.give(sign, person, names, on=on)
        if given and sign is Sign.SAVE:
            await self._changed(reader)

    def _is_news(self, about: Hashable, at: float) -> bool:
        """Note when somebody said something; return whether nothing later was said about it."""
        if at < self._latest.get(about, at):
            return False
        self._latest[about] = at
        self._latest.move_to_end(about)
        if len(self._latest) > _REMEMBERED:
            self._latest.popitem(last=False)
        return True


def _sign(name: object) -> Sign | None:
    return _SIGNS.get(str(name).partition(_SKIN)[0])


def _is_of_message(event: Json) -> bool:
    return (event.get("item") or {}).get("type") == "message"


async def _present(event: Json, client: AsyncWebClient) -> set[Sign]:
    """Return the person's signs on the message; none where Slack does not tell.

    https://docs.slack.dev/reference/methods/reactions.get
    """
    item = event["item"]
    try:
        answer = await client.reactions_get(channel=str(item["channel"]), timestamp=str(item["ts"]), full=True)
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
        _log.warning("Slack does not tell a message's reactions", problem=type(error).__name__)
        return set()
    reactions: list[Json] = (answer.get("message") or {}).get("reactions") or []
    signs = {_sign(one["name"]) for one in reactions if event["user"] in one["users"]}
    return {sign for sign in signs if sign is not None}
