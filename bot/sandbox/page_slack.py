"""Slack messages as HTML for the page: Block Kit, and mrkdwn where a block holds it. Everything is escaped."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from markupsafe import Markup, escape

from bot.sandbox.json_types import Json
from bot.sandbox.page_inputs import rendered_input, rendered_select
from bot.sandbox.slack_views import View
from bot.sandbox.slack_workspace import SlackMessage

_STYLES = {"bold": "b", "italic": "i", "strike": "s", "code": "code", "underline": "u"}
_SIGNS = {"+1": "👍", "-1": "👎", "bookmark": "🔖"}
_MRKDWN = re.compile(
    r"<(?P<url>https?://[^|>]+)(?:\|(?P<label>[^>]*))?>"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?<!\w)\*(?P<bold>[^*\n]+)\*(?!\w)"
    r"|(?<!\w)_(?P<italic>[^_\n]+)_(?!\w)"
    r"|(?<!\w)~(?P<strike>[^~\n]+)~(?!\w)"
)


def rendered(message: SlackMessage) -> Markup:
    """Return what a message shows: its blocks, or its text where it has none."""
    if message.blocks:
        body = blocks(message.blocks)
    else:
        body = Markup('<div class="block section">{}</div>').format(_mrkdwn(message.text))
    return body + _unfurled(message) + _reactions(message)


def _unfurled(message: SlackMessage) -> Markup:
    shown = [blocks(content.get("blocks", ())) for content in message.unfurls.values()]
    return Markup().join(Markup('<div class="unfurl">{}</div>').format(one) for one in shown)


def _reactions(message: SlackMessage) -> Markup:
    shown = [
        Markup('<span class="reaction">{} {}</span>').format(_SIGNS.get(name, f":{name}:"), len(users))
        for name, users in message.reactions.items()
    ]
    return Markup('<div class="reactions">{}</div>').format(Markup().join(shown)) if shown else Markup()


def blocks(found: Iterable[Json]) -> Markup:
    """Return what blocks show."""
    return Markup().join(_block(block) for block in found)


def block_of_view(view: View, block: Json) -> Markup:
    """Return a block of a home tab or modal."""
    return rendered_input(view, block) if block["type"] == "input" else _block(block)


def _block(block: Json) -> Markup:
    inner = _inner(block)
    return Markup('<div class="block {}">{}</div>').format(block.get("type", ""), inner)


def _inner(block: Json) -> Markup:
    match block.get("type"):
        case "divider":
            return Markup("<hr>")
        case "header":
            return Markup("<h3>{}</h3>").format(block["text"]["text"])
        case "section":
            return _section(block)
        case "context":
            return Markup(" ").join(_context(element) for element in block["elements"])
        case "actions":
            return Markup().join(_element(element, block) for element in block["elements"])
        case "rich_text":
            return Markup().join(_rich(element) for element in block["elements"])
        case "table":
            return _table(block)
        case "markdown":
            return _mrkdwn(block["text"])
        case _:
            return Markup('<span class="alt">{}</span>').format(block.get("alt_text", ""))


def _section(block: Json) -> Markup:
    fields = Markup().join(Markup("<div>{}</div>").format(_text(field)) for field in block.get("fields", ()))
    accessory = block.get("accessory")
    aside = _element(accessory, block) if accessory else Markup()
    text = _text(block["text"]) if "text" in block else Markup()
    return Markup('<div class="with-accessory"><div>{}{}</div>{}</div>').format(text, fields, aside)


def _context(element: Json) -> Markup:
    if element.get("type") == "image":
        return Markup('<span class="alt">{}</span>').format(element["alt_text"])
    return _text(element)


def _text(text: Json) -> Markup:
    return _mrkdwn(text["text"]) if text["type"] == "mrkdwn" else escape(text["text"])


def _element(element: Json, block: Json) -> Markup:
    match element.get("type"):
        case "button":
            return _button(element, block)
        case "static_select":
            return rendered_select(block, element)
        case _:
            return Markup()


def _button(button: Json, block: Json) -> Markup:
    attributes = Markup('class="button {}" data-block="{}" data-action="{}"').format(
        button.get("style", ""), block.get("block_id", ""), button.get("action_id", button["text"]["text"])
    )
    label = button["text"]["text"]
    if "url" in button:
        return Markup('<a {} href="{}" target="_blank" rel="noreferrer noopener">{}</a>').format(
            attributes, _web(button["url"]), label
        )
    return Markup('<button type="button" {}>{}</button>').format(attributes, label)


def _rich(element: Json) -> Markup:
    match element["type"]:
        case "rich_text_list":
            tag = "ol" if element["style"] == "ordered" else "ul"
            items = Markup().join(Markup("<li>{}</li>").format(_inline(item)) for item in element["elements"])
            start = Markup(' start="{}"').format(element["offset"] + 1) if element.get("offset") else Markup()
            indent = element.get("indent", 0)
            return Markup('<{0} class="indent-{1}"{2}>{3}</{0}>').format(tag, indent, start, items)
        case "rich_text_quote":
            return Markup("<blockquote>{}</blockquote>").format(_inline(element))
        case "rich_text_preformatted":
            return Markup("<pre>{}</pre>").format(_inline(element))
        case _:
            return Markup("<div>{}</div>").format(_inline(element))


def _inline(element: Json) -> Markup:
    return Markup().join(_part(part) for part in element["elements"])


def _part(part: Json) -> Markup:
    match part["type"]:
        case "text":
            html = escape(part["text"])
        case "link":
            html = _link(part["url"], escape(part.get("text") or part["url"]))
        case "emoji":
            html = _emoji(part)
        case "user" | "channel" | "usergroup" | "broadcast":
            name = part.get("user_id") or part.get("channel_id") or part.get("usergroup_id") or part.get("range", "")
            html = Markup('<span class="mention">@{}</span>').format(name)
        case "date":
            html = escape(part.get("fallback", part["timestamp"]))
        case _:
            html = escape(part.get("text", ""))
    for style, tag in _STYLES.items():
        if part.get("style", {}).get(style):
            html = Markup("<{0}>{1}</{0}>").format(tag, html)
    return html


def _emoji(part: Json) -> Markup:
    codes = part.get("unicode")
    if not codes:
        return escape(f":{part['name']}:")
    return escape("".join(chr(int(code, 16)) for code in codes.split("-")))


def _table(block: Json) -> Markup:
    def cell(tag: str, value: Json) -> Markup:
        inner = _inner(value) if value["type"] == "rich_text" else escape(value["text"])
        return Markup("<{0}>{1}</{0}>").format(tag, inner)

    rows = [
        Markup("<tr>{}</tr>").format(Markup().join(cell("td" if number else "th", value) for value in row))
        for number, row in enumerate(block["rows"])
    ]
    return Markup("<table>{}</table>").format(Markup().join(rows))


def _mrkdwn(text: str) -> Markup:
    html, at = Markup(), 0
    for match in _MRKDWN.finditer(text):
        html += _plain(text[at : match.start()])
        at = match.end()
        if url := match["url"]:
            html += _link(unescape(url), _plain(match["label"] or url))
        else:
            kind = match.lastgroup or "code"
            html += Markup("<{0}>{1}</{0}>").format(_STYLES[kind], _plain(match[kind]))
    return html + _plain(text[at:])


def _plain(text: str) -> Markup:
    """Slack writes &, < and > as entities of its own: https://docs.slack.dev/messaging/formatting-message-text."""
    return escape(unescape(text))


def _link(url: str, label: Markup) -> Markup:
    return Markup('<a href="{}" target="_blank" rel="noreferrer noopener">{}</a>').format(_web(url), label)


def _web(url: Any) -> str:
    """Only web addresses are opened from the page."""
    return url if str(url).lower().startswith(("http://", "https://")) else "#"
