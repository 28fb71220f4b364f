"""A rendered payload as the arguments that python-telegram-bot's own methods take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram import InlineKeyboardMarkup, LinkPreviewOptions

from formatters.parts import Json


def arguments_of(payload: Mapping[str, Json]) -> dict[str, Any]:
    """Return the arguments for sending or editing a message."""
    arguments: dict[str, Any] = dict(payload)
    for name, kind in (("reply_markup", InlineKeyboardMarkup), ("link_preview_options", LinkPreviewOptions)):
        if name in arguments:
            arguments[name] = kind.de_json(arguments[name], None)
    return arguments
