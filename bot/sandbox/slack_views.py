"""Home tabs and modals: https://docs.slack.dev/surfaces/app-home, https://docs.slack.dev/surfaces/modals."""

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.json_types import Json
from bot.sandbox.slack_blocks import check_blocks
from bot.sandbox.slack_elements import initial_state
from bot.sandbox.slack_errors import SlackError
from bot.sandbox.slack_workspace import Interaction, SlackAccount, with_block_ids

DEEPEST = 3  # https://docs.slack.dev/surfaces/modals#updating
TRIGGER_SECONDS = 3.0  # https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
TITLE, METADATA, CALLBACK = 24, 3000, 255  # https://docs.slack.dev/reference/views/modal-views
LARGEST = 250_000
"""Bytes: https://docs.slack.dev/reference/methods/views.publish#errors"""


@dataclass(slots=True, eq=False)
class View:
    """One home tab or modal, as one person sees it."""

    id: str
    owner: SlackAccount
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[tuple[str, str], Json] = field(default_factory=dict)
    """What the person typed or chose, by block_id and action_id."""
    errors: dict[str, str] = field(default_factory=dict)
    """What stands in red below the inputs, by block_id."""
    versions: int = 1

    @property
    def blocks(self) -> list[Json]:
        """The blocks as they are now, each with its id."""
        found: list[Json] = self.content["blocks"]
        return found

    @property
    def texts(self) -> list[str]:
        """Every text that can be read, in order."""
        return list(_texts(self.blocks))

    @property
    def elements(self) -> list[tuple[Json, Json]]:
        """What can be pressed, chosen or typed into, with the block that each is in."""
        found = []
        for block in self.blocks:
            own = [*(block.get("elements") or ()), block.get("accessory"), block.get("element")]
            found += [(block, one) for one in own if one and block["type"] in ("actions", "section", "input")]
        return [(block, one) for block, one in found if one["type"] != "image"]

    def element(self, label: str) -> tuple[Json, Json]:
        """Return the block and element of this action_id, block_id, label, text or value.

        Raises LookupError naming those that exist.
        """
        for block, one in self.elements:
            if label in _names(block, one):
                return block, one
        known = ", ".join(str(_names(block, one)[0]) for block, one in self.elements) or "nothing"
        raise LookupError(f"no {label!r} in view {self.id}: there is {known}")

    def state(self) -> Json:
        """Return `view.state`: what every element stands at."""
        found: Json = {}
        for block, one in self.elements:
            if one["type"] not in ("button", "overflow"):
                key = (str(block["block_id"]), str(one["action_id"]))
                found.setdefault(key[0], {})[key[1]] = self.values.get(key) or initial_state(one)
        return {"values": found}

    def as_json(self, team_id: str, app_id: str, bot_id: str) -> Json:
        """Return the view object that the app gets."""
        empty: Json = {
            "private_metadata": "", "callback_id": "", "external_id": "", "title": None, "close": None, "submit": None,
            "clear_on_close": False, "notify_on_close": False,
        }  # fmt: skip
        own = {"id": self.id, "team_id": team_id, "app_id": app_id, "bot_id": bot_id, "hash": self.hash}
        place = {"root_view_id": self.root_id, "previous_view_id": self.previous_id, "state": self.state()}
        return empty | self.content | own | place


