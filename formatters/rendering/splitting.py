"""Cut styled text into pieces that fit, at the place where a reader minds it least.

In order of preference: a line end, the end of a sentence, of a clause or word, then between two
graphemes. A link or a code span is cut only where it alone exceeds the room. Styles and links that are
open at a cut go on behind it, and the pieces joined are the whole text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator

from formatters.rendering.runs import CODE, Run, Runs

Fits = Callable[[Runs], bool]
"""Tells whether a piece can be sent; a shorter beginning of a piece that fits must fit too."""

# Two letters are a flag, whatever stands before them: \X alone looks back over all flags before, at each one
_GRAPHEME = r"[\U0001F1E6-\U0001F1FF]{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*|\X"
_WIDE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
_PLACES = (
    r"\n+",
    r"[。！？…]+[”’」』）)\"']*|[.!?]+[”’\"')\]]*\s+",
    r"[，；、：—]+|\s+",
    rf"(?<=[{_WIDE}])|(?=[{_WIDE}])",
)
"""What a cut may follow, best first; the last is between words of scripts that write no spaces."""

_SHARE = 0.5
"""How full a piece must be for a better place to be worth it."""


def split(runs: Runs, fits: Fits, *, room: int, first: Fits | None = None) -> Iterator[list[Run]]:
    """Yield the pieces in order.

    `room` bounds how many characters can possibly fit. `first`, where given, judges the first piece,
    which may share its message with others. Takes time linear in the text.
    """
    rest = _Rest(runs)
    judge = first or fits
    guess = room + 1
    while window := rest.peek(guess):
        while guess <= room and judge(window) and sum([len(run.text) for run in window]) == guess:
            guess = min(2 * guess, room + 1)
            window = rest.peek(guess)
        cut = _cut(window, judge)
        yield rest.take(cut)
        judge = fits
        guess = min(2 * cut + 2, room + 1)  # pieces are alike: a dense text is not searched to the end each time


def beginning(runs: Runs, fits: Fits, *, room: int) -> list[Run]:
    """Return the longest good beginning that fits, or nothing where not even one character does."""
    window = _Rest(runs).peek(room + 1)
    if not window or not fits(_slice(window, 1)):
        return []
    return _slice(window, _cut(window, fits))


class _Rest:
    """The part of a text that is not yet cut."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._index = 0
        self._offset = 0

    def peek(self, length: int) -> list[Run]:
        """Return the next characters, at most `length`."""
        window: list[Run] = []
        index, offset = self._index, self._offset
        while length > 0 and index < len(self._runs):
            text, style, url = self._runs[index]
            piece = text[offset : offset + length]
            window.append(Run(piece, style, url))
            length -= len(piece)
            index, offset = index + 1, 0
        return window

    def take(self, length: int) -> list[Run]:
        """Return the next `length` characters and leave them behind."""
        taken = self.peek(length)
        while length > 0:
            left = len(self._runs[self._index].text) - self._offset
            if length < left:
                self._offset += length
                break
            length -= left
            self._index, self._offset = self._index + 1, 0
        return taken


def _slice(runs: Runs, length: int) -> list[Run]:
    return _Rest(runs).peek(length)


def _cut(window: list[Run], fits: Fits) -> int:
    """Return where to cut: at least 1."""
    text = "".join([run.text for run in window])
    if fits(window):
        return len(text)
    most = _most(window, len(text), fits)
    graphemes = list(_ends(_GRAPHEME, text))
    graphemes = graphemes[: bisect_right(graphemes, most)]
    spans = _spans(window)
    places = [place for place in graphemes if not _inside(place, spans)]
    return _best(text, most, places) or (graphemes or [most])[-1]


def _most(window: list[Run], length: int, fits: Fits) -> int:
    low, high = 1, length - 1
    while low < high:
        middle = (low + high + 1) // 2
        if fits(_slice(window, middle)):
            low = middle
        else:
            high = middle - 1
    return max(low, 1)


def _spans(window: list[Run]) -> list[tuple[int, int]]:
    """Return where links and code spans begin and end."""
    spans: list[tuple[int, int]] = []
    start = 0
    previous: tuple[bool, str] = (False, "")
    for text, style, url in window:
        kind = (bool(style & CODE), url)
        if kind != (False, ""):
            if spans and kind == previous:
                spans[-1] = (spans[-1][0], start + len(text))
            else:
                spans.append((start, start + len(text)))
        previous = kind
        start += len(text)
    return spans


def _inside(place: int, spans: list[tuple[int, int]]) -> bool:
    index = bisect_right(spans, (place, 0)) - 1
    return index >= 0 and spans[index][0] < place < spans[index][1]


def _ends(pattern: str, text: str) -> Iterator[int]:
    """Yield where each match of the pattern ends."""
    import regex  # when the first text is cut: it takes its time

    return (match.end() for match in regex.finditer(pattern, text))


def _best(text: str, most: int, places: list[int]) -> int:
    allowed = set(places)
    for pattern in _PLACES:
        found = 0
        for end in _ends(pattern, text):
            if end > most:
                break
            if end in allowed:
                found = end
        if found >= most * _SHARE:
            return found
    return places[-1] if places else 0
