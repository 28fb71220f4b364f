"""What a part looks like on a terminal, from its own payload: whichever platform it is for.

Text stands alone where styles cannot be shown: a link's address follows it, a quote and a list entry have a mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from itertools import groupby
from typing import Any, NamedTuple

from rich.style import Style
from rich.text import Text

from formatters.parts import Part


class Span(NamedTuple):
    """Characters of one look."""

    text: str
    style: str = ""
    """In rich's words: bold, italic, strike, dim, cyan."""
    url: str = ""


_CODE = "cyan"
_STYLES = {
    "b": "bold", "bold": "bold", "i": "italic", "italic": "italic", "s": "strike", "strike": "strike",
    "strikethrough": "strike", "code": _CODE, "pre": _CODE, "dim": "dim",
}  # fmt: skip


def look_of(part: Part) -> Text:
    """Return the text of a part with its styles, and its addresses written out."""
    payload: Any = part.payload
    match payload:
        case {"text": str(text), "entities": [*entities]}:
            return _with_entities(text, entities)
        case {"text": str(text), "parse_mode": "HTML"}:
            reader = _Markup()
            reader.feed(text)
            reader.close()
            return _text(reader.spans)
        case {"rich_message": {"blocks": [*blocks]}}:
            return _text(_joined([list(_rich_block(block)) for block in blocks], "\n\n"))
        case {"blocks": [*blocks]}:
            shown = [_slack_block(block) for block in blocks]
            return _text(_joined([spans for spans in shown if spans], "\n\n"))
        case _:
            return Text(part.text)


def buttons_of(part: Part) -> list[Text]:
    """Return a line for each row of buttons: a Telegram keyboard's, or a Slack actions block's."""
    payload: Any = part.payload
    match payload:
        case {"reply_markup": {"inline_keyboard": [*rows]}}:
            found = rows
        case {"blocks": [*blocks]}:
            found = [block["elements"] for block in blocks if block["type"] == "actions"]
        case _:
            found = []
    return [_text(_button_row(row)) for row in found]


def _button_row(row: Sequence[Mapping[str, Any]]) -> list[Span]:
    buttons = [[Span(_plain(button["text"]), "bold", button.get("url", ""))] for button in row]
    return [Span("[ ", "dim"), *_joined(buttons, "  |  "), Span(" ]", "dim")]


def _text(spans: Sequence[Span]) -> Text:
    """Return styled text in which a link's address stands behind its last character, unless it is the text itself."""
    text = Text()
    for url, group in groupby(spans, key=lambda span: span.url):
        same = list(group)
        for span in same:
            text.append(span.text, _style(span.style, url))
        if url and "".join(span.text for span in same).strip() != url:
            text.append(f" <{url}>", _style("dim", url))
    return text


def _style(style: str, url: str) -> Style:
    return Style.parse(style) + Style(link=url, underline=True) if url else Style.parse(style)


def _joined(parts: Sequence[Sequence[Span]], between: str) -> list[Span]:
    return [span for index, part in enumerate(parts) for span in ([Span(between)] * bool(index) + list(part))]


def _below(mark: str, spans: Sequence[Span], indent: str) -> list[Span]:
    """Return spans behind a mark, further lines indented."""
    return [Span(mark), *[span._replace(text=span.text.replace("\n", "\n" + indent)) for span in spans]]


def _with_entities(text: str, entities: Sequence[Any]) -> Text:
    shown = Text(text)
    for entity in entities:
        names = " ".join(_STYLES[name] for name in entity.get("style", "").split())
        start = entity["offset"]
        shown.stylize(_style(names, entity.get("url", "")), start, start + entity["length"])
    return shown


