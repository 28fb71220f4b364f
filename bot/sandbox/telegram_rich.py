"""Rich messages: which blocks Telegram takes, and what it makes of them.

https://core.telegram.org/bots/api#inputrichmessage. Blocks of media, maps and formulas are not known here, and neither
are messages written as HTML or Markdown. The words of refusals are this server's own.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, NoReturn

from bot.sandbox.json_types import Json
from bot.sandbox.telegram_entities import utf16_length
from bot.sandbox.telegram_errors import bad_request
from bot.sandbox.telegram_keyboards import checked_button
from bot.sandbox.telegram_links import LinkError, checked_link

TEXT_LENGTH = 32_768
BLOCKS = 500
LEVELS = 16
COLUMNS = 20
BUTTONS_IN_A_BLOCK = 8
HEADING_SIZES = range(1, 7)

STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler", "code", "marked", "subscript", "superscript")


class Rich(NamedTuple):
    """A rich message as Telegram keeps it."""

    blocks: list[Json]
    text: str
    """What it says, without its form."""
    dropped_links: tuple[str, ...]


def checked_rich(message: Any) -> Rich:
    """Return the rich message that a call carries. Raises ApiError as Telegram would."""
    if not isinstance(message, dict):
        _refuse("Object expected")
    if "blocks" not in message:
        _refuse('this server takes "blocks" alone')
    check = _Check()
    blocks = check.blocks(message["blocks"], 1)
    text = "\n".join(lines_of(blocks))
    if not text.strip():
        raise bad_request("message text is empty")
    if check.count > BLOCKS or utf16_length(text) > TEXT_LENGTH:
        raise bad_request("message is too long")
    return Rich(blocks, text, tuple(check.dropped))


def _refuse(reason: str) -> NoReturn:
    raise bad_request(f"can't parse InputRichMessage: {reason}")


class _Check:
    """Walks through a message, keeping count."""

    def __init__(self) -> None:
        self.count = 0
        self.dropped: list[str] = []
        self._kinds: dict[str, Callable[[Json, int], Json]] = {
            "paragraph": self._with_text,
            "pre": self._with_text,
            "footer": self._with_text,
            "pullquote": self._with_text,
            "expandable_blockquote": self._with_text,
            "heading": self._heading,
            "divider": lambda _block, _level: {},
            "list": self._list,
            "blockquote": lambda block, level: {"blocks": self.blocks(block.get("blocks"), level + 1)},
            "details": self._details,
            "table": self._table,
            "buttons": self._buttons,
        }

    def blocks(self, found: Any, level: int) -> list[Json]:
        if not isinstance(found, list) or (level == 1 and not found):
            _refuse("blocks must be a non-empty Array")
        if level > LEVELS:
            _refuse("blocks are nested too deep")
        return [self._block(block, level) for block in found]

    def _block(self, block: Any, level: int) -> Json:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in self._kinds:
            _refuse(f"unsupported block type {kind!r}")
        self.count += 1
        return {**block, **self._kinds[kind](block, level)}

    def _with_text(self, block: Json, _level: int) -> Json:
        return {"text": self._text(block.get("text"))}

    def _heading(self, block: Json, _level: int) -> Json:
        if block.get("size") not in HEADING_SIZES:
            _refuse("a heading's size is 1 to 6")
        return {"text": self._text(block.get("text"))}

    def _list(self, block: Json, level: int) -> Json:
        items = block.get("items")
        if not isinstance(items, list) or not items:
            _refuse("a list needs items")
        self.count += len(items)
        return {
            "items": [
                {**item, "label": _label(item), "blocks": self.blocks(item.get("blocks"), level + 1)} for item in items
            ]
        }

    def _details(self, block: Json, level: int) -> Json:
        return {"summary": self._text(block.get("summary")), "blocks": self.blocks(block.get("blocks"), level + 1)}

    def _table(self, block: Json, _level: int) -> Json:
        rows = block.get("cells")
        if not isinstance(rows, list) or not all(isinstance(row, list) and row for row in rows) or not rows:
            _refuse("a table needs rows of cells")
        if any(len(row) > COLUMNS for row in rows):
            _refuse("a table has too many columns")
        self.count += len(rows)
        return {"cells": [[self._cell(cell) for cell in row] for row in rows]}

    def _cell(self, cell: Any) -> Json:
        if not isinstance(cell, dict) or not {"align", "valign"} <= set(cell):
            _refuse("a cell needs align and valign")
        return {**cell, "text": self._text(cell["text"])} if "text" in cell else cell

    def _buttons(self, block: Json, _level: int) -> Json:
        buttons = block.get("buttons")
        if not isinstance(buttons, list) or not 0 < len(buttons) <= BUTTONS_IN_A_BLOCK:
            _refuse(f"1 to {BUTTONS_IN_A_BLOCK} buttons stand side by side")
        self.count += len(buttons)
        return {"buttons": [checked_button(button) for button in buttons]}

    def _text(self, text: Any) -> Any:
        match text:
            case str() if text:
                return text
            case list() if text:
                return [self._text(piece) for piece in text]
            case {"type": "url", "text": inner, "url": str(url)}:
                try:
                    return {"type": "url", "text": self._text(inner), "url": checked_link(url)}
                except LinkError:
                    self.dropped.append(url)
                    return self._text(inner)
            case {"type": kind, "text": inner} if kind in STYLES:
                return {"type": kind, "text": self._text(inner)}
            case _:
                return _refuse("unsupported or empty text")


def _label(item: Json) -> str:
    return f"{item['value']}." if "value" in item else "•"


def lines_of(blocks: Iterable[Json]) -> Iterator[str]:
    """Yield what blocks say, line by line."""
    for block in blocks:
        match block["type"]:
            case "list":
                for item in block["items"]:
                    first, *others = [*lines_of(item["blocks"]), ""]
                    yield f"{item['label']} {first}"
                    yield from filter(None, others)
            case "blockquote":
                yield from lines_of(block["blocks"])
            case "details":
                yield plain(block["summary"])
                yield from lines_of(block["blocks"])
            case "table":
                yield from (" | ".join(plain(cell.get("text", "")) for cell in row) for row in block["cells"])
            case "buttons" | "divider":
                continue
            case _:
                yield plain(block["text"])


def plain(text: Any) -> str:
    """Return the characters of rich text."""
    match text:
        case str():
            return text
        case list():
            return "".join(map(plain, text))
        case _:
            return plain(text["text"])


def buttons_of(blocks: Iterable[Json]) -> Iterator[Json]:
    """Yield every button within blocks."""
    for block in blocks:
        yield from block.get("buttons", ())
        yield from buttons_of(block.get("blocks", ()))
        for item in block.get("items", ()):
            yield from buttons_of(item["blocks"])
