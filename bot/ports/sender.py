"""Where parts go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.domain.delivery import Outcome
from bot.domain.destination import Destination
from formatters.parts import Part


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do; services ask this, never the platform's name."""

    threads: bool
    """Later parts hang under the first."""
    pace: float
    """Messages a second that one chat takes without complaint."""


class Sender(Protocol):
    """Sends one part, once. Retrying belongs to the ledger."""

    @property
    def capabilities(self) -> Capabilities:
        """Return what the platform can do; the same on every call."""
        ...

    async def send(
        self, part: Part, *, to: Destination, silent: bool, under: str | None, previews: bool = False
    ) -> Outcome:
        """Send `part` and return what became of it; raise only for programming errors.

        `silent` asks for delivery without a sound, where the platform has one. `under` is the message
        id of the delivery's first part, for platforms with threads. `previews` allows the platform to
        add previews of links.
        """
        ...