class _Markup(HTMLParser):
    """Reads Telegram's HTML, of which our own renderer is the only writer."""

    def __init__(self) -> None:
        super().__init__()
        self.spans: list[Span] = []
        self._styles: list[str] = []
        self._url = ""
        self._mark = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._url = dict(attrs).get("href") or ""
        elif tag == "blockquote":
            self._mark = "┆ " if ("expandable", None) in attrs else "│ "
            self.spans.append(Span(self._mark, "dim"))
        else:
            self._styles.append(_STYLES[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._url = ""
        elif tag == "blockquote":
            self._mark = ""
        else:
            self._styles.pop()

    def handle_data(self, data: str) -> None:
        self.spans.append(Span(data.replace("\n", "\n" + self._mark), " ".join(self._styles), self._url))


def _plain(text: Any) -> str:
    return str(text["text"] if isinstance(text, Mapping) else text)


def _slack_block(block: Mapping[str, Any]) -> list[Span]:
    match block["type"]:
        case "header":
            return [Span(_plain(block["text"]), "bold")]
        case "context":
            return [Span(_plain(element), "dim") for element in block["elements"]]
        case "table":
            rows = [_joined([_slack_cell(cell) for cell in row], " │ ") for row in block["rows"]]
            return _joined(rows, "\n")
        case "rich_text":
            return _joined([list(_slack_element(element)) for element in block["elements"]], "\n")
        case _:
            return []


def _slack_cell(cell: Mapping[str, Any]) -> list[Span]:
    return [span for element in cell["elements"] for span in _slack_inlines(element["elements"])]


def _slack_element(element: Mapping[str, Any]) -> Iterator[Span]:
    match element["type"]:
        case "rich_text_list":
            indent = "  " * element["indent"]
            for index, entry in enumerate(element["elements"]):
                number = element.get("offset", 0) + index + 1
                mark = f"{indent}{number}. " if element["style"] == "ordered" else f"{indent}• "
                spans = list(_slack_inlines(entry["elements"]))
                yield from _below("\n" * bool(index) + mark, spans, indent + "  ")
        case "rich_text_quote":
            yield from _below("│ ", list(_slack_inlines(element["elements"])), "│ ")
        case "rich_text_preformatted":
            code = [span._replace(style=_CODE) for span in _slack_inlines(element["elements"])]
            yield from _below("    ", code, "    ")
        case _:
            yield from _slack_inlines(element["elements"])


def _slack_inlines(elements: Sequence[Mapping[str, Any]]) -> Iterator[Span]:
    for element in elements:
        style = " ".join(_STYLES[name] for name in element.get("style", {}))
        yield Span(element["text"], style, element.get("url", ""))


def _rich_block(block: Mapping[str, Any]) -> Iterator[Span]:
    match block["type"]:
        case "heading":
            yield from _rich_text(block["text"], "bold")
        case "pre":
            yield from _below("    ", [Span(block["text"], _CODE)], "    ")
        case "list":
            for index, entry in enumerate(block["items"]):
                mark = f"{entry['value']}. " if "value" in entry else "• "
                yield from _below("\n" * bool(index) + mark, _rich_blocks(entry["blocks"], "\n"), "  ")
        case "blockquote":
            yield from _below("│ ", _rich_blocks(block["blocks"], "\n\n"), "│ ")
        case "details":
            yield from _below("▸ ", list(_rich_text(block["summary"])), "  ")
            yield from _below("\n\n  ", _rich_blocks(block["blocks"], "\n\n"), "  ")
        case "table":
            rows = [_joined([list(_rich_text(cell.get("text", ""))) for cell in row], " │ ") for row in block["cells"]]
            yield from _joined(rows, "\n")
        case "buttons":
            yield from _button_row(block["buttons"])
        case _:
            yield from _rich_text(block["text"])


def _rich_blocks(blocks: Sequence[Mapping[str, Any]], between: str) -> list[Span]:
    return _joined([list(_rich_block(block)) for block in blocks], between)


def _rich_text(text: Any, style: str = "", url: str = "") -> Iterator[Span]:
    match text:
        case str():
            yield Span(text, style, url)
        case {"type": "url", "text": inner, "url": address}:
            yield from _rich_text(inner, style, address)
        case {"type": kind, "text": inner}:
            yield from _rich_text(inner, f"{style} {_STYLES[kind]}".strip(), url)
        case _:
            for inner in text:
                yield from _rich_text(inner, style, url)
