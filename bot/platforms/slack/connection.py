"""The bot's line to Slack: Socket Mode, or an address that Slack calls; one workspace or many."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from bot.languages import Language, phrases_of
from bot.platforms.slack.about import AboutMessage
from bot.platforms.slack.answering import Answering
from bot.platforms.slack.commands import SlackCommands
from bot.platforms.slack.endpoint import Endpoint, InFlight, Once
from bot.platforms.slack.home import Home
from bot.platforms.slack.installations import Installations
from bot.platforms.slack.installing import Installing, Removal
from bot.platforms.slack.manners import Manners
from bot.platforms.slack.mentions import Mentions
from bot.platforms.slack.permalinks import Permalinks
from bot.platforms.slack.presses import Presses
from bot.platforms.slack.reactions import Reactions
from bot.platforms.slack.readers import Readers
from bot.platforms.slack.reading_modal import ReadingModal
from bot.platforms.slack.sender import SlackSender
from bot.platforms.slack.settings_modal import SettingsModal
from bot.platforms.slack.socket_mode import SocketMode
from bot.platforms.slack.unfurling import Unfurling
from bot.platforms.slack.verbs import Verbs
from bot.platforms.slack.web_api import persistently
from bot.platforms.slack.workspaces import Workspaces
from bot.ports.web import WebRoute
from bot.services.conversation import Conversation

_GRACE = 5.0
"""Seconds for what was acknowledged and is not yet answered when the bot stops."""


class SlackConnection:
    """Answers wherever the app is installed."""

    def __init__(
        self,
        client: AsyncWebClient,
        conversation: Conversation,
        language: Language,
        sender: SlackSender,
        workspaces: Workspaces,
        *,
        app_token: str | None = None,
        signing_secret: str | None = None,
        installations: Installations | None = None,
        installing: Installing | None = None,
        command: str = "/digest",
    ) -> None:
        """`sender` learns the bot's name, for its advice.

        With `app_token` Slack is asked for a connection, with `signing_secret` it calls; both may be.
        """
        self._client = client
        self._sender = sender
        self._workspaces = workspaces
        self._installations = installations
        self._installing = installing

        async def authorize(
            context: AsyncBoltContext, team_id: str | None, enterprise_id: str | None, user_id: str | None
        ) -> Any:
            # bolt passes arguments by the names of a function's, and trips over a method's `self`
            return await workspaces.authorize(context, team_id, enterprise_id, user_id)

        self._app = AsyncApp(
            # of its own, without a token: bolt gives each request that of its workspace
            client=AsyncWebClient(None, base_url=client.base_url, session=client.session, retry_handlers=[]),
            authorize=authorize,
            signing_secret=signing_secret or "",
            user_facing_authorize_error_message=phrases_of(language).not_installed_here(),
            # by default bolt takes the root's level, and tells operators how to write listeners
            logger=logging.getLogger("slack_bolt"),
        )
        self._app.use(Once())
        verbs = Verbs(conversation, command, sender.notices)
        answering, manners = Answering(conversation, command), Manners(conversation, language)
        readers = Readers(conversation, language)
        self._home = Home(client, workspaces, conversation, readers)
        self._home.register(self._app)
        settings_modal = SettingsModal(conversation, readers, language, self._home.refresh)
        settings_modal.register(self._app)
        SlackCommands(
            verbs, answering, manners, command=command, open_settings=settings_modal.asked_by_command
        ).register(self._app)
        Presses(conversation, verbs, answering, manners, language).register(self._app)
        Mentions(verbs, answering, manners).register(self._app)
        Permalinks(answering, manners).register(self._app)
        ReadingModal(conversation, readers, self._home.refresh).register(self._app)
        AboutMessage(conversation, readers).register(self._app)
        Reactions(conversation.feedback, self._home.refresh).register(self._app)
        if conversation.site is not None:
            Unfurling(conversation.site, language).register(self._app)
        Removal(workspaces, conversation.subscribing).register(self._app)
        self._in_flight = InFlight(self._app)
        self._endpoint = Endpoint(self._app) if signing_secret else None
        self._socket_mode = SocketMode(self._app, client, app_token) if app_token else None

    @property
    def routes(self) -> tuple[WebRoute, ...]:
        """Return what is to be served for Slack."""
        pages = self._installing.routes if self._installing else ()
        return (*((self._endpoint.route,) if self._endpoint else ()), *pages)

    async def start(self) -> None:
        """Connect and begin to answer.

        Waits for a server that cannot be reached. Raises PlatformError if a token is refused, SettingsError if stored
        tokens cannot be decrypted.
        """
        if self._installations is not None:
            await self._installations.count()
        if self._client.token:
            self._sender.bot_name = await persistently(
                lambda: self._workspaces.introduce(self._client), "DIGESTBOT_SLACK_BOT_TOKEN"
            )
        self._home.start()
        if self._endpoint is not None:
            self._endpoint.is_ready = True
        if self._socket_mode is not None:
            await self._socket_mode.start()

    async def rest(self) -> None:
        """Listen no more: sending needs neither a socket nor an address."""
        if self._endpoint is not None:
            self._endpoint.is_ready = False
        if self._socket_mode is not None:
            await self._socket_mode.stop()

    async def stop(self) -> None:
        """Take nothing new, and disconnect once what was taken is answered."""
        if self._endpoint is not None:
            self._endpoint.is_ready = False
        await self._home.stop()
        await self._in_flight.end(_GRACE)
        if self._installing is not None:
            await self._installing.stop()
        if self._socket_mode is not None:
            await self._socket_mode.stop()
