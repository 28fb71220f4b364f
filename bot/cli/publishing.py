"""The steps of `digestbot publish`."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.app import Services
from bot.cli.output import note
from bot.cli.reading import load_post
from bot.domain.delivery import DeliveryState, PartState
from bot.domain.destination import Destination, Platform
from bot.domain.errors import PostsError
from bot.domain.issues import KnownIssue
from bot.domain.subscription import Place, default_style
from bot.ports.ledger import DeliveryFilter
from formatters.views import Style

_SHOWN = 20


async def choose(services: Services, post: Path | None) -> KnownIssue:
    """Return the issue that is meant, known to the ledger. Raises PostsError if it is not to be sent."""
    today = services.timetable.today(services.clock.now())
    if post is None:
        newest = await services.library.newest(today)
        if newest is None:
            raise PostsError(
                f"There is no issue to publish in {str(services.settings.posts)!r}: all are drafts, undated, of the"
                " future, or refused; digestbot check tells which"
            )
        return newest
    known = load_post(post, services.settings)
    if known.issue.draft:
        raise PostsError(f"{known.path} is a draft; remove `draft: true` from its front matter first")
    if known.issue.date is not None and known.issue.date > today:
        raise PostsError(f"{known.path} is dated {known.issue.date}, which is in the future; correct its date first")
    return await services.library.adopt(known)


async def describe(services: Services, known: KnownIssue, to: Destination | None) -> str:
    """Return what is about to be sent, and to whom, in one line."""
    active = await _audience(services)
    whom = str(to) if to else f"{active} active subscription{'' if active == 1 else 's'}"
    return f"{known.issue.title} ({known.issue.date or 'no date'}) to {whom}"


async def rehearse(services: Services, known: KnownIssue, to: Destination | None) -> str:
    """Return how many messages each destination would get, and how many have the issue already, in one line."""
    styles = {(to.platform, await services.publisher.style_of(to))} if to else await _styles(services)
    sizes = {
        (platform, style): await services.publisher.size(known, platform, style, services.settings.language)
        for platform, style in sorted(styles)
    }
    messages = ", ".join(
        f"{size} message{'' if size == 1 else 's'} on {platform} ({style})" for (platform, style), size in sizes.items()
    )
    delivered = (await services.ledger.tally(known.key, to)).get(DeliveryState.SENT, 0)
    return f"Nothing is sent: it would be {messages}; delivered already: {delivered}."


async def _styles(services: Services) -> set[tuple[Platform, Style]]:
    """Return the styles in use on each platform, once the destinations of the settings are taken over."""
    used = {(platform, style) for platform, style, _ in await services.subscriptions.audiences()}
    named = services.settings.fixed_destinations
    used |= {(one.platform, await services.publisher.style_of(one)) for one in named}
    return used or {(platform, default_style(platform, Place.CHANNEL)) for platform in services.senders}


async def _audience(services: Services) -> int:
    """Return how many destinations are subscribed once those of the settings are taken over."""
    wanted = set(services.settings.fixed_destinations)
    present = {subscription.destination for subscription in await services.subscriptions.active_fixed()}
    new = [await services.subscriptions.find(destination) for destination in wanted - present]
    joining = sum(subscription is None or not subscription.active for subscription in new)
    active = sum((await services.subscriptions.audiences()).values())
    return active + joining - len(present - wanted)


async def plan(services: Services, known: KnownIssue, to: Destination | None) -> int:
    """Plan what is missing and open again what failed; return how many deliveries are to be carried out."""
    now = services.clock.now()
    if to is None:
        await services.owning.operating.brake.let_go()
        planned = await services.publisher.publish(known)
    else:
        subscription = await services.subscriptions.find(to)
        language = subscription.preferences.language if subscription else services.settings.language
        planned = await services.publisher.send_to(known, to, language=language)
    return planned + await services.ledger.reopen(known.key, to, now=now)


async def planned_line(services: Services, known: KnownIssue, to: Destination | None, planned: int) -> str:
    """Return what follows from a plan, in one line."""
    if planned:
        return f"{planned} {'delivery' if planned == 1 else 'deliveries'} planned."
    if await services.ledger.tally(known.key, to):
        return "Nothing is planned anew: it was delivered before, or is on its way."
    return "Nothing is planned: nobody is subscribed. Readers send /start to the bot; or name a place with --to."


async def report(services: Services, known: KnownIssue, to: Destination | None) -> int:
    """Print what became of it; return how many deliveries did not get through whole."""
    tally = await services.ledger.tally(known.key, to)
    wanted = DeliveryFilter(issue_key=known.key, destination=to, troubled=True, limit=_SHOWN)
    for one in await services.ledger.reports(wanted):
        reason = one.reason or next((receipt.reason for receipt in one.receipts if receipt.reason), "")
        note(f"{one.destination}: {one.state}, {one.count(PartState.SENT)} of {one.parts} messages sent; {reason}")
    everybody, sent = sum(tally.values()), tally.get(DeliveryState.SENT, 0)
    typer.echo(f"{sent} of {everybody} destinations have it.")
    if sent < everybody:
        waiting = tally.get(DeliveryState.PENDING, 0)
        if waiting:
            note(f"{waiting} could not be sent yet; a running bot goes on with them, or publish again.")
        else:
            note("All that did not get through: digestbot deliveries --troubled")
    return everybody - sent
