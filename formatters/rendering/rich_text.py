"""Write lines as Slack's `rich_text`: sections, lists, quotes and code, each closed before the next.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from collections.abc import Mapping

from formatters.parts import Json
from formatters.rendering.limits import SLACK_URL_CHARACTERS
from formatters.rendering.lines import Form, Line, marker
from formatters.rendering.runs import BOLD, CODE, ITALIC, STRUCK, Runs, is_web_link, text_of

Inline = dict[str, Json]

_STYLES: Mapping[int, Mapping[str, bool]] = {
    style: {
        name: True
        for bit, name in ((BOLD, "bold"), (ITALIC, "italic"), (STRUCK, "strike"), (CODE, "code"))
        if style & bit
    }
    for style in range(16)
}
_ENTRIES = (Form.POINT, Form.BULLET, Form.NUMBERED)
_DEEPEST = 8


class Writer:
    """Gathers lines into rich text blocks; neighbours of one kind share an element."""

    def __init__(self) -> None:
        self._elements: list[Json] = []
        self._inlines: list[Json] = []
        """Of the section, quote or list entry that is being written."""
        self._open: tuple[object, ...] = ()
        """What the next line must be like to go on in the last element."""
        self._entries: list[Json] = []
        """Of the list that is being written."""

    def add(self, line: Line) -> None:
        """Write one line, which is no table."""
        if line.form in _ENTRIES and line.frame != "quote":
            self._add_entry(line, "ordered" if line.form is Form.NUMBERED else "bullet")
        elif line.form is Form.CODE:
            code: Json = [{"type": "text", "text": text_of(line.runs)}]
            self._elements.append({"type": "rich_text_preformatted", "elements": code})
            self._open = ("code",)
        elif line.frame == "quote":
            self._add_flowing(line, "rich_text_quote", marker(line))
        elif line.depth and self._open[:1] == ("list",):
            self._inlines += [_text("\n"), *inlines(line.runs)]
        else:
            self._add_flowing(line, "rich_text_section", "")

    def close(self) -> list[Json]:
        """Return the block of what was written, if anything was, and start afresh."""
        blocks: list[Json] = [{"type": "rich_text", "elements": self._elements}] if self._elements else []
        self._elements, self._open = [], ()
        return blocks

    def _add_flowing(self, line: Line, kind: str, mark: str) -> None:
        """Add to a section or quote; blank lines are characters here, as nothing else makes them."""
        if self._open == (kind,):
            self._inlines.append(_text("\n\n" if line.gap else "\n"))
        else:
            after_other = bool(self._elements) and line.gap and kind == "rich_text_section"
            self._inlines = [_text("\n")] if after_other else []
            self._elements.append({"type": kind, "elements": self._inlines})
            self._open = (kind,)
        if mark:
            self._inlines.append(_text(mark))
        self._inlines += inlines(line.runs)

    def _add_entry(self, line: Line, style: str) -> None:
        depth = min(line.depth, _DEEPEST)
        if self._open != ("list", style, depth, line.number):
            self._entries = []
            found: dict[str, Json] = {
                "type": "rich_text_list",
                "style": style,
                "indent": depth,
                "elements": self._entries,
            }
            if line.number > 1:
                found["offset"] = line.number - 1
            self._elements.append(found)
        self._inlines = inlines(line.runs)
        self._entries.append({"type": "rich_text_section", "elements": self._inlines})
        self._open = ("list", style, depth, line.number + 1 if style == "ordered" else line.number)


def _text(text: str) -> Inline:
    return {"type": "text", "text": text}


def inlines(runs: Runs) -> list[Json]:
    """Return the elements of a section: text and links with their styles."""
    found: list[Json] = []
    for text, style, url in runs:
        inline: Inline = {"type": "text", "text": text}
        if url and is_linkable(url):
            inline = {"type": "link", "url": url, "text": text}
        if style:
            inline["style"] = _STYLES[style]
        found.append(inline)
    return found


def is_linkable(url: str) -> bool:
    """Tell whether a link may lead there; anything else is shown as its text."""
    return len(url) <= SLACK_URL_CHARACTERS and (is_web_link(url) or url.startswith("mailto:"))
