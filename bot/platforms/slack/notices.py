"""What goes wrong in a channel is told to whoever installed the app, once, and never in the channel."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, assert_never

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.delivery import Gone, Moved, Outcome, Rejected, Sent, Throttled, Unfit, Unknown, Unsent
from bot.domain.destination import Destination
from bot.domain.errors import DatabaseError
from bot.languages import Language
from bot.languages.slack_phrases import slack_phrases_of
from bot.platforms.slack.web_api import REFUSED
from bot.platforms.slack.workspaces import Workspaces

_log = structlog.get_logger(__name__)

_SECONDS = 1.0
"""Between two messages to one person: https://docs.slack.dev/apis/web-api/rate-limits#posting-messages"""
_GRACE = 5.0
"""Seconds for what is on its way when the bot stops."""
_MOST_WAITING = 1000
"""Notices on their way; of more troubles at once only the log tells."""
_FRESH = 60.0
"""Seconds for which the marks of all places are known without asking: another process may send to them, too."""
_PREFIX = "told:"
_PERSON = ("U", "W", "D")


class Marks(Protocol):
    """Small facts that outlive the process."""

    async def mark(self, name: str, value: str) -> None:
        """Remember a fact under a name."""
        ...

    async def marked(self, name: str) -> str | None:
        """Return what was remembered under a name."""
        ...

    async def all_marked(self, prefix: str) -> dict[str, str]:
        """Return what was remembered under every name that begins so."""
        ...


class Notices:
    """Tells installers what they have to do. What nobody in the workspace can mend is the log's and the ledger's."""

    def __init__(
        self,
        client: AsyncWebClient,
        workspaces: Workspaces,
        marks: Marks,
        language: Language,
        *,
        own_installer: str | None = None,
        command: str = "/digest",
        seconds: float = _SECONDS,
    ) -> None:
        """`own_installer` is the member of the settings' own workspace who is told."""
        self._command = command
        self._client = client
        self._workspaces = workspaces
        self._marks = marks
        self._phrases = slack_phrases_of(language)
        self._own_installer = own_installer
        self._seconds = seconds
        self._told: dict[Destination, str] = {}
        """The last trouble that was told of each place, empty for none; as the marks have it."""
        self._lately: dict[str, str] = {}
        self._lately_at = float("-inf")
        self._looking = asyncio.Lock()
        self._refused: set[str] = set()
        """Workspaces whose token was refused since the last message that arrived there."""
        self._turns: dict[str, asyncio.Lock] = {}
        self._working: set[asyncio.Task[None]] = set()

    def note(self, to: Destination, outcome: Outcome, *, bot: str) -> None:
        """Take note of what became of a message to a channel. Returns at once; `bot` is the app's name there."""
        self._note_token(to.team, outcome)
        if to.channel.startswith(_PERSON):
            return
        match outcome:
            case Sent():
                if self._told.get(to) != "":
                    self._begin(self._well(to))
            case Gone(reason) | Rejected(reason) | Unsent(reason) | Unfit(reason):
                code = _code(reason)
                if self._phrases.trouble(code, bot=bot, command=self._command) and self._told.get(to) != code:
                    self._begin(self._tell(to, code, bot))
            case Throttled() | Moved() | Unknown():
                pass
            case _:
                assert_never(outcome)

    def _note_token(self, team: str, outcome: Outcome) -> None:
        """Tell the log, once, that a workspace's token is refused: with it nobody there can be told anything."""
        match outcome:
            case Sent():
                self._refused.discard(team)
            case Gone(reason) | Unsent(reason) if _code(reason) in REFUSED and team not in self._refused:
                self._refused.add(team)
                _log.error(
                    "Slack refuses the app's token: nothing goes out in its workspace",
                    team=team or "that of DIGESTBOT_SLACK_BOT_TOKEN",
                    problem=reason,
                )
            case _:
                pass

    async def forget(self, to: Destination) -> None:
        """Tell the next trouble of a place even if it is the same: somebody has just set it up again."""
        if await self._known(to):
            await self._remember(to, "")

    async def stop(self) -> None:
        """Let notices that are on their way arrive."""
        if self._working:
            _, hanging = await asyncio.wait(self._working, timeout=_GRACE)
            for task in hanging:
                task.cancel()

    def _begin(self, work: Any) -> None:
        if len(self._working) >= _MOST_WAITING:
            work.close()
            return
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _well(self, to: Destination) -> None:
        try:
            if (await self._told_lately()).get(_name(to)):
                await self._remember(to, "")
            self._told[to] = ""
        except DatabaseError as error:
            _log.warning("it could not be noted that a channel is well again", place=str(to), problem=str(error))

    async def _told_lately(self) -> dict[str, str]:
        """Return what was told of all places: looked up once a minute, as an issue reaches thousands of them."""
        async with self._looking:
            now = asyncio.get_running_loop().time()
            if now - self._lately_at >= _FRESH:
                self._lately, self._lately_at = await self._marks.all_marked(_PREFIX), now
            return self._lately

    async def _tell(self, to: Destination, code: str, bot: str) -> None:
        async with self._turns.setdefault(to.team, asyncio.Lock()):
            try:
                if await self._known(to) == code:
                    return
                if await self._post(to, code, bot):
                    await self._remember(to, code)
                    await asyncio.sleep(self._seconds)
            except (DatabaseError, SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                _log.warning("whoever installed the app could not be told", place=str(to), trouble=code,
                             problem=type(error).__name__)  # fmt: skip

    async def _post(self, to: Destination, code: str, bot: str) -> bool:
        workspace = await self._workspaces.find(to.team)
        installer = await self._workspaces.installer(to.team) if to.team else self._own_installer
        found = self._phrases.trouble(code, bot=bot, command=self._command)
        if workspace is None or installer is None or found is None:
            _log.warning("a person has to act in Slack, and nobody there can be told", place=str(to), trouble=code)
            return False
        before, after = found
        elements = [
            {"type": "text", "text": before},
            {"type": "channel", "channel_id": to.channel},
            {"type": "text", "text": after},
        ]
        section = {"type": "rich_text_section", "elements": elements}
        await self._client.chat_postMessage(
            token=workspace.token,
            channel=installer,
            text=f"{before}<#{to.channel}>{after}",
            blocks=[{"type": "rich_text", "elements": [section]}],
            unfurl_links=False,
            unfurl_media=False,
        )
        _log.info("whoever installed the app was told", place=str(to), trouble=code)
        return True

    async def _known(self, to: Destination) -> str:
        if to not in self._told:
            self._told[to] = await self._marks.marked(_name(to)) or ""
        return self._told[to]

    async def _remember(self, to: Destination, code: str) -> None:
        await self._marks.mark(_name(to), code)
        self._told[to] = self._lately[_name(to)] = code


def _code(reason: str) -> str:
    return reason.partition(":")[0]


def _name(to: Destination) -> str:
    return f"{_PREFIX}{to}"
