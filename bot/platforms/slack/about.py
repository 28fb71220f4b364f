"""The message shortcut "what did the digest say about this"."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.languages.view_phrases import ViewPhrases, view_phrases_of
from bot.platforms.slack.blocks import PRESSED, Json, button, context, modal, section
from bot.platforms.slack.readers import Readers, SlackReader, metadata_for
from bot.services.conversation import Conversation
from bot.services.related import Related
from formatters.actions import encode

_log = structlog.get_logger(__name__)

_LONGEST = 4000
"""Characters of a message that are looked at."""
_LINK = re.compile(r"<(https?://[^|>]+)(?:\|([^>]*))?>")
_MARK = re.compile(r"<[@#!][^>]*>|:[a-z0-9_+\-]+:")
"""Mentions and emoji: https://docs.slack.dev/messaging/formatting-message-text"""


class AboutMessage:
    """Answers with a modal that only the asker sees."""

    def __init__(self, conversation: Conversation, readers: Readers) -> None:
        self._conversation = conversation
        self._readers = readers

    def register(self, app: AsyncApp) -> None:
        """Attach the listener."""
        app.shortcut("about_message")(self._asked)

    async def _asked(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, context: AsyncBoltContext
    ) -> None:
        await ack()
        reader = await self._readers.admitted(body, context, client)
        if reader is None:
            return
        message = body.get("message") or {}
        links, words = list(_links(message)), _words(message)
        found = await self._conversation.relating.to(words, links)
        view = _modal(found, reader)
        try:
            await client.views_open(trigger_id=str(body["trigger_id"]), view=view)
        except SlackApiError as error:
            _log.warning("a shortcut could not be answered", problem=str(error.response.get("error")))


def _modal(found: list[Related] | None, reader: SlackReader) -> Json:
    phrases = view_phrases_of(reader.language)
    if found is None:
        blocks = [section(phrases.nothing_to_look_for())]
    elif not found:
        blocks = [section(phrases.nothing_about())]
    else:
        blocks = [block for place, one in enumerate(found) for block in _related(one, place, phrases)]
    close = phrases.labels()["close"]
    return modal(phrases.about_title(), blocks, close=close, metadata=metadata_for(reader))


def _related(one: Related, place: int, phrases: ViewPhrases) -> Iterator[Json]:
    finding = one.finding
    text = f"{finding.title}\n{finding.before}{finding.match}{finding.after}"
    yield section(text, button(phrases.labels()["open"], f"{PRESSED}about:{place}", encode(finding.opening)))
    why = [phrases.day(finding.day), *([phrases.linked()] if one.linked else [])]
    yield context(" · ".join(why))


def _links(message: Json) -> Iterator[str]:
    """Yield what the message links to, and what its previews were made from."""
    for match in _LINK.finditer(str(message.get("text") or "")[:_LONGEST]):
        yield html.unescape(match[1])
    for attachment in message.get("attachments") or ():
        for name in ("from_url", "original_url", "title_link"):
            if str(attachment.get(name, "")).startswith(("https://", "http://")):
                yield str(attachment[name])


def _words(message: Json) -> str:
    """Return what the message and its previews say, without markup; of a link its label."""
    texts = [message.get("text")]
    for attachment in message.get("attachments") or ():
        texts += [attachment.get("title"), attachment.get("text")]
    text = "\n".join(str(one) for one in texts if one)[:_LONGEST]
    text = _LINK.sub(lambda match: f" {match[2] or ''} ", text)
    return html.unescape(_MARK.sub(" ", text))
