"""Buttons of messages. A press is acknowledged at once, and answered to who pressed alone."""

from __future__ import annotations

import re
import uuid

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.context.async_context import AsyncBoltContext

from bot.languages import Language, phrases_of
from bot.platforms.slack.answering import SHARE, Answering, answer
from bot.platforms.slack.blocks import Json
from bot.platforms.slack.manners import Manners, Spoken
from bot.platforms.slack.verbs import SHARED_EXTRACT, Found, Verbs, found
from bot.platforms.slack.workspaces import place_in
from bot.services.answers import Answer, Extract, OutdatedButton, Show
from bot.services.conversation import Conversation
from formatters.actions import IssueAction, ListAction, SendAll, TurningAction, decode

_log = structlog.get_logger(__name__)


class Presses:
    """Does what buttons say. A page turns in place where only the presser sees it, else in an answer."""

    def __init__(
        self, conversation: Conversation, verbs: Verbs, answering: Answering, manners: Manners, language: Language
    ) -> None:
        self._conversation = conversation
        self._verbs = verbs
        self._answering = answering
        self._manners = manners
        self._language = language

    def register(self, app: AsyncApp) -> None:
        """Attach every listener."""
        app.action(re.compile(r"^digest:"))(self._pressed)
        app.action(SHARE)(self._share)
        app.action(re.compile(r"^link:"))(self._followed)
        app.error(self._failed)

    async def _pressed(
        self, ack: AsyncAck, respond: AsyncRespond, action: Json, body: Json, context: AsyncBoltContext
    ) -> None:
        await ack()
        spoken = await self._answering.admitted(self._manners, respond, body, context)
        if spoken is None:
            return
        value = str(action.get("value", ""))
        pressed = decode(value)
        if isinstance(pressed, SendAll):
            await answer(respond, self._answering.told(await self._send_all(pressed, body, context, spoken.language)))
            return
        shown = await self._shown(value, spoken)
        turns = isinstance(pressed, TurningAction) and isinstance(shown.answer, Show) and is_the_readers_own(body)
        payload = self._answering.payload(shown, spoken.language, shareable=_has_others(body))
        await answer(respond, payload, replace_original=turns, **_thread_of(body))

    async def _share(
        self, ack: AsyncAck, respond: AsyncRespond, action: Json, body: Json, context: AsyncBoltContext
    ) -> None:
        """Show everybody what one person saw, and say who shows it."""
        await ack()
        spoken = await self._answering.admitted(self._manners, respond, body, context)
        if spoken is None:
            return
        shown = await self._shown(str(action.get("value", "")), spoken)
        if not isinstance(shown.answer, Show):
            await answer(respond, self._answering.payload(shown, spoken.language, shareable=False))
            return
        user = body["user"]
        sharer = str(user.get("name") or user.get("username") or user["id"])
        payload = self._answering.public(shown, spoken.language, sharer=sharer)
        if await answer(respond, payload, response_type="in_channel", **_thread_of(body)):
            await answer(respond, {}, delete_original=True)

    async def _shown(self, value: str, spoken: Spoken) -> Found:
        """Return what the button stands for, as it is now."""
        if value.startswith(f"{SHARED_EXTRACT}:"):
            return await self._extract(value)
        pressed = decode(value)
        shown: Answer = OutdatedButton()
        if isinstance(pressed, IssueAction | ListAction):
            shown = await self._conversation.shown(pressed, spoken.person)
        return found(shown)

    async def _extract(self, value: str) -> Found:
        match value.split(":"):
            case [_, _, ref, what] if what in set(Extract):
                return await self._verbs.extract(Extract(what), ref)
            case _:
                return Found(OutdatedButton())

    async def _send_all(self, action: SendAll, body: Json, context: AsyncBoltContext, language: str) -> str:
        """Deliver the issue to the reader's own conversation with the bot."""
        to = place_in(context, str(body["user"]["id"]))
        request = str(body.get("container", {}).get("message_ts") or body["trigger_id"])
        added = await self._conversation.send_all(action, to, language=language, request=request)
        phrases = phrases_of(language)
        if added is None:
            return phrases.sentence(OutdatedButton())
        return phrases.sending_all_directly() if added else phrases.already_sent_all()

    async def _followed(self, ack: AsyncAck) -> None:
        """Acknowledge a URL button, which Slack opens by itself; without it the reader sees a warning sign."""
        await ack()

    async def _failed(self, error: Exception, respond: AsyncRespond | None, ack: AsyncAck) -> None:
        reference = uuid.uuid4().hex[:8]
        _log.error("a request could not be handled", reference=reference, exc_info=error)
        await ack()
        if respond is not None and respond.response_url:
            await answer(respond, self._answering.told(phrases_of(self._language).apology(reference)))


def is_the_readers_own(body: Json) -> bool:
    """Return whether nobody else sees the message with the button: an ephemeral one, or in a direct message.

    Of an ephemeral message Slack tells the place only (`container`), without the message.
    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    container, message = body.get("container", {}), body.get("message")
    marked = container.get("is_ephemeral") or (message or {}).get("subtype") == "ephemeral"
    return bool(marked) or message is None or not _has_others(body)


def _has_others(body: Json) -> bool:
    return not str(body.get("container", {}).get("channel_id", "")).startswith("D")


def _thread_of(body: Json) -> Json:
    """Return the thread in which the button stands, as an argument of its answer."""
    thread = body.get("container", {}).get("thread_ts")
    return {"thread_ts": thread} if thread else {}
