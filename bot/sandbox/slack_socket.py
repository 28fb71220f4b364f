"""Socket Mode and response URLs: how Slack and the app talk besides the Web API.

https://docs.slack.dev/apis/events-api/using-socket-mode,
https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
"""

import itertools
import time
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from bot.sandbox.json_types import Json
from bot.sandbox.slack_blocks import check_blocks
from bot.sandbox.slack_workspace import RESPONSE_URL_LIFETIME, RESPONSE_URL_USES, Interaction, SlackVersion

if TYPE_CHECKING:
    from bot.sandbox.slack_state import Slack

MOST_CONNECTIONS = 10
TICKET_LIFETIME = 60.0


class SocketMode:
    """The app's WebSocket connections; an envelope goes to one of them, in turn."""

    def __init__(self, slack: "Slack") -> None:
        self._slack = slack
        self._sockets: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)
        self._turn = itertools.count()
        self.refusals = 0
        """How many of the next handshakes fail; the address that each used is good for nothing afterwards."""

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._sockets)

    async def connected(self, *, within: float = 5.0) -> None:
        """Wait until the app is connected.

        Raises TimeoutError.
        """
        await self._slack.changes.until(lambda: self._sockets, within=within, what="a Socket Mode connection")

    def ticket(self) -> str:
        """Return a ticket that opens one connection."""
        ticket = f"ticket-{next(self._numbers)}"
        self._tickets.add(ticket)
        return ticket

    async def send(self, interaction: Interaction) -> bool:
        """Send an envelope; False if no app is connected."""
        envelope = {
            "envelope_id": interaction.id,
            "type": interaction.kind,
            "payload": interaction.payload,
            "accepts_response_payload": interaction.kind != "events_api",
        }
        if interaction.kind == "events_api":
            envelope |= {"retry_attempt": 0, "retry_reason": ""}
        for _ in range(len(self._sockets)):
            socket = self._sockets[next(self._turn) % len(self._sockets)]
            try:
                await socket.send_json(envelope)
            except ConnectionError:
                self._forget(socket)
                continue
            return True
        return False

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell the app to connect anew ("warning", "refresh_requested", "link_disabled") and close."""
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            await socket.close()

    async def close(self) -> None:
        """Close all connections."""
        for socket in list(self._sockets):
            await socket.close()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket connection."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or len(self._sockets) >= MOST_CONNECTIONS:
            return web.Response(status=408 if ticket in self._tickets else 403)
        self._tickets.discard(ticket)
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        self._slack.changes.note()
        try:
            await socket.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self._sockets),
                    "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
                    "connection_info": {"app_id": self._slack.app_id},
                }
            )
            async for message in socket:
                if message.type is WSMsgType.TEXT and message.data.startswith("{"):
                    self._acknowledged(message.json())
        finally:
            self._forget(socket)
        return socket

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)
            self._slack.changes.note()

    def _acknowledged(self, answer: Json) -> None:
        interaction = self._slack.interactions.get(str(answer.get("envelope_id")))
        payload = answer.get("payload")
        if interaction is not None:
            acknowledged(interaction, payload if isinstance(payload, dict) else None)


def acknowledged(interaction: Interaction, payload: Json | None) -> None:
    """Note that the app has an envelope, and show what it answered a command with."""
    if interaction.acked_at is not None:
        return
    interaction.acked_at, interaction.ack = time.monotonic(), payload
    if payload and interaction.kind == "slash_commands":
        interaction.failure = respond(interaction, payload) or interaction.failure
    interaction.acked.set()
    interaction.workspace.changes.note()


async def serve_response_url(slack: "Slack", request: web.Request) -> web.Response:
    """Take what an app posts to a response_url: five times within half an hour."""
    interaction = slack.interactions.get(request.match_info["envelope"])
    if interaction is None or time.monotonic() - interaction.sent_at > RESPONSE_URL_LIFETIME:
        return web.json_response({"ok": False, "error": "expired_url"}, status=404)
    if interaction.uses >= RESPONSE_URL_USES:
        return web.json_response({"ok": False, "error": "used_url"}, status=404)
    interaction.uses += 1
    error = respond(interaction, await request.json())
    return web.Response(text=error or "ok", status=400 if error else 200)


def respond(interaction: Interaction, payload: Json) -> str:
    """Do what a response asks for, and return Slack's error or an empty string."""
    slack = interaction.workspace
    original = interaction.message
    if _truth(payload.get("delete_original")) and original is not None:
        original.deleted = True
        slack.changes.note()
        return ""
    blocks = payload.get("blocks")
    text = str(payload.get("text") or "")
    if blocks and check_blocks(blocks):
        return "invalid_blocks"
    if not text and not blocks:
        return "no_text"
    if _truth(payload.get("replace_original")) and original is not None:
        slack.change(original, SlackVersion(text, blocks, slack.now()))
        interaction.replies.append(original)
        return ""
    if interaction.channel is None or interaction.person is None:
        return "expired_url"
    public = payload.get("response_type") == "in_channel"
    only_for = None if public else interaction.person.id
    thread_ts = payload.get("thread_ts")
    message = slack.keep(interaction.channel, slack.bot, text, blocks, thread_ts=thread_ts, only_for=only_for)
    interaction.replies.append(message)
    slack.changes.note()
    return ""


def _truth(value: Any) -> bool:
    return value is True or value == "true"
