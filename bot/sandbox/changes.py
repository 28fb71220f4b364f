"""Telling those who wait that something happened."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 30.0
"""Seconds that a wait lasts unless told otherwise."""


class Changes:
    """A counter of changes, with waiting: tests and the page ask for a state instead of sleeping."""

    def __init__(self) -> None:
        self.version = 0
        self._next = asyncio.Event()

    def note(self) -> None:
        """Say that something changed; everyone who waits looks again."""
        self.version += 1
        waiting, self._next = self._next, asyncio.Event()
        waiting.set()

    async def until(self, look: Callable[[], Found | None], *, within: float = PATIENCE, what: str = "it") -> Found:
        """Return the first true value of `look`, which is asked again after every change.

        Raises TimeoutError naming `what` after `within` seconds.
        """
        try:
            async with asyncio.timeout(within):
                while not (found := look()):
                    await self._next.wait()
        except TimeoutError:
            raise TimeoutError(f"waited {within:g} s for {what}, and it did not happen") from None
        return found

    async def beyond(self, version: int, *, within: float) -> int:
        """Return the version as soon as it is not `version`, or after `within` seconds as it is."""
        try:
            async with asyncio.timeout(within):
                while self.version == version:
                    await self._next.wait()
        except TimeoutError:
            return self.version
        return self.version
