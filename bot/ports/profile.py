"""What a platform knows about the bot itself."""

from __future__ import annotations

from typing import Protocol


class Profile(Protocol):
    """Asks the platform. Raises PlatformError if it cannot be reached or refuses the token."""

    async def user_name(self) -> str:
        """Return the name that readers write behind an @."""
        ...
