"""What readers can ask for in Slack."""

from __future__ import annotations

import re
import uuid
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_bolt.context.async_context import AsyncBoltContext

from bot.domain.destination import Destination, Platform
from bot.domain.person import Person
from bot.languages import Language, phrases_of
from bot.platforms.slack.notices import Notices
from bot.platforms.slack.workspaces import place_in
from bot.services.answers import Answer, Extract, OutdatedButton, Show, TodayNotYet
from bot.services.conversation import Conversation
from formatters.actions import (
    Action,
    AnswerWithHeadlines,
    IssueAction,
    ListAction,
    SendAll,
    TurningAction,
    decode,
    encode,
)
from formatters.rendering.slack_blocks import escape

_log = structlog.get_logger(__name__)

Json = dict[str, Any]

_EXTRACTS = frozenset(Extract)


class SlackCommands:
    """Answers slash commands and buttons, to whoever asked and to nobody else."""

    def __init__(self, conversation: Conversation, language: Language, notices: Notices | None = None) -> None:
        self._conversation = conversation
        self._notices = notices
        self._language = language

    def register(self, app: AsyncApp) -> None:
        """Attach every listener."""
        app.command("/today")(self._today)
        app.command("/item")(self._item)
        app.command("/digest")(self._digest)
        app.action(re.compile(r"^digest:"))(self._pressed)
        app.action(re.compile(r"^link:"))(self._followed)
        app.error(self._failed)

    async def _today(self, ack: AsyncAck, respond: AsyncRespond, command: Json, context: AsyncBoltContext) -> None:
        await ack()
        await respond(**self._payload(await self._headlines(command, context)), response_type="ephemeral")

    async def _item(self, ack: AsyncAck, respond: AsyncRespond, command: Json) -> None:
        await ack()
        answer = await self._conversation.query.item(str(command.get("text") or ""), paging=True)
        await respond(**self._payload(answer), response_type="ephemeral")

    async def _digest(self, ack: AsyncAck, respond: AsyncRespond, command: Json, context: AsyncBoltContext) -> None:
        """Answer /digest and the word behind it; without one, with today's headlines."""
        await ack()
        asked = str(command.get("text") or "").strip()
        word, _, rest = asked.partition(" ")
        answer: Answer
        match word.lower():
            case "" | "today":
                answer = await self._headlines(command, context)
            case "item":
                answer = await self._conversation.query.item(rest, paging=True)
            case name if name in _EXTRACTS:
                answer = await self._conversation.query.extract(Extract(name))
            case name:
                told = await self._told(name, asked, place_in(context, str(command["channel_id"])))
                await respond(text=escape(told), response_type="ephemeral")
                return
        await respond(**self._payload(answer), response_type="ephemeral")

    async def _told(self, word: str, asked: str, to: Destination) -> str:
        """Subscribe or unsubscribe the channel where it is typed, or tell which words there are."""
        phrases = phrases_of(self._language)
        match word:
            case "subscribe":
                welcome = await self._conversation.subscribing.start(to, language=self._language)
                if self._notices is not None:
                    await self._notices.forget(to)
                return phrases.channel_subscribed(welcome.release)
            case "unsubscribe":
                parting = await self._conversation.subscribing.stop(to)
                return phrases.fixed_by_settings() if parting == "fixed by settings" else phrases.channel_unsubscribed()
            case "help":
                return phrases.slack_words()
            case _:
                return phrases.unknown_word(asked)

    async def _headlines(self, command: Json, context: AsyncBoltContext) -> Answer:
        place = place_in(context, str(command["channel_id"]))
        subscribed = await self._conversation.subscribing.is_active(place)
        return await self._conversation.query.headlines_of_today(subscribed=subscribed, buttons=True)

    async def _pressed(
        self, ack: AsyncAck, respond: AsyncRespond, action: Json, body: Json, context: AsyncBoltContext
    ) -> None:
        """Do what the button says. A page turns in place where only the presser sees it, else in an answer."""
        await ack()
        pressed: Action | None = decode(str(action.get("value", "")))
        if isinstance(pressed, SendAll):
            await respond(
                text=await self._send_all(pressed, body, context), replace_original=False, response_type="ephemeral"
            )
            return
        person = Person(Platform.SLACK, str(body["user"]["id"]))
        answer: Answer = OutdatedButton()
        if isinstance(pressed, IssueAction | ListAction):
            answer = await self._conversation.shown(pressed, person)
        turning = isinstance(pressed, TurningAction) and isinstance(answer, Show)
        turns = turning and _is_the_readers_own(body)
        await respond(**self._payload(answer), replace_original=turns, response_type="ephemeral")

    async def _send_all(self, action: SendAll, body: Json, context: AsyncBoltContext) -> str:
        """Deliver the issue to the reader's own conversation with the bot."""
        to = place_in(context, str(body["user"]["id"]))
        request = str(body.get("container", {}).get("message_ts") or body["trigger_id"])
        added = await self._conversation.send_all(action, to, language=self._language, request=request)
        phrases = phrases_of(self._language)
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
            apology = phrases_of(self._language).apology(reference)
            await respond(text=apology, replace_original=False, response_type="ephemeral")

    def _with_newest(self, text: str, ref: str) -> list[Json]:
        """Return a sentence with a button that opens the newest issue."""
        button = {
            "type": "button",
            "text": {"type": "plain_text", "text": phrases_of(self._language).open_newest(), "emoji": False},
            "action_id": "digest:1",
            "value": encode(AnswerWithHeadlines(ref)),
        }
        return [
            {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}},
            {"type": "actions", "elements": [button]},
        ]

    def _payload(self, answer: Answer) -> Json:
        if not isinstance(answer, Show):
            text = phrases_of(self._language).sentence(answer)
            newest = answer.newest_ref if isinstance(answer, TodayNotYet) else None
            return {"text": text, "blocks": self._with_newest(text, newest)} if newest else {"text": text}
        rendition = self._conversation.renderer.render(answer.view, Platform.SLACK, self._language)
        payload = rendition.parts[0].payload
        return {"text": payload["text"], "blocks": payload["blocks"]}


def _is_the_readers_own(body: Json) -> bool:
    """Return whether nobody else sees the message with the button: an ephemeral one, or in a direct message.

    Of an ephemeral message Slack tells the place only (`container`), without the message.
    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    container, message = body.get("container", {}), body.get("message")
    marked = container.get("is_ephemeral") or (message or {}).get("subtype") == "ephemeral"
    return bool(marked) or message is None or str(container.get("channel_id", "")).startswith("D")
