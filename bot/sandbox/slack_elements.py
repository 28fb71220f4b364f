"""What people press, choose and type in blocks: https://docs.slack.dev/reference/block-kit/block-elements."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.sandbox.json_types import Json

if TYPE_CHECKING:
    from bot.sandbox.slack_blocks import Findings

BUTTON_TEXT, OPTION_TEXT, OPTION_VALUE, PLACEHOLDER = 75, 75, 150, 150
SELECT_OPTIONS, FEW_OPTIONS, OVERFLOW_OPTIONS = 100, 10, 5
TYPED, URL, VALUE, IDENTIFIER = 3000, 3000, 2000, 255
CONFIRM_TITLE, CONFIRM_TEXT, CONFIRM_BUTTON = 100, 300, 30
BUTTON_STYLES = ("primary", "danger")
_TIME, _DATE = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII), re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def check_element(found: "Findings", element: Any, place: str, allowed: frozenset[str]) -> None:
    """Check one element of a block that takes these types."""
    kind = element.get("type") if isinstance(element, dict) else element
    if not isinstance(element, dict) or kind not in allowed:
        found.add(f"unsupported type: {kind}", f"{place}/type")
        return
    _CHECKS[str(kind)](found, element, place)
    if "confirm" in element:
        _check_confirm(found, element["confirm"], f"{place}/confirm")
    action_id = element.get("action_id")
    if action_id is not None:
        found.text(action_id, IDENTIFIER, f"{place}/action_id")
        if action_id in found.action_ids:
            found.add(f"`action_id` already in use: {action_id}", f"{place}/action_id")
        found.action_ids.add(action_id)


def initial_state(element: Json) -> Json:
    """Return what `view.state.values` says of an element that nobody touched."""
    kind = element["type"]
    state: Json = {"type": kind}
    match kind:
        case "plain_text_input":
            return state | {"value": element.get("initial_value")}
        case "checkboxes":
            return state | {"selected_options": element.get("initial_options", [])}
        case "timepicker":
            return state | {"selected_time": element.get("initial_time")}
        case "datepicker":
            return state | {"selected_date": element.get("initial_date")}
        case _:
            return state | {"selected_option": element.get("initial_option")}


def chosen_state(element: Json, value: object) -> Json:
    """Return what the state says once a person chose `value`: an option by text or value, a list of them, or a text.

    Raises LookupError naming the options if there is no such option.
    """
    kind = element["type"]
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": str(value) or None}
        case "timepicker":
            return {"type": kind, "selected_time": value or None}
        case "datepicker":
            return {"type": kind, "selected_date": value or None}
        case "checkboxes":
            wanted = value if isinstance(value, list) else [value]
            return {"type": kind, "selected_options": [_option(element, one) for one in wanted]}
        case _:
            return {"type": kind, "selected_option": _option(element, value)}


def _option(element: Json, wanted: object) -> Json:
    options: list[Json] = element["options"]
    for option in options:
        if wanted in (option["text"]["text"], option["value"]):
            return option
    raise LookupError(f"no option {wanted!r}: there are {', '.join(option['text']['text'] for option in options)}")


def _check_button(found: "Findings", button: Json, place: str) -> None:
    found.text_object(found.required(button, "text", place), BUTTON_TEXT, f"{place}/text", plain=True)
    if "url" in button:
        found.text(button["url"], URL, f"{place}/url")
        if not str(button["url"]).startswith(("http://", "https://", "slack://", "mailto:")):
            found.add("must be a valid URL", f"{place}/url")
    if "value" in button:
        found.text(button["value"], VALUE, f"{place}/value", shortest=0)
    if button.get("style", "primary") not in BUTTON_STYLES:
        found.add(f"must be one of {', '.join(BUTTON_STYLES)}", f"{place}/style")


def _check_confirm(found: "Findings", confirm: Any, place: str) -> None:
    if not isinstance(confirm, dict):
        found.add("must be an object", place)
        return
    parts = (("title", CONFIRM_TITLE), ("text", CONFIRM_TEXT), ("confirm", CONFIRM_BUTTON), ("deny", CONFIRM_BUTTON))
    for name, longest in parts:
        text = found.required(confirm, name, place)
        found.text_object(text, longest, f"{place}/{name}", plain=name != "text")


def _check_options(found: "Findings", element: Json, place: str, most: int) -> None:
    values: set[object] = set()
    options = found.items(found.required(element, "options", place), most, f"{place}/options")
    for number, option in enumerate(options):
        at = f"{place}/options/{number}"
        if not isinstance(option, dict):
            found.add("must be an object", at)
            continue
        found.text_object(found.required(option, "text", at), OPTION_TEXT, f"{at}/text")
        found.text(found.required(option, "value", at), OPTION_VALUE, f"{at}/value")
        if option.get("value") in values:
            found.add(f"duplicate value: {option['value']}", f"{at}/value")
        values.add(option.get("value"))
    if "initial_option" in element and element["initial_option"] not in options:
        found.add("must match one of the options", f"{place}/initial_option")
    if "initial_options" in element:
        chosen = found.items(element["initial_options"], most, f"{place}/initial_options")
        if any(one not in options for one in chosen):
            found.add("must match the options", f"{place}/initial_options")


def _check_placeholder(found: "Findings", element: Json, place: str) -> None:
    if "placeholder" in element:
        found.text_object(element["placeholder"], PLACEHOLDER, f"{place}/placeholder", plain=True)


def _check_select(found: "Findings", element: Json, place: str) -> None:
    _check_options(found, element, place, SELECT_OPTIONS)
    _check_placeholder(found, element, place)


def _check_few(found: "Findings", element: Json, place: str) -> None:
    _check_options(found, element, place, FEW_OPTIONS)


def _check_overflow(found: "Findings", element: Json, place: str) -> None:
    _check_options(found, element, place, OVERFLOW_OPTIONS)


def _check_typed(found: "Findings", element: Json, place: str) -> None:
    _check_placeholder(found, element, place)
    if "initial_value" in element:
        found.text(element["initial_value"], min(TYPED, element.get("max_length", TYPED)), f"{place}/initial_value")
    if not 1 <= element.get("max_length", TYPED) <= TYPED:
        found.add(f"must be between 1 and {TYPED}", f"{place}/max_length")


def _check_moment(pattern: re.Pattern[str], field: str) -> "Callable[[Findings, Json, str], None]":
    def check(found: "Findings", element: Json, place: str) -> None:
        _check_placeholder(found, element, place)
        if field in element and not pattern.fullmatch(str(element[field])):
            found.add("is not in the right form", f"{place}/{field}")

    return check


_CHECKS: "dict[str, Callable[[Findings, Json, str], None]]" = {
    "button": _check_button,
    "checkboxes": _check_few,
    "datepicker": _check_moment(_DATE, "initial_date"),
    "overflow": _check_overflow,
    "plain_text_input": _check_typed,
    "radio_buttons": _check_few,
    "static_select": _check_select,
    "timepicker": _check_moment(_TIME, "initial_time"),
}

IN_ACTIONS = frozenset(_CHECKS) - {"plain_text_input"}
IN_INPUT = frozenset(_CHECKS) - {"button", "overflow"}
