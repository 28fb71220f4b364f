"""python-telegram-bot's application, by a shorter name."""

from __future__ import annotations

from typing import Any

from telegram.ext import Application

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]
