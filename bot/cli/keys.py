"""Commands for the keys under which tokens of installed workspaces are kept: keys new, keys rotate."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

keys = typer.Typer(
    name="keys",
    help="Make and change the keys that encrypt the tokens of installed Slack workspaces.",
    no_args_is_help=True,
)


@keys.command()
def new() -> None:
    """Print a new key for DIGESTBOT_ENCRYPTION_KEYS."""
    from bot.platforms.slack.encryption import new_key

    typer.echo(new_key())


@keys.command()
def rotate() -> None:
    """Encrypt every stored token anew, with the first of DIGESTBOT_ENCRYPTION_KEYS; the others can then be removed."""
    from bot.settings import load_settings

    written = asyncio.run(_rotate(load_settings()))
    typer.echo(f"{written} secret{'' if written == 1 else 's'} encrypted with the first of DIGESTBOT_ENCRYPTION_KEYS.")


async def _rotate(settings: Settings) -> int:
    from bot.app import opened_database
    from bot.domain.errors import SettingsError
    from bot.lines import slack_installations

    async with opened_database(settings) as database:
        installations = slack_installations(settings, database)
        if installations is None:
            raise SettingsError("DIGESTBOT_SLACK_CLIENT_ID is not set: there are no tokens of installed workspaces")
        return await installations.encrypt_anew()
