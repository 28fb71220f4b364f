"""Changing the buttons of a message that is there already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from telegram.error import BadRequest

from formatters.actions import Action, decode
from formatters.rendering.buttons import Button, Row
from formatters.rendering.telegram_html import keyboard

Rows = list[list[InlineKeyboardButton]]
Change = Callable[[Action], Button | None]
"""What a button that stands for this action becomes; None lets it be."""


def rows_of(query: CallbackQuery) -> Rows:
    """Return the buttons under the message that was pressed; none where Telegram no longer tells."""
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    return [list(row) for row in markup.inline_keyboard] if markup else []


def changed(rows: Rows, change: Change) -> Rows:
    """Return the rows with every button changed that `change` has something for."""
    return [[_changed(button, change) for button in row] for row in rows]


def _changed(button: InlineKeyboardButton, change: Change) -> InlineKeyboardButton:
    action = decode(button.callback_data) if isinstance(button.callback_data, str) else None
    new = change(action) if action is not None else None
    return button if new is None else _row((new,))[0]


def unfolded(rows: Rows, pressed: str, below: Row) -> Rows:
    """Return the rows with the pressed button gone, and in its place a row below."""
    found: Rows = []
    for row in rows:
        left = [button for button in row if button.callback_data != pressed]
        found += [left] if left else []
        found += [_row(below)] if len(left) < len(row) else []
    return found


def _row(row: Row) -> list[InlineKeyboardButton]:
    markup = InlineKeyboardMarkup.de_json(cast("dict[str, Any]", keyboard((row,))), None)
    return list(markup.inline_keyboard[0])


async def show_rows(query: CallbackQuery, rows: Sequence[Sequence[InlineKeyboardButton]]) -> None:
    """Show other buttons under the message that was pressed; a message that cannot be changed stays."""
    if not rows:
        return
    try:
        await query.edit_message_reply_markup(InlineKeyboardMarkup(rows))
    except BadRequest as error:
        unchangeable = ("not modified", "can't be edited", "not found")
        if not any(text in error.message.lower() for text in unchangeable):
            raise
