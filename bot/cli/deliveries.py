"""`digestbot deliveries`: what was sent where, what was not, why, and trying it again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.operating import parsed_destination
from bot.cli.output import did_you_mean, note, print_json
from bot.domain.delivery import DeliveryState

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.domain.delivery import DeliveryReport
    from bot.domain.destination import Destination
    from bot.ports.ledger import DeliveryFilter
    from bot.settings import Settings

LARGEST = 2**63 - 1
"""The largest number that a database counts to."""
LOOKED_THROUGH = 1000
"""Deliveries among which a name like a misspelt one is looked for."""
_WIDEST = 1000
"""Columns of a table that no terminal shows."""

app = typer.Typer(name="deliveries", invoke_without_command=True)


@app.callback()
def deliveries(
    context: typer.Context,
    issue: Annotated[str | None, typer.Option(metavar="KEY", help="Only this issue.")] = None,
    to: Annotated[str | None, typer.Option(metavar="DESTINATION", help="Only there.")] = None,
    state: Annotated[DeliveryState | None, typer.Option(help="Only in this state.")] = None,
    troubled: Annotated[
        bool, typer.Option("--troubled", help="Only those that did not get through, or have an unknown part.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST, help="The newest so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print every part's receipt, too.")] = False,
) -> None:
    """List deliveries: what was sent where, what was not, and why. `why` explains, `requeue` tries again."""
    from bot.ports.ledger import DeliveryFilter
    from bot.settings import load_settings

    if context.invoked_subcommand is not None:
        return
    wanted = DeliveryFilter(
        issue_key=issue, destination=parsed_destination(to, "--to"), state=state, troubled=troubled, limit=limit
    )
    settings = load_settings()
    reports = asyncio.run(_reports(settings, wanted))
    if as_json:
        print_json([_as_json(report) for report in reports])
    elif reports:
        _print_table(reports, settings.timezone)
    else:
        typer.echo("No deliveries.")
        asyncio.run(_suggest(settings, issue, to))


@app.command()
def why(
    destination: Annotated[
        str, typer.Argument(metavar="DESTINATION", help="Such as telegram:500000001 or slack:C0123456789.")
    ],
    issue: Annotated[str | None, typer.Option(metavar="KEY", help="Only this issue.")] = None,
) -> None:
    """Tell in words why something did or did not arrive there, and what to do about it."""
    from bot.settings import load_settings

    to = parsed_destination(destination, "DESTINATION")
    if to is not None:
        for sentence in asyncio.run(_explained(load_settings(), to, issue)):
            typer.echo(sentence)


@app.command()
def requeue(
    ids: Annotated[
        list[int], typer.Argument(min=1, max=LARGEST, metavar="ID...", help="Of deliveries, as the list shows them.")
    ],
    unknown: Annotated[
        bool,
        typer.Option("--unknown", help="Also send again what may have arrived. It may so arrive twice."),
    ] = False,
) -> None:
    """Try deliveries again that ended dead, gone or expired, from the part where they stopped."""
    from bot.settings import load_settings

    again = asyncio.run(_requeued(load_settings(), ids, unknown=unknown))
    for number in again:
        typer.echo(f"{number} is due again; a running bot carries it out, or: digestbot publish")
    if refused := sorted(set(ids) - set(again)):
        listed = ", ".join(map(str, refused))
        hint = "" if unknown else "; with --unknown also what may have arrived"
        note(f"Not to be tried again: {listed}. Only what ended dead, gone or expired is{hint}.")
        raise typer.Exit(1)


async def _reports(settings: Settings, wanted: DeliveryFilter) -> list[DeliveryReport]:
    from bot.app import opened_database
    from bot.storage.ledger import SqlLedger

    async with opened_database(settings) as database:
        return await SqlLedger(database).reports(wanted)


async def _suggest(settings: Settings, issue: str | None, to: str | None) -> None:
    """Note which issue or destination has deliveries and is named much like what was asked for."""
    from bot.ports.ledger import DeliveryFilter

    if not (issue or to):
        return
    known = await _reports(settings, DeliveryFilter(limit=LOOKED_THROUGH))
    keys, places = {report.issue_key for report in known}, {str(report.destination) for report in known}
    for option, given, names in (("--issue", issue, keys), ("--to", to, places)):
        if given and given not in names and (question := did_you_mean(given, names)):
            note(f"{option} {given!r} has none; {question}")


async def _explained(settings: Settings, to: Destination, issue: str | None) -> list[str]:
    from bot.app import opened_database
    from bot.languages.why_phrases import why_phrases_of
    from bot.scheduling.clock import SystemClock
    from bot.services.explaining import Explaining
    from bot.storage.ledger import SqlLedger
    from bot.storage.subscriptions import SqlSubscriptions

    async with opened_database(settings) as database:
        explaining = Explaining(SqlLedger(database), SqlSubscriptions(database), SystemClock(), settings.timezone)
        return why_phrases_of("en").told(await explaining.why(to, issue))


async def _requeued(settings: Settings, ids: Sequence[int], *, unknown: bool) -> list[int]:
    from bot.app import opened_database
    from bot.scheduling.clock import SystemClock
    from bot.storage.ledger import SqlLedger

    async with opened_database(settings) as database:
        return await SqlLedger(database).requeue(ids, unknown=unknown, now=SystemClock().now())


def _as_json(report: DeliveryReport) -> dict[str, Any]:
    return {
        "id": report.id,
        "issue": report.issue_key,
        "title": report.title,
        "destination": str(report.destination),
        "occasion": report.occasion,
        "state": report.state,
        "parts": report.parts,
        "reason": report.reason,
        "note": report.note,
        "attempts": report.attempts,
        "planned_at": report.planned_at.isoformat(),
        "due_at": report.due_at.isoformat(),
        "finished_at": report.finished_at.isoformat() if report.finished_at else None,
        "receipts": [
            {
                "part": receipt.part,
                "deed": receipt.deed,
                "state": receipt.state,
                "message_id": receipt.message_id,
                "reason": receipt.reason,
                "at": receipt.at.isoformat(),
            }
            for receipt in report.receipts
        ],
    }


def _print_table(reports: list[DeliveryReport], zone: ZoneInfo) -> None:
    from rich.console import Console
    from rich.table import Table

    from bot.domain.delivery import PartState

    table = Table(box=None, pad_edge=False)
    planned = f"planned ({zone.key})"
    for heading in ("id", "issue", "destination", "occasion", "state", "sent", "unknown", planned, "reason"):
        table.add_column(heading, overflow="fold")
    for report in reports:
        unknown = sum(receipt.state is PartState.UNKNOWN for receipt in report.receipts)
        reason = report.reason or next((one.reason for one in report.receipts if one.reason), report.note)
        table.add_row(
            str(report.id),
            report.issue_key,
            str(report.destination),
            report.occasion,
            report.state,
            _progress(report),
            str(unknown) if unknown else "",
            f"{report.planned_at.astimezone(zone):%Y-%m-%d %H:%M}",
            reason or "",
        )
    console = Console()
    # for a file or a pipe a line is a delivery, however long
    Console(width=None if console.is_terminal else _WIDEST).print(table)


def _progress(report: DeliveryReport) -> str:
    """Return how many messages of an issue arrived; of a change, how many steps were done."""
    from bot.domain.change import Kind, kind_of
    from bot.domain.delivery import PartState

    if kind_of(report.occasion) in {Kind.CORRECTION, Kind.RECALL}:
        return str(sum(receipt.state is PartState.SENT for receipt in report.receipts))
    return f"{report.count(PartState.SENT)}/{report.parts}"
