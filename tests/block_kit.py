"""Whether everything that the app showed in the local Slack is Block Kit as it should be.

Three judges: slack_sdk's models, nested to the last text object; the rule that ids are unique; and budgets, which are
ours where Slack documents none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.sandbox.slack_state import Slack

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
BODY_CHARACTERS = 10_000
"""Text and addresses of one message: Slack was seen to refuse about 13 000 (https://github.com/slackapi/bolt-js/issues/2509)."""
TEXT_CHARACTERS = 4000
VIEW_BYTES = 250_000
VIEW_METHODS = ("views.open", "views.publish", "views.push", "views.update")


def faults_shown(slack: Slack) -> list[str]:
    """Return what is wrong with every message and view that the app showed in any workspace."""
    return [
        f"{what}: {fault}"
        for what, surface, shown in everything(slack)
        for fault in (faults_of_view(shown) if surface == "view" else faults_of_message(shown))
    ]


def everything(slack: Slack) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield where it was shown, whether it is a message or a view, and its content as the app sent it."""
    for workspace in slack.siblings:
        for message in workspace.accepted:
            if message.author.is_bot:
                for number, version in enumerate(message.versions):
                    shown = {"text": version.text, "blocks": version.blocks or []}
                    yield f"version {number} of message {message.ts}", "message", shown
    for method in VIEW_METHODS:
        for call in slack.calls.of(method):
            if isinstance(call.parameters.get("view"), dict):
                yield method, "view", call.parameters["view"]
    for interaction in slack.interactions.values():
        if isinstance((interaction.ack or {}).get("view"), dict):
            yield "an answer to a modal", "view", (interaction.ack or {})["view"]
    for call in slack.calls.of("chat.unfurl"):
        for url, unfurl in (call.parameters.get("unfurls") or {}).items():
            yield f"unfurled {url}", "message", {"text": "", "blocks": unfurl.get("blocks") or []}


def faults_of_message(message: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with `text` and `blocks` of a message."""
    text, blocks = str(message["text"]), message["blocks"]
    found = _faults_of_blocks(blocks, MESSAGE_BLOCKS)
    if len(text) > TEXT_CHARACTERS:
        found.append(f"text has {len(text)} characters")
    size = sum(len(one[key]) for one in _objects(blocks) for key in ("text", "url") if isinstance(one.get(key), str))
    if size > BODY_CHARACTERS:
        found.append(f"the blocks have {size} characters")
    if "<@" in text or "<!" in text:
        found.append(f"text mentions somebody: {text!r}")
    return found


def faults_of_view(view: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a home tab or modal."""
    found = _faults_of_blocks(view["blocks"], VIEW_BLOCKS)
    try:
        View(**view).to_dict()
    except SlackObjectFormationError as error:
        found.append(str(error))
    if (size := len(json.dumps(view, ensure_ascii=False).encode())) > VIEW_BYTES:
        found.append(f"the view has {size} bytes")
    return found


def _faults_of_blocks(blocks: list[Any], most: int) -> list[str]:
    found = [f"{len(blocks)} blocks"] if len(blocks) > most else []
    for block in blocks:
        try:
            known = Block.parse(block)
            if known is None or known.to_dict()["type"] != block["type"]:
                found.append(f"slack_sdk knows no such block: {block}")
        except SlackObjectFormationError as error:
            found.append(f"{error}: {block}")
    for kind in ("action_id", "block_id"):
        times = Counter(one[kind] for one in _objects(blocks) if kind in one)
        found += [f"{kind} {name} stands there {count} times" for name, count in times.items() if count > 1]
    found += [f"somebody is mentioned: {one}" for one in _objects(blocks) if _mentions(one)]
    return found


def _mentions(one: Mapping[str, Any]) -> bool:
    """Return whether an object notifies people; a channel's name does not."""
    if one.get("type") == "mrkdwn":
        return "<@" in one["text"] or "<!" in one["text"]
    return one.get("type") in {"user", "usergroup", "broadcast"}


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _objects(inner)
