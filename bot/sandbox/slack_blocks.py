"""What Slack accepts as Block Kit: https://docs.slack.dev/reference/block-kit/blocks.

Returns the errors that Slack puts in `errors` beside `invalid_blocks`, each with its JSON pointer. Where Slack's
wording is not public the sentence is ours, the pointer is not.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeAlias

from bot.sandbox.json_types import Json
from bot.sandbox.slack_elements import IN_ACTIONS, IN_INPUT, check_element
from bot.sandbox.slack_rich_text import check_rich_text, check_table

BLOCKS = 50  # https://docs.slack.dev/reference/block-kit/blocks
VIEW_BLOCKS = 100
TOTAL_CHARACTERS = 12_000
"""All text of one message; undocumented: https://github.com/slackapi/bolt-js/issues/2509"""
MESSAGE_CHARACTERS = 40_000  # https://docs.slack.dev/changelog/2018-truncating-really-long-messages
HEADER, SECTION, FIELD, INPUT_LABEL = 150, 3000, 2000, 2000
FIELDS, CONTEXT_ELEMENTS, ACTION_ELEMENTS = 10, 10, 25
URL, IDENTIFIER, ALT_TEXT = 3000, 255, 2000

Surface: TypeAlias = Literal["message", "home", "modal", "unfurl"]
"""Where blocks stand."""
MESSAGES_ONLY = frozenset(("markdown", "table"))
VIEWS_ONLY = frozenset(("input",))
IN_UNFURLS = frozenset(("section", "context", "divider", "image"))
"""Rich text and actions are refused there: https://github.com/slackapi/java-slack-sdk/issues/948"""


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

    def text_object(self, text: Any, longest: int, place: str, *, plain: bool = False) -> None:
        """Check a text object."""
        allowed = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if not isinstance(text, dict) or text.get("type") not in allowed:
            self.add(f"must be a text object of type {' or '.join(allowed)}", place)
            return
        self.text(self.required(text, "text", place), longest, f"{place}/text")

    def required(self, block: Json, name: str, place: str) -> Any:
        """Return a field, noting its absence."""
        if name not in block:
            self.add(f"missing required field: {name}", place)
        return block.get(name)


def check_blocks(blocks: Any, *, surface: Surface = "message") -> list[str]:
    """Return what is wrong with the blocks of a message or view, in order; an empty list if nothing is."""
    most = VIEW_BLOCKS if surface in ("home", "modal") else BLOCKS
    found = Findings()
    if not isinstance(blocks, list):
        return ["must be an array [json-pointer:/blocks]"]
    if len(blocks) > most:
        found.add(f"no more than {most} items allowed", "/blocks")
    for number, block in enumerate(blocks):
        _check_block(found, block, f"/blocks/{number}", surface)
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


def _stands_in(kind: str, surface: Surface) -> bool:
    match surface:
        case "message":
            return kind not in VIEWS_ONLY
        case "unfurl":
            return kind in IN_UNFURLS
        case _:
            return kind not in MESSAGES_ONLY


def _check_block(found: Findings, block: Any, place: str, surface: Surface) -> None:
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
    check = _CHECKS.get(kind) if isinstance(kind, str) and _stands_in(kind, surface) else None
    if check is None:
        found.add(f"unsupported type: {kind}", f"{place}/type")
    else:
        check(found, block, place)


def _check_header(found: Findings, block: Json, place: str) -> None:
    found.text_object(found.required(block, "text", place), HEADER, f"{place}/text", plain=True)


def _check_context(found: Findings, block: Json, place: str) -> None:
    elements = found.items(found.required(block, "elements", place), CONTEXT_ELEMENTS, f"{place}/elements")
    for number, element in enumerate(elements):
        if isinstance(element, dict) and element.get("type") == "image":
            _check_image(found, element, f"{place}/elements/{number}")
        else:
            found.text_object(element, SECTION, f"{place}/elements/{number}")


def _check_actions(found: Findings, block: Json, place: str) -> None:
    elements = found.items(found.required(block, "elements", place), ACTION_ELEMENTS, f"{place}/elements")
    for number, element in enumerate(elements):
        check_element(found, element, f"{place}/elements/{number}", IN_ACTIONS)


def _check_image(found: Findings, block: Json, place: str) -> None:
    found.text(found.required(block, "image_url", place), URL, f"{place}/image_url")
    found.text(found.required(block, "alt_text", place), ALT_TEXT, f"{place}/alt_text")


def _check_markdown(found: Findings, block: Json, place: str) -> None:
    found.text(found.required(block, "text", place), TOTAL_CHARACTERS, f"{place}/text")


def _check_section(found: Findings, block: Json, place: str) -> None:
    if "text" not in block and "fields" not in block:
        found.add("must define either `text` or `fields`", place)
    if "text" in block:
        found.text_object(block["text"], SECTION, f"{place}/text")
    if "fields" in block:
        for number, field in enumerate(found.items(block["fields"], FIELDS, f"{place}/fields")):
            found.text_object(field, FIELD, f"{place}/fields/{number}")
    if "accessory" in block and block["accessory"].get("type") != "image":
        check_element(found, block["accessory"], f"{place}/accessory", IN_ACTIONS)


def _check_input(found: Findings, block: Json, place: str) -> None:
    found.text_object(found.required(block, "label", place), INPUT_LABEL, f"{place}/label", plain=True)
    check_element(found, found.required(block, "element", place), f"{place}/element", IN_INPUT)
    if "hint" in block:
        found.text_object(block["hint"], INPUT_LABEL, f"{place}/hint", plain=True)


_CHECKS: dict[str, Callable[[Findings, Json, str], None]] = {
    "actions": _check_actions,
    "context": _check_context,
    "divider": lambda *_: None,
    "header": _check_header,
    "image": _check_image,
    "input": _check_input,
    "markdown": _check_markdown,
    "rich_text": check_rich_text,
    "section": _check_section,
    "table": check_table,
}
