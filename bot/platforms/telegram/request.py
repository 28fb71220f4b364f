"""python-telegram-bot's HTTP transport on aiohttp, with the causes kept that delivery safety depends on.

The library turns a refused connection, a lost answer and every 5xx into the same `NetworkError`, and
drops the status code where the server wrote a description. Whether a message may have arrived is
decided here, where the cause is still at hand. Its own transport, on httpx, also grows slower with
every connection of its pool.

    NetworkError
    ├── NotSent          never left this machine, or nobody who could have accepted it was there
    ├── Refused          Telegram answered that it will not take this request
    └── AnswerLost       may have been accepted
        └── AnswerLate   a TimedOut too, which polling takes calmly
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.platforms.telegram.upload import Form

DEFAULT_PAUSE = 30
"""Seconds to wait after a 429 that names no pause."""

_KEEP_ALIVE = 15.0
"""Seconds that an idle connection is kept. If the server closes it first, a message may get lost between the two."""

_KNOWN = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT,
                    HTTPStatus.BAD_REQUEST})  # fmt: skip
"""Client errors that python-telegram-bot has exceptions for."""


class NotSent(NetworkError):
    """The request was certainly not accepted: it never left this machine, or nobody could take it."""


class Refused(NetworkError):
    """Telegram refused the request for good, with a status that python-telegram-bot has no exception for."""


class AnswerLost(NetworkError):
    """The request may have been accepted: its answer did not arrive or says nothing about it."""


class AnswerLate(AnswerLost, TimedOut):
    """No answer within the read timeout."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each phase; None waits forever. What a call names itself goes first."""

    pool: float | None = 10.0
    """Until a connection is free."""
    connect: float | None = 5.0
    """Until a new connection stands: name, TCP and TLS."""
    read: float | None = 20.0
    """Between two pieces of the answer."""
    write: float | None = 20.0
    """Until the server takes the next piece of a file. Everything else is small enough to leave at once."""


@dataclass(frozen=True, slots=True)
class EncodedCall:
    """A call's parameters as JSON, ready to leave: what `RequestData` is to python-telegram-bot."""

    body: bytes

    def as_request_data(self) -> RequestData:
        """Return itself, as what `BaseRequest.post` declares and hands on to `do_request` untouched."""
        return cast("RequestData", self)


class AiohttpRequest(BaseRequest):
    """A transport with a bounded pool of kept connections. POST is never repeated and no redirect is followed."""

    def __init__(self, *, connections: int, timeouts: Timeouts | None = None) -> None:
        """At most `connections` at once, opened as they are needed. Proxies are those of the environment."""
        self._timeouts = timeouts or Timeouts()
        # the pool's bound is here and not aiohttp's, which cannot tell a pool timeout from a connect timeout
        self._free = asyncio.Semaphore(connections)
        self._session: aiohttp.ClientSession | None = None
        self._is_shut = False
        self._proxies: dict[tuple[str, str | None], URL | None] = {}

    @property
    def read_timeout(self) -> float | None:
        """Seconds between two pieces of an answer."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Be ready again after `shutdown`. Before the first use there is nothing to do."""
        self._is_shut = False

    async def shutdown(self) -> None:
        """Close all connections; a request in flight loses its answer."""
        self._is_shut = True
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(  # noqa: PLR0917  # the signature is python-telegram-bot's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return status and body of an answer that python-telegram-bot can tell about.

        Raises NotSent, Refused, AnswerLost or RetryAfter where it could not.
        """
        ours = self._timeouts
        seconds = aiohttp.ClientTimeout(
            total=None, connect=_chosen(connect_timeout, ours.connect), sock_read=_chosen(read_timeout, ours.read)
        )
        body, headers = _encoded(request_data, _chosen(write_timeout, ours.write))
        await self._take_connection(_chosen(pool_timeout, ours.pool))
        try:
            status, payload, retry_after = await self._exchange(method, URL(url), body, headers, seconds)
        finally:
            self._free.release()
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            _raise_what_the_library_would_not(status, payload, retry_after)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return an answer of the Bot API. Raises AnswerLost for anything else; nothing of it is logged."""
        answer = _decoded(payload)
        if answer is None or (answer["ok"] and "result" not in answer):
            raise AnswerLost("the answer is not the Bot API's")
        return answer

    async def _take_connection(self, patience: float | None) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(patience):
                await self._free.acquire()
        except TimeoutError as error:
            raise NotSent(f"no connection was free within {patience:g} s") from error

    async def _exchange(
        self,
        method: str,
        url: URL,
        body: bytes | Form | None,
        headers: Mapping[str, str],
        seconds: aiohttp.ClientTimeout,
    ) -> tuple[int, bytes, str | None]:
        """Return status, body and Retry-After of the answer. Raises NotSent or AnswerLost."""
        if self._is_shut:
            raise NotSent("the connection is shut down")
        try:
            async with self._opened().request(
                method, url, data=body, headers=headers, timeout=seconds, proxy=self._proxy(url), allow_redirects=False
            ) as answer:
                return answer.status, await answer.read(), answer.headers.get("Retry-After")
        except aiohttp.ClientHttpProxyError as error:
            raise NotSent(f"the proxy refused to connect ({error.status})") from error
        except _NEVER_LEFT as error:
            raise NotSent(f"the server could not be reached ({_told(error, url)})") from error
        except TimeoutError as error:
            raise AnswerLate(f"the answer was lost ({_told(error, url)})") from error
        except (aiohttp.ClientError, OSError) as error:
            raise AnswerLost(f"the answer was lost ({_told(error, url)})") from error

    def _opened(self) -> aiohttp.ClientSession:
        """Return the session. It belongs to the running loop, and so it cannot be made earlier."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT, "Accept-Encoding": "identity"},
            )
        return self._session

    def _proxy(self, url: URL) -> URL | None:
        """Return the environment's proxy for this address. aiohttp would look it up for every request, in a thread."""
        key = (url.scheme, url.host)
        if key not in self._proxies:
            self._proxies[key] = _proxy_of_environment(url)
        return self._proxies[key]


_NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL,
               aiohttp.NonHttpUrlClientError)  # fmt: skip
