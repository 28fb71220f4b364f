"""Prints parts for people."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat

from rich.console import Console
from rich.text import Text

from bot.platforms.console.appearance import buttons_of, look_of
from formatters.parts import Part


def print_parts(parts: Iterable[Part], remarks: Iterable[str] = repeat(""), console: Console | None = None) -> None:
    """Print each part below a rule with its name and a remark, styled where the output is a terminal."""
    console = console or Console()
    for part, remark in zip(parts, remarks, strict=False):
        console.rule(Text(f"{part.name} · {remark}" if remark else part.name), align="left", style="dim")
        console.print(look_of(part), soft_wrap=True)
        for row in buttons_of(part):
            console.print(row, soft_wrap=True)
        console.print()
