"""Answers as Slack takes them: shown to who asked alone, until that person shares them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncRespond
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.domain.destination import Platform
from bot.languages import phrases_of
from bot.languages.slack_phrases import slack_phrases_of
from bot.platforms.slack.blocks import Json, actions, button, context, section
from bot.platforms.slack.manners import Manners, Spoken
from bot.platforms.slack.verbs import Found
from bot.services.answers import Sentence, Show, TodayNotYet
from bot.services.conversation import Conversation
from formatters.actions import AnswerWithHeadlines, encode
from formatters.rendering.slack_blocks import escape
from formatters.views import HeadlinesView, ItemView, OverviewView, View

_log = structlog.get_logger(__name__)

SHARE = "share"
"""The action id of the button that shows an answer to everybody."""
_NAME_CHARACTERS = 80
_SAID_ELSEWHERE = {"digest": "", "latest": "today", "start": "subscribe", "stop": "unsubscribe"}
_COMMAND = re.compile(
    r"(?<![\w/.])/(digest|today|latest|item|trends|watch|sources|advice|date|search|start|stop|help)\b"
)


class Answering:
    """Renders answers."""

    def __init__(self, conversation: Conversation, command: str) -> None:
        """`command` is the one that takes every verb, such as /digest."""
        self._conversation = conversation
        self._command = command

    def payload(self, found: Found, language: str, *, shareable: bool) -> Json:
        """Return `text` and `blocks` for who asked; `shareable` where others would see what is shared."""
        if not isinstance(found.answer, Show):
            return self._sentence(found.answer, language)
        payload = self._rendered(found.answer.view, language)
        if found.shared and shareable:
            payload["blocks"].append(actions(button(slack_phrases_of(language).share(), SHARE, found.shared)))
        return payload

    async def admitted(
        self, manners: Manners, respond: AsyncRespond, body: Json, context: AsyncBoltContext
    ) -> Spoken | None:
        """Return how to speak with whoever pressed; None for somebody who presses too often, who is told so once."""
        spoken = await manners.of(context, str(body["user"]["id"]))
        if spoken.wait is not None:
            await answer(respond, self.payload(spoken.wait, spoken.language, shareable=False))
        return spoken if spoken.admitted else None

    def public(self, found: Found, language: str, *, sharer: str = "") -> Json:
        """Return the same for everybody: nothing in it turns the page, and it names who shares it."""
        if not isinstance(found.answer, Show):
            return self._sentence(found.answer, language)
        payload = self._rendered(_for_everybody(found.answer.view), language)
        if sharer:
            told = slack_phrases_of(language).shared_by(sharer[:_NAME_CHARACTERS])
            payload["blocks"].append(context(told))
        return payload

    def told(self, text: str) -> Json:
        """Return a sentence as `text` and `blocks`: nothing in it is parsed."""
        text = as_typed(text, self._command)
        return {"text": escape(text), "blocks": [section(text)]}

    def _sentence(self, answer: Sentence | str, language: str) -> Json:
        if isinstance(answer, str):
            return self.told(answer)
        payload = self.told(phrases_of(language).sentence(answer))
        if isinstance(answer, TodayNotYet) and answer.newest_ref:
            newest = encode(AnswerWithHeadlines(answer.newest_ref))
            payload["blocks"].append(actions(button(phrases_of(language).open_newest(), "digest:1", newest)))
        return payload

    def _rendered(self, view: View, language: str) -> Json:
        payload = self._conversation.renderer.answer(view, Platform.SLACK, language).payload
        blocks = payload["blocks"]
        if not isinstance(blocks, list):
            raise TypeError("blocks are a list")
        return {"text": payload["text"], "blocks": [*blocks]}


def as_typed(text: str, command: str) -> str:
    """Return a sentence in which commands are such as Slack's readers type: /digest item 3 for /item 3.

    /today and /item may belong to another app of the workspace.
    """

    def typed(match: re.Match[str]) -> str:
        return f"{command} {_SAID_ELSEWHERE.get(match[1], match[1])}".strip()

    return _COMMAND.sub(typed, text)


async def answer(respond: AsyncRespond, payload: Json, *, replace_original: bool = False, **more: Any) -> bool:
    """Post to the response_url, to who asked alone unless told otherwise; return whether Slack took it.

    It takes five within half an hour: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    An interaction is answered at once, at most twice, and with an apology if that failed.
    """
    given = {"response_type": "ephemeral", "replace_original": replace_original, **payload, **more}
    try:
        response: WebhookResponse = await respond(**given)
    except (aiohttp.ClientError, TimeoutError) as error:
        _log.warning("an answer did not reach Slack", problem=f"{type(error).__name__}: {error}")
        return False
    if response.status_code != 200:
        _log.warning("Slack did not take an answer", status=response.status_code, problem=str(response.body)[:80])
        return False
    return True


def _for_everybody(view: View) -> View:
    match view:
        case HeadlinesView():
            return OverviewView(view.issue, view.ref)
        case ItemView():
            return replace(view, paging=False, own=None)
        case _:
            return view
