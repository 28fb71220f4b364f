"""Which addresses become links, and where a bare address ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import SplitResult, urlsplit

from formatters.patterns import lazy

# Characters of RFC 3986 without quotes and square brackets. Only ASCII: an address in running Chinese or
# Korean text ends where that text goes on, with or without a space.
_HOST = lazy(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
_BARE = lazy(r"(?<![A-Za-z0-9])https?://[A-Za-z0-9_-][\w.~:/?#@!$&()*+,;=%-]*", re.ASCII | re.IGNORECASE)
_ADDRESS = lazy(r"(?:https?://|www\.|mailto:|tg:)\S*", re.IGNORECASE)
# An address without port, user, query or anything odd about its host: most of them
_SIMPLE = lazy(r"https?://(?:[a-z0-9_-]+\.)*[a-z0-9_-]+(?:/[!-~]*)?", re.ASCII | re.IGNORECASE)


def safe_url(url: str, site: SplitResult | None = None) -> str | None:
    """Return `url` if readers may be offered it: http(s) with a real host, `tg://`, `mailto:`; else None.

    With `site`, an address that begins with / is taken from its root, and one that begins with // has its scheme.
    Addresses relative to the page stay None: where a page will be is the site generator's own business.
    """
    if _SIMPLE.fullmatch(url):
        return url
    if not url.isascii() or not url.isprintable() or " " in url:
        return None
    if url.startswith("/") and site is not None:
        root = f"{site.scheme}:" if url.startswith("//") else f"{site.scheme}://{site.netloc}"
        return safe_url(root + url)
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


@cache
def site_of(url: str | None) -> SplitResult | None:
    """Return the parts of the site's own address; None without one. Raises ValueError if it is no http(s) address."""
    if url is None:
        return None
    if not url.lower().startswith(("http://", "https://")) or safe_url(url) is None:
        raise ValueError(f"{url!r} is not the address of a site; write it as https://example.org/")
    return urlsplit(url)


def bare_urls(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every address in `text`, without the punctuation of the sentence around it."""
    for found in _BARE.finditer(text):
        end = _end(found[0]) + found.start()
        if safe_url(text[found.start() : end]):
            yield found.start(), end


def _end(url: str) -> int:
    end = len(url)
    unmatched = url.count(")") - url.count("(")
    while True:  # up to the scheme, at the latest
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
