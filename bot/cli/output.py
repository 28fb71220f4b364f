"""What the commands print, and how they fail."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import typer


def fail(message: str, code: int) -> int:
    """Print an error to standard error, without secrets, and return the exit code."""
    from bot.logs import redact

    for line in redact(message).splitlines():
        typer.secho(f"Error: {line}" if line and not line.startswith(" ") else line, fg="red", err=True)
    return code


def note(message: str) -> None:
    """Print a remark that is not the command's result to standard error."""
    typer.secho(message, fg="yellow", err=True)


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return a question that names what is known and much like what was given; empty if there is no such name."""
    from difflib import get_close_matches

    near = get_close_matches(given, [name for name in known if name != given], 1)
    return f"did you mean {near[0]!r}?" if near else ""


def print_json(value: object, *, indent: int | None = 2) -> None:
    """Print JSON, readable by people and by programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")


def print_json_lines(values: Iterable[Mapping[str, Any]]) -> None:
    """Print one JSON object a line."""
    for value in values:
        print_json(value, indent=None)