class Views:
    """Every home tab, and each person's stack of modals."""

    def __init__(self, team_id: str) -> None:
        self._team_id = team_id
        self._homes: dict[str, View] = {}
        self._modals: dict[str, list[View]] = {}
        self._numbers = itertools.count(1)

    def home_of(self, user_id: str) -> View | None:
        """Return what the person's home tab shows, if anything was published."""
        return self._homes.get(user_id)

    def modal_of(self, user_id: str) -> View | None:
        """Return the modal on top, if one is open."""
        stack = self._modals.get(user_id)
        return stack[-1] if stack else None

    def publish(self, owner: SlackAccount, content: Json, claimed: str | None) -> View:
        """Show a home tab; raises SlackError."""
        present = self._homes.get(owner.id)
        blocks = checked(content, "home")
        if claimed and (present is None or claimed != present.hash):
            raise SlackError("hash_conflict")
        if present is not None:
            self._replace(present, content, blocks)
            return present
        self._homes[owner.id] = self._new(owner, content, blocks)
        return self._homes[owner.id]

    def open(self, interaction: Interaction, content: Json) -> View:
        """Open a modal for whoever acted; raises SlackError."""
        owner = _exchanged(interaction)
        self._modals[owner.id] = []
        return self.push(owner, content)

    def push_for(self, interaction: Interaction, content: Json) -> View:
        """Put a modal on top of the present one; raises SlackError."""
        return self.push(_exchanged(interaction), content)

    def push(self, owner: SlackAccount, content: Json) -> View:
        """Put a modal on top of whatever the person has open; raises SlackError."""
        stack = self._modals.setdefault(owner.id, [])
        if len(stack) == DEEPEST:
            raise SlackError("push_limit_reached")
        view = self._new(owner, content, checked(content, "modal"))
        if stack:
            view.root_id, view.previous_id = stack[0].root_id, stack[-1].id
        stack.append(view)
        return view

    def update(self, view: View, content: Json, claimed: str | None = None) -> None:
        """Show something else in an open modal; raises SlackError."""
        blocks = checked(content, "modal")
        if claimed and claimed != view.hash:
            raise SlackError("hash_conflict")
        self._replace(view, content, blocks)

    def find(self, *, view_id: str = "", external_id: str = "") -> View:
        """Return an open modal; raises SlackError."""
        for stack in self._modals.values():
            for view in stack:
                if (view_id and view.id == view_id) or (external_id and view.content.get("external_id") == external_id):
                    return view
        raise SlackError("not_found")

    def close(self, view: View, *, everything: bool = False) -> None:
        """Take a modal off, or the whole stack."""
        stack = self._modals.get(view.owner.id, [])
        if everything:
            stack.clear()
        elif view in stack:
            stack.remove(view)

    def _new(self, owner: SlackAccount, content: Json, blocks: list[Json]) -> View:
        number = next(self._numbers)
        view_id = f"V{number:09d}.{self._team_id}"
        return View(view_id, owner, content | {"blocks": blocks}, f"{number}.0", view_id)

    def _replace(self, view: View, content: Json, blocks: list[Json]) -> None:
        view.content = content | {"blocks": blocks}
        view.hash = f"{next(self._numbers)}.{view.versions}"
        view.errors = {}
        view.versions += 1


def checked(content: Any, surface: str) -> list[Json]:
    """Return a view's blocks with ids; raises SlackError for what Slack refuses in it."""
    if not isinstance(content, dict):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: view"]})
    problems = [] if content.get("type") == surface else [f"must be a view of type {surface} [json-pointer:/view/type]"]
    if surface == "modal":
        problems += _faults_of_modal(content)
    for name, longest in (("private_metadata", METADATA), ("callback_id", CALLBACK), ("external_id", CALLBACK)):
        if len(str(content.get(name, ""))) > longest:
            problems.append(f"must be less than {longest + 1} characters [json-pointer:/view/{name}]")
    blocks = content.get("blocks")
    problems += check_blocks(blocks, surface="home" if surface == "home" else "modal")
    if problems:
        raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in problems]})
    if len(json.dumps(content, ensure_ascii=False).encode()) > LARGEST:
        raise SlackError("view_too_large")
    return with_block_ids(blocks, str(time.monotonic_ns())) or []


def _faults_of_modal(content: Json) -> list[str]:
    problems = []
    for name in ("title", "submit", "close"):
        text = content.get(name)
        if text is None:
            if name == "title":
                problems.append("missing required field: title [json-pointer:/view]")
        elif text.get("type") != "plain_text" or not 1 <= len(text.get("text", "")) <= TITLE:
            problems.append(f"must be plain text of 1 to {TITLE} characters [json-pointer:/view/{name}]")
    blocks = content.get("blocks")
    if isinstance(blocks, list) and any(block.get("type") == "input" for block in blocks) and not content.get("submit"):
        problems.append("missing required field: submit, as there are inputs [json-pointer:/view]")
    return problems


def _exchanged(interaction: Interaction) -> SlackAccount:
    if time.monotonic() - interaction.sent_at > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    if interaction.exchanged:
        raise SlackError("exchanged_trigger_id")
    if interaction.person is None:
        raise SlackError("invalid_trigger_id")
    interaction.exchanged = True
    return interaction.person


def _names(block: Json, element: Json) -> list[object]:
    label = (element.get("text") or block.get("label") or {}).get("text")
    names = [label, element.get("action_id"), element.get("value"), block.get("block_id")]
    return [name for name in names if name]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "text" and isinstance(one, str):
                yield one
            elif isinstance(one, dict | list):
                yield from _texts(one)
