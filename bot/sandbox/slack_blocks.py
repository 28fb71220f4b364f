"""What Slack accepts as Block Kit: https://docs.slack.dev/reference/block-kit/blocks.

Returns the errors that Slack puts in `errors` beside `invalid_blocks`, each with its JSON pointer. Where Slack's
wording is not public the sentence is ours, the pointer is not.
"""

from collections.abc import Callable, Iterator
from typing import Any

from bot.sandbox.json_types import Json
from bot.sandbox.slack_rich_text import check_rich_text, check_table

BLOCKS = 50  # https://docs.slack.dev/reference/block-kit/blocks
VIEW_BLOCKS = 100
TOTAL_CHARACTERS = 12_000
"""All text of one message; undocumented: https://github.com/slackapi/bolt-js/issues/2509"""
MESSAGE_CHARACTERS = 40_000  # https://docs.slack.dev/changelog/2018-truncating-really-long-messages
HEADER, SECTION, FIELD, BUTTON_TEXT = 150, 3000, 2000, 75
FIELDS, CONTEXT_ELEMENTS, ACTION_ELEMENTS = 10, 10, 25
URL, VALUE, IDENTIFIER, ALT_TEXT = 3000, 2000, 255, 2000
BUTTON_STYLES = ("primary", "danger")


class Findings:
    """Collects errors with the place they belong to."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.action_ids: set[str] = set()
        self.block_ids: set[str] = set()

    def add(self, reason: str, place: str) -> None:
        """Note an error at a JSON pointer."""
        self.errors.append(f"{reason} [json-pointer:{place}]")

    def text(self, value: Any, longest: int, place: str, *, shortest: int = 1) -> None:
        """Check a string's length in characters."""
        if not isinstance(value, str):
            self.add("must be a string", place)
        elif len(value) > longest:
            self.add(f"must be less than {longest + 1} characters", place)
        elif len(value) < shortest:
            self.add(f"must be more than {shortest - 1} characters", place)

    def items(self, value: Any, most: int, place: str) -> list[Any]:
        """Check a list's length and return it, empty if it is no list."""
        if not isinstance(value, list):
            self.add("must be an array", place)
            return []
        if len(value) > most:
            self.add(f"no more than {most} items allowed", place)
        if not value:
            self.add("no fewer than 1 items allowed", place)
        return value

    def required(self, block: Json, name: str, place: str) -> Any:
        """Return a field, noting its absence."""
        if name not in block:
            self.add(f"missing required field: {name}", place)
        return block.get(name)


def check_blocks(blocks: Any, *, most: int = BLOCKS) -> list[str]:
    """Return what is wrong with the blocks of a message or view, in order; an empty list if nothing is."""
    found = Findings()
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    if len(blocks) > most:
        found.add(f"no more than {most} items allowed", "/blocks")
    for number, block in enumerate(blocks):
        _check_block(found, block, f"/blocks/{number}")
    if sum(isinstance(block, dict) and block.get("type") == "table" for block in blocks) > 1:
        found.add("only one table allowed", "/blocks")
    return found.errors


def text_length(blocks: Any) -> int:
    """Return how many characters of text the blocks hold, the labels of buttons included."""
    return sum(len(text) for text in _texts(blocks))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for element in value:
            yield from _texts(element)
    elif isinstance(value, dict):
        for name, element in value.items():
            if isinstance(element, str):
                if name == "text":
                    yield element
            else:
                yield from _texts(element)


def _check_block(found: Findings, block: Any, place: str) -> None:
    if not isinstance(block, dict):
        found.add("must be an object", place)
        return
    block_id = block.get("block_id")
    if block_id is not None:
        found.text(block_id, IDENTIFIER, f"{place}/block_id")
        if block_id in found.block_ids:
            found.add(f"duplicate block_id: {block_id}", f"{place}/block_id")
        found.block_ids.add(block_id)
    kind = block.get("type")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        found.add(f"unsupported type: {kind}", f"{place}/type")
    else:
        check(found, block, place)


def _check_header(found: Findings, block: Json, place: str) -> None:
    _check_text_object(found, found.required(block, "text", place), HEADER, f"{place}/text", plain=True)


def _check_context(found: Findings, block: Json, place: str) -> None:
    elements = found.items(found.required(block, "elements", place), CONTEXT_ELEMENTS, f"{place}/elements")
    for number, element in enumerate(elements):
        if isinstance(element, dict) and element.get("type") == "image":
            _check_image(found, element, f"{place}/elements/{number}")
        else:
            _check_text_object(found, element, SECTION, f"{place}/elements/{number}")


def _check_actions(found: Findings, block: Json, place: str) -> None:
    elements = found.items(found.required(block, "elements", place), ACTION_ELEMENTS, f"{place}/elements")
    for number, element in enumerate(elements):
        _check_button(found, element, f"{place}/elements/{number}")


def _check_image(found: Findings, block: Json, place: str) -> None:
    found.text(found.required(block, "image_url", place), URL, f"{place}/image_url")
    found.text(found.required(block, "alt_text", place), ALT_TEXT, f"{place}/alt_text")


def _check_markdown(found: Findings, block: Json, place: str) -> None:
    found.text(found.required(block, "text", place), TOTAL_CHARACTERS, f"{place}/text")


def _check_section(found: Findings, block: Json, place: str) -> None:
    if "text" not in block and "fields" not in block:
        found.add("must define either `text` or `fields`", place)
    if "text" in block:
        _check_text_object(found, block["text"], SECTION, f"{place}/text")
    if "fields" in block:
        for number, field in enumerate(found.items(block["fields"], FIELDS, f"{place}/fields")):
            _check_text_object(found, field, FIELD, f"{place}/fields/{number}")
    if "accessory" in block and block["accessory"].get("type") != "image":
        _check_button(found, block["accessory"], f"{place}/accessory")


def _check_text_object(found: Findings, text: Any, longest: int, place: str, *, plain: bool = False) -> None:
    allowed = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    if not isinstance(text, dict) or text.get("type") not in allowed:
        found.add(f"must be a text object of type {' or '.join(allowed)}", place)
        return
    found.text(found.required(text, "text", place), longest, f"{place}/text")


def _check_button(found: Findings, button: Any, place: str) -> None:
    if not isinstance(button, dict) or button.get("type") != "button":
        kind = button.get("type") if isinstance(button, dict) else button
        found.add(f"unsupported type: {kind}", f"{place}/type")
        return
    _check_text_object(found, found.required(button, "text", place), BUTTON_TEXT, f"{place}/text", plain=True)
    if "url" in button:
        found.text(button["url"], URL, f"{place}/url")
        if not str(button["url"]).startswith(("http://", "https://", "slack://", "mailto:")):
            found.add("must be a valid URL", f"{place}/url")
    if "value" in button:
        found.text(button["value"], VALUE, f"{place}/value", shortest=0)
    if button.get("style", "primary") not in BUTTON_STYLES:
        found.add(f"must be one of {', '.join(BUTTON_STYLES)}", f"{place}/style")
    action_id = button.get("action_id")
    if action_id is not None:
        found.text(action_id, IDENTIFIER, f"{place}/action_id")
        if action_id in found.action_ids:
            found.add(f"`action_id` already in use: {action_id}", f"{place}/action_id")
        found.action_ids.add(action_id)


_CHECKS: dict[str, Callable[[Findings, Json, str], None]] = {
    "actions": _check_actions,
    "context": _check_context,
    "divider": lambda *_: None,
    "header": _check_header,
    "image": _check_image,
    "markdown": _check_markdown,
    "rich_text": check_rich_text,
    "section": _check_section,
    "table": check_table,
}
