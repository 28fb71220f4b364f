"""The bot's user name in Telegram, which links into the private chat carry."""

from __future__ import annotations

from bot.domain.errors import PlatformError
from bot.ports.ledger import Ledger
from bot.ports.profile import Profile


class BotName:
    """Knows the name once somebody asked for it or the bot was connected; the ledger remembers it.

    So a process without a connection can plan. A name is that of one bot: another token, another name.
    """

    def __init__(self, ledger: Ledger, profile: Profile | None, *, bot: str) -> None:
        """`bot` tells bots apart, such as by the number in the token; without a `profile` nobody can be asked."""
        self._ledger = ledger
        self._profile = profile
        self._mark = f"user-name-{bot}"
        self._name: str | None = None

    async def get(self) -> str:
        """Return the name. Raises PlatformError if nobody knows it yet and the platform cannot be asked."""
        if self._name is None:
            self._name = await self._ledger.marked(self._mark) or await self.learn()
        return self._name

    async def learn(self) -> str:
        """Ask anew, as a bot may be renamed, and remember the answer. Raises PlatformError."""
        if self._profile is None:
            raise PlatformError("The bot's own name is not known: DIGESTBOT_TELEGRAM_TOKEN is not set")
        name = await self._profile.user_name()
        if name != await self._ledger.marked(self._mark):
            await self._ledger.mark(self._mark, name)
        self._name = name
        return name
