"""What Telegram makes of text: links that it keeps, and words that it would make something of.

Telegram's servers look for mentions, commands, tags, addresses and card numbers in every message, markup or
not; there is no switch. https://core.telegram.org/api/entities. What a post merely says must not ring a
channel's members, run a bot's command or lead to a site that the author did not link (`README.md`). A WORD
JOINER, which has no width and allows no line break, stands in the midst of whatever would be found. Text in
code and links is safe as it is, so what readers want to copy stays untouched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from formatters.patterns import lazy
from formatters.rendering.jumps import is_jump
from formatters.rendering.limits import URL_CHARACTERS
from formatters.rendering.lines import Form, Line
from formatters.rendering.runs import CODE, Run, Runs, is_web_link, text_of

WORD_JOINER = "\u2060"

_APP_LINK = lazy(r"tg://(?!user\b|openmessage\b|emoji\b)[a-z_]+(?:[/?]\S*)?", re.IGNORECASE)

_NO_DOMAINS = "jsx?|jsonl?|tsx?|txt|css|csv|ya?ml|xml|exe|dll|wasm|ipynb|pdf"
"""Endings of file names that are, cut at any place, no top-level domain: Node.js, package.json."""
_COMMON = (
    r"@(?=\w)",
    r"\$(?=[A-Z]|1INCH)",
    rf"\.(?<=[\w-]\.)(?=[a-z][a-z-]|[^\W\d_]{{2,8}}(?!\w))(?!(?:{_NO_DOMAINS})(?![\w.-]))",
    r"\.(?<=\d\.)(?=\d+\.\d+\.\d)",
    r":(?<=\w:)(?=//)",
    *(rf"{digit}(?:[ -]?[0-9]){{11}}(?=[ -]?[0-9])" for digit in range(10)),  # no card has so few digits
)
_WHOLE = (*_COMMON, r"/(?<![\w/<>]/)(?=[a-z0-9_])", r"#(?<!\w#)(?!\d+(?!\w))(?=\w)")
_CUT = (*_COMMON, r"/(?=[a-z0-9_])", r"#(?=\w)")
# Each begins with one literal character: `re` then passes over all other text at once
_PLACES, _PLACES_IN_PIECES = (lazy("|".join(places), re.IGNORECASE) for places in (_WHOLE, _CUT))
"""Where a line may be cut, what stands before a character may be gone."""


@lru_cache(1024)
def is_linkable(url: str) -> bool:
    """Tell whether Telegram keeps a text link to the address.

    It drops others silently, and makes `http://mailto:…` of a mailto link. A `tg://user` link would
    be a mention, which no post may cause.
    """
    if not (is_web_link(url) or _APP_LINK.fullmatch(url)):
        return False
    return len(attribute(url)) <= URL_CHARACTERS


def escape(text: str) -> str:
    """Return the text with the characters that mean something to Telegram's HTML replaced."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(url: str) -> str:
    """Return the address as it stands between quotation marks."""
    return escape(url).replace('"', "&quot;")


def is_inert(text: str) -> bool:
    """Tell whether Telegram finds nothing in lines of text, which most messages pass at once."""
    return _PLACES.search(text) is None


def inert(lines: Sequence[Line], *, cut: bool = False, bare: bool = False) -> list[Line]:
    """Return the lines such that Telegram finds nothing in them but what the renderer marks up.

    With `cut` that holds for every piece of a line, too; with `bare` also where the markup is gone, but for an
    address that is its own link.
    """
    pattern = _PLACES_IN_PIECES if cut else _PLACES
    return [_inert(line, pattern, bare=bare) for line in lines]


def _inert(line: Line, pattern: re.Pattern[str], *, bare: bool) -> Line:
    if line.form is Form.CODE and not bare:
        return line
    places = [match.end() for match in pattern.finditer(text_of(line.runs))]
    return line.of(_broken(line.runs, places, bare=bare)) if places else line


def _is_safe(run: Run, *, bare: bool) -> bool:
    """Tell whether Telegram looks for nothing in a run: in code, in a link."""
    text, style, url = run
    if bare:
        return text == url and is_linkable(url)
    return bool(style & CODE or (url and is_linkable(url) and not is_jump(url)))


def _broken(runs: Runs, places: list[int], *, bare: bool) -> list[Run]:
    """Return the runs with a joiner at each place that is not safe as it is."""
    found: list[Run] = []
    start, index, owed = 0, 0, False
    for run in runs:
        text, style, url = run
        end = start + len(text)
        safe = _is_safe(run, bare=bare)
        pieces: list[str] = []
        at = start
        if owed and not safe:
            pieces.append(WORD_JOINER)
        owed = False
        while index < len(places) and places[index] <= end:
            place = places[index]
            index += 1
            if safe:
                owed = place == end
            else:
                pieces += (text[at - start : place - start], WORD_JOINER)
                at = place
        found.append(Run("".join([*pieces, text[at - start :]]) if pieces else text, style, url))
        start = end
    return found
