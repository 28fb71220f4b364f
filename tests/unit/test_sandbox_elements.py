"""Which elements and inputs the local Slack takes in blocks, and on which surface."""

from typing import Any

import pytest

from bot.sandbox.slack_blocks import Surface, check_blocks
from bot.sandbox.slack_elements import chosen_state, initial_state


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def options(count: int) -> list[dict[str, Any]]:
    return [{"text": plain(f"option {number}"), "value": f"{number}"} for number in range(count)]


def actions(**element: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": [{"action_id": "a", **element}]}


def asked(**element: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("Which?"), "element": {"action_id": "a", **element}}


CONFIRM = {name: plain("x") for name in ("title", "text", "confirm", "deny")}
GOOD: list[tuple[Surface, dict[str, Any]]] = [
    ("message", actions(type="static_select", options=options(100), placeholder=plain("x" * 150))),
    ("message", actions(type="overflow", options=options(5))),
    ("home", actions(type="static_select", options=options(2), initial_option=options(2)[1])),
    ("home", actions(type="button", text=plain("x"), confirm=CONFIRM)),
    ("modal", asked(type="plain_text_input", initial_value="08:00", max_length=5)),
    ("modal", asked(type="checkboxes", options=options(10), initial_options=options(10)[3:5])),
    ("modal", asked(type="radio_buttons", options=options(10))),
    ("modal", asked(type="timepicker", initial_time="23:59")),
    ("modal", asked(type="datepicker", initial_date="2026-02-12")),
    ("unfurl", {"type": "section", "text": plain("x")}),
]


@pytest.mark.parametrize(("surface", "block"), GOOD)
def test_good_elements_are_taken(surface: Surface, block: dict[str, Any]) -> None:
    assert check_blocks([block], surface=surface) == []


ONE = "/blocks/0/elements/0"
INPUT = "/blocks/0/element"
BAD: list[tuple[Surface, dict[str, Any], str]] = [
    (
        "home",
        actions(type="static_select", options=options(101)),
        f"no more than 100 items allowed [json-pointer:{ONE}/options]",
    ),
    (
        "home",
        actions(type="static_select", options=options(2), initial_option=options(3)[2]),
        f"must match one of the options [json-pointer:{ONE}/initial_option]",
    ),
    (
        "home",
        actions(type="static_select", options=options(1) * 2),
        f"duplicate value: 0 [json-pointer:{ONE}/options/1/value]",
    ),
    (
        "home",
        actions(type="static_select", options=[{"text": plain("x" * 76), "value": "v"}]),
        f"must be less than 76 characters [json-pointer:{ONE}/options/0/text/text]",
    ),
    (
        "home",
        actions(type="overflow", options=options(6)),
        f"no more than 5 items allowed [json-pointer:{ONE}/options]",
    ),
    ("home", actions(type="plain_text_input"), f"unsupported type: plain_text_input [json-pointer:{ONE}/type]"),
    (
        "home",
        actions(type="button", text=plain("x"), confirm={**CONFIRM, "title": plain("x" * 101)}),
        f"must be less than 101 characters [json-pointer:{ONE}/confirm/title/text]",
    ),
    (
        "modal",
        asked(type="checkboxes", options=options(3), initial_options=[]),
        f"no fewer than 1 items allowed [json-pointer:{INPUT}/initial_options]",
    ),
    (
        "modal",
        asked(type="radio_buttons", options=options(11)),
        f"no more than 10 items allowed [json-pointer:{INPUT}/options]",
    ),
    (
        "modal",
        asked(type="timepicker", initial_time="24:00"),
        f"is not in the right form [json-pointer:{INPUT}/initial_time]",
    ),
    (
        "modal",
        asked(type="plain_text_input", initial_value="x" * 6, max_length=5),
        f"must be less than 6 characters [json-pointer:{INPUT}/initial_value]",
    ),
    ("modal", asked(type="button", text=plain("x")), f"unsupported type: button [json-pointer:{INPUT}/type]"),
    (
        "message",
        asked(type="radio_buttons", options=options(2)),
        "unsupported type: input [json-pointer:/blocks/0/type]",
    ),
    ("home", {"type": "markdown", "text": "x"}, "unsupported type: markdown [json-pointer:/blocks/0/type]"),
    (
        "unfurl",
        actions(type="button", text=plain("x")),
        "unsupported type: actions [json-pointer:/blocks/0/type]",
    ),
]


@pytest.mark.parametrize(("surface", "block", "error"), BAD, ids=[error for *_, error in BAD])
def test_bad_elements_are_named_with_their_place(surface: Surface, block: dict[str, Any], error: str) -> None:
    assert error in check_blocks([block], surface=surface)


CHOICES: list[tuple[dict[str, Any], object, dict[str, Any]]] = [
    ({"type": "plain_text_input"}, "07:30", {"value": "07:30"}),
    ({"type": "plain_text_input"}, "", {"value": None}),
    ({"type": "timepicker"}, "07:30", {"selected_time": "07:30"}),
    ({"type": "datepicker"}, "2026-02-12", {"selected_date": "2026-02-12"}),
    ({"type": "static_select", "options": options(2)}, "option 1", {"selected_option": options(2)[1]}),
    ({"type": "checkboxes", "options": options(3)}, ["0", "2"], {"selected_options": options(3)[::2]}),
]


@pytest.mark.parametrize(("element", "value", "state"), CHOICES)
def test_what_a_person_chooses_becomes_the_state(element: dict[str, Any], value: object, state: dict[str, Any]) -> None:
    assert chosen_state(element, value) == {"type": element["type"], **state}
    assert set(initial_state(element)) == {"type", *state}
