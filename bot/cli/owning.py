"""Commands for owners and invitations, and what owners do from a chat as well: hold, announce."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.app import Services


def owner_link() -> None:
    """Print a link that makes whoever follows it first an owner, who operates the bot from Telegram.

    It is good for one person and one hour.
    """
    address = asyncio.run(_owner_link())
    typer.echo(address)
    typer.echo("Open it in Telegram and press Start. It is good for one person and one hour.", err=True)


async def _owner_link() -> str:
    async with _services() as services:
        return (await services.owning.membership.owner_link()).address


def invite(
    people: Annotated[int, typer.Option(min=1, max=10_000, help="How many people the link lets in.")] = 1,
    days: Annotated[int, typer.Option(min=1, max=365, help="How many days it is good for.")] = 7,
) -> None:
    """Print a link that lets people subscribe where DIGESTBOT_ACCESS=invite."""
    address, open_to_all = asyncio.run(_invitation(people, days))
    typer.echo(address)
    told = f"It lets {people} {'person' if people == 1 else 'people'} in, for {days} day{'' if days == 1 else 's'}."
    if open_to_all:
        told += " At present nobody needs one: DIGESTBOT_ACCESS=open."
    typer.echo(told, err=True)


async def _invitation(people: int, days: int) -> tuple[str, bool]:
    async with _services() as services:
        membership = services.owning.membership
        link = await membership.invitation(people, timedelta(days=days))
        return link.address, not membership.by_invitation


def owners(
    remove: Annotated[
        str | None, typer.Option(metavar="ID", help="Take the role from this owner, by the numeric id.")
    ] = None,
) -> None:
    """List who operates the bot from Telegram."""
    if remove is not None:
        asyncio.run(_dismiss(remove.strip()))
        typer.echo(f"{remove.strip()} is an owner no longer.")
        return
    lines = asyncio.run(_owners())
    for line in lines or ["No owners. Become one with: digestbot owner-link"]:
        typer.echo(line)


async def _owners() -> list[str]:
    async with _services() as services:
        zone = services.timetable.zone
        return [
            f"{owner.person.platform}:{owner.person.id}  "
            + (f"since {owner.since.astimezone(zone):%Y-%m-%d %H:%M}" if owner.since else "by DIGESTBOT_OWNERS")
            for owner in await services.owning.membership.owners()
        ]


async def _dismiss(number: str) -> None:
    from bot.domain.destination import Platform
    from bot.domain.errors import SettingsError
    from bot.domain.person import Person

    person = Person(Platform.TELEGRAM, number.removeprefix("telegram:"))
    async with _services() as services:
        if await services.owning.membership.dismiss(person):
            return
        named = person in services.settings.owners
    raise SettingsError(
        f"{number} is an owner by DIGESTBOT_OWNERS; take it out there and start the bot anew"
        if named
        else f"{number} is no owner; digestbot owners lists those that there are"
    )


def hold(
    off: Annotated[bool, typer.Option("--off", help="Let it go: the day's clock decides again.")] = False,
) -> None:
    """Hold today's issue back: nothing of it goes out by itself until `--off`, or `digestbot publish`."""
    typer.echo(asyncio.run(_let_go() if off else _hold()))


async def _hold() -> str:
    async with _services() as services:
        await services.library.refresh()
        new, stopped = await services.owning.operating.brake.hold()
    if not new:
        return "Today's issue is held back already."
    waiting = f" {stopped} {'delivery waits' if stopped == 1 else 'deliveries wait'}." if stopped else ""
    return f"Today's issue is held back.{waiting} Let it go with: digestbot hold --off"


async def _let_go() -> str:
    async with _services() as services:
        await services.library.refresh()
        was_held = await services.owning.operating.brake.let_go()
    return "Today's issue is held back no longer." if was_held else "Today's issue is not held back."


def announce(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What everybody gets, just as it is.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
) -> None:
    """Send a few sentences to every subscriber, once each, as an issue is sent: in order, paced, on record."""
    from bot.app import require_what_delivering_needs
    from bot.settings import load_settings

    require_what_delivering_needs(load_settings())
    text = text.strip()
    if not text:
        raise typer.BadParameter("there is nothing to announce", param_hint="TEXT")
    if len(text.encode("utf-16-le")) // 2 > _LONGEST:
        raise typer.BadParameter(
            f"it is longer than a message can be, which is {_LONGEST} characters", param_hint="TEXT"
        )
    if not yes:
        typer.confirm(f"Send this to every subscriber?\n\n{text}\n\n", abort=True)
    typer.echo(asyncio.run(_announce(text)))


_LONGEST = 4096
"""UTF-16 units of a message: https://core.telegram.org/bots/api#sendmessage"""


async def _announce(text: str) -> str:
    from bot.app import take_over_fixed
    from bot.cli.daily import carry_out, held, stop_signals
    from bot.domain.destination import Platform
    from bot.domain.person import Person

    with stop_signals() as stop:
        async with _services() as services, held(services.database, services) as holding:
            if holding:  # else the running bot has done so
                await services.lanes.beat()
                await take_over_fixed(services)
            announcing = services.owning.operating.announcing
            draft = await announcing.draft(text, Person(Platform.CONSOLE, "operator"))
            _, planned = await announcing.confirm(draft.key)
            told = f"{planned} {'delivery' if planned == 1 else 'deliveries'} planned: {draft.key}."
            if not holding:
                return f"{told} The running bot carries out what is planned."
            await carry_out(services, stop)
    return f"{told} What became of it: digestbot deliveries --issue {draft.key}"


@asynccontextmanager
async def _services() -> AsyncIterator[Services]:
    from bot.app import opened_database, opened_services, require_what_delivering_needs
    from bot.cli.daily import start_logs
    from bot.scheduling.clock import SystemClock
    from bot.settings import load_settings

    settings = load_settings()
    require_what_delivering_needs(settings)
    start_logs(settings, level="warning")
    async with (
        opened_database(settings) as database,
        opened_services(settings, SystemClock(), database) as services,
    ):
        yield services
