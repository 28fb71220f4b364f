"""Telegram, through python-telegram-bot."""

import os

# Pauses as timedelta, as the library's next major version has them; without it every 429 brings a deprecation warning.
# https://docs.python-telegram-bot.org/en/stable/telegram.error.html#telegram.error.RetryAfter
os.environ.setdefault("PTB_TIMEDELTA", "true")
