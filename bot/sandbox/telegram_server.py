"""The Bot API over HTTP: https://core.telegram.org/bots/api#making-requests."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.endpoint import Answer, Endpoint, Unreadable, as_response
from bot.sandbox.json_types import Json
from bot.sandbox.schema_check import SchemaCheck
from bot.sandbox.telegram_errors import NOT_FOUND, UNAUTHORIZED, ApiError, too_many_requests
from bot.sandbox.telegram_methods import METHODS
from bot.sandbox.telegram_parameters import read_parameters
from bot.sandbox.telegram_state import Telegram


class TelegramServer:
    """Answers Bot API calls from the local Telegram's state."""

    def __init__(self, telegram: Telegram, *, latency: float = 0.0, schema: Mapping[str, Any] | None = None) -> None:
        self._telegram = telegram
        self._endpoint = _endpoint(telegram, latency)
        self._check = SchemaCheck(schema, telegram.schema_violations) if schema is not None else None

    def add_routes(self, app: web.Application, prefix: str) -> None:
        """Serve `<prefix>/bot<token>/<method>`."""
        app.router.add_route("*", prefix + "/bot{token}/{method}", self._serve)
        app.router.add_route("*", prefix + "/{rest:.*}", self._not_found)

    async def _not_found(self, _: web.Request) -> web.Response:
        return as_response(_refusal(NOT_FOUND))

    async def _serve(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self._telegram.token:
            return as_response(_refusal(UNAUTHORIZED))
        found = METHODS.get(request.match_info["method"].lower())
        if found is None:
            return as_response(_refusal(NOT_FOUND))
        name, method = found

        async def execute(parameters: Json) -> Answer:
            if self._check:
                self._check.check(name, parameters)
            try:
                return Answer(200, {"ok": True, "result": await method(self._telegram, parameters)})
            except ApiError as error:
                return _refusal(error)

        return await self._endpoint.serve(request, name, execute)


def _endpoint(telegram: Telegram, latency: float) -> Endpoint:
    """Return the endpoint that reads and refuses as Telegram does."""
    return Endpoint(
        telegram.changes,
        telegram.calls,
        telegram.faults,
        read=_read,
        refuse=lambda retry_after: _refusal(too_many_requests(retry_after)),
        latency=latency,
    )


async def _read(request: web.Request) -> Json:
    try:
        return await read_parameters(request)
    except ApiError as error:
        raise Unreadable(_refusal(error)) from None


def _refusal(error: ApiError) -> Answer:
    return Answer(error.code, error.as_json())
