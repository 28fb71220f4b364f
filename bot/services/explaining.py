"""Why something did or did not arrive, in words for the operator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import assert_never

from bot.domain.change import SENDING, Kind, kind_of
from bot.domain.delivery import Deed, DeliveryReport, DeliveryState, PartState, Receipt
from bot.domain.destination import Destination
from bot.domain.subscription import Origin, Subscription
from bot.ports.clock import Clock
from bot.ports.ledger import DeliveryFilter, Ledger
from bot.ports.subscriptions import Subscriptions

_WHAT = {
    Kind.DAILY: "the daily delivery",
    Kind.REQUEST: "what was asked for with [send all]",
    Kind.CORRECTION: "a correction",
    Kind.RECALL: "the recall",
    Kind.ANNOUNCEMENT: "an announcement",
    Kind.ALERT: "an alert to an owner",
}


LOOKED_BACK = 5
"""How many deliveries of a destination are explained."""


@dataclass(frozen=True, slots=True)
class Newest:
    """What is known of the newest issue that could have gone out."""

    key: str
    released_at: datetime | None
    recalled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Explaining:
    """Looks up what there is to tell; for the command line and for owners in a chat."""

    ledger: Ledger
    subscriptions: Subscriptions
    clock: Clock
    zone: tzinfo
    """The digest's own."""

    async def why(self, to: Destination, issue: str | None = None) -> list[str]:
        """Return lines of English that tell why an issue, or the newest ones, did or did not arrive there."""
        reports = await self.ledger.reports(DeliveryFilter(issue_key=issue, destination=to, limit=LOOKED_BACK))
        key = issue or await self.ledger.newest_issue()
        newest = None
        if key is not None:
            newest = Newest(key, await self.ledger.released_at(key), await self.ledger.recalled_at(key))
        subscription = await self.subscriptions.find(to)
        explainer = Explainer(self.clock.now(), self.zone)
        return list(explainer.destination(to, subscription, newest, reports))


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains at one instant, in the digest's own time zone. Pure."""

    now: datetime
    zone: tzinfo

    def destination(
        self,
        to: Destination,
        subscription: Subscription | None,
        newest: Newest | None,
        reports: Sequence[DeliveryReport],
    ) -> Iterator[str]:
        """Yield sentences about a destination; `reports` are its newest deliveries, newest first."""
        yield f"{to}: {self._subscription(subscription)}"
        if newest is not None and not any(report.issue_key == newest.key for report in reports):
            yield f"{newest.key}: nothing was planned for it. {self._not_planned(subscription, newest)}"
        for report in reports:
            yield from self.delivery(report)

    def delivery(self, report: DeliveryReport) -> Iterator[str]:
        """Yield what became of a delivery and what to do about it, then a sentence for each part with a story."""
        yield f"{report.issue_key}, {_WHAT[kind_of(report.occasion)]} ({report.id}): {self._state(report)}"
        for receipt in report.receipts:
            if (told := self._part(report, receipt)) is not None:
                yield f"  {receipt.part}: {told}"

    def time(self, instant: datetime) -> str:
        """Return an instant as the operator's clock shows it; the date only where it is not today's."""
        here = instant.astimezone(self.zone)
        same_day = here.date() == self.now.astimezone(self.zone).date()
        return f"{here:%H:%M}" if same_day else f"{here:%Y-%m-%d %H:%M}"

    def _subscription(self, found: Subscription | None) -> str:
        if found is None:
            return "never subscribed. Readers send /start to the bot; operators name a place in the settings."
        how = "by the settings" if found.origin is Origin.SETTINGS else "by a reader's /start"
        wants = f"{found.preferences.style}, {found.preferences.language}"
        if found.active:
            return f"subscribed {how} since {self.time(found.joined_at)} ({wants})."
        ended = f" at {self.time(found.ended_at)}" if found.ended_at else ""
        return f"the subscription ended{ended}: {found.end_reason or 'no reason was noted'}. /start begins it anew."

    def _not_planned(self, subscription: Subscription | None, newest: Newest) -> str:
        if newest.recalled_at is not None:
            return f"The issue was recalled at {self.time(newest.recalled_at)}."
        if newest.released_at is None:
            return "The issue was not released yet: it goes out at its hour, or with digestbot publish."
        if subscription is None:
            return "It goes to subscribers only; or name the place with digestbot publish --to."
        if not subscription.active:
            return "The subscription had ended."
        if (until := subscription.preferences.paused_until) is not None and until > self.now:
            return f"The subscription pauses until {self.time(until)}."
        if subscription.joined_at > newest.released_at:
            return (
                f"It was released at {self.time(newest.released_at)}, before this subscription began; /today shows it,"
                " and digestbot publish --to sends it."
            )
        return "A running bot plans it within a second; is digestbot run running? Else: digestbot publish."

    def _state(self, report: DeliveryReport) -> str:
        sent, ended = _sent(report), self.time(report.finished_at) if report.finished_at else "?"
        again = f"To try again: digestbot deliveries requeue {report.id}"
        match report.state:
            case DeliveryState.PENDING if report.due_at > self.now:
                why = f" ({report.reason})" if report.reason else ""
                return f"{sent}; it goes on at {self.time(report.due_at)}{why}."
            case DeliveryState.PENDING:
                why = f" The last try: {report.reason}." if report.reason else ""
                return f"{sent}; it is due and waits its turn. If nothing moves, digestbot run is not running.{why}"
            case DeliveryState.LEASED:
                return f"{sent}; it is being carried out right now."
            case DeliveryState.SENT:
                return f"{sent}, finished at {ended}."
            case DeliveryState.DEAD:
                return f"{sent}; given up at {ended}: {report.reason}. {again}"
            case DeliveryState.GONE:
                return (
                    f"{sent}; ended at {ended}, as the place is not there or does not want it: {report.reason}."
                    f" Once that is mended: digestbot deliveries requeue {report.id}"
                )
            case DeliveryState.EXPIRED:
                return f"{sent}; too late at {ended}: {report.reason}. {again}"
            case DeliveryState.WITHDRAWN:
                return f"{sent}; stopped at {ended}: {report.reason}."
            case state:
                assert_never(state)

    def _part(self, report: DeliveryReport, receipt: Receipt) -> str | None:
        """Return what there is to tell about a part; None where it simply arrived."""
        at = self.time(receipt.at)
        match receipt.state:
            case PartState.SENT:
                return None
            case PartState.SENDING:
                return f"on its way since {at}. If the bot dies now, nobody knows whether it arrives."
            case PartState.UNKNOWN:
                return (
                    f"may or may not have arrived at {at}: {receipt.reason}. It is not sent again, as nothing shall"
                    f" arrive twice; if it is missing there: digestbot deliveries requeue {report.id} --unknown"
                )
            case PartState.REJECTED:
                return f"refused at {at}: {receipt.reason}."
            case PartState.ABSENT:
                return f"did not arrive at {at}, as a look into the chat shows; it is sent again."
            case state:
                assert_never(state)


def _sent(report: DeliveryReport) -> str:
    """Return how much of a delivery came through."""
    done = [receipt for receipt in report.receipts if receipt.state is PartState.SENT]
    if kind_of(report.occasion) in SENDING:
        arrived = sum(receipt.deed is Deed.NEW for receipt in done)
        return f"{arrived} of {report.parts} messages arrived"
    counted = {deed: sum(receipt.deed is deed for receipt in done) for deed in Deed}
    told = [
        f"{number} {word}"
        for number, word in (
            (counted[Deed.EDIT], "edited"),
            (counted[Deed.NEW], "added"),
            (counted[Deed.REMOVAL], "taken back"),
        )
        if number
    ]
    return ", ".join(told) or "nothing had to be changed"
