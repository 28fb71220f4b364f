"""python-telegram-bot's HTTP transport, with the causes kept that delivery safety depends on.

The library turns a refused connection, a lost answer and every 5xx into the same `NetworkError`, and
drops the status code where the server wrote a description. Whether a message may have arrived is
decided here, where the cause is still at hand.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import httpx
from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest


class NotSent(NetworkError):
    """The request was certainly not accepted: it never left this machine, or a 503 refused it."""


class AnswerLost(NetworkError):
    """The request may have been accepted: its answer did not arrive or says nothing about it."""


_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class CausalRequest(HTTPXRequest):
    """Raises `NotSent` or `AnswerLost` where the library would raise a bare network error."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Return status and body of the answer."""
        try:
            code, body = await super().do_request(*args, **kwargs)
        except TelegramError as error:
            cause = error.__cause__
            reason = f"{type(cause).__name__}: {cause}" if cause else str(error)
            if isinstance(cause, _NEVER_LEFT):
                raise NotSent(f"the server could not be reached ({reason})") from cause
            raise AnswerLost(f"the answer was lost ({reason})") from cause
        if code == HTTPStatus.SERVICE_UNAVAILABLE:
            raise NotSent("the server is unavailable (503)")
        if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise AnswerLost(f"the server failed ({code}) and may have accepted the message")
        return code, body
