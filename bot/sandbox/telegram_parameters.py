"""Parameters of a Bot API call, from any of the ways in which they may arrive.

https://core.telegram.org/bots/api#making-requests: query string, form, multipart, JSON; in the first three, nested
values are JSON strings and numbers are digits. Afterwards it no longer shows which way it was.
"""

import json
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox.json_types import Json
from bot.sandbox.telegram_errors import bad_request

NESTED = frozenset(
    "allowed_updates button commands entities link_preview_options message_ids reply_markup reply_parameters "
    "results rich_message scope".split()
)
INTEGERS = frozenset(
    "cache_time draft_id limit max_connections message_id message_thread_id offset reply_to_message_id timeout "
    "user_id".split()
)
BOOLEANS = frozenset(
    "allow_paid_broadcast allow_sending_without_reply disable_notification disable_web_page_preview "
    "drop_pending_updates is_personal protect_content show_alert".split()
)


async def read_parameters(request: web.Request) -> Json:
    """Return the parameters of a call with their types restored.

    Raises ApiError for JSON that does not parse.
    """
    found: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        try:
            found |= json.loads(body) if body else {}
        except (ValueError, TypeError):
            raise bad_request("can't parse JSON object") from None
    elif request.can_read_body:
        for name, value in (await request.post()).items():
            found[name] = value.filename if isinstance(value, FileField) else value
    return {name: _restored(name, value) for name, value in found.items() if value is not None}


def _restored(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name in NESTED:
        return _nested(name, value)
    if name in INTEGERS or (name == "chat_id" and not value.startswith("@")):
        try:
            return int(value)
        except ValueError:
            return value
    if name in BOOLEANS:
        return value.lower() in ("true", "1", "yes")
    return value


def _nested(name: str, value: str) -> Any:
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        described = {"reply_markup": "reply keyboard markup JSON object", "reply_parameters": "reply parameters"}
        raise bad_request(f"can't parse {described.get(name, name)}") from None
