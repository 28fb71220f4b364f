"""The ASGI application: it reads bodies within limits, hands requests on, and tells callers nothing of its insides."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import TypeAlias

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.ports.web import WebRequest, WebResponse, WebRoute

_log = structlog.get_logger(__name__)

LONGEST_BODY = 1024 * 1024
"""Bytes. Slack's longest payloads, with a view's whole state, are below 1 MB; Telegram's updates are smaller."""
BODY_SECONDS = 10.0
ANSWER_SECONDS = 15.0
"""Slack gives an app 3 seconds, Telegram a minute: whoever has waited this long has gone."""

READY = "ok"
"""What a check says of something that works."""

Checks: TypeAlias = Callable[[], Awaitable[Mapping[str, str]]]

_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""On every answer: pages show little, tell no other site where the reader was, and are not kept."""


def web_application(
    routes: Iterable[WebRoute],
    checks: Checks,
    *,
    prefix: str = "",
    longest_body: int = LONGEST_BODY,
    body_seconds: float = BODY_SECONDS,
    answer_seconds: float = ANSWER_SECONDS,
) -> ASGIApp:
    """Return the application that serves `routes` below `prefix`, and health at `/health`.

    `/health/live` answers 200 while the process serves; `/health/ready` and `/health` run `checks` and answer 200 if
    every one of them says `ok`, else 503.
    """
    limits = _Limits(longest_body, body_seconds, answer_seconds)
    served = [_route(route, prefix, limits) for route in (*_health(checks), *routes)]
    if prefix:
        # a local probe need not know the path that a proxy chose
        served += [_route(route, "", limits) for route in _health(checks)]
    application = Starlette(routes=served, exception_handlers={HTTPException: _refusal})
    shown = {prefix + route.path: prefix + (route.shown or route.path) for route in routes}
    return _Logged(application, shown)


class _Limits:
    """How much of a request is read, and for how long."""

    def __init__(self, longest_body: int, body_seconds: float, answer_seconds: float) -> None:
        self.longest_body = longest_body
        self.body_seconds = body_seconds
        self.answer_seconds = answer_seconds

    async def body_of(self, request: Request) -> bytes:
        """Return the whole body; HTTPException 413 or 408, with the rest unread, if there is too much or too slow."""
        with suppress(ValueError):
            if int(request.headers.get("content-length", "0")) > self.longest_body:
                raise _cut_off(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        body = bytearray()
        try:
            async with asyncio.timeout(self.body_seconds):
                async for piece in request.stream():
                    body += piece
                    if len(body) > self.longest_body:
                        raise _cut_off(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except TimeoutError:
            raise _cut_off(HTTPStatus.REQUEST_TIMEOUT) from None
        return bytes(body)


def _cut_off(status: HTTPStatus) -> HTTPException:
    return HTTPException(status, headers={"connection": "close"})


def _route(route: WebRoute, prefix: str, limits: _Limits) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            body = await limits.body_of(request)
            given = WebRequest(request.method, dict(request.headers), dict(request.query_params), body)
            async with asyncio.timeout(limits.answer_seconds):
                return _response(await route.handle(given))
        except HTTPException:
            raise
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # to nobody
        except TimeoutError:
            _log.warning("a request was not answered in time", path=route.shown or route.path)
            return _plain(HTTPStatus.SERVICE_UNAVAILABLE)
        except Exception as error:  # noqa: BLE001  # callers learn a reference, the log has the rest
            reference = uuid.uuid4().hex[:8]
            _log.error("a request could not be handled", reference=reference, exc_info=error)
            return _plain(HTTPStatus.INTERNAL_SERVER_ERROR, f" ({reference})")

    return Route(prefix + route.path, endpoint, methods=[route.method])


def _response(answer: WebResponse) -> Response:
    response = Response(answer.body, answer.status)
    response.headers["content-type"] = answer.content_type
    for name, value in answer.headers:
        response.headers.append(name, value)
    return response


async def _refusal(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    response = _plain(HTTPStatus(error.status_code))
    response.headers.update(error.headers or {})
    return response


def _plain(status: HTTPStatus, more: str = "") -> Response:
    return Response(f"{status.phrase}{more}\n", status, media_type="text/plain")


def _health(checks: Checks) -> tuple[WebRoute, ...]:
    async def live(_: WebRequest) -> WebResponse:
        return _json(HTTPStatus.OK, {"status": "live"})

    async def ready(_: WebRequest) -> WebResponse:
        found = dict(await checks())
        well = all(said == READY for said in found.values())
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        return _json(status, {"status": "ready" if well else "not ready", "checks": found})

    return (
        WebRoute("GET", "/health", ready),
        WebRoute("GET", "/health/live", live),
        WebRoute("GET", "/health/ready", ready),
    )


def _json(status: HTTPStatus, content: object) -> WebResponse:
    return WebResponse(status, json.dumps(content, ensure_ascii=False), "application/json")


class _Logged:
    """Adds the headers that every answer has, and one log line: never a query, a header or a path that is secret."""

    def __init__(self, application: ASGIApp, shown: Mapping[str, str]) -> None:
        self._application = application
        self._shown = shown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name.lower() for name, _ in message.get("headers", ())}
                message["headers"] = [
                    *message.get("headers", ()),
                    *(header for header in _HEADERS if header[0] not in given),
                ]
            await send(message)

        await self._application(scope, receive, sending)
        path = self._shown.get(scope["path"])
        # probes, and whoever tries addresses that are not there, would drown the rest
        log = _log.info if path else _log.debug
        milliseconds = round((time.perf_counter() - began) * 1000)
        log("web request", method=scope["method"], path=path or "other", status=status, ms=milliseconds)
