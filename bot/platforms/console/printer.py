"""Prints parts for people."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from formatters.parts import Part


def print_parts(parts: Iterable[Part], *, as_plain_text: bool = False) -> None:
    """Print each part below a rule with its name.

    `as_plain_text` prints what a platform's reader sees, rather than the part's own payload.
    """
    console = Console(highlight=False, soft_wrap=True)
    for part in parts:
        console.rule(Text(part.name), align="left")
        text = part.text if as_plain_text else str(part.payload["text"])
        console.print(Text(text))
        for label in _button_labels(part):
            console.print(Text(f"[ {label} ]", style="dim"))


def _button_labels(part: Part) -> list[str]:
    """Return a line for each row of a Telegram keyboard or a Slack actions block."""
    payload = part.payload
    markup = payload.get("reply_markup")
    if isinstance(markup, dict):
        return ["  |  ".join(_label(button) for button in row) for row in markup["inline_keyboard"]]
    blocks = payload.get("blocks")
    if isinstance(blocks, list | tuple):
        rows = [block["elements"] for block in blocks if isinstance(block, dict) and block.get("type") == "actions"]
        return ["  |  ".join(_label(button) for button in row) for row in rows]
    return []


def _label(button: object) -> str:
    text = button.get("text") if isinstance(button, dict) else ""
    return str(text["text"] if isinstance(text, dict) else text)
