"""What a platform knows about the bot itself, and about the places that it is in."""

from __future__ import annotations

from typing import Protocol

from bot.domain.destination import Destination
from bot.domain.subscription import Place


class Profile(Protocol):
    """Asks the platform. Raises PlatformError if it cannot be reached or refuses the token."""

    async def user_name(self) -> str:
        """Return the name that readers write behind an @."""
        ...

    async def place(self, destination: Destination) -> Place | None:
        """Return what kind of place it is; None if there is no such place, or none that the bot may see."""
        ...
