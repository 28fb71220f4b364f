"""What is asked by naming the app: the way that works in threads, where slash commands do not. Answered there."""

from __future__ import annotations

import html
import uuid

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.languages import phrases_of
from bot.platforms.slack.answering import Answering
from bot.platforms.slack.blocks import Json
from bot.platforms.slack.manners import Manners
from bot.platforms.slack.verbs import Verbs
from bot.platforms.slack.web_api import patiently
from bot.platforms.slack.workspaces import place_in

_log = structlog.get_logger(__name__)


class Mentions:
    """Answers `@digestbot 3` in the thread where it is written, for all who read it."""

    def __init__(self, verbs: Verbs, answering: Answering, manners: Manners) -> None:
        self._verbs = verbs
        self._answering = answering
        self._manners = manners

    def register(self, app: AsyncApp) -> None:
        """Attach the listener."""
        app.event("app_mention")(self._mentioned)

    async def _mentioned(self, event: Json, context: AsyncBoltContext, client: AsyncWebClient) -> None:
        if event.get("bot_id") or event.get("edited") or not event.get("user"):
            return  # nobody to answer, or answered before it was edited
        spoken = await self._manners.of(context, str(event["user"]), for_all_in=str(event["channel"]))
        if not spoken.admitted:
            if spoken.wait is not None:
                await self._say(event, client, self._answering.payload(spoken.wait, spoken.language, shareable=False))
            return
        try:
            verb, rest = self._verbs.understood(_asked(event, context))
            place = place_in(context, str(event["channel"]))
            found = await self._verbs.find(verb, rest, place, spoken.language)
            payload = self._answering.public(found, spoken.language)
        except Exception as error:  # noqa: BLE001  # whoever asked hears of it
            reference = uuid.uuid4().hex[:8]
            _log.error("a mention could not be answered", reference=reference, exc_info=error)
            payload = self._answering.told(phrases_of(spoken.language).apology(reference))
        await self._say(event, client, payload)

    async def _say(self, event: Json, client: AsyncWebClient, payload: Json) -> None:
        """Post in the thread; once more after the pause that Slack asks for."""
        given = {"channel": event["channel"], "thread_ts": event.get("thread_ts") or event["ts"], **payload}
        try:
            await patiently(lambda: client.chat_postMessage(**given, unfurl_links=False, unfurl_media=False))
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            _log.warning("a mention could not be answered", channel=event["channel"], problem=_problem(error))


def _asked(event: Json, context: AsyncBoltContext) -> str:
    """Return what was asked beside the app's name; Slack escapes `&`, `<` and `>`."""
    text = str(event.get("text") or "").replace(f"<@{context.bot_user_id}>", " ")
    return html.unescape(text).strip()


def _problem(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
