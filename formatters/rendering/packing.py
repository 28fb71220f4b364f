"""Pack the lines of a page into as few messages as fit, cut where a reader minds it least.

Costs are vectors, one figure per limit of the platform, and they add up: text units and entities in
Telegram, characters and blocks in Slack.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from formatters.rendering.lines import Form, Line
from formatters.rendering.page import Page
from formatters.rendering.runs import BOLD, Run, Runs, text_of
from formatters.rendering.splitting import beginning, split
from formatters.words import Words

Cost = tuple[int, ...]

ELLIPSIS = "…"
_HEAD_CHARACTERS = 120
"""A title is repeated up to this length."""
_SHARED_ROOM = 3
"""A line that must be cut begins in the current message if at least this fraction (1/n) is free."""
_HEADING_SHARE = 0.5
_BLOCK_SHARE = 0.6
"""How full a message must be for its last section, or block, to move to the next one as a whole."""


class Scale(Protocol):
    """What a platform's message holds and what a line takes of it."""

    @property
    def limit(self) -> Cost:
        """What fits into one message. The first figure is text, at least 1 per character."""
        ...

    def cost(self, line: Line, above: Line | None, /) -> Cost:
        """Return what the line takes below the line above (None: at the top of a message).

        A shorter beginning of a line never takes more.
        """
        ...


def pack(page: Page, scale: Scale, words: Words) -> list[list[Line]]:
    """Return the lines of each message of the page, in order.

    Further messages start with the page's title, or the heading that they continue, and say so.
    """
    if page.single:
        return [_clip(page, scale)]
    reserve = max(
        (scale.cost(_continued(line, words, 99, 99), None) for line in page.lines if _is_head(line)),
        default=tuple(0 for _ in scale.limit),
    )
    packed = _Packer(scale, reserve).pack(page.lines)
    if len(packed) == 1:
        return packed
    head = page.lines[0] if page.lines[0].form is Form.TITLE else None
    messages: list[list[Line]] = []
    for number, lines in enumerate(packed, 1):
        begins = lines[0].form is Form.HEADING and page.lines[0].form is not Form.TITLE
        if number > 1 and head is not None and not begins:
            messages.append([_continued(head, words, number, len(packed)), *lines])
        else:
            messages.append(lines)
        if page.lines[0].form is not Form.TITLE:
            head = next((line for line in reversed(lines) if line.form is Form.HEADING), head)
    return messages


def _is_head(line: Line) -> bool:
    return line.form in (Form.TITLE, Form.HEADING)


def _continued(line: Line, words: Words, number: int, count: int) -> Line:
    """Return a title or heading for a further message, short enough to leave room for the rest."""
    first, last = line.runs[0], line.runs[-1]
    runs = [first] if first.url != last.url and len(first.text) < _HEAD_CHARACTERS else []
    text = text_of(line.runs[len(runs) :]).replace("\n", " ")
    if len(text) > _HEAD_CHARACTERS:
        text = text_of(beginning([Run(text)], lambda kept: len(text_of(kept)) < _HEAD_CHARACTERS, room=len(text)))
        text = text.rstrip() + ELLIPSIS
    return line.of([*runs, Run(text, BOLD, last.url), Run(words.continued(number, count))])


def _plus(one: Cost, other: Cost) -> Cost:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _minus(one: Cost, other: Cost) -> Cost:
    return tuple(a - b for a, b in zip(one, other, strict=True))


def _within(cost: Cost, limit: Cost) -> bool:
    return all(a <= b for a, b in zip(cost, limit, strict=True))


