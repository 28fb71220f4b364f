"""What raw HTML in a post leaves visible.

Tags vanish and their text stays. `<br>` and the edges of block elements are line ends, `<a href>` is a link, `<img>`
its alternative text. Comments, scripts and styles show nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from formatters.patterns import lazy

# Each alternative begins with its own character and runs to one closing mark or to the end: linear.
_MARKUP = lazy(
    r"<!--.*?(?:-->|\Z)|<(?P<hidden>script|style)\b[^<>]*>.*?(?:</(?P=hidden)\s*>|\Z)"
    r"|<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<![A-Z][^<>]*>|</?[A-Z][^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_TAG = lazy(r"<(?P<end>/?)(?P<name>[A-Z][A-Z0-9-]*)", re.IGNORECASE)
_ATTRIBUTE = lazy(r"""\b(href|src|alt)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody tfoot thead tr "
    "ul".split()
)


class Tag(NamedTuple):
    """A tag that changes what is shown."""

    name: str
    """`br` (also for the edges of block elements), `a`, `img`, or `cell`."""
    closes: bool = False
    url: str = ""
    text: str = ""


def pieces(source: str) -> Iterator[str | Tag]:
    """Yield text with entities resolved and white space as in HTML, and the tags that matter."""
    position = 0
    for found in _MARKUP.finditer(source):
        if found.start() > position:
            yield _text(source[position : found.start()])
        tag = read_tag(found[0])
        if tag:
            yield tag
        position = found.end()
    if position < len(source):
        yield _text(source[position:])


def _text(source: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", source))


def read_tag(source: str) -> Tag | None:
    """Return what one tag means; None where it shows nothing."""
    if source.startswith("<![CDATA["):
        return Tag("text", text=_text(source[9:].removesuffix("]]>")))
    found = _TAG.match(source)
    if not found:
        return None
    name, closes = found["name"].lower(), bool(found["end"])
    if name == "br" or name in _BLOCKS:
        return Tag("br")
    if name in {"td", "th"} and not closes:
        return Tag("cell")
    if name not in {"a", "img"}:
        return None
    attributes = {key.lower(): html.unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(source)}
    return Tag(name, closes, attributes.get("href") or attributes.get("src") or "", attributes.get("alt", ""))


def hides_the_rest(source: str) -> bool:
    """Tell whether a comment is opened and never closed, so that all that follows is hidden."""
    opened = source.rfind("<!--")
    return opened >= 0 and "-->" not in source[opened:]
