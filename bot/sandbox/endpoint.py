"""One API call from socket to answer: reading, faults, recording. Shared by both platforms."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeAlias

from aiohttp import web

from bot.sandbox.calls import Call, CallLog
from bot.sandbox.changes import Changes
from bot.sandbox.faults import Delay, Drop, Effect, Faults, Respond, Stage, Throttle
from bot.sandbox.json_types import Json

NO_LINGER = struct.pack("ii", 1, 0)
"""SO_LINGER value that makes close() send a reset."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; a body that is not a string is sent as JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Unreadable(Exception):
    """A request whose parameters cannot be read, with the platform's answer to that."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body)
        self.answer = answer


class Dropped(Exception):
    """The connection is closed, on purpose or by the bot; there is no answer."""


Execute: TypeAlias = Callable[[Json], Awaitable[Answer]]
Read: TypeAlias = Callable[[web.Request], Awaitable[Json]]
Refuse: TypeAlias = Callable[[int], Answer]


class Endpoint:
    """Serves the calls of one platform under its faults, and keeps the record of them."""

    def __init__(
        self, changes: Changes, calls: CallLog, faults: Faults, *, read: Read, refuse: Refuse, latency: float
    ) -> None:
        self._changes = changes
        self._calls = calls
        self._faults = faults
        self._read = read
        self._refuse = refuse
        self._latency = latency

    async def serve(self, request: web.Request, method: str, execute: Execute) -> web.Response:
        """Run one call; `execute` does what the platform would do."""
        call = self._calls.open(method, time.monotonic())
        try:
            answer = await self._answer(call, request, execute)
        except Dropped:
            call.done = time.monotonic()
            self._changes.note()
            return web.Response(status=500)
        call.status, call.answer, call.done = answer.status, answer.body, time.monotonic()
        self._changes.note()
        return as_response(answer)

    async def _answer(self, call: Call, request: web.Request, execute: Execute) -> Answer:
        if early := await self._strike(call, request, Stage.BEFORE_READING):
            return early
        try:
            call.parameters = await self._read(request)
        except Unreadable as error:
            return error.answer
        except ConnectionError as error:  # the bot went away in the middle of its request
            raise Dropped from error
        if self._latency:
            await asyncio.sleep(self._latency / 2)
        if refused := await self._strike(call, request, Stage.BEFORE_ACCEPTING):
            return refused
        answer = await execute(call.parameters)
        call.accepted = answer.status < 400 and not (isinstance(answer.body, dict) and answer.body.get("ok") is False)
        if self._latency:
            await asyncio.sleep(self._latency / 2)
        return await self._strike(call, request, Stage.AFTER_ACCEPTING) or answer

    async def _strike(self, call: Call, request: web.Request, stage: Stage) -> Answer | None:
        for effect in self._faults.effects(call.method, stage, call.parameters):
            if answer := await self._apply(effect, request):
                return answer
        return None

    async def _apply(self, effect: Effect, request: web.Request) -> Answer | None:
        match effect:
            case Delay(seconds):
                await asyncio.sleep(seconds)
                return None
            case Respond(status, body, headers):
                return Answer(status, _gateway_page(status) if body is None else body, headers)
            case Throttle(retry_after):
                return self._refuse(retry_after)
            case Drop(reset):
                drop_connection(request, reset=reset)
                raise Dropped


def _gateway_page(status: int) -> str:
    """What a proxy in front of a platform answers, which is HTML and never JSON."""
    title = f"{status} {HTTPStatus(status).phrase}"
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"


def as_response(answer: Answer) -> web.Response:
    """Turn an answer into aiohttp's."""
    if isinstance(answer.body, str):
        return web.Response(status=answer.status, text=answer.body, headers=answer.headers)
    text = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(status=answer.status, text=text, content_type="application/json", headers=answer.headers)


def drop_connection(request: web.Request, *, reset: bool) -> None:
    """Close the connection under a request."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        connection: socket.socket | None = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    transport.abort()
