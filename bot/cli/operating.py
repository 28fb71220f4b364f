"""Commands for the operator: deliveries, doctor, migrate."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.output import did_you_mean, note, print_json
from bot.domain.delivery import DeliveryState
from bot.domain.destination import Destination

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.domain.delivery import DeliveryReport
    from bot.ports.ledger import DeliveryFilter
    from bot.settings import Settings

_LOOKED_THROUGH = 1000
"""Deliveries among which a name like a misspelt one is looked for."""
_WIDEST = 1000
"""Columns of a table that no terminal shows."""


def deliveries(
    issue: Annotated[str | None, typer.Option(metavar="KEY", help="Only this issue.")] = None,
    to: Annotated[str | None, typer.Option(metavar="DESTINATION", help="Only there.")] = None,
    state: Annotated[DeliveryState | None, typer.Option(help="Only in this state.")] = None,
    troubled: Annotated[
        bool, typer.Option("--troubled", help="Only those that did not get through, or have an unknown part.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print every part's receipt, too.")] = False,
) -> None:
    """List deliveries: what was sent where, what was not, and why."""
    from bot.ports.ledger import DeliveryFilter
    from bot.settings import load_settings

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
    known = await _reports(settings, DeliveryFilter(limit=_LOOKED_THROUGH))
    keys, places = {report.issue_key for report in known}, {str(report.destination) for report in known}
    for option, given, names in (("--issue", issue, keys), ("--to", to, places)):
        if given and given not in names and (question := did_you_mean(given, names)):
            note(f"{option} {given!r} has none; {question}")


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
        unknown = report.count(PartState.UNKNOWN)
        reason = report.reason or next((one.reason for one in report.receipts if one.reason), None)
        table.add_row(
            str(report.id),
            report.issue_key,
            str(report.destination),
            report.occasion,
            report.state,
            f"{report.count(PartState.SENT)}/{report.parts}",
            str(unknown) if unknown else "",
            f"{report.planned_at.astimezone(zone):%Y-%m-%d %H:%M}",
            reason or "",
        )
    console = Console()
    # for a file or a pipe a line is a delivery, however long
    Console(width=None if console.is_terminal else _WIDEST).print(table)


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
