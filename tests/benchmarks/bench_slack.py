"""Two hundred Slack workspaces of five channels each get an issue, at the one message a second that a channel takes.

The whole bot delivers, ledger and all, to the local Slack in another process, which enforces that limit. Beside it
slack_sdk's plain `chat_postMessage` sends the same messages, as many at once as the machine has use for.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.destination import Destination
from bot.logs import configure_logs
from bot.settings import Settings
from bot.storage.engine import Database
from formatters.parts import Part
from tests import written_posts
from tests.benchmarks.slack_process import Room, SlackProcess, running

WORKSPACES, CHANNELS, ITEMS = 200, 5, 2
IN_FLIGHT = 64
_PATIENCE = 300.0
PAUSE = 20
"""Seconds for which one channel asks to wait, in the second round."""
DAY = date(2026, 2, 12)
CLIENT = "1001.2002"


@dataclass(frozen=True, slots=True)
class Round:
    """One delivery to all channels."""

    name: str
    accepted: int
    throttled: int
    last: dict[str, float]
    """When each channel had its last message, in seconds from the first."""
    first_workspace: tuple[str, ...]
    """Its channels; the first of them is the one that is paused."""

    @property
    def seconds(self) -> float:
        """From the first message to the last, as Slack had them."""
        return max(self.last.values())


def main() -> bool:
    """Print the table; return whether the bounds hold."""
    configure_logs("warning", secrets=())
    with tempfile.TemporaryDirectory() as folder, running(WORKSPACES, CHANNELS) as slack:
        rounds = asyncio.run(_measured(slack, Path(folder)))
    print(f"{WORKSPACES} workspaces × {CHANNELS} channels")
    for one in rounds:
        print(
            f"{one.name:40} {one.accepted / one.seconds:7.0f} sends/s  {one.seconds:6.1f} s"
            f"  {one.accepted} accepted, {one.throttled} × 429"
        )
    return all(_holds(rounds))


def _holds(rounds: list[Round]) -> Iterator[bool]:
    plain, ours, paused = rounds
    expected = WORKSPACES * CHANNELS * (ITEMS + 2)
    for one in (plain, ours, paused):
        yield _told(one.accepted == expected, f"{one.name}: all {expected} messages arrive")
    yield _told(ours.throttled == 0, "no 429")
    yield _told(paused.throttled == 1, "no 429 but the one that was scripted")
    kept, *others = (paused.last[channel] for channel in paused.first_workspace)
    waited = f"its workspace's other channels have all after {max(others):.1f} s, the paused one after {kept:.1f} s"
    yield _told(max(others) < PAUSE <= kept, waited)


def _told(holds: bool, what: str) -> bool:
    print(f"{'ok  ' if holds else 'MISS'} {what}")
    return holds


async def _measured(slack: SlackProcess, folder: Path) -> list[Round]:
    posts = folder / "posts"
    posts.mkdir()
    for number in (1, 2):
        day = DAY + timedelta(days=number - 1)
        written_posts.write(posts, f"{day}.md", written_posts.digest(day, items=ITEMS))
    plain = await _round("slack_sdk, plain chat_postMessage", slack, _plain(slack, posts / f"{DAY}.md"))
    await asyncio.sleep(5)  # what a channel takes at once after a pause has grown back
    ours = await _round("ours, with ledger and pace", slack, _ours(slack, folder, DAY))
    await asyncio.sleep(5)
    slack.ask(pause=PAUSE, channel=slack.rooms[0].channel)
    following = _ours(slack, folder, DAY + timedelta(days=1))
    paused = await _round(f"ours, one channel paused for {PAUSE} s", slack, following)
    return [plain, ours, paused]


async def _round(name: str, slack: SlackProcess, work: Any) -> Round:
    slack.ask(report=True)
    await work
    channels = tuple(room.channel for room in slack.rooms[:CHANNELS])
    return Round(name, first_workspace=channels, **slack.ask(report=True))


async def _plain(slack: SlackProcess, post: Path) -> None:
    """Send each part to every channel before the next one, so that no channel gets two in a second."""
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(base_url=slack.api_url)
    for part in _parts(post):
        payload: dict[str, Any] = dict(part.payload)
        began = time.perf_counter()
        rooms = iter(slack.rooms)

        async def post_to(rooms: Iterator[Room], payload: dict[str, Any]) -> None:
            for room in rooms:
                await client.chat_postMessage(token=room.token, channel=room.channel, **payload)

        await asyncio.gather(*(post_to(rooms, payload) for _ in range(IN_FLIGHT)))
        await asyncio.sleep(max(0.0, 1.0 - (time.perf_counter() - began)))


def _parts(post: Path) -> tuple[Part, ...]:
    from zoneinfo import ZoneInfo

    from bot.languages import words_of
    from formatters.reading import read_post
    from formatters.rendering import slack_blocks
    from formatters.views import IssueView

    issue = read_post(post.read_bytes(), name=post.name, home=ZoneInfo("Asia/Shanghai")).issue
    return slack_blocks.render(IssueView(issue, ref="ref"), words_of("zh")).parts


async def _ours(slack: SlackProcess, folder: Path, day: date) -> None:
    """Let the running bot release a day's issue, until it is carried out."""
    from bot.app import opened_database
    from tests.scenario.world import running_bot

    settings = _settings(slack, folder)
    async with opened_database(settings) as database:
        await _installed(slack, settings, database)
    async with running_bot(settings, f"{day} 08:00:00", ready=False, pace=1.0) as bot:
        while await bot.services.ledger.released_at(str(day)) is None:
            await asyncio.sleep(0.1)
        await bot.app.look()  # takes its turn after the look that is planning
        await bot.idle(_PATIENCE)


def _settings(slack: SlackProcess, folder: Path) -> Settings:
    from bot.platforms.slack.encryption import new_key
    from tests.scenario.world import free_address

    address, key = free_address(), folder / "key"
    if not key.exists():
        key.write_text(new_key())
    return Settings(
        _env_file=None,
        posts=folder / "posts",
        public_url=f"http://{address}",
        listen=address,
        slack_api_url=slack.api_url,
        slack_signing_secret="made-up",
        slack_client_id=CLIENT,
        slack_client_secret="made-up",
        encryption_keys=key.read_text(),
        database_url=f"sqlite:///{folder / 'digestbot.db'}",
        log_level="warning",
    )


async def _installed(slack: SlackProcess, settings: Settings, database: Database) -> None:
    """Install the app in every workspace, and subscribe every channel."""
    from slack_sdk.oauth.installation_store.models.installation import Installation

    from bot.lines import slack_installations
    from bot.storage.subscriptions import SqlSubscriptions

    installations = slack_installations(settings, database)
    assert installations is not None
    if await installations.count():
        return
    for team, token in {room.team: room.token for room in slack.rooms}.items():
        given = Installation(app_id="A1", team_id=team, user_id="U1", bot_token=token, bot_id="B1", bot_user_id="U2")
        await installations.async_save(given)
    joined = datetime(2026, 2, 1, tzinfo=UTC)
    subscriptions = SqlSubscriptions(database)
    for room in slack.rooms:
        await subscriptions.subscribe(Destination.in_team(room.team, room.channel), language="zh", now=joined)
