"""The page: both chats side by side."""

from aiohttp import web

from bot.sandbox.changes import Changes
from bot.sandbox.slack_state import Slack
from bot.sandbox.telegram_state import Telegram


class Page:
    """Serves the page."""

    def __init__(self, telegram: Telegram, slack: Slack, changes: Changes) -> None:
        self._telegram = telegram
        self._slack = slack
        self._changes = changes

    def add_routes(self, app: web.Application) -> None:
        """Serve `/`."""

    def close(self) -> None:
        """Send everyone home."""
