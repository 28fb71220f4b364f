"""What is chosen or typed into, as HTML for the page. Everything is escaped."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.sandbox.json_types import Json
from bot.sandbox.slack_views import View

_SELECTED, _CHECKED = Markup(" selected"), Markup(" checked")


def rendered_input(view: View, block: Json) -> Markup:
    """Return an input with its label, its hint and what is wrong with it."""
    block_id = str(block["block_id"])
    hint = Markup('<span class="hint">{}</span>').format(block["hint"]["text"]) if "hint" in block else Markup()
    wrong = view.errors.get(block_id, "")
    error = Markup('<span class="wrong" role="alert">{}</span>').format(wrong) if wrong else Markup()
    field = _field(block["element"], block_id, view.state()["values"][block_id])
    return Markup('<div class="block input"><b>{}</b>{}{}{}</div>').format(block["label"]["text"], field, hint, error)


def rendered_select(block: Json, element: Json) -> Markup:
    """Return a select that stands outside of an input: choosing tells the app at once."""
    chosen = element.get("initial_option", {}).get("value")
    attributes = Markup('data-block="{}" data-choose="{}"').format(block.get("block_id", ""), element["action_id"])
    return Markup("<select {}>{}</select>").format(attributes, _options(element, [chosen]))


def _field(element: Json, block_id: str, state: Json) -> Markup:
    found: Json = state[element["action_id"]]
    match element["type"]:
        case "static_select":
            chosen = (found["selected_option"] or {}).get("value")
            return Markup('<select name="{}">{}</select>').format(block_id, _options(element, [chosen]))
        case "radio_buttons":
            return _boxes("radio", element, block_id, [(found["selected_option"] or {}).get("value")])
        case "checkboxes":
            return _boxes("checkbox", element, block_id, [one["value"] for one in found["selected_options"]])
        case "datepicker" | "timepicker" as kind:
            value = found.get("selected_date") or found.get("selected_time") or ""
            html = Markup('<input type="{}" name="{}" value="{}">')
            return html.format(kind.removesuffix("picker"), block_id, value)
        case _:
            html = Markup('<input type="text" name="{}" value="{}" maxlength="{}" autocomplete="off">')
            return html.format(block_id, found["value"] or "", element.get("max_length", 3000))


def _options(element: Json, chosen: Sequence[object]) -> Markup:
    return Markup().join(
        Markup('<option value="{}"{}>{}</option>').format(
            option["value"], _SELECTED if option["value"] in chosen else "", option["text"]["text"]
        )
        for option in element["options"]
    )


def _boxes(kind: str, element: Json, block_id: str, chosen: Sequence[object]) -> Markup:
    return Markup().join(
        Markup('<label><input type="{}" name="{}" value="{}"{}> {}</label>').format(
            kind,
            block_id,
            option["value"],
            _CHECKED if option["value"] in chosen else "",
            option["text"]["text"],
        )
        for option in element["options"]
    )
