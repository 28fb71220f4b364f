"""Telegram's classic messages: `sendMessage` with HTML.

Markup is written from styled runs, so it is well-formed by construction: only `&lt; &gt; &amp; &quot;`
stand for characters, nothing stands inside code, no quote inside a quote.
https://core.telegram.org/bots/api#html-style
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import assert_never

from formatters.actions import encode
from formatters.parts import Json, Part, Rendition
from formatters.patterns import lazy
from formatters.rendering import limits
from formatters.rendering.buttons import ActionButton, Button, LinkButton, Row
from formatters.rendering.jumps import is_jump
from formatters.rendering.lines import GAPS, Form, Frame, Line, marker, without_tables
from formatters.rendering.packing import Cost, pack
from formatters.rendering.page import Page
from formatters.rendering.pages import pages
from formatters.rendering.plain_text import plain
from formatters.rendering.runs import BOLD, CODE, ITALIC, STRUCK, Runs
from formatters.rendering.telegram_text import attribute, escape, inert, is_inert, is_linkable
from formatters.views import View
from formatters.words import Words

_OPEN: Mapping[Frame, str] = {"": "", "quote": "<blockquote>", "fold": "<blockquote expandable>"}
_CLOSE = "</blockquote>"
_QUOTE_UNITS = len(_OPEN["fold"]) + len(_CLOSE)
_LANGUAGE = lazy(r"[\w+#.-]{1,32}", re.ASCII)


def render(view: View, words: Words) -> Rendition:
    """Return the view's messages.

    Each payload holds the parameters of `sendMessage` but for the chat and the loudness. The text has
    at most 4096 UTF-16 units and 100 entities; link previews are off.

    Raises NoSuchItem and NothingToShow for what the issue does not hold.
    """
    return Rendition(tuple(part for page in pages(view, words) for part in _parts(page, words)))


def _parts(page: Page, words: Words) -> list[Part]:
    found = without_tables(page.lines, words.label_separator)
    hint = [] if page.hint is None else [page.hint]
    bare = plain(found)
    safe = is_inert(bare)
    text = _markup([*(found if safe else inert(found)), *hint])
    if _fits(text):
        if not safe or hint:
            bare = plain([*inert(found, bare=True), *hint])
        part = _part(page.name, text, page.rows, bare)
        return [replace(part, linked=_with_jumps(part, page, safe=safe)) if page.linked else part]
    messages = pack(replace(page, lines=inert(found, cut=True)), _SCALE, words)
    parts: list[Part] = []
    for number, lines in enumerate(messages, 1):
        ours = len(lines) - len(hint) if number == len(messages) else len(lines)  # the hint's command is meant
        bare = plain([*inert(lines[:ours], bare=True), *lines[ours:]])
        rows = page.rows if number == len(messages) else ()
        parts.append(_part(page.named(number), _markup(lines), rows, bare))
    return parts


def _part(name: str, text: str, rows: tuple[Row, ...], bare: str) -> Part:
    payload: dict[str, Json] = {
        "text": text,
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }
    if rows:
        payload["reply_markup"] = keyboard(rows)
    return Part(name, payload, bare)


def _with_jumps(part: Part, page: Page, *, safe: bool) -> Mapping[str, Json] | None:
    """Return the part's payload with jumps, if they surely fit; what is safe without them needs no search."""
    text = _markup(page.linked if safe else inert(page.linked))
    jumps = sum([is_jump(run.url) for line in page.linked for run in line.runs])
    room = limits.TELEGRAM_TEXT_UNITS - jumps * limits.TELEGRAM_MESSAGE_LINK_UNITS
    if limits.utf16_units(text) > room or text.count("</") > limits.TELEGRAM_ENTITIES:
        return None
    return {**part.payload, "text": text}


def keyboard(rows: Sequence[Row]) -> Json:
    """Return the buttons under a message. https://core.telegram.org/bots/api#inlinekeyboardmarkup"""
    return {"inline_keyboard": [[_button(button) for button in row] for row in rows]}


def _button(button: Button) -> Json:
    match button:
        case LinkButton(text, url):
            return {"text": text, "url": url}
        case ActionButton(text, action):
            return {"text": text, "callback_data": encode(action)}
        case _:
            assert_never(button)


def _fits(text: str) -> bool:
    return limits.utf16_units(text) <= limits.TELEGRAM_TEXT_UNITS and text.count("</") <= limits.TELEGRAM_ENTITIES


class _Scale:
    """What a message holds: units of marked-up text, entities."""

    limit: Cost = (limits.TELEGRAM_TEXT_UNITS, limits.TELEGRAM_ENTITIES)

    def cost(self, line: Line, above: Line | None) -> Cost:
        """Return what a line takes below another; the first line of a quote pays for the quote."""
        text = _line(line)
        units = limits.utf16_units(text) + (2 if line.gap else 1)
        entities = text.count("</")
        if line.frame and (above is None or above.frame != line.frame):
            return units + _QUOTE_UNITS, entities + 1
        return units, entities


_SCALE = _Scale()


def _markup(lines: Sequence[Line]) -> str:
    """Return the message's text; lines that share a frame stand in one quote."""
    written: list[str] = []
    frame: Frame = ""
    for line in lines:
        if line.frame != frame:
            if frame:
                written.append(_CLOSE)
            if written:
                written.append(GAPS[line.gap])
            written.append(_OPEN[line.frame])
            frame = line.frame
        elif written:
            written.append(GAPS[line.gap])
        written.append(_line(line))
    if frame:
        written.append(_CLOSE)
    return "".join(written)


def _line(line: Line) -> str:
    if line.form is Form.CODE:
        code = escape("".join([run.text for run in line.runs]))
        if line.language and _LANGUAGE.fullmatch(line.language):
            return f'<pre><code class="language-{line.language}">{code}</code></pre>'
        return f"<pre>{code}</pre>"
    return marker(line) + _inline(line.runs)


def _inline(runs: Runs) -> str:
    written: list[str] = []
    link = ""
    for text, style, url in runs:
        if url != link:
            if link:
                written.append("</a>")
            link = url if url and is_linkable(url) else ""
            if link:
                written.append(f'<a href="{attribute(link)}">')
        shown = escape(text) if "&" in text or "<" in text or ">" in text else text
        if not style:
            written.append(shown)
        elif style == BOLD:
            written.append(f"<b>{shown}</b>")
        else:
            written.append(_styled(shown, style, in_link=bool(link)))
    if link:
        written.append("</a>")
    return "".join(written)


def _styled(text: str, style: int, *, in_link: bool) -> str:
    if style & CODE and not in_link:
        return f"<code>{text}</code>"
    if style & STRUCK:
        text = f"<s>{text}</s>"
    if style & ITALIC:
        text = f"<i>{text}</i>"
    return f"<b>{text}</b>" if style & BOLD else text
