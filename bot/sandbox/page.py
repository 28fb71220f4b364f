"""The page: both chats side by side, as readers see them, with commands to type and buttons to press."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TypeAlias

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from bot.sandbox import page_rich, page_slack, page_telegram
from bot.sandbox.changes import Changes
from bot.sandbox.json_types import Json
from bot.sandbox.page_views import ViewPage
from bot.sandbox.slack_people import SlackPerson
from bot.sandbox.slack_state import Slack
from bot.sandbox.slack_workspace import Channel, SlackMessage
from bot.sandbox.telegram_chats import Account, Chat, Message
from bot.sandbox.telegram_state import Telegram

TEMPLATES = Path(__file__).with_name("templates")
NEWEST = 200
"""Messages shown of each chat."""
LONG_POLL = 20.0
ANSWER_WITHIN = 10.0
LOCAL_HOSTS = ("127.0.0.1", "localhost")
POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Page:
    """Serves the page and what its script asks for. `zone` is the time zone of the clock times shown."""

    def __init__(self, telegram: Telegram, slack: Slack, changes: Changes, zone: tzinfo) -> None:
        self._telegram = telegram
        self._slack = slack
        self._changes = changes
        self._zone = zone
        self._closed = False
        self._views = ViewPage(slack)
        templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
        self._page = templates.get_template("page.html")
        self._telegram_message = templates.get_template("telegram_message.html")
        self._slack_message = templates.get_template("slack_message.html")

    def add_routes(self, app: web.Application) -> None:
        """Serve `/` and `/page/…`."""
        app.router.add_get("/", _local(self._show))
        app.router.add_get("/page/view", _local(self._view))
        app.router.add_post("/page/telegram/send", _local(self._telegram_send))
        app.router.add_post("/page/telegram/press", _local(self._telegram_press))
        app.router.add_post("/page/telegram/follow", _local(self._telegram_follow))
        app.router.add_post("/page/slack/send", _local(self._slack_send))
        app.router.add_post("/page/slack/press", _local(self._slack_press))
        app.router.add_post("/page/slack/react", _local(self._slack_react))
        app.router.add_post("/page/slack/shortcut", _local(self._slack_shortcut))
        app.router.add_post("/page/slack/home", _local(self._views.open_home))
        app.router.add_post("/page/slack/view", _local(self._views.press))
        app.router.add_post("/page/slack/submit", _local(self._views.submit))
        app.router.add_post("/page/slack/close", _local(self._views.close))

    def close(self) -> None:
        """Send waiting pages home."""
        self._closed = True
        self._changes.note()

    async def _show(self, _: web.Request) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        bot = self._telegram.bot
        html = self._page.render(nonce=nonce, bot=bot.first_name, username=bot.username, team=self._slack.team)
        headers = {"Content-Security-Policy": POLICY.format(nonce=nonce), "Cache-Control": "no-store"}
        return web.Response(text=html, content_type="text/html", headers=headers)

    async def _view(self, request: web.Request) -> web.Response:
        known = int(request.query.get("after", "-1"))
        if known == self._changes.version and not self._closed:
            await self._changes.beyond(known, within=LONG_POLL)
        chats = [chat for chat in self._telegram.chats if chat.moved_to is None]
        view: Json = {
            "version": self._changes.version,
            "telegram": [self._chat(chat) for chat in chats],
            "slack": [
                *(self._channel(channel) for channel in self._slack.channels if _worth_showing(channel)),
                *self._views.homes(),
            ],
            "modal": self._views.modal(),
        }
        return web.json_response(view)

    # --- Telegram ----------------------------------------------------------------------------------------------

    def _chat(self, chat: Chat) -> Json:
        reader = _reader(chat)
        subtitle = {"private": "bot", "group": "group", "supergroup": "group", "channel": "channel"}[chat.kind]
        return {
            "id": str(chat.id),
            "title": self._telegram.bot.first_name if chat.kind == "private" else chat.title,
            "tab": chat.title,
            "subtitle": f"Telegram · {'blocked' if chat.blocked else subtitle}",
            "commands": self._commands(reader),
            "writable": reader is not None and chat.kind != "channel",
            "messages": [self._telegram_json(message) for message in chat.messages[-NEWEST:]],
        }

    def _commands(self, reader: Account | None) -> list[Json]:
        """The menu in the reader's language, else in the default one."""
        language = reader.language_code[:2] if reader else ""
        for wanted in (language, ""):
            for (scope, code), commands in self._telegram.commands.items():
                if code == wanted and '"default"' in scope:
                    return [{"type": f"/{one['command']}", "about": one["description"]} for one in commands]
        return []

    def _telegram_json(self, message: Message) -> Json:
        html = self._telegram_message.render(
            message=message,
            text=page_rich.rendered(rich)
            if (rich := message.rich) is not None
            else page_telegram.rendered(message.versions[-1].text),
            topic=message.chat.topics.get(message.topic or 0, ""),
            time=self._clock(message.versions[0].at),
        )
        return {"key": str(message.id), "html": html}

    async def _telegram_send(self, request: web.Request) -> web.Response:
        asked = await request.json()
        chat = self._telegram.chats.find(int(asked["chat"]))
        account = _reader(chat) if chat else None
        if chat is None or account is None:
            return web.json_response({"notice": "Nobody can write here."})
        await self._telegram.people[account.id].send(str(asked["text"]), chat=chat)
        return web.json_response({})

    async def _telegram_press(self, request: web.Request) -> web.Response:
        asked = await request.json()
        chat = self._telegram.chats.find(int(asked["chat"]))
        message = chat.log.get(int(asked["message"])) if chat else None
        account = _reader(chat) if chat else None
        known = [button.get("callback_data") for button in message.buttons] if message else []
        if message is None or account is None or asked["data"] not in known:
            return web.json_response({"notice": "This button is gone."})
        press = self._telegram.press(account, message, str(asked["data"]))
        try:
            await press.answered(within=ANSWER_WITHIN)
        except TimeoutError:
            return web.json_response({"notice": "The bot has not answered yet."})
        if press.url:
            return await self._followed(account, press.url)
        return web.json_response({"notice": press.text, "alert": press.alert})

    async def _telegram_follow(self, request: web.Request) -> web.Response:
        asked = await request.json()
        chat = self._telegram.chats.find(int(asked["chat"]))
        account = _reader(chat) if chat else None
        if account is None:
            return web.json_response({"notice": "Nobody can follow a link here."})
        return await self._followed(account, str(asked["url"]))

    async def _followed(self, account: Account, url: str) -> web.Response:
        """Open the reader's private chat with the bot and press its Start button, as a link to the bot does."""
        try:
            await self._telegram.people[account.id].follow(url)
        except LookupError:
            return web.json_response({"notice": "This link leads to another bot."})
        return web.json_response({"open": str(account.id)})

    # --- Slack -------------------------------------------------------------------------------------------------

    def _channel(self, channel: Channel) -> Json:
        member = self._member(channel)
        shown = [one for one in (member.sees(channel) if member else channel.messages) if not one.is_reply]
        messages: list[Json] = []
        for root in shown[-NEWEST:]:
            replies = channel.thread(root.ts)
            messages.append(self._slack_json(root, len(replies)))
            messages += [self._slack_json(reply, 0) for reply in replies]
        members = f"{len(channel.members)} member{'s' * (len(channel.members) != 1)}"
        return {
            "id": channel.id,
            "title": self._slack.bot.real_name if channel.kind == "im" else f"# {channel.name}",
            "tab": self._slack.bot.name if channel.kind == "im" else f"# {channel.name}",
            "subtitle": f"Slack · {'direct message' if channel.kind == 'im' else members}",
            "commands": [{"type": command, "about": ""} for command in self._slack.commands],
            "writable": member is not None,
            "messages": messages,
        }

    def _slack_json(self, message: SlackMessage, replies: int) -> Json:
        html = self._slack_message.render(
            message=message,
            body=page_slack.rendered(message),
            replies=replies,
            time=self._clock(message.versions[0].at),
            shortcuts=self._slack.shortcuts,
        )
        return {"key": message.ts, "html": html}

    def _member(self, channel: Channel) -> SlackPerson | None:
        people = list(self._slack.people.values())
        return next((person for person in people if person.id in channel.members), people[0] if people else None)

    async def _slack_send(self, request: web.Request) -> web.Response:
        asked = await request.json()
        channel = self._slack.channels.find(str(asked["chat"]))
        member = self._member(channel) if channel else None
        if channel is None or member is None:
            return web.json_response({"notice": "Nobody can write here."})
        text = str(asked["text"])
        if not text.startswith("/"):
            await member.say(text, channel)
            return web.json_response({})
        command, _, rest = text.partition(" ")
        registered = {proposal.partition(" ")[0] for proposal in self._slack.commands}
        if registered and command not in registered:
            return web.json_response(
                {"notice": f"{command} is not a valid command. This app has: {', '.join(sorted(registered))}"}
            )
        interaction = await member.command(command, rest.strip(), channel)
        failed = f"{command} failed with the error “{interaction.failure}”" if interaction.failure else ""
        return web.json_response({"notice": failed})

    async def _slack_press(self, request: web.Request) -> web.Response:
        asked = await request.json()
        channel = self._slack.channels.find(str(asked["chat"]))
        message = channel.log.get(str(asked["message"])) if channel else None
        member = self._member(channel) if channel else None
        if message is None or member is None:
            return web.json_response({"notice": "This button is gone."})
        try:
            interaction = await member.press(message, str(asked["data"]))
        except LookupError:
            return web.json_response({"notice": "This button is gone."})
        return web.json_response({"notice": interaction.failure and f"The app did not react: {interaction.failure}"})

    async def _slack_react(self, request: web.Request) -> web.Response:
        """Add a reaction, or take it back where it is there."""
        asked = await request.json()
        found = self._at(asked)
        if found is None:
            return web.json_response({"notice": "This message is gone."})
        member, message = found
        name = str(asked["data"])
        if member.id in message.reactions.get(name, ()):
            await member.take_back(message, name)
        else:
            await member.react(message, name)
        return web.json_response({})

    async def _slack_shortcut(self, request: web.Request) -> web.Response:
        asked = await request.json()
        found = self._at(asked)
        if found is None or str(asked["data"]) not in self._slack.shortcuts:
            return web.json_response({"notice": "This message is gone."})
        interaction = await found[0].use_shortcut(found[1], str(asked["data"]))
        return web.json_response({"notice": interaction.failure and f"The app did not react: {interaction.failure}"})

    def _at(self, asked: Json) -> tuple[SlackPerson, SlackMessage] | None:
        """Return the member and the message that the page means."""
        channel = self._slack.channels.find(str(asked["chat"]))
        message = channel.log.get(str(asked["message"])) if channel else None
        member = self._member(channel) if channel else None
        return (member, message) if member and message and message.only_for is None else None

    def _clock(self, at: float) -> str:
        return datetime.fromtimestamp(at, self._zone).strftime("%H:%M")


def _reader(chat: Chat) -> Account | None:
    """Who acts on the page in this chat: the first person in it."""
    return next(iter(chat.people.values()), None)


def _worth_showing(channel: Channel) -> bool:
    return channel.kind != "im" or bool(channel.messages)


def _local(handler: Handler) -> Handler:
    """Answer only a browser that means this machine by name, so that no web site can reach in from outside."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        host = (request.host or "").rpartition(":")[0] or request.host
        foreign = request.headers.get("Origin", "null").rpartition("//")[2] not in ("null", request.host)
        if host not in LOCAL_HOSTS or (request.method == "POST" and foreign):
            return web.Response(status=403, text="This page is for this machine only.")
        if request.method == "POST" and request.content_type != "application/json":
            return web.Response(status=415, text="JSON is wanted here.")
        return await handler(request)

    return guarded
