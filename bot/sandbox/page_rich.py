"""Rich messages of Telegram as HTML for the page. Everything a bot wrote is escaped."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from bot.sandbox.json_types import Json
from bot.sandbox.page_telegram import link
from bot.sandbox.telegram_rich import plain

_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "marked": "mark",
    "subscript": "sub",
    "superscript": "sup",
    "spoiler": "span",
}
_BLOCKS = {"paragraph": "p", "footer": "footer", "pullquote": "blockquote", "expandable_blockquote": "blockquote"}


def rendered(blocks: Sequence[Json]) -> Markup:
    """Return blocks as HTML."""
    return Markup('<div class="rich">{}</div>').format(_all(blocks))


def _all(blocks: Sequence[Json]) -> Markup:
    return Markup().join(map(_block, blocks))


def _block(block: Json) -> Markup:
    match block["type"]:
        case "heading":
            return Markup('<h3 class="size-{}">{}</h3>').format(block["size"], _text(block["text"]))
        case "pre":
            return Markup("<pre><code>{}</code></pre>").format(_text(block["text"]))
        case "divider":
            return Markup("<hr>")
        case "list":
            entry = Markup('<div class="entry"><span>{}</span><div>{}</div></div>')
            return Markup().join(entry.format(item["label"], _all(item["blocks"])) for item in block["items"])
        case "blockquote":
            return Markup("<blockquote>{}</blockquote>").format(_all(block["blocks"]))
        case "details":
            opened = Markup(" open") if block.get("is_open") else ""
            parts = opened, _text(block["summary"]), _all(block["blocks"])
            return Markup("<details{}><summary>{}</summary>{}</details>").format(*parts)
        case "table":
            rows = Markup().join(Markup("<tr>{}</tr>").format(Markup().join(map(_cell, row))) for row in block["cells"])
            return Markup("<table>{}</table>").format(rows)
        case "buttons":
            return Markup('<div class="keys">{}</div>').format(Markup().join(map(_button, block["buttons"])))
        case kind:
            return Markup("<{0}>{1}</{0}>").format(_BLOCKS[kind], _text(block["text"]))


def _cell(cell: Json) -> Markup:
    return Markup("<{0}>{1}</{0}>").format("th" if cell.get("is_header") else "td", _text(cell.get("text", "")))


def _button(button: Json) -> Markup:
    if "url" in button:
        return link(button["url"], escape(plain(button["text"])), "key link")
    return Markup('<span class="key">{}</span>').format(plain(button["text"]))


def _text(text: Any) -> Markup:
    match text:
        case str():
            return escape(text)
        case list():
            return Markup().join(map(_text, text))
        case {"type": "url"}:
            return link(text["url"], _text(text["text"]))
        case _:
            return Markup("<{0}>{1}</{0}>").format(_TAGS[text["type"]], _text(text["text"]))
