"""Telegram messages as HTML for the page. Everything a bot or person wrote is escaped."""

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from bot.sandbox.telegram_entities import QUOTES, Entity, FormattedText

_BLOCKS = (*QUOTES, "pre")
_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "code",
}
_MARKED = ("bot_command", "mention", "hashtag", "cashtag", "email", "text_mention")


def rendered(text: FormattedText) -> Markup:
    """Return a text with its entities as HTML."""
    units = text.text.encode("utf-16-le", "surrogatepass")
    return _Rendering(units, text.entities).whole(len(units) // 2)


class _Rendering:
    def __init__(self, units: bytes, entities: Sequence[Entity]) -> None:
        self._units = units
        self._blocks: list[Entity] = []
        self._inline: list[Entity] = []
        for entity in entities:
            outermost = not self._blocks or entity.offset >= self._blocks[-1].end
            (self._blocks if entity.kind in _BLOCKS and outermost else self._inline).append(entity)

    def whole(self, end: int) -> Markup:
        """Blocks stand on lines of their own, so the line breaks around them are theirs already."""
        html, at = Markup(), 0
        for block in self._blocks:
            html += self._lines(at, block.offset - 1 if self._is_break(block.offset - 1, at) else block.offset)
            html += self._block(block)
            at = block.end + 1 if self._is_break(block.end, block.end) else block.end
        return html + self._lines(at, end)

    def _block(self, block: Entity) -> Markup:
        inner = self._lines(block.offset, block.end)
        match block.kind:
            case "pre":
                return Markup("<pre>{}</pre>").format(inner)
            case "expandable_blockquote":
                return Markup('<blockquote class="expandable" data-expandable>{}</blockquote>').format(inner)
            case _:
                return Markup("<blockquote>{}</blockquote>").format(inner)

    def _is_break(self, at: int, least: int) -> bool:
        return at >= least and self._text(at, at + 1) == "\n"

    def _lines(self, start: int, end: int) -> Markup:
        edges = {start, end}
        for entity in self._inline:
            edges |= {edge for edge in (entity.offset, entity.end) if start < edge < end}
        html, places = Markup(), sorted(edges)
        for begin, stop in pairwise(places):
            covering = [entity for entity in self._inline if entity.offset <= begin and stop <= entity.end]
            html += self._styled(begin, stop, covering)
        return html

    def _styled(self, start: int, end: int, covering: Sequence[Entity]) -> Markup:
        html = escape(self._text(start, end))
        for entity in reversed(covering):
            whole = self._text(entity.offset, entity.end)
            match entity.kind:
                case "text_link":
                    html = link(entity.url, html)
                case "url":
                    html = link(whole, html)
                case "spoiler":
                    html = Markup('<span class="spoiler" tabindex="0">{}</span>').format(html)
                case kind if kind in _TAGS:
                    html = Markup("<{0}>{1}</{0}>").format(_TAGS[kind], html)
                case kind if kind in _MARKED:
                    html = Markup('<span class="marked">{}</span>').format(html)
                case _:
                    continue
        return html

    def _text(self, start: int, end: int) -> str:
        return self._units[start * 2 : end * 2].decode("utf-16-le", "replace")


def link(url: str, label: Markup, kind: str = "") -> Markup:
    """Return a link that opens elsewhere, or marked text for what no browser opens."""
    if not url.lower().startswith(("http://", "https://")):
        return Markup('<span class="marked" title="{}">{}</span>').format(url, label)
    named = Markup(' class="{}"').format(kind) if kind else ""
    return Markup('<a{} href="{}" target="_blank" rel="noreferrer noopener">{}</a>').format(named, url, label)