class _Packer:
    """Fills one message after the other."""

    def __init__(self, scale: Scale, reserve: Cost) -> None:
        self._scale = scale
        self._room = _minus(scale.limit, reserve)
        self._packed: list[list[Line]] = []
        self._current: list[Line] = []
        self._used: list[Cost] = [tuple(0 for _ in scale.limit)]

    def pack(self, lines: Sequence[Line]) -> list[list[Line]]:
        queue = deque(lines)
        while queue:
            line = queue.popleft()
            if self._add(line):
                continue
            if _within(self._scale.cost(line, None), self._room):
                moved = self._move_out(line)
                queue.appendleft(line)
                queue.extendleft(reversed(moved))
            else:
                queue.extendleft(reversed(self._pieces(line)))
        self._flush()
        return self._packed

    def _add(self, line: Line) -> bool:
        used = _plus(self._used[-1], self._scale.cost(line, self._current[-1] if self._current else None))
        if not _within(used, self._room):
            return False
        self._current.append(line)
        self._used.append(used)
        return True

    def _flush(self) -> None:
        self._packed.append(self._current)
        self._current = []
        del self._used[1:]

    def _move_out(self, line: Line) -> list[Line]:
        """Close the current message; return its last lines that had better begin the next one."""
        at = self._break([*self._current, line])
        moved = self._current[at:]
        del self._current[at:]
        self._flush()
        return moved

    def _break(self, lines: list[Line]) -> int:
        """Return which line had better begin the next message; the last one does not fit."""
        last = len(lines) - 1
        size = self._room[0]
        for at in range(last, 0, -1):
            if self._used[at][0] < size * _HEADING_SHARE:
                break
            if lines[at].form is Form.HEADING and not _is_head(lines[at - 1]):
                return at
        for at in range(last, 0, -1):
            if self._used[at][0] < size * _BLOCK_SHARE:
                break
            if lines[at].gap and not _is_head(lines[at - 1]):
                return at
        at = last
        while at > 1 and _is_head(lines[at - 1]):
            at -= 1
        return at if at > 0 and not _is_head(lines[at - 1]) else last

    def _pieces(self, line: Line) -> list[Line]:
        """Cut a line that no message holds whole; its first piece shares the current one if there is room."""
        scale, full = self._scale, self._room
        free = _minus(full, self._used[-1])
        above = self._current[-1] if self._current else None
        shares = above is not None and (free[0] * _SHARED_ROOM >= full[0] or _is_head(above))

        def fits(runs: Runs) -> bool:
            return _within(scale.cost(line.of(runs), None), full)

        def fits_first(runs: Runs) -> bool:
            return _within(scale.cost(line.of(runs), above), free)

        if shares and not fits_first(_first_character(line.runs)):
            shares = False
        if self._current and not shares:
            self._flush()
        pieces = list(split(line.runs, fits, room=scale.limit[0], first=fits_first if shares else None))
        return [_piece(line, runs, first=index == 0) for index, runs in enumerate(pieces)]


def _first_character(runs: Runs) -> list[Run]:
    return [Run(text[:1], style, url) for text, style, url in runs[:1]]


def _piece(line: Line, runs: Runs, *, first: bool) -> Line:
    """Return one piece of a line; only the first is a list entry, the others go on with its text."""
    if first or line.form is Form.CODE:
        return line.of(runs)
    return Line(Form.TEXT, runs, True, line.depth, frame=line.frame)


def _clip(page: Page, scale: Scale) -> list[Line]:
    """Return the page's lines if they fit one message, else their beginning, marked as cut; and the hint."""
    hint = [] if page.hint is None else [page.hint]
    room = scale.limit
    for line in hint:
        room = _minus(room, scale.cost(line, page.lines[-1] if page.lines else None))
    kept: list[Line] = []
    used: list[Cost] = [tuple(0 for _ in room)]
    for line in page.lines:
        above = kept[-1] if kept else None
        cost = _plus(used[-1], scale.cost(line, above))
        if not _within(cost, room):
            return [*_cut_off(kept, used, line, scale, room), *hint]
        kept.append(line)
        used.append(cost)
    return [*kept, *hint]


def _cut_off(kept: list[Line], used: list[Cost], line: Line, scale: Scale, room: Cost) -> list[Line]:
    """Return the lines that fit and the beginning of the one that does not, ending in an ellipsis."""
    while True:
        above = kept[-1] if kept else None
        free = _minus(room, used[-1])

        def fits(runs: Runs, line: Line = line, above: Line | None = above, free: Cost = free) -> bool:
            return _within(scale.cost(line.of([*runs, Run(ELLIPSIS)]), above), free)

        if runs := beginning(line.runs, fits, room=scale.limit[0]):
            return [*kept, line.of([*runs, Run(ELLIPSIS)])]
        if not kept:
            return []
        line = kept.pop()
        used.pop()
