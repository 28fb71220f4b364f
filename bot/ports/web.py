"""What platforms serve on the bot's one web application, without knowing which framework runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class WebRequest:
    """One request, its body read and within its limit."""

    method: str
    headers: Mapping[str, str]
    """By lower-case name."""
    query: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class WebResponse:
    """One answer."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    """Others than the content's type and length; a name may stand there twice."""


WebHandler: TypeAlias = Callable[[WebRequest], Awaitable[WebResponse]]


@dataclass(frozen=True, slots=True)
class WebRoute:
    """A path below the public address, and who answers there."""

    method: str
    path: str
    handle: WebHandler
    shown: str = ""
    """The path as logs may show it, where it is itself a secret."""
