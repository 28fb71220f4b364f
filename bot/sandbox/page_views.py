"""The app's home tab and modals on the page, and what the person in front of it does there."""

from aiohttp import web
from markupsafe import Markup

from bot.sandbox import page_slack
from bot.sandbox.json_types import Json
from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_state import Slack
from bot.sandbox.slack_views import View

HOME = "home:"
GONE = {"notice": "This is gone."}


class ViewPage:
    """Shows and moves views; the person is the first member of the workspace."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def homes(self) -> list[Json]:
        """Return the home tab as one of the page's chats, where the app has one."""
        member = self._member()
        if member is None or not self._slack.has_home:
            return []
        view = self._slack.views.home_of(member.id)
        message = {"key": f"{HOME}{view.hash}", "html": self._html(view, "home")} if view else None
        return [
            {
                "id": f"{HOME}{member.id}",
                "title": self._slack.bot.real_name,
                "tab": "Home",
                "subtitle": "Slack · app home",
                "commands": [],
                "writable": False,
                "messages": [message] if message else [],
            }
        ]

    def modal(self) -> Json | None:
        """Return the modal on top, if one is open."""
        member = self._member()
        view = self._slack.views.modal_of(member.id) if member else None
        if view is None:
            return None
        titles = {name: (view.content.get(name) or {}).get("text", "") for name in ("title", "submit", "close")}
        key = f"{view.hash} {sorted(view.errors.items())}"
        return {"key": key, "view": view.id, "html": self._html(view, "modal"), **titles}

    async def open_home(self, _: web.Request) -> web.Response:
        """Open the home tab."""
        member = self._member()
        if member is not None:
            await member.open_home()
        return web.json_response({})

    async def press(self, request: web.Request) -> web.Response:
        """Press a button in a view, or choose in one."""
        asked = await request.json()
        found = self._found(str(asked.get("view", "")))
        if found is None:
            return web.json_response(GONE)
        member, view = found
        try:
            if "value" in asked:
                interaction = await member.screen.choose(view, str(asked["data"]), str(asked["value"]))
            else:
                interaction = await member.screen.press(view, str(asked["data"]))
        except LookupError:
            return web.json_response(GONE)
        return web.json_response({"notice": interaction.failure and f"The app did not react: {interaction.failure}"})

    async def submit(self, request: web.Request) -> web.Response:
        """Submit a modal with what stands in its inputs, by block_id."""
        asked = await request.json()
        found = self._found(str(asked.get("view", "")))
        if found is None:
            return web.json_response(GONE)
        member, view = found
        try:
            for block_id, value in dict(asked["values"]).items():
                member.screen.fill(view, str(block_id), value)
            interaction = await member.screen.submit(view)
        except LookupError:
            return web.json_response(GONE)
        except ValueError as error:
            return web.json_response({"notice": f"{error}"})
        return web.json_response({"notice": interaction.failure and f"The app did not react: {interaction.failure}"})

    async def close(self, request: web.Request) -> web.Response:
        """Close a modal."""
        found = self._found(str((await request.json()).get("view", "")))
        if found is not None:
            await found[0].screen.close(found[1])
            self._slack.changes.note()
        return web.json_response({})

    def _html(self, view: View, kind: str) -> str:
        body = Markup().join(page_slack.block_of_view(view, block) for block in view.blocks)
        return str(Markup('<div class="view {}" data-view="{}">{}</div>').format(kind, view.id, body))

    def _found(self, view_id: str) -> tuple[SlackPerson, View] | None:
        member = self._member()
        if member is None:
            return None
        shown = (self._slack.views.modal_of(member.id), self._slack.views.home_of(member.id))
        view = next((one for one in shown if one is not None and one.id == view_id), None)
        return (member, view) if view is not None else None

    def _member(self) -> SlackPerson | None:
        return next(iter(self._slack.people.values()), None)
