"""Commands for the operator: doctor, migrate."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import note
from bot.domain.destination import Destination

if TYPE_CHECKING:
    from bot.settings import Settings


def doctor(
    send_test: Annotated[
        str | None, typer.Option(metavar="DESTINATION", help="Also send one test message there.")
    ] = None,
) -> None:
    """Check settings, posts, database, and both platforms' tokens; say what to do about each fault."""
    from bot.cli.diagnosis import diagnose
    from bot.settings import load_settings, unknown_settings

    destination = parsed_destination(send_test, "--send-test")
    settings = load_settings()
    for name in unknown_settings():
        note(f"{name} is not a setting; is it misspelt?")
    code = asyncio.run(diagnose(settings, destination))
    if code:
        raise typer.Exit(code)


def migrate() -> None:
    """Bring the database up to date. `run` and `publish` do so by themselves."""
    from bot.settings import load_settings

    asyncio.run(_migrate(load_settings()))
    typer.echo("The database is up to date.")


async def _migrate(settings: Settings) -> None:
    from bot.app import opened_database

    async with opened_database(settings):
        return


def parsed_destination(text: str | None, option: str) -> Destination | None:
    """Return the destination that an option names; a usage error if it names none."""
    try:
        return Destination.parse(text) if text else None
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
