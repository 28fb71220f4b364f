"""Which token speaks in which workspace."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

import aiohttp
import structlog
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError, SlackTokenRotationError
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.destination import Destination
from bot.platforms.slack.installations import Installations

_log = structlog.get_logger(__name__)

ROTATE_BEFORE_MINUTES = 120
"""A token that rotates lives 12 hours: https://docs.slack.dev/authentication/using-token-rotation"""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One place where the app is installed, and who it is there."""

    team: str
    """As destinations name it: T…, E… for a whole organization, empty for the settings' own token."""
    token: str
    bot_id: str = ""
    bot_user_id: str = ""
    team_id: str = ""
    expires_at: float | None = None
    """Seconds since the epoch; None for a token that does not rotate."""


class Workspaces:
    """The settings' own workspace, and those where the app was installed by OAuth."""

    def __init__(
        self,
        *,
        own_token: str | None = None,
        installations: Installations | None = None,
        rotator: AsyncTokenRotator | None = None,
    ) -> None:
        """`rotator` goes with `installations`."""
        self._own = Workspace("", own_token) if own_token else None
        self._installations = installations
        self._rotator = rotator
        self._known: dict[str, Workspace] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def introduce(self, client: AsyncWebClient) -> str:
        """Ask Slack who the settings' own token is; return the bot's name."""
        answer = await client.auth_test()
        if self._own is not None:
            self._own = Workspace(
                "", self._own.token, str(answer["bot_id"]), str(answer["user_id"]), str(answer["team_id"])
            )
        return str(answer["user"])

    async def find(self, team: str) -> Workspace | None:
        """Return the workspace that destinations name so, with a token that is still good for a while."""
        if not team:
            return self._own
        return self._fresh(team) or await self._looked_up(team)

    def _fresh(self, team: str) -> Workspace | None:
        known = self._known.get(team)
        return None if known is None or _is_due(known.expires_at) else known

    async def of_request(
        self, team_id: str | None, enterprise_id: str | None, *, is_enterprise_install: bool
    ) -> Workspace | None:
        """Return the workspace that a request of Slack's comes from; None if the app is not installed there."""
        if self._own is not None and (self._installations is None or team_id == self._own.team_id):
            return self._own
        for team in (None if is_enterprise_install else team_id, enterprise_id):
            if team and (found := await self.find(team)) is not None:
                return found
        return None

    async def authorize(
        self, context: AsyncBoltContext, team_id: str | None, enterprise_id: str | None, user_id: str | None
    ) -> AuthorizeResult | None:
        """Answer slack-bolt, without asking Slack about every request as it would."""
        found = await self.of_request(
            team_id, enterprise_id, is_enterprise_install=bool(context.get("is_enterprise_install"))
        )
        if found is None:
            return None
        context[_TEAM] = found.team
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_token=found.token,
            bot_id=found.bot_id,
            bot_user_id=found.bot_user_id,
            user_id=user_id,
        )

    async def installer(self, team: str) -> str | None:
        """Return the member who installed the app there last; None if it is not installed."""
        return None if self._installations is None else await self._installations.installer(team)

    async def forget(self, team: str) -> bool:
        """Remove an installation; return whether there was one."""
        self._known.pop(team, None)
        return self._installations is not None and await self._installations.remove(team)

    def renewed(self, team: str) -> None:
        """Look the installation up again: somebody installed the app anew."""
        self._known.pop(team, None)

    async def _looked_up(self, team: str) -> Workspace | None:
        if self._installations is None:
            return None
        async with self._asking.setdefault(team, asyncio.Lock()):  # a refresh token serves once
            if (known := self._fresh(team)) is not None:
                return known
            bot = await self._installations.find(team)
            if bot is None:
                self._known.pop(team, None)
                return None
            if _is_due(bot.bot_token_expires_at):
                bot = await self._rotated(team, bot)
            found = Workspace(
                team, bot.bot_token, bot.bot_id, bot.bot_user_id, bot.team_id or "", bot.bot_token_expires_at
            )
            self._known[team] = found
            return found

    async def _rotated(self, team: str, bot: Bot) -> Bot:
        """Return the installation with a fresh token, which is stored; as it is where Slack gives none."""
        if self._rotator is None or self._installations is None or bot.bot_refresh_token is None:
            return bot
        try:
            fresh = await self._rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=ROTATE_BEFORE_MINUTES
            )
        except (SlackTokenRotationError, SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            _log.error("a Slack token could not be renewed", team=team, problem=_reason(error))
            return bot
        if fresh is None:
            return bot
        await self._installations.async_save_bot(fresh)
        _log.info("a Slack token was renewed", team=team)
        return fresh


_TEAM = "digestbot_team"


def place_in(context: AsyncBoltContext, channel: str, thread: str = "") -> Destination:
    """Return a channel or member of the workspace that a request comes from."""
    return Destination.in_team(str(context.get(_TEAM) or ""), channel, thread)


def _is_due(expires_at: float | None) -> bool:
    return expires_at is not None and expires_at <= time.time() + ROTATE_BEFORE_MINUTES * 60


def _reason(error: Exception) -> str:
    cause = error.api_error if isinstance(error, SlackTokenRotationError) else error
    if isinstance(cause, SlackApiError) and isinstance(data := getattr(cause.response, "data", None), dict):
        return str(data.get("error"))
    return f"{type(cause).__name__}: {cause}"
