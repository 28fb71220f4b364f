"""Inline keyboards: what Telegram accepts under a message.

https://core.telegram.org/bots/api#inlinekeyboardbutton gives the 1-64 bytes of callback data. The other limits are
not documented but enforced: 100 buttons, 8 in a row, 10 kB in all (https://limits.tginfo.me).
"""

import json
from typing import Any

from bot.sandbox.json_types import Json
from bot.sandbox.telegram_errors import bad_request
from bot.sandbox.telegram_links import LinkError, checked_link

CALLBACK_DATA_BYTES = 64
BUTTONS_IN_A_ROW = 8
BUTTONS = 100
MARKUP_BYTES = 10_000
URL_CHARACTERS = 2048
ACTIONS = ("url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay")
OTHER_MARKUPS = ("keyboard", "remove_keyboard", "force_reply")


def checked_keyboard(markup: Any) -> Json | None:
    """Return the inline keyboard that a message will carry, None for an empty one or another kind of markup.

    Raises ApiError as Telegram would.
    """
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if any(name in markup for name in OTHER_MARKUPS):
            return None
        raise bad_request("can't parse reply keyboard markup JSON object")
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    checked = [[checked_button(button) for button in row] for row in rows if row]
    size = len(json.dumps(checked, ensure_ascii=False).encode())
    too_wide = any(len(row) > BUTTONS_IN_A_ROW for row in checked)
    if too_wide or sum(map(len, checked)) > BUTTONS or size > MARKUP_BYTES:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def checked_button(button: Any) -> Json:
    """Return the button as it will be shown. Raises ApiError as Telegram would."""
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    if not any(action in button for action in ACTIONS):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button:
        size = len(str(button["callback_data"]).encode())
        if not 0 < size <= CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        return {**button, "url": _checked_url(str(button["url"]))}
    return dict(button)


def _checked_url(url: str) -> str:
    if len(url) > URL_CHARACTERS:
        raise bad_request("BUTTON_URL_INVALID")
    try:
        return checked_link(url)
    except LinkError as error:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {error}") from None
