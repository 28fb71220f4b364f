"""Who gets the daily issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.destination import Destination


class Origin(StrEnum):
    """How a subscription came to be."""

    READER = "reader"
    """Somebody sent /start."""
    SETTINGS = "settings"
    """The operator named the destination."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A destination and its preferences."""

    id: int
    destination: Destination
    origin: Origin
    language: str
    """zh or en."""
    active: bool
    joined_at: datetime
    """When the present subscription began; a reader who returns joins anew."""
    ended_at: datetime | None
    end_reason: str | None
