"""Which addresses become links, and where a bare address ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.IGNORECASE)

# Characters of RFC 3986 without quotes and square brackets. Only ASCII: an address in running Chinese or
# Korean text ends where that text goes on, with or without a space.
_BARE = re.compile(r"(?<![A-Za-z0-9])https?://[A-Za-z0-9_-][\w.~:/?#@!$&()*+,;=%-]*", re.ASCII | re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.|mailto:|tg:)\S*", re.IGNORECASE)


def safe_url(url: str) -> str | None:
    """Return `url` if readers may be offered it: http(s) with a real host, `tg://`, `mailto:`; else None."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return None
    scheme, _, rest = url.partition(":")
    match scheme.lower():
        case "http" | "https":
            try:
                parts = urlsplit(url)
                host = parts.hostname if parts.port is None or parts.port else None
            except ValueError:
                return None
            return url if host and _HOST.fullmatch(host) else None
        case "tg":
            return url if len(rest) > 2 and rest.startswith("//") else None
        case "mailto":
            return url if re.fullmatch(r"[^@\s]+@[^@\s]+", rest) else None
        case _:
            return None


def bare_urls(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every address in `text`, without the punctuation of the sentence around it."""
    for found in _BARE.finditer(text):
        end = _end(found[0]) + found.start()
        if safe_url(text[found.start() : end]):
            yield found.start(), end


def _end(url: str) -> int:
    end = len(url)
    unmatched = url.count(")") - url.count("(")
    while end:
        last = url[end - 1]
        if last == ")":
            if unmatched <= 0:
                break
            unmatched -= 1
        elif last == "(":
            unmatched += 1
        elif last not in ".,;:!?*_~&":
            break
        end -= 1
    return end


def is_address(text: str) -> bool:
    """Tell whether a link's text is an address itself, and so names nothing."""
    return _ADDRESS.fullmatch(text) is not None
