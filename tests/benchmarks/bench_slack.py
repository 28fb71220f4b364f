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
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.domain.destination import Destination, Platform
from formatters.parts import Part
from tests import written_posts
from tests.benchmarks.slack_process import Room, SlackProcess, running

WORKSPACES, CHANNELS, ITEMS = 200, 5, 2
IN_FLIGHT = 64
PAUSE = 20
"""Seconds for which one channel asks to wait, in the second round."""
DAY = date(2026, 2, 12)
CLIENT = "1001.2002"


@dataclass(frozen=True, slots=True)
class Round:
    """One delivery to all channels."""

    name: str
    seconds: float
    accepted: int
    throttled: int
    last: dict[str, float]
    """When each channel had its last message, in seconds from the first."""


def main() -> bool:
    """Print the table; return whether the bounds hold."""
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
    *others, slowest = sorted(paused.last.values())
    yield _told(others[-1] < PAUSE < slowest, f"others wait {others[-1]:.1f} s at most while one is paused for {PAUSE} s")


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
    paused = await _round(f"ours, one channel paused for {PAUSE} s", slack, _ours(slack, folder, DAY + timedelta(days=1)))
    return [plain, ours, paused]


async def _round(name: str, slack: SlackProcess, work: Any) -> Round:
    slack.ask(report=True)
    began = time.perf_counter()
    await work
    return Round(name, time.perf_counter() - began, **slack.ask(report=True))


async def _plain(slack: SlackProcess, post: Path) -> None:
    """Send each part to every channel before the next one, so that no channel gets two in a second."""
    from slack_sdk.web.async_client import AsyncWebClient

    client = AsyncWebClient(base_url=slack.api_url)
    for part in _parts(post):
        began = time.perf_counter()
        rooms = iter(slack.rooms)

        async def post_to(rooms: Iterator[Room], part: Part) -> None:
            for room in rooms:
                await client.chat_postMessage(token=room.token, channel=room.channel, **dict(part.payload))

        await asyncio.gather(*(post_to(rooms, part) for _ in range(IN_FLIGHT)))
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
    """Let the bot deliver a day's issue."""
    from bot.app import App, opened_database, opened_services
    from bot.scheduling.clock import SystemClock
    from bot.storage.hold import hold

    settings = _settings(slack, folder)
    clock = SystemClock()
    async with opened_database(settings) as database, hold(database), opened_services(settings, clock, database) as bot:
        await _subscribed(slack, settings, database)
        app, stop = App(bot), asyncio.Event()
        del app, stop
        await bot.library.refresh()
        known = next(one for one in bot.library.of_day(day))
        await bot.publisher.publish(known)
        await bot.drain.run_until_done(patience=timedelta(seconds=PAUSE + 10))
