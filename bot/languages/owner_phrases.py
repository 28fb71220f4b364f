"""The sentences that owners get in a chat, and those about coming in, from the catalogs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import assert_never

from babel.dates import format_time
from babel.numbers import format_decimal

from bot.domain.alerts import Alert, LatePost, ManyFailures, MissingPost, RefusedPosts
from bot.domain.membership import Redemption, Role
from bot.languages.catalog import translations
from bot.languages.recall_phrases import retraction
from bot.languages.words import short_day
from bot.ports.figures import Run, Subscribers
from bot.services.announcing import Decision
from bot.services.correct import Retraction
from bot.services.membership import Link
from bot.services.status import IssueStatus, Status

_MOST_REFUSALS = 5
"""Refused posts that one alert names."""
_LONGEST_REASON = 400


class OwnerPhrases:
    """Every such sentence of one language, as plain text without any markup."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._catalog = translations(language)

    def commands(self) -> dict[str, str]:
        """Return each owner's command and its description."""
        gettext = self._catalog.gettext
        return {
            "admin": gettext("How it stands: today’s run, subscribers, votes"),
            "preview": gettext("Today’s issue, to you alone"),
            "publish": gettext("Send the newest issue now"),
            "hold": gettext("Hold today’s issue back"),
            "recall": gettext("Take back what was sent"),
            "announce": gettext("A word to every subscriber"),
            "why": gettext("Why something did or did not arrive somewhere"),
            "invite": gettext("A link that lets people in"),
        }

    def help(self) -> str:
        """Return the list of owners' commands, one a line."""
        lines = [f"/{name} – {description}" for name, description in self.commands().items()]
        return "\n".join([self._catalog.gettext("For you as an owner:"), *lines])

    def owners_only(self) -> str:
        """Return what somebody else is told."""
        return self._catalog.gettext("Only the owners of this bot can do that.")

    def outdated(self) -> str:
        """Return the notice about a button that is not understood."""
        return self._catalog.gettext("This button is out of date. Send /admin to see how it stands.")

    # --- coming in -----------------------------------------------------------------------------------------------

    def by_invitation(self) -> str:
        """Return what somebody is told who was not invited."""
        return self._catalog.gettext("This digest is by invitation. Ask whoever runs it for a link that lets you in.")

    def redeemed(self, redemption: Redemption, role: Role) -> str:
        """Return what somebody is told who followed a link; whoever is let in as a reader is greeted instead."""
        gettext = self._catalog.gettext
        match redemption:
            case Redemption.WELCOME if role is Role.OWNER:
                return gettext("You are an owner of this bot now. Send /admin to see how it stands.")
            case Redemption.WELCOME | Redemption.ALREADY:
                return gettext("You are an owner of this bot already. Send /admin to see how it stands.")
            case Redemption.USED:
                return gettext("This link was used up. Ask for another one.")
            case Redemption.EXPIRED:
                return gettext("This link has expired. Ask for another one.")
            case Redemption.UNKNOWN:
                return gettext("This link leads nowhere. Ask for another one.")
            case _:
                assert_never(redemption)

    def invitation(self, link: Link, *, open_to_all: bool) -> str:
        """Return a link for an owner to pass on."""
        text = self._catalog.ngettext(
            "This link lets {people} person in, until {day}:",
            "This link lets {people} people in, until {day}:",
            link.people,
        ).format(people=self._number(link.people), day=self._day(link.expires_at.date()))
        lines = [text, link.address]
        if open_to_all:
            lines.append(self._catalog.gettext("At present nobody needs one: anybody may subscribe."))
        return "\n".join(lines)

    def invite_usage(self) -> str:
        """Return what /invite says where it does not understand the number."""
        return self._catalog.gettext("For how many people? Send /invite for one person, or /invite 20 for twenty.")

    # --- how it stands -------------------------------------------------------------------------------------------

    def status(self, status: Status) -> str:
        """Return how it stands."""
        gettext = self._catalog.gettext
        lines = [gettext("Today, {day}, at {time}").format(day=self._day(status.day), time=self._time(status.now))]
        if status.held:
            lines.append(gettext("Today’s issue is held back: nothing goes out by itself."))
        for one in status.issues:
            lines += self._issue(one, status)
        if not status.issues:
            lines.append(self._no_issue(status))
        lines += ["", *self._subscribers(status.subscribers)]
        if status.votes:
            lines += ["", gettext("Votes:")]
            lines += [
                f"{self._day(listed.day) if listed.day else '–'} #{count.item.number}{gettext(': ')}"
                f"👍 {self._number(count.up)} 👎 {self._number(count.down)}"
                for listed, count in status.votes
            ]
        if status.refused:
            text = self._catalog.ngettext(
                "{count} post cannot be read; digestbot check says why.",
                "{count} posts cannot be read; digestbot check says why.",
                status.refused,
            )
            lines += ["", text.format(count=self._number(status.refused))]
        return "\n".join(lines)

    def _issue(self, one: IssueStatus, status: Status) -> list[str]:
        gettext = self._catalog.gettext
        title = one.known.title
        if one.released_at is not None:
            here = one.released_at.astimezone(status.now.tzinfo)
            head = gettext("“{title}”, released at {time}").format(title=title, time=self._time(here))
            return ["", head, *self._run(one.run)]
        if status.now < status.release:
            text = gettext("“{title}”, goes out at {time}").format(title=title, time=self._time(status.release))
        elif status.now < status.deadline or status.held:
            text = gettext("“{title}”, not sent yet").format(title=title)
        else:
            text = gettext("“{title}”, came too late and is not sent by itself; /publish sends it").format(title=title)
        return ["", text]

    def _run(self, run: Run) -> list[str]:
        gettext = self._catalog.gettext
        counts = [
            (gettext("sent"), run.sent),
            (gettext("pending"), run.pending),
            (gettext("failed"), run.failed),
            (gettext("unknown"), run.unknown),
            (gettext("left"), run.gone),
        ]
        lines = [f"{word}{gettext(': ')}{self._number(number)}" for word, number in counts]
        if run.reason:
            lines.append(gettext("Most failed because of: {reason}").format(reason=_cut(run.reason)))
        return lines

    def _no_issue(self, status: Status) -> str:
        gettext = self._catalog.gettext
        if status.now < status.deadline:
            return gettext("No post yet; it is awaited until {time}.").format(time=self._time(status.deadline))
        return gettext("No post; it was awaited until {time}.").format(time=self._time(status.deadline))

    def _subscribers(self, some: Subscribers) -> list[str]:
        gettext = self._catalog.gettext
        active = sum(some.active.values())
        text = self._catalog.ngettext("{count} subscriber", "{count} subscribers", active)
        lines = [text.format(count=self._number(active))]
        lines += [
            " · ".join(f"{name} {self._number(number)}" for name, number in counted.items())
            for counted in (some.active, some.languages)
            if counted
        ]
        if some.paused:
            lines.append(gettext("paused: {count}").format(count=self._number(some.paused)))
        lines.append(
            gettext("in seven days: {joined} joined, {left} left").format(
                joined=self._number(some.joined), left=self._number(some.left)
            )
        )
        return lines

    # --- the day's issue -----------------------------------------------------------------------------------------

    def nothing_to_send(self) -> str:
        """Return what is said where there is no issue at all."""
        return self._catalog.gettext("There is no issue that can be sent. digestbot check says what is wrong.")

    def previewing(self, title: str) -> str:
        """Return what comes before a preview."""
        return self._catalog.gettext("“{title}”, to you alone:").format(title=title)

    def offer_to_publish(self, title: str, day: date | None, audience: int) -> str:
        """Return the question before an issue is sent to everybody."""
        text = self._catalog.ngettext(
            "Send “{title}” ({day}) to {count} subscriber now? Who has it already gets nothing again.",
            "Send “{title}” ({day}) to {count} subscribers now? Who has it already gets nothing again.",
            audience,
        )
        return text.format(title=title, day=self._day(day) if day else "–", count=self._number(audience))

    def published(self, title: str, planned: int) -> str:
        """Return what came of publishing."""
        if not planned:
            return self._catalog.gettext("“{title}”: everybody has it already, or it is on its way.").format(
                title=title
            )
        text = self._catalog.ngettext(
            "“{title}” is on its way to {count} subscriber. /admin shows how far it is.",
            "“{title}” is on its way to {count} subscribers. /admin shows how far it is.",
            planned,
        )
        return text.format(title=title, count=self._number(planned))

    def holding(self, *, new: bool, stopped: int) -> str:
        """Return what came of holding today's issue back."""
        gettext = self._catalog.gettext
        if not new:
            return gettext("Today’s issue is held back already.")
        text = gettext("Today’s issue is held back: nothing goes out by itself until you let it go.")
        if stopped:
            more = self._catalog.ngettext(
                " {count} delivery waits; what is on its way at this moment arrives.",
                " {count} deliveries wait; what is on its way at this moment arrives.",
                stopped,
            )
            text += more.format(count=self._number(stopped))
        return text

    def let_go(self, *, was_held: bool) -> str:
        """Return what came of letting it go."""
        gettext = self._catalog.gettext
        if was_held:
            return gettext("Today’s issue is held back no longer.")
        return gettext("Today’s issue is not held back.")

    def nothing_was_sent(self) -> str:
        """Return what /recall says where there is nothing to take back."""
        return self._catalog.gettext(
            "Nothing of it was sent. Without a word it is the newest issue; or name it as digestbot deliveries shows"
            " it: /recall 2026-02-12"
        )

    def offer_to_recall(self, key: str, retractions: Sequence[Retraction]) -> str:
        """Return the question before something is taken back, with what that does."""
        text = self._catalog.gettext("Take {key} back everywhere? This cannot be undone.").format(key=key)
        return "\n".join([text, "", *(retraction(one, self._language) for one in retractions)])

    def recalled(self, key: str, planned: int, stopped: int) -> str:
        """Return what came of taking something back."""
        text = self._catalog.gettext(
            "{key}: {count} being taken back, {stopped} stopped before they began. The post itself is yours: /today"
            " shows it as long as it is there."
        )
        return text.format(key=key, count=self._number(planned), stopped=self._number(stopped))

    def why_usage(self) -> str:
        """Return what /why says where it does not understand the place."""
        return self._catalog.gettext(
            "Which place? Send its address, as digestbot deliveries shows it: /why telegram:500000001 or /why @channel"
        )

    # --- announcements -------------------------------------------------------------------------------------------

    def announce_usage(self) -> str:
        """Return what /announce says without a text."""
        return self._catalog.gettext(
            "What shall be announced? Write it behind the command: /announce We move on Monday."
        )

    def offer_to_announce(self, audience: int) -> str:
        """Return the question before an announcement is sent to everybody."""
        text = self._catalog.ngettext(
            "The message above goes to {count} subscriber, just as it is. Send it?",
            "The message above goes to {count} subscribers, just as it is. Send it?",
            audience,
        )
        return text.format(count=self._number(audience))

    def decided(self, decision: Decision, planned: int) -> str:
        """Return what came of pressing a button below a draft."""
        gettext = self._catalog.gettext
        match decision:
            case "confirmed":
                text = self._catalog.ngettext(
                    "The announcement is on its way to {count} subscriber.",
                    "The announcement is on its way to {count} subscribers.",
                    planned,
                )
                return text.format(count=self._number(planned))
            case "cancelled":
                return gettext("The announcement was dropped; nobody got it.")
            case "sent before":
                return gettext("The announcement was sent before; nobody gets it twice.")
            case "cancelled before":
                return gettext("The announcement was dropped before; nobody got it.")
            case "too old" | "unknown":
                return gettext("This draft is too old to be sent. Write it anew: /announce")
            case _:
                assert_never(decision)

    # --- alerts --------------------------------------------------------------------------------------------------

    def alert(self, alert: Alert) -> str:
        """Return what owners are told without asking."""
        gettext = self._catalog.gettext
        match alert:
            case MissingPost(day, 1):
                return gettext(
                    "⚠️ No post came for {day}, and nothing goes out by itself any more. Once it is there, send /publish"
                ).format(day=self._day(day))
            case MissingPost(day, days):
                return gettext("⚠️ No post came for {day}: that is day {days} without one in a row.").format(
                    day=self._day(day), days=days
                )
            case LatePost(title):
                return gettext(
                    "⚠️ “{title}” came when today’s watch was over and is not sent by itself. /publish sends it."
                ).format(title=title)
            case ManyFailures(title, _, failed, total, reason):
                text = gettext("⚠️ “{title}” did not reach {failed} of {total} places. /admin shows more.").format(
                    title=title, failed=self._number(failed), total=self._number(total)
                )
                told = gettext("Most failed because of: {reason}").format(reason=_cut(reason)) if reason else ""
                return f"{text}\n{told}".strip()
            case RefusedPosts():
                return self._refused(alert)
            case _:
                assert_never(alert)

    def _refused(self, alert: RefusedPosts) -> str:
        count = len(alert.refusals)
        text = self._catalog.ngettext(
            "⚠️ {count} post cannot be read and is not sent:",
            "⚠️ {count} posts cannot be read and are not sent:",
            count,
        )
        lines = [text.format(count=self._number(count))]
        for one in alert.refusals[:_MOST_REFUSALS]:
            lines += ["", _cut(f"{one.name}:{one.line}: {one.problem}; {one.advice}")]
        if count > _MOST_REFUSALS:
            text = self._catalog.ngettext(
                "and {count} more: digestbot check", "and {count} more: digestbot check", count - _MOST_REFUSALS
            )
            lines += ["", text.format(count=self._number(count - _MOST_REFUSALS))]
        return "\n".join(lines)

    # --- buttons -------------------------------------------------------------------------------------------------

    def button(self, word: str) -> str:
        """Return the label of a button; KeyError for one that there is not."""
        gettext = self._catalog.gettext
        return {
            "refresh": gettext("Refresh"),
            "publish": gettext("Publish now"),
            "hold": gettext("Hold back"),
            "recall": gettext("Take it back"),
            "let go": gettext("Let it go"),
            "send": gettext("Send to all"),
            "cancel": gettext("Cancel"),
        }[word]

    def dismissed(self) -> str:
        """Return what is left of an offer that was declined."""
        return self._catalog.gettext("Nothing was done.")

    def _number(self, number: int) -> str:
        return format_decimal(number, locale=self._language)

    def _time(self, instant: datetime) -> str:
        return format_time(instant, "HH:mm", tzinfo=instant.tzinfo, locale=self._language)

    def _day(self, day: date) -> str:
        return short_day(day, self._language)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_REASON else text[:_LONGEST_REASON] + "…"


@cache
def owner_phrases_of(language: str) -> OwnerPhrases:
    """Return the owners' sentences of a language."""
    return OwnerPhrases(language)
