"""Styled text, flat: what renderers write and what splitting cuts.

A tree of inlines becomes a sequence of runs, each a stretch of characters with one style and at most
one link. Nesting that no platform can show (bold in bold, a link in a link) is gone by construction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, assert_never

from formatters.document import Code, Emphasis, Inlines, LineBreak, Link, Strikethrough, Strong, Text, plain
from formatters.patterns import lazy

BOLD = 1
ITALIC = 2
STRUCK = 4
CODE = 8


class Run(NamedTuple):
    """Characters of one style. A named tuple, as hundreds are made for each issue."""

    text: str
    """Never empty; a line feed is a line end that the author meant."""
    style: int = 0
    """A sum of BOLD, ITALIC, STRUCK and CODE."""
    url: str = ""
    """Where it links to; empty where it does not."""


Runs = Sequence[Run]

_HTTP = lazy(r"https?://[\w-]+(?:\.[\w-]+)+(?::(?:\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}))?(?:[/?#]\S*)?", re.IGNORECASE)
_LOCAL = lazy(r"https?://(?:[^/?#]*\.)?localhost(?:[:/?#]|$)", re.IGNORECASE)

_CONTROL = lazy(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_INVISIBLE = lazy(
    "[\r\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001d173-\U0001d17a\ud800-\udfff]"
)
_JOINERS = "\u200c\u200d\u200e\u200f"
_PLAIN = "\x00-\u02ff\u2010-\u2027\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef"
"""Scripts that need neither joiners nor direction marks."""
_TRICK = lazy(f"(?:(?<=[{_PLAIN}])|^)[{_JOINERS}]+|[{_JOINERS}]+(?=[{_PLAIN}]|$)")
_TAGS = lazy("(\U0001f3f4[\U000e0061-\U000e007a]{1,6}\U000e007f)|[\U000e0000-\U000e0fff]")
"""Invisible letters; they are seen only as the flags of countries within countries."""


@lru_cache(1024)
def is_web_link(url: str) -> bool:
    """Tell whether the address is http(s) with a host that the public can reach by name or number.

    Relative addresses, localhost, bare host names and addresses with a user name are not: Telegram
    drops the former without a word, and the latter pretend to lead elsewhere.
    """
    return _HTTP.fullmatch(url) is not None and _LOCAL.match(url) is None


def clean(text: str) -> str:
    """Return the text without characters that reorder or hide other characters.

    Direction overrides and invisible fillers go; control characters become spaces. Joiners and direction
    marks stay within emoji and the scripts that need them.
    """
    if text.isprintable():
        return text
    text = _TAGS.sub(lambda match: match[1] or "", _INVISIBLE.sub("", text))
    return _CONTROL.sub(" ", _TRICK.sub("", text))


def clean_label(text: str) -> str:
    """Return the text of a link, also without printable characters that are not seen."""
    return _TRICK.sub("", _INVISIBLE.sub("", clean(text)))


def flatten(inlines: Inlines, style: int = 0) -> list[Run]:
    """Return the runs of a tree, all with at least the given style."""
    if len(inlines) == 1 and isinstance(only := inlines[0], Text) and only.text.isprintable():
        return [Run(only.text, style)]
    runs: list[Run] = []
    _collect(inlines, style, "", runs.append)
    return runs


def _collect(inlines: Inlines, style: int, url: str, add: Callable[[Run], None]) -> None:
    for inline in inlines:
        if isinstance(inline, Text):  # nearly all are; a match takes its time
            text = inline.text
            if shown := clean_label(text) if url else text if text.isprintable() else clean(text):
                add(Run(shown, style, url))
            continue
        match inline:
            case Strong(children):
                _collect(children, style | BOLD, url, add)
            case Code(text):
                if shown := clean(text):
                    add(Run(shown.replace("\n", " "), style | CODE, url))
            case Link(address, children):
                _collect_link(address, children, style, url, add)
            case Emphasis(children):
                _collect(children, style | ITALIC, url, add)
            case Strikethrough(children):
                _collect(children, style | STRUCK, url, add)
            case LineBreak():
                add(Run("\n", style & ~CODE, url))
            case _:
                assert_never(inline)


def _collect_link(address: str, children: Inlines, style: int, url: str, add: Callable[[Run], None]) -> None:
    """Add a link; one that hides an e-mail address tells it, as not every platform can link it."""
    _collect(children, style, url or address, add)
    if address.startswith("mailto:"):
        mailbox = clean(address.removeprefix("mailto:").partition("?")[0])
        if mailbox and mailbox not in plain(children):
            add(Run(f" ({mailbox})", style))


def linked(runs: Iterable[Run], url: str) -> list[Run]:
    """Return the runs as one link, in place of any links inside."""
    return [Run(text, style, url) for text, style, _ in runs]


def text_of(runs: Iterable[Run]) -> str:
    """Return the visible characters alone."""
    return "".join([run[0] for run in runs])
