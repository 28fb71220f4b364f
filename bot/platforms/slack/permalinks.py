"""The address of a delivered message, for whoever wants to point others at it."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.languages.slack_phrases import slack_phrases_of
from bot.platforms.slack.answering import Answering, answer
from bot.platforms.slack.manners import Manners
from formatters.rendering.slack_blocks import PERMALINK, escape

_log = structlog.get_logger(__name__)


class Permalinks:
    """Answers the button of delivered items."""

    def __init__(self, answering: Answering, manners: Manners) -> None:
        self._answering = answering
        self._manners = manners

    def register(self, app: AsyncApp) -> None:
        """Attach the listener."""
        app.action(PERMALINK)(self._asked)

    async def _asked(
        self,
        ack: AsyncAck,
        respond: AsyncRespond,
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
    ) -> None:
        await ack()
        spoken = await self._answering.admitted(self._manners, respond, body, context)
        if spoken is None:
            return
        container = body["container"]
        try:
            found = await client.chat_getPermalink(
                channel=str(container["channel_id"]), message_ts=str(container["message_ts"])
            )
            text = escape(str(found["permalink"]))
        except SlackApiError as error:
            _log.warning("a message has no address", problem=str(error.response.get("error")))
            text = slack_phrases_of(spoken.language).no_permalink()
        await answer(respond, {"text": text})
