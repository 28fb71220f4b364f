"""Why something did or did not arrive, in words for operators and owners, from the catalogs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import assert_never

from bot.domain.change import SENDING, Kind, kind_of
from bot.domain.delivery import Deed, DeliveryReport, DeliveryState, PartState, Receipt
from bot.domain.subscription import Origin, Subscription
from bot.languages.catalog import translations
from bot.ports.clock import SKEW
from bot.services.explaining import Circumstances, Newest


class WhyPhrases:
    """Its sentences in one language. Reasons stand as the ledger has them, in English or a platform's own words."""

    def __init__(self, language: str) -> None:
        self._catalog = translations(language)

    def told(self, found: Circumstances) -> list[str]:
        """Return lines about a destination, and what became of what was to go there."""
        gettext = self._catalog.gettext
        lines = [f"{found.to}{gettext(': ')}{self._subscription(found.subscription, found.now)}"]
        newest = found.newest
        if newest is not None and not any(report.issue_key == newest.key for report in found.reports):
            text = gettext("{issue}: nothing was planned for it. {why}")
            lines.append(text.format(issue=newest.key, why=self._not_planned(found.subscription, newest, found.now)))
        for report in found.reports:
            lines += self.delivery(report, found.now)
        if any(instant > found.now + SKEW for instant in _past(found)):
            lines.append(
                gettext(
                    "Some of these times are still to come: the clock ran ahead when they were noted, and was set back"
                    " since. What waits for them goes on within a minute, once digestbot run is running."
                )
            )
        return lines

    def delivery(self, report: DeliveryReport, now: datetime) -> Iterator[str]:
        """Yield what became of a delivery and what to do about it, then a sentence for each part with a story."""
        text = self._catalog.gettext("{issue}, {what} ({number}): {state}")
        yield text.format(
            issue=report.issue_key,
            what=self._what(kind_of(report.occasion)),
            number=report.id,
            state=self._state(report, now),
        )
        if report.note is not None:
            yield "  " + self._catalog.gettext("To be known: {note}.").format(note=report.note)
        for receipt in report.receipts:
            if (told := self._part(report, receipt, now)) is not None:
                yield f"  {receipt.part}{self._catalog.gettext(': ')}{told}"

    def _what(self, kind: Kind) -> str:
        gettext = self._catalog.gettext
        match kind:
            case Kind.DAILY:
                return gettext("the daily delivery")
            case Kind.REQUEST:
                return gettext("what was asked for with [send all]")
            case Kind.CORRECTION:
                return gettext("a correction")
            case Kind.RECALL:
                return gettext("the recall")
            case Kind.ANNOUNCEMENT:
                return gettext("an announcement")
            case Kind.ALERT:
                return gettext("an alert to an owner")
            case _:
                assert_never(kind)

    def _subscription(self, found: Subscription | None, now: datetime) -> str:
        gettext = self._catalog.gettext
        if found is None:
            return gettext("never subscribed. Readers send /start to the bot; operators name a place in the settings.")
        if found.active:
            if found.origin is Origin.SETTINGS:
                text = gettext("subscribed by the settings since {time} ({style}, {language}).")
            else:
                text = gettext("subscribed by a reader's /start since {time} ({style}, {language}).")
            return text.format(
                time=_time(found.joined_at, now), style=found.preferences.style, language=found.preferences.language
            )
        reason = found.end_reason or gettext("no reason was noted")
        if found.ended_at is None:
            return gettext("the subscription ended: {reason}. /start begins it anew.").format(reason=reason)
        text = gettext("the subscription ended at {time}: {reason}. /start begins it anew.")
        return text.format(time=_time(found.ended_at, now), reason=reason)

    def _not_planned(self, subscription: Subscription | None, newest: Newest, now: datetime) -> str:
        gettext = self._catalog.gettext
        if newest.recalled_at is not None:
            return gettext("The issue was recalled at {time}.").format(time=_time(newest.recalled_at, now))
        if newest.released_at is None:
            return gettext("The issue was not released yet: it goes out at its hour, or with digestbot publish.")
        if subscription is None:
            return gettext("It goes to subscribers only; or name the place with digestbot publish --to.")
        if not subscription.active:
            return gettext("The subscription had ended.")
        if (until := subscription.preferences.paused_until) is not None and until > now:
            return gettext("The subscription pauses until {time}.").format(time=_time(until, now))
        if subscription.joined_at > newest.released_at:
            return gettext(
                "It was released at {time}, before this subscription began; /today shows it, and digestbot publish"
                " --to sends it."
            ).format(time=_time(newest.released_at, now))
        return gettext("A running bot plans it within a second; is digestbot run running? Else: digestbot publish.")

    def _state(self, report: DeliveryReport, now: datetime) -> str:
        gettext = self._catalog.gettext
        ended = _time(report.finished_at, now) if report.finished_at else "?"
        sentence = self._state_sentence(report, now)
        again = gettext("To try again: digestbot deliveries requeue {number}").format(number=report.id)
        return sentence.format(
            sent=self._sent(report), ended=ended, due=_time(report.due_at, now), reason=report.reason, again=again,
            number=report.id,
        )  # fmt: skip

    def _state_sentence(self, report: DeliveryReport, now: datetime) -> str:
        gettext = self._catalog.gettext
        match report.state:
            case DeliveryState.PENDING if report.due_at > now and report.reason:
                return gettext("{sent}; it goes on at {due} ({reason}).")
            case DeliveryState.PENDING if report.due_at > now:
                return gettext("{sent}; it goes on at {due}.")
            case DeliveryState.PENDING:
                text = gettext("{sent}; it is due and waits its turn. If nothing moves, digestbot run is not running.")
                return text + (gettext(" The last try: {reason}.") if report.reason else "")
            case DeliveryState.LEASED:
                return gettext("{sent}; it is being carried out right now.")
            case DeliveryState.SENT:
                return gettext("{sent}, finished at {ended}.")
            case DeliveryState.DEAD:
                return gettext("{sent}; given up at {ended}: {reason}. {again}")
            case DeliveryState.GONE:
                return gettext(
                    "{sent}; ended at {ended}, as the place is not there or does not want it: {reason}. Once that is"
                    " mended: digestbot deliveries requeue {number}"
                )
            case DeliveryState.EXPIRED:
                return gettext("{sent}; too late at {ended}: {reason}. {again}")
            case DeliveryState.WITHDRAWN:
                return gettext("{sent}; stopped at {ended}: {reason}.")
            case state:
                assert_never(state)

    def _part(self, report: DeliveryReport, receipt: Receipt, now: datetime) -> str | None:
        """Return what there is to tell about a part; None where it simply arrived."""
        gettext = self._catalog.gettext
        match receipt.state:
            case PartState.SENT:
                return None
            case PartState.SENDING:
                text = gettext("on its way since {time}. If the bot dies now, nobody knows whether it arrives.")
            case PartState.UNKNOWN:
                text = gettext(
                    "may or may not have arrived at {time}: {reason}. It is not sent again, as nothing shall arrive"
                    " twice; if it is missing there: digestbot deliveries requeue {number} --unknown"
                )
            case PartState.REJECTED:
                text = gettext("refused at {time}: {reason}.")
            case PartState.ABSENT:
                text = gettext("did not arrive at {time}, as a look into the chat shows; it is sent again.")
            case state:
                assert_never(state)
        return text.format(time=_time(receipt.at, now), reason=receipt.reason, number=report.id)

    def _sent(self, report: DeliveryReport) -> str:
        """Return how much of a delivery came through."""
        gettext, done = self._catalog.gettext, [one for one in report.receipts if one.state is PartState.SENT]
        if kind_of(report.occasion) in SENDING:
            arrived = sum(receipt.deed is Deed.NEW for receipt in done)
            text = gettext("{arrived} of {parts} messages arrived")
            return text.format(arrived=arrived, parts=report.parts)
        counted = {deed: sum(receipt.deed is deed for receipt in done) for deed in Deed}
        told = [
            text.format(count=number)
            for number, text in (
                (counted[Deed.EDIT], gettext("{count} edited")),
                (counted[Deed.NEW], gettext("{count} added")),
                (counted[Deed.REMOVAL], gettext("{count} taken back")),
            )
            if number
        ]
        return gettext(", ").join(told) or gettext("nothing had to be changed")


def _past(found: Circumstances) -> Iterator[datetime]:
    """Yield the instants of what has happened."""
    if found.subscription is not None:
        yield found.subscription.joined_at
    if found.newest is not None and found.newest.released_at is not None:
        yield found.newest.released_at
    for report in found.reports:
        yield report.planned_at
        if report.finished_at is not None:
            yield report.finished_at
        yield from (receipt.at for receipt in report.receipts)


def _time(instant: datetime, now: datetime) -> str:
    """Return an instant as the operator's clock shows it; the date only where it is not today's."""
    here = instant.astimezone(now.tzinfo)
    return f"{here:%H:%M}" if here.date() == now.date() else f"{here:%Y-%m-%d %H:%M}"


@cache
def why_phrases_of(language: str) -> WhyPhrases:
    """Return the sentences of a language."""
    return WhyPhrases(language)
