"""The address of a delivered message, for whoever wants to point others at it."""

from __future__ import annotations

from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.languages import Language
from bot.languages.slack_phrases import slack_phrases_of
from formatters.rendering.slack_blocks import PERMALINK, escape

_log = structlog.get_logger(__name__)


class Permalinks:
    """Answers the button of delivered items."""

    def __init__(self, language: Language) -> None:
        self._phrases = slack_phrases_of(language)

    def register(self, app: AsyncApp) -> None:
        """Attach the listener."""
        app.action(PERMALINK)(self._asked)

    async def _asked(self, ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        container = body["container"]
        try:
            found = await client.chat_getPermalink(
                channel=str(container["channel_id"]), message_ts=str(container["message_ts"])
            )
            text = escape(str(found["permalink"]))
        except SlackApiError as error:
            _log.warning("a message has no address", problem=str(error.response.get("error")))
            text = self._phrases.no_permalink()
        await respond(text=text, replace_original=False, response_type="ephemeral")
