"""Digestbot: brings a daily digest to readers in Telegram and Slack."""

__version__ = "0.1.0"
