"""Updates that Telegram pushes, instead of those that are polled: https://core.telegram.org/bots/api#setwebhook."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import structlog
from telegram import Bot, Update
from telegram.error import BadRequest, TelegramError

from bot.domain.errors import PlatformError
from bot.platforms.telegram.commands import ALLOWED_UPDATES
from bot.ports.web import WebRequest, WebResponse, WebRoute

_log = structlog.get_logger(__name__)

HEADER = "x-telegram-bot-api-secret-token"
MOST_CONNECTIONS = 40
_REMEMBERED = 4096
"""Updates that are known when they come again: Telegram repeats one whose answer it did not get."""


class TelegramWebhook:
    """Takes updates at an address that only Telegram knows, with a secret that only Telegram sends."""

    def __init__(self, bot: Bot, public_url: str, accept: Callable[[Update], bool]) -> None:
        """`accept` takes an update to be handled; False while the bot does not handle any."""
        self._bot = bot
        self._public_url = public_url
        self._accept = accept
        # Derived, not drawn: the same after a restart, so that no update comes with a secret of before.
        self._secret = _derived(bot.token, "secret")
        self._path = f"/telegram/{_derived(bot.token, 'path')[:32]}"
        self._known: dict[int, None] = {}

    @property
    def route(self) -> WebRoute:
        """Return where Telegram calls."""
        return WebRoute("POST", self._path, self._take, shown="/telegram/…")

    async def register(self) -> None:
        """Ask Telegram to push, nothing that waits dropped.

        Raises PlatformError if Telegram does not take the address, another TelegramError if it cannot be asked.
        """
        try:
            await self._bot.set_webhook(
                self._public_url + self._path,
                secret_token=self._secret,
                allowed_updates=ALLOWED_UPDATES,
                max_connections=MOST_CONNECTIONS,
                drop_pending_updates=False,
            )
        except BadRequest as error:
            raise PlatformError(
                f"DIGESTBOT_PUBLIC_URL={self._public_url}: Telegram does not call this address ({error.message}); it"
                " takes https with a valid certificate, on port 443, 80, 88 or 8443. Without the setting the bot polls"
            ) from error
        _log.info("Telegram pushes updates", address=self._public_url)

    async def _take(self, request: WebRequest) -> WebResponse:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            _log.warning("somebody who is not Telegram called its address")
            return WebResponse(403, "Forbidden\n")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return WebResponse(415, "Unsupported Media Type\n")
        update_id, content = _read(request.body)
        if update_id is None:
            return WebResponse(400, "Bad Request\n")
        if update_id in self._known:
            return WebResponse()
        update = self._understood(update_id, content)
        if update is not None and not self._accept(update):
            return WebResponse(503, "Service Unavailable\n", headers=(("retry-after", "5"),))
        self._known[update_id] = None
        if len(self._known) > _REMEMBERED:
            del self._known[next(iter(self._known))]
        return WebResponse()

    def _understood(self, update_id: int, content: dict[str, Any]) -> Update | None:
        """Return the update, None for one that the library cannot read: coming again would not mend it."""
        try:
            return Update.de_json(content, self._bot)
        except (AttributeError, KeyError, TypeError, ValueError, TelegramError) as error:
            _log.error("an update cannot be read", update_id=update_id, problem=f"{type(error).__name__}: {error}")
            return None


def _derived(token: str, purpose: str) -> str:
    return hmac.new(token.encode(), f"digestbot telegram webhook {purpose}".encode(), hashlib.sha256).hexdigest()


def _read(body: bytes) -> tuple[int | None, dict[str, Any]]:
    """Return the update's number and content; no number where it is no update."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None, {}
    number = content.get("update_id") if isinstance(content, dict) else None
    return (number, content) if isinstance(number, int) else (None, {})
