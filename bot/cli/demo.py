"""The demo: the real bot beside a local Telegram and Slack, in one process, at 08:00 of its newest post's day."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Any

import typer
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from rich.console import Console
from rich.progress import Progress

from bot.app import App, Services, opened_database, opened_services
from bot.cli.daily import start_logs, stop_signals
from bot.cli.output import print_json
from bot.domain.delivery import FINAL, DeliveryState
from bot.domain.destination import Destination, Platform
from bot.domain.errors import DigestbotError, PostsError
from bot.domain.issues import Listed, newest
from bot.posts.directory import PostDirectory
from bot.sandbox.server import Sandbox
from bot.sandbox.slack_workspace import Channel, SlackMessage
from bot.sandbox.telegram_chats import Message
from bot.sandbox.telegram_people import Person
from bot.scheduling.clock import SystemClock
from bot.settings import Settings
from bot.storage.hold import hold

SAMPLES = Path(__file__).parent.parent / "sandbox" / "posts"
"""Posts of our own, for whoever has none at hand."""
PORT = 8080
_DESTINATIONS = 2
"""The subscriber and the channel."""
_PATIENCE = 900.0
"""Seconds for a whole issue. At the platforms' real pace of one message a second most take ten."""


class _DemoSettings(Settings):
    """Settings that come from the demo alone: an operator's real tokens must not meet it."""

    model_config = SettingsConfigDict(env_file=None, toml_file=None, frozen=True)

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read from arguments alone."""
        del settings_cls
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class Demo:
    """The running demo."""

    sandbox: Sandbox
    services: Services
    subscriber: Person
    channel: Channel
    issue: Listed
    stop: asyncio.Event


async def run_demo(posts: Path | None, port: int) -> None:
    """Serve both chats on a page until stopped."""
    async with _demo(posts or SAMPLES, port) as demo:
        with stop_signals(demo.stop):
            typer.echo(f"Telegram and Slack, as your readers see them: {demo.sandbox.page_url}")
            typer.echo(f"It is 08:00 of {demo.issue.day}: “{demo.issue.title}” is on its way to both.")
            typer.echo("Type /today or press a button there. Ctrl+C ends the demo; nothing is kept.")
            demo.sandbox.telegram.user(name="Ann", language_code="en")  # who reads English: type /start in her chat
            await _app(demo)


async def run_demo_once(posts: Path | None, *, as_json: bool) -> None:
    """Deliver the newest post to one subscriber and one channel, and print what each received."""
    async with _demo(posts or SAMPLES, 0) as demo:
        with stop_signals(demo.stop):
            running = asyncio.create_task(_app(demo))
            try:
                await _delivered(demo, running)
            finally:
                demo.stop.set()
                await running
        if as_json:
            print_json(_received(demo))
        else:
            _print_received(demo)


async def _app(demo: Demo) -> None:
    async def announce() -> None:
        now = demo.services.clock.now()
        subscriber = Destination(Platform.TELEGRAM, str(demo.subscriber.id))
        await demo.services.subscriptions.subscribe(subscriber, language="zh", now=now)

    await App(demo.services).run(demo.stop, announce=announce)


@asynccontextmanager
async def _demo(posts: Path, port: int) -> AsyncIterator[Demo]:
    settings = _DemoSettings()
    source = PostDirectory(posts, settings.timezone, writing=settings.writing, quiet=0, setting="--posts")
    issue = newest((await source.scan()).issues, date.max)
    if issue is None or issue.day is None:
        raise PostsError(
            f"{str(posts)!r} holds no post that can be shown: it needs a .md file with a date that is no draft;"
            f" digestbot check {posts} tells what is wrong"
        )
    clock = SystemClock.starting_at(settings.timetable.release_on(issue.day).astimezone(UTC))
    sandbox = Sandbox(port=port, next_free=True, now=lambda: clock.now().timestamp(), zone=settings.timezone)
    with tempfile.TemporaryDirectory(prefix="digestbot-demo-") as folder:
        async with sandbox:
            channel = sandbox.slack.channel("daily-digest", people=[sandbox.slack.user("lin")], bot=True)
            sandbox.slack.commands = ["/today", "/item 3", "/digest help"]
            sandbox.slack.shortcuts = {"about_message": "What did the digest say"}
            sandbox.slack.has_home = True
            settings = _DemoSettings(
                posts=posts,
                telegram_token=sandbox.telegram.token,
                telegram_api_url=sandbox.telegram_api_url,
                slack_bot_token=sandbox.slack.bot_token,
                slack_app_token=sandbox.slack.app_token,
                slack_api_url=sandbox.slack_api_url,
                slack_channel=channel.id,
                database_url=f"sqlite:///{folder}/demo.db",
                log_level="warning",
            )
            start_logs(settings)
            async with (
                opened_database(settings) as database,
                hold(database),
                opened_services(
                    settings,
                    clock,
                    database,
                    quiet=0,
                ) as services,
            ):
                subscriber = sandbox.telegram.user(name="Lin")
                yield Demo(sandbox, services, subscriber, channel, issue, asyncio.Event())


async def _delivered(demo: Demo, running: asyncio.Task[None]) -> None:
    """Wait until the newest issue's deliveries are done, showing how far they are."""
    async with asyncio.timeout(_PATIENCE):
        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            bar = progress.add_task("Delivering", total=None)
            tally: dict[DeliveryState, int] = {}
            while not running.done():
                await asyncio.sleep(0.1)
                progress.update(bar, completed=len(demo.subscriber.messages) + len(demo.channel.from_bot))
                tally = await demo.services.ledger.tally(demo.issue.key, None)
                if sum(tally.values()) == _DESTINATIONS and FINAL.issuperset(tally):
                    break
            else:
                await running
    if tally != {DeliveryState.SENT: _DESTINATIONS}:
        raise DigestbotError("Not everything was delivered; the log lines above say why.")


def _received(demo: Demo) -> dict[str, Any]:
    issue = demo.issue
    return {
        "issue": {"title": issue.title, "date": issue.day.isoformat() if issue.day else None, "kind": issue.kind},
        "telegram": [_telegram_json(message) for message in demo.subscriber.messages],
        "slack": [_slack_json(message) for message in demo.channel.from_bot],
    }


def _telegram_json(message: Message) -> dict[str, Any]:
    return {
        "chat_id": message.chat.id,
        "message_id": message.id,
        "silent": message.silent,
        "text": message.text,
        "entities": message.entities,
        "reply_markup": message.markup,
    }


def _slack_json(message: SlackMessage) -> dict[str, Any]:
    return {
        "channel": message.channel.id,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "text": message.text,
        "blocks": message.blocks,
    }


def _print_received(demo: Demo) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for heading, texts in (
        (f"Telegram · {demo.subscriber.chat.title}", [message.text for message in demo.subscriber.messages]),
        (f"Slack · #{demo.channel.name}", [message.text for message in demo.channel.from_bot]),
    ):
        console.rule(f"{heading} · {len(texts)} messages")
        for text in texts:
            console.print(text, markup=False)
            console.print()
