"""Commands that deliver: run, demo, publish."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.operating import parsed_destination
from bot.domain.errors import DatabaseInUse, SettingsError

if TYPE_CHECKING:
    from bot.app import Services
    from bot.domain.destination import Destination
    from bot.scheduling.clock import SystemClock
    from bot.settings import Settings
    from bot.storage.engine import Database

_PATIENCE = timedelta(seconds=5)
"""What has to wait longer is left to a running bot, or to the next `publish`."""


def run() -> None:
    """Run the bot: deliver the daily issue, answer readers, until stopped."""
    from bot.app import require_what_delivering_needs
    from bot.scheduling.clock import SystemClock
    from bot.settings import load_settings

    settings = load_settings()
    require_what_delivering_needs(settings)
    asyncio.run(run_bot(settings, SystemClock()))


async def run_bot(settings: Settings, clock: SystemClock) -> None:
    """Run the bot by this clock until SIGTERM or SIGINT."""
    from bot.app import App, opened_database, opened_services
    from bot.storage.hold import hold

    start_logs(settings)
    with stop_signals() as stop:
        async with (
            opened_database(settings) as database,
            hold(database),
            opened_services(settings, clock, database) as services,
        ):

            async def announce() -> None:
                typer.echo(await next_delivery(services))

            await App(services).run(stop, announce=announce)


async def next_delivery(services: Services) -> str:
    """Return when and to whom the next delivery goes, in one line."""
    at = (await services.watch.next_release()).astimezone(services.timetable.zone)
    fixed = [str(subscription.destination) for subscription in await services.subscriptions.active_fixed()]
    everybody = sum((await services.subscriptions.audiences()).values())
    readers = everybody - len(fixed)
    to = [f"{readers} subscriber{'' if readers == 1 else 's'}"] if readers or not fixed else []
    return f"Next delivery: {at:%Y-%m-%d %H:%M} ({services.settings.timezone.key}) to {', '.join([*to, *fixed])}"


def demo(
    posts: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Your own folder of posts, instead of the samples.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of the page on 127.0.0.1; the next free one if it is taken.")
    ] = 8080,
    once: Annotated[
        bool, typer.Option("--once", help="Deliver the newest post, print what both chats received, and end.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once: print JSON.")] = False,
) -> None:
    """Try everything without a token, an account or the network: the bot with a local Telegram and Slack."""
    from bot.cli.demo import run_demo, run_demo_once

    if as_json and not once:
        raise typer.BadParameter("--json goes with --once", param_hint="--json")
    asyncio.run(run_demo_once(posts, as_json=as_json) if once else run_demo(posts, port))


def publish(
    post: Annotated[
        Path | None,
        typer.Argument(
            metavar="POST", help="A post: a path, or a name below DIGESTBOT_POSTS. Without it: the newest issue."
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="DESTINATION",
            help="Only there: telegram:@channel, telegram:-100123/45 or slack:C123. Without it: to all.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be sent, and to whom.")] = False,
) -> None:
    """Deliver an issue now. What a destination got already is not sent again; what failed is tried again."""
    from bot.app import require_what_delivering_needs
    from bot.settings import load_settings

    settings = load_settings()
    require_what_delivering_needs(settings)
    if asyncio.run(_publish(settings, post, parsed_destination(to, "--to"), dry_run=dry_run)):
        raise typer.Exit(1)


async def _publish(settings: Settings, post: Path | None, to: Destination | None, *, dry_run: bool) -> int:
    """Return how many deliveries did not get through."""
    from bot.app import opened_database, opened_services, take_over_fixed
    from bot.cli.publishing import choose, describe, plan, planned_line, rehearse, report
    from bot.scheduling.clock import SystemClock

    start_logs(settings, level="warning")
    # who publishes by hand knows that the file is complete
    with stop_signals() as stop:
        async with (
            opened_database(settings) as database,
            opened_services(settings, SystemClock(), database, quiet=0) as services,
        ):
            await services.library.refresh()
            known = await choose(services, post)
            if to is not None and to.platform not in services.senders:
                raise SettingsError(f"{to} cannot be reached: {to.platform} is not configured")
            typer.echo(await describe(services, known, to))
            if dry_run:
                typer.echo(await rehearse(services, known, to))
                return 0
            async with held(database, services) as holding:
                if holding:
                    await services.lanes.beat()
                    await take_over_fixed(services)
                    if services.acquaintance:
                        await services.acquaintance.learn()
                planned = await plan(services, known, to)
                typer.echo(await planned_line(services, known, to, planned))
                if not holding:
                    typer.echo("The running bot carries out what is planned.")
                    return 0
                await carry_out(services, stop)
            return await report(services, known, to)


@asynccontextmanager
async def held(database: Database, services: Services) -> AsyncIterator[bool]:
    """Hold the database, or yield False because a running bot does."""
    from contextlib import AsyncExitStack

    from bot.storage.hold import hold

    async with AsyncExitStack() as stack:
        holding = True
        try:
            await stack.enter_async_context(hold(database))
        except DatabaseInUse:
            holding = False
        yield holding and (database.path is not None or not await services.lanes.others_work())


async def carry_out(services: Services, stop: asyncio.Event) -> None:
    """Carry out all that is planned, with a progress bar, until done or stopped."""
    from rich.console import Console
    from rich.progress import Progress

    total = await services.ledger.unfinished()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Delivering", total=total)
        beating = asyncio.create_task(services.lanes.run(services.drain.wake))
        draining = asyncio.create_task(services.drain.run_until_done(patience=_PATIENCE))
        stopping = asyncio.create_task(stop.wait())
        while not draining.done():
            await asyncio.wait({draining, stopping}, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
            if stopping.done():
                services.drain.stop()
                await draining
            progress.update(bar, completed=total - await services.ledger.unfinished())
        stopping.cancel()
        beating.cancel()
        await draining
        await services.lanes.leave()


def start_logs(settings: Settings, *, level: str | None = None) -> None:
    """Send log lines to standard error, without this operator's secrets."""
    from bot.logs import configure_logs

    configure_logs(level or settings.log_level, secrets=settings.secrets)


@contextmanager
def stop_signals(event: asyncio.Event | None = None) -> Iterator[asyncio.Event]:
    """Set an event on SIGTERM and SIGINT; a second signal ends the process at once."""
    stop, loop = event or asyncio.Event(), asyncio.get_running_loop()

    def told(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    numbers = (signal.SIGTERM, signal.SIGINT)
    with suppress(NotImplementedError):  # Windows
        for number in numbers:
            loop.add_signal_handler(number, told, number)
    try:
        yield stop
    finally:
        with suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)