"""Failures before the first byte of the request."""


def _chosen(given: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(given, DefaultValue) else given


_JSON = {"Content-Type": "application/json"}


def _encoded(
    data: RequestData | EncodedCall | None, write_timeout: float | None
) -> tuple[bytes | Form | None, Mapping[str, str]]:
    """Return body and headers. Parameters travel as JSON: https://core.telegram.org/bots/api#making-requests."""
    if isinstance(data, EncodedCall):
        return data.body, _JSON
    if data is None:
        return None, {}
    if data.contains_files:
        return Form(data.json_parameters, data.multipart_data, write_timeout), {}
    return as_json(data.parameters), _JSON


def as_json(value: object) -> bytes:
    """Return the shortest JSON. A lone surrogate passes: Telegram refuses that, with its reason."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _decoded(payload: bytes) -> dict[str, Any] | None:
    """Return an answer in the Bot API's form, else None."""
    try:
        answer = json.loads(payload.decode("utf-8", "replace"))
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("ok"), bool) else None


def _raise_what_the_library_would_not(status: int, payload: bytes, retry_after: str | None) -> None:
    """Raise unless python-telegram-bot has an exception of its own for this answer."""
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        raise NotSent("the server is unavailable (503)")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise AnswerLost(f"the server failed ({status}) and may have accepted the message")
    answer = _decoded(payload)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RetryAfter(_pause(answer, retry_after))
    if answer is None and status != HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        # a proxy, a captive portal, another web server: Telegram has never seen the request
        raise NotSent(f"something other than Telegram's Bot API answered ({status}); check DIGESTBOT_TELEGRAM_API_URL")
    description = str((answer or {}).get("description") or f"HTTP {status}")
    if status == HTTPStatus.REQUEST_TIMEOUT:
        raise NotSent(description)
    if status not in _KNOWN:
        raise Refused(description)


def _pause(answer: Mapping[str, Any] | None, header: str | None) -> int:
    """Return the seconds that a 429 asks for: in its parameters, else in its header."""
    parameters = answer.get("parameters") if answer else None
    for named in (parameters.get("retry_after") if isinstance(parameters, dict) else None, header):
        try:
            return max(1, int(str(named)))
        except ValueError:
            continue
    return DEFAULT_PAUSE


def _proxy_of_environment(url: URL) -> URL | None:
    """Return what HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names, unless NO_PROXY excepts the host."""
    if url.host is None or urllib.request.proxy_bypass(url.host):
        return None
    proxies = urllib.request.getproxies()
    address = proxies.get(url.scheme) or proxies.get("all")
    if not address:
        return None
    proxy = URL(address if "://" in address else f"http://{address}")
    if proxy.scheme not in {"http", "https"}:
        raise NotSent(f"the environment names a {proxy.scheme} proxy; only http and https proxies are supported")
    return proxy


def _told(error: BaseException, url: URL) -> str:
    """Return what happened, without the path, which holds the token."""
    text = str(error).replace(url.path, "").replace(url.raw_path, "")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
