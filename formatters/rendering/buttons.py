"""Buttons as every platform understands them."""

from __future__ import annotations

from dataclasses import dataclass

from formatters.actions import Action


@dataclass(frozen=True, slots=True)
class LinkButton:
    """Opens an address."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ActionButton:
    """Does something in the chat."""

    text: str
    action: Action


Button = LinkButton | ActionButton
Row = tuple[Button, ...]
"""Buttons side by side."""
