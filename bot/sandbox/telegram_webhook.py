"""Pushing updates to a bot's address: https://core.telegram.org/bots/api#setwebhook.

As a local Bot API server does, it takes plain http of this machine too:
https://core.telegram.org/bots/api#using-a-local-bot-api-server.
"""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from bot.sandbox.json_types import Json
from bot.sandbox.telegram_errors import bad_request

if TYPE_CHECKING:
    from bot.sandbox.telegram_state import Telegram

HEADER = "X-Telegram-Bot-Api-Secret-Token"
MOST_CONNECTIONS = 40
ANSWER_WITHIN = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds until an update is pushed again. Telegram's own pauses are not documented, and longer."""

_SECRET = re.compile(r"[A-Za-z0-9_-]*")
_LONGEST_SECRET = 256


@dataclass(frozen=True, slots=True)
class _Target:
    url: str
    secret: str
    connections: int


class Webhook:
    """Pushes what is pending to the bot's address until it is taken; `statuses` are the bot's answers so far."""

    def __init__(self, telegram: "Telegram") -> None:
        self._telegram = telegram
        self._target: _Target | None = None
        self._pushing: asyncio.Task[None] | None = None
        self.statuses: list[int] = []
        self.last_error = ""

    @property
    def url(self) -> str:
        """Where updates go; empty while the bot polls."""
        return self._target.url if self._target else ""

    @property
    def secret(self) -> str:
        """What the bot asked to be sent along."""
        return self._target.secret if self._target else ""

    def set(self, url: str, secret: str, connections: int) -> None:
        """Push to this address from now on, to none if it is empty."""
        self._stop()
        self._target = _Target(url, secret, connections) if url else None
        self.last_error = ""
        if self._target:
            self._pushing = asyncio.ensure_future(self._push(self._target))

    async def close(self) -> None:
        """Push no more."""
        pushing, self._pushing = self._pushing, None
        if pushing is not None:
            pushing.cancel()
            with suppress(asyncio.CancelledError):
                await pushing

    def _stop(self) -> None:
        if self._pushing is not None:
            self._pushing.cancel()
            self._pushing = None

    async def _push(self, target: _Target) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
        busy: dict[int, asyncio.Task[None]] = {}
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as group:
            while True:
                version = self._telegram.changes.version
                busy = {number: task for number, task in busy.items() if not task.done()}
                for update in self._telegram.updates.pending:
                    number = update["update_id"]
                    if number not in busy and len(busy) < target.connections:
                        busy[number] = group.create_task(self._deliver(session, target, update))
                await self._telegram.changes.beyond(version, within=ANSWER_WITHIN)

    async def _deliver(self, session: aiohttp.ClientSession, target: _Target, update: Json) -> None:
        pause = FIRST_PAUSE
        headers = {HEADER: target.secret} if target.secret else {}
        while True:
            try:
                async with session.post(target.url, json=update, headers=headers, allow_redirects=False) as answer:
                    self.statuses.append(answer.status)
                    if answer.status in range(200, 300):
                        break
                    self.last_error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            except (aiohttp.ClientError, TimeoutError) as error:
                self.last_error = f"Connection failed: {type(error).__name__}"
            self._telegram.changes.note()
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        self._telegram.updates.confirm(update["update_id"])
        self._telegram.changes.note()


async def set_webhook(telegram: "Telegram", call: Json) -> bool:
    """https://core.telegram.org/bots/api#setwebhook"""
    url, secret = str(call.get("url") or ""), str(call.get("secret_token") or "")
    parts = urlsplit(url)
    if url and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if len(secret) > _LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if call.get("drop_pending_updates"):
        telegram.updates.clear()
    telegram.updates.pushes = bool(url)
    telegram.updates.allow(call.get("allowed_updates"))
    telegram.webhook.set(url, secret, int(call.get("max_connections") or MOST_CONNECTIONS))
    return True


async def delete_webhook(telegram: "Telegram", call: Json) -> bool:
    """https://core.telegram.org/bots/api#deletewebhook"""
    return await set_webhook(telegram, {"drop_pending_updates": call.get("drop_pending_updates")})


async def get_webhook_info(telegram: "Telegram", _: Json) -> Json:
    """https://core.telegram.org/bots/api#getwebhookinfo"""
    pending = len(telegram.updates.pending)
    found: Json = {"url": telegram.webhook.url, "has_custom_certificate": False, "pending_update_count": pending}
    if telegram.webhook.last_error:
        found |= {"last_error_date": int(telegram.now()), "last_error_message": telegram.webhook.last_error}
    return found


WEBHOOK_METHODS = {
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
