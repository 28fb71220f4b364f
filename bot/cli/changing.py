"""Commands that change what was sent: correct, recall."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.deliveries import LOOKED_THROUGH
from bot.cli.output import did_you_mean, note
from bot.domain.errors import PostsError

if TYPE_CHECKING:
    from bot.app import Services
    from bot.domain.issues import KnownIssue
    from bot.services.correct import Doubt, Proposal
    from bot.settings import Settings

_ISSUE = typer.Argument(metavar="ISSUE", help="The issue's key, as digestbot deliveries shows it.")


def correct(
    issue: Annotated[str, _ISSUE],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be changed, and where.")] = False,
) -> None:
    """Make what was sent follow the post as it is now. A running bot does so by itself for a day."""
    from bot.app import require_what_delivering_needs
    from bot.settings import load_settings

    settings = load_settings()
    require_what_delivering_needs(settings)
    asyncio.run(_correct(settings, issue, dry_run=dry_run))


def recall(
    issue: Annotated[str, _ISSUE],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be taken back, and where.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take an issue back everywhere: delete its messages, or put a notice where that is not possible."""
    from bot.app import require_what_delivering_needs
    from bot.settings import load_settings

    settings = load_settings()
    require_what_delivering_needs(settings)
    asyncio.run(_recall(settings, issue, dry_run=dry_run, yes=yes))


async def _correct(settings: Settings, issue: str, *, dry_run: bool) -> None:
    async with _opened(settings) as (services, stop):
        known = await _known(services, issue)
        found = await services.corrector.proposals(known)
        if not found:
            raise PostsError(f"Nothing of {issue} was sent yet: digestbot publish {known.path}")
        for one in found:
            typer.echo(await _described(services, one))
        if dry_run:
            typer.echo("Nothing is changed.")
            return
        async with _carried_out(services, stop):
            planned = await _carry_out(services, known, found)
            typer.echo(f"{_counted(planned, 'correction')} planned.")


async def _carry_out(services: Services, known: KnownIssue, found: list[Proposal | Doubt]) -> int:
    from bot.services.correct import Proposal

    proposals = [one for one in found if isinstance(one, Proposal)]
    now = services.clock.now()
    return sum([await services.corrector.carry_out(known, proposal, now=now) for proposal in proposals])


async def _described(services: Services, found: Proposal | Doubt) -> str:
    """Return what a correction does to one form of the issue, in one line."""
    from bot.services.correct import Doubt

    lineage = found.lineage
    where = f"{lineage.platform}, {lineage.style}, {lineage.language}"
    reach = _counted(await services.corrector.reach(lineage), "delivery", "deliveries")
    if isinstance(found, Doubt):
        return f"{where} ({reach}): stays as it is, because {found.reason}"
    named = (("edited", found.edited), ("added", found.added), ("deleted", found.removed))
    told = [f"{word} {', '.join(parts)}" for word, parts in named if parts]
    return f"{where} ({reach}): {'; '.join(told) or 'nothing to change'}"


async def _recall(settings: Settings, issue: str, *, dry_run: bool, yes: bool) -> None:
    from bot.languages.recall_phrases import retraction
    from bot.ports.ledger import DeliveryFilter

    async with _opened(settings) as (services, stop):
        told = [retraction(one, "en") for one in await services.corrector.retractions(issue)]
        if not told:
            sent = {report.issue_key for report in await services.ledger.reports(DeliveryFilter(limit=LOOKED_THROUGH))}
            advice = did_you_mean(issue, sent) or (
                "name an issue as digestbot deliveries shows it, such as 2026-02-12 for 2026-02-12.md"
            )
            raise PostsError(f"Nothing of {issue!r} was sent; {advice}")
        for line in told:
            typer.echo(line)
        if dry_run:
            typer.echo("Nothing is taken back.")
            return
        if not yes and not typer.confirm(f"Take {issue} back everywhere? This cannot be undone."):
            raise typer.Exit(1)
        async with _carried_out(services, stop):
            planned, stopped = await services.corrector.recall(issue)
            typer.echo(
                f"{_counted(planned, 'delivery', 'deliveries')} to take back, {stopped} stopped before they began."
            )
        note(f"The post itself is yours: /today shows {issue} as long as it is in the folder.")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Services, asyncio.Event]]:
    """Open everything, with the posts as they are; yield the services, and what a signal to stop sets."""
    from bot.app import opened_database, opened_services
    from bot.cli.daily import start_logs, stop_signals
    from bot.scheduling.clock import SystemClock

    start_logs(settings, level="warning")
    with stop_signals() as stop:
        async with (
            opened_database(settings) as database,
            opened_services(settings, SystemClock(), database, quiet=0) as services,
        ):
            await services.library.refresh()
            yield services, stop


@asynccontextmanager
async def _carried_out(services: Services, stop: asyncio.Event) -> AsyncIterator[None]:
    """Carry out what is planned meanwhile; or leave it to the bot that is running."""
    from bot.cli.daily import carry_out, held

    async with held(services.database, services) as holding:
        if holding:
            await services.lanes.beat()
        yield
        if holding:
            await carry_out(services, stop)
        else:
            typer.echo("The running bot carries it out.")


async def _known(services: Services, issue: str) -> KnownIssue:
    """Return the post of an issue. Raises PostsError if there is none."""
    listed = services.library.listed_by_key(issue)
    known = await services.library.load(listed) if listed is not None else None
    if known is None:
        advice = did_you_mean(issue, services.library.by_key) or (
            f"name it as digestbot deliveries shows it, or take it back: digestbot recall {issue}"
        )
        raise PostsError(f"There is no post {issue!r} in {str(services.settings.posts)!r}; {advice}")
    return known


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
