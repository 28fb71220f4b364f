"""The judge of all that is shown in the local Slack finds what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.block_kit import faults_of_message, faults_of_view


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str = "x") -> dict[str, Any]:
    return {"type": "button", "text": plain(text), "action_id": action_id}


def actions(*buttons: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(buttons), **more}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [section]}


@pytest.mark.parametrize(
    ("blocks", "fault"),
    [
        ([{"type": "header", "text": plain("x" * 151)}], "150"),
        ([actions(button("a", "x" * 76))], "75"),
        ([actions(*(button(str(number)) for number in range(26)))], "25"),
        ([actions(button("a")), actions(button("a"))], "action_id a stands there 2 times"),
        ([actions(button("a"), block_id="b"), actions(button("c"), block_id="b")], "block_id b stands there 2 times"),
        ([{"type": "divider"}] * 51, "51 blocks"),
        ([rich({"type": "text", "text": "x" * 10_001})], "10001 characters"),
        ([rich({"type": "user", "user_id": "U1"})], "somebody is mentioned"),
        ([{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}], "somebody is mentioned"),
        ([{"type": "carousel-of-mine"}], "knows no such block"),
    ],
)
def test_a_message_has_its_fault_named(blocks: list[dict[str, Any]], fault: str) -> None:
    assert any(fault in found for found in faults_of_message({"text": "x", "blocks": blocks}))


@pytest.mark.parametrize(("text", "fault"), [("x" * 4001, "4001 characters"), ("hello <@U1>", "mentions somebody")])
def test_so_has_its_text(text: str, fault: str) -> None:
    assert [fault in found for found in faults_of_message({"text": text, "blocks": []})] == [True]


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        ({"type": "modal", "title": plain("x" * 25), "blocks": [{"type": "divider"}]}, "24"),
        ({"type": "home", "blocks": [{"type": "divider"}] * 101}, "101 blocks"),
        ({"type": "home", "blocks": [{"type": "section", "text": plain("x" * 3001)}]}, "3000"),
    ],
)
def test_a_view_has_its_fault_named(view: dict[str, Any], fault: str) -> None:
    assert any(fault in found for found in faults_of_view(view))


def test_what_is_well_made_has_none() -> None:
    channel = rich({"type": "channel", "channel_id": "C1"})
    blocks = [{"type": "header", "text": plain("x")}, channel, actions(button("a"))]
    assert faults_of_message({"text": "x <#C1>", "blocks": blocks}) == []
    assert faults_of_view({"type": "home", "blocks": blocks}) == []
