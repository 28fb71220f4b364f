"""Who reads, where that matters: what a reader saves and how they vote."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.destination import Platform


@dataclass(frozen=True, slots=True)
class Person:
    """One reader, by the platform's own id; nothing else about them is kept."""

    platform: Platform
    id: str
