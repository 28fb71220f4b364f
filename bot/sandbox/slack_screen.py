"""What one member sees of the app beside messages, and does there: the home tab, and modals."""

from typing import TYPE_CHECKING

from bot.sandbox.changes import PATIENCE
from bot.sandbox.json_types import Json
from bot.sandbox.slack_elements import chosen_state
from bot.sandbox.slack_errors import SlackError
from bot.sandbox.slack_views import View
from bot.sandbox.slack_workspace import Interaction

if TYPE_CHECKING:
    from bot.sandbox.slack_people import SlackPerson


class SlackScreen:
    """The home tab and the open modal of one member."""

    def __init__(self, person: "SlackPerson") -> None:
        self._person = person

    @property
    def home(self) -> View:
        """The home tab; LookupError if nothing was published yet."""
        return _present(self._person.workspace.views.home_of(self._person.id), "home tab")

    @property
    def modal(self) -> View:
        """The modal on top; LookupError if none is open."""
        return _present(self._person.workspace.views.modal_of(self._person.id), "modal")

    @property
    def has_modal(self) -> bool:
        """Whether a modal is open."""
        return self._person.workspace.views.modal_of(self._person.id) is not None

    async def open_home(self, *, within: float = PATIENCE) -> View:
        """Open the home tab, and return it once it shows what the app published since."""
        views = self._person.workspace.views
        before = present.versions if (present := views.home_of(self._person.id)) else 0
        await self._person.open_home()

        def published() -> View | None:
            view = views.home_of(self._person.id)
            return view if view is not None and view.versions > before else None

        return await self._person.workspace.changes.until(published, within=within, what="a home tab")

    async def shows(self, text: str, *, within: float = PATIENCE) -> View:
        """Return the home tab once this text stands in it."""
        views = self._person.workspace.views

        def showing() -> View | None:
            view = views.home_of(self._person.id)
            return view if view is not None and any(text in one for one in view.texts) else None

        return await self._person.workspace.changes.until(showing, within=within, what=f"{text!r} in the home tab")

    async def opens(self, text: str = "", *, within: float = PATIENCE) -> View:
        """Return the modal on top once there is one, with this text in it."""
        views = self._person.workspace.views

        def showing() -> View | None:
            view = views.modal_of(self._person.id)
            shown = [*view.texts, view.content["title"]["text"]] if view else []
            return view if view is not None and any(text in one for one in shown) else None

        return await self._person.workspace.changes.until(showing, within=within, what=f"a modal with {text!r}")

    async def press(self, view: View, label: str) -> Interaction:
        """Press a button, by action_id, text or value.

        Raises LookupError if there is no such button.
        """
        block, button = view.element(label)
        action = {"type": button["type"], "action_id": button["action_id"], "block_id": block["block_id"]}
        action |= {name: button[name] for name in ("text", "value", "url", "style") if name in button}
        return await self._act(view, action)

    async def choose(self, view: View, label: str, value: object) -> Interaction:
        """Choose in a select or the like that stands outside of an input, which tells the app at once."""
        block, element = view.element(label)
        state = chosen_state(element, value)
        view.values[str(block["block_id"]), str(element["action_id"])] = state
        return await self._act(view, {"action_id": element["action_id"], "block_id": block["block_id"], **state})

    def fill(self, view: View, label: str, value: object) -> None:
        """Type or choose in an input, of which the app hears when the modal is submitted."""
        block, element = view.element(label)
        view.values[str(block["block_id"]), str(element["action_id"])] = chosen_state(element, value)

    async def submit(self, view: View) -> Interaction:
        """Submit a modal, and do with it what the app answers; `view.errors` holds what it found wrong.

        Raises ValueError where a person could not submit, as something that is not optional is empty.
        """
        for block, element in view.elements:
            if block["type"] == "input" and not block.get("optional"):
                state = view.state()["values"][block["block_id"]][element["action_id"]]
                if not any(value for name, value in state.items() if name != "type"):
                    raise ValueError(f"{block['label']['text']} must be filled")
        view.errors = {}
        payload = self._payload(view) | {"type": "view_submission", "response_urls": []}
        interaction = await self._person.workspace.dispatch("interactive", payload, None, self._person.account)
        if not interaction.failure:
            self._follow(view, interaction)
        self._person.workspace.changes.note()
        return interaction

    async def close(self, view: View) -> Interaction | None:
        """Close a modal; the app hears of it only if it asked to."""
        self._person.workspace.views.close(view)
        if not view.content.get("notify_on_close"):
            return None
        payload = self._payload(view) | {"type": "view_closed", "is_cleared": False}
        return await self._person.workspace.dispatch("interactive", payload, None, self._person.account)

    async def _act(self, view: View, action: Json) -> Interaction:
        workspace = self._person.workspace
        action["action_ts"] = f"{workspace.now():.6f}"
        payload = self._payload(view) | {
            "type": "block_actions",
            "container": {"type": "view", "view_id": view.id},
            "actions": [action],
        }
        return await workspace.dispatch("interactive", payload, None, self._person.account)

    def _payload(self, view: View) -> Json:
        workspace = self._person.workspace
        shown = view.as_json(workspace.team_id, workspace.app_id, workspace.bot_id)
        return self._person.signed() | {"view": shown}

    def _follow(self, view: View, interaction: Interaction) -> None:
        """https://docs.slack.dev/surfaces/modals#view-submissions"""
        views, answer = self._person.workspace.views, interaction.ack or {}
        try:
            match answer.get("response_action"):
                case "errors":
                    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
                    known = bool(answer.get("errors")) and set(answer["errors"]) <= inputs
                    view.errors = answer["errors"] if known else {}
                    interaction.failure = "" if known else "invalid_errors"
                case "update":
                    views.update(view, answer["view"])
                case "push":
                    views.push(view.owner, answer["view"])
                case "clear":
                    views.close(view, everything=True)
                case _:
                    views.close(view)
        except SlackError as error:
            interaction.failure = error.error


def _present(view: View | None, what: str) -> View:
    if view is None:
        raise LookupError(f"there is no {what}")
    return view
