"""Rich text and tables, the nested ones among Slack's blocks.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block and
https://docs.slack.dev/reference/block-kit/blocks/table-block.
"""

from typing import TYPE_CHECKING, Any

from bot.sandbox.json_types import Json

if TYPE_CHECKING:
    from bot.sandbox.slack_blocks import Findings

TABLE_ROWS, TABLE_COLUMNS = 100, 20
MOST_ELEMENTS = 10_000  # no limit is documented; the total length ends it much earlier
LIST_STYLES = ("bullet", "ordered")
DEEPEST_INDENT = 8
TEXT_STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}
REQUIRED = {
    "text": "text",
    "link": "url",
    "emoji": "name",
    "user": "user_id",
    "channel": "channel_id",
    "usergroup": "usergroup_id",
    "broadcast": "range",
    "color": "value",
    "date": "timestamp",
}


def check_rich_text(found: "Findings", block: Json, place: str) -> None:
    """Check a rich_text block."""
    elements = found.items(found.required(block, "elements", place), MOST_ELEMENTS, f"{place}/elements")
    for number, element in enumerate(elements):
        _check_element(found, element, f"{place}/elements/{number}")


def check_table(found: "Findings", block: Json, place: str) -> None:
    """Check a table block; its cells are raw_text or rich_text."""
    for row_number, row in enumerate(found.items(found.required(block, "rows", place), TABLE_ROWS, f"{place}/rows")):
        row_place = f"{place}/rows/{row_number}"
        for number, cell in enumerate(found.items(row, TABLE_COLUMNS, row_place)):
            kind = cell.get("type") if isinstance(cell, dict) else None
            if kind == "rich_text":
                check_rich_text(found, cell, f"{row_place}/{number}")
            elif kind == "raw_text":
                found.text(found.required(cell, "text", f"{row_place}/{number}"), 12_000, f"{row_place}/{number}/text")
            else:
                found.add(f"unsupported type: {kind}", f"{row_place}/{number}/type")
    if "column_settings" in block:
        found.items(block["column_settings"], TABLE_COLUMNS, f"{place}/column_settings")


def _check_element(found: "Findings", element: Any, place: str) -> None:
    if not isinstance(element, dict):
        found.add("must be an object", place)
        return
    kind = element.get("type")
    match kind:
        case "rich_text_section" | "rich_text_quote" | "rich_text_preformatted":
            inline = found.items(found.required(element, "elements", place), MOST_ELEMENTS, f"{place}/elements")
            for number, part in enumerate(inline):
                _check_inline(found, part, f"{place}/elements/{number}", code=kind == "rich_text_preformatted")
        case "rich_text_list":
            if element.get("style") not in LIST_STYLES:
                found.add(f"must be one of {', '.join(LIST_STYLES)}", f"{place}/style")
            if not 0 <= element.get("indent", 0) <= DEEPEST_INDENT:
                found.add(f"must be between 0 and {DEEPEST_INDENT}", f"{place}/indent")
            items = found.items(found.required(element, "elements", place), MOST_ELEMENTS, f"{place}/elements")
            for number, item in enumerate(items):
                item_place = f"{place}/elements/{number}"
                if not isinstance(item, dict) or item.get("type") != "rich_text_section":
                    found.add("must be a rich_text_section", item_place)
                else:
                    _check_element(found, item, item_place)
        case _:
            found.add(f"unsupported type: {kind}", f"{place}/type")


def _check_inline(found: "Findings", part: Any, place: str, *, code: bool) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in REQUIRED or (code and kind not in ("text", "link")):
        found.add(f"unsupported type: {kind}", f"{place}/type")
        return
    value = found.required(part, REQUIRED[kind], place)
    if kind == "text":
        found.text(value, 12_000, f"{place}/text")
    if kind == "link":
        found.text(value, 3000, f"{place}/url")
    for style in part.get("style", {}):
        if style not in TEXT_STYLES:
            found.add(f"unsupported style: {style}", f"{place}/style")
