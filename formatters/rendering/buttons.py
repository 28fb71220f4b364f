"""Buttons as every platform understands them."""

from __future__ import annotations

from formatters.actions import Action
from formatters.values import value


@value
class LinkButton:
    """Opens an address."""

    text: str
    url: str


@value
class ActionButton:
    """Does something in the chat."""

    text: str
    action: Action


Button = LinkButton | ActionButton
Row = tuple[Button, ...]
"""Buttons side by side."""
