"""The command line. What a command needs is imported when it runs: `--help` must be quick."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from bot import __version__
from bot.cli import changing, daily, deliveries, operating, owning, reading
from bot.cli.keys import keys
from bot.cli.output import fail
from bot.domain.errors import DigestbotError

EXIT_CODES = """\
Exit codes: 0 done · 1 not done, or something is wrong with a post or a delivery · 2 wrong usage or settings ·
3 a platform cannot be reached or refused the token · 4 the database cannot be used."""

app = typer.Typer(
    name="digestbot",
    help="Brings a daily Markdown digest to readers in Telegram and Slack.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command()(daily.run)
app.command()(daily.demo)
app.command()(daily.publish)
app.command()(owning.hold)
app.command()(owning.announce)
app.command(name="owner-link")(owning.owner_link)
app.command()(owning.owners)
app.command()(owning.invite)
app.command()(reading.show)
app.command()(reading.preview)
app.command()(reading.check)
app.command()(changing.correct)
app.command()(changing.recall)
app.add_typer(deliveries.app)
app.command()(operating.doctor)
app.command()(operating.migrate)
app.add_typer(keys)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"digestbot {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Settings come from the environment, a .env file and digestbot.toml; `digestbot doctor` checks them."""
    del version


def command_line() -> int:
    """Run the command that the arguments name; return the exit code."""
    try:
        app(standalone_mode=True)
    except DigestbotError as error:
        return fail(str(error), error.exit_code)
    except (BrokenPipeError, SystemExit) as end:
        if not _reader_left(end):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is still to be flushed
        return 0
    except Exception as error:  # noqa: BLE001  # the last line of defence: operators get a sentence
        return fail_of_ours(error)
    return 0


def _reader_left(end: BaseException | None) -> bool:
    """Tell whether nobody reads our output any more, as after `| head`; click and rich make exit code 1 of that."""
    while end is not None and not isinstance(end, BrokenPipeError):
        end = end.__context__
    return end is not None


def fail_of_ours(error: Exception) -> int:
    """Tell of an error that should not be; the traceback only where debugging was asked for."""
    if os.environ.get("DIGESTBOT_LOG_LEVEL", "").lower() == "debug":
        raise error
    return fail(
        f"Something unexpected went wrong ({type(error).__name__}: {error}). Nothing that was sent is lost from the"
        " ledger. Set DIGESTBOT_LOG_LEVEL=debug to see where it happened.",
        1,
    )
