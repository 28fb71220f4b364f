"""The sentences about the archive, from the catalogs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from gettext import GNUTranslations
from typing import assert_never

from bot.services.archive_answers import (
    AnsweredHere,
    ArchiveSentence,
    DayHint,
    DayMissing,
    DayToCome,
    DayUnclear,
    NoIssueOn,
    NothingFound,
    NothingSaved,
    PrivateOnly,
    SearchMissing,
    SearchTooLong,
    SearchUnclear,
    TooFast,
    Unavailable,
)

_LONGEST_ECHO = 20
"""Characters of a reader's own words that are repeated in an answer."""


def shortened(text: str) -> str:
    """Return a reader's own words, as many as an answer repeats."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_ECHO else text[:_LONGEST_ECHO] + "…"


def archive_sentence(answer: ArchiveSentence, catalog: GNUTranslations, long_day: Callable[[date], str]) -> str:
    """Return the sentence for an answer about the archive that shows nothing."""
    gettext, ngettext = catalog.gettext, catalog.ngettext
    match answer:
        case NoIssueOn() | DayToCome() | DayMissing() | DayUnclear() | DayHint():
            return _about_days(answer, gettext, long_day)
        case SearchMissing():
            return gettext("What are you looking for? Send it with the command, for example /search inference")
        case SearchUnclear(asked):
            return gettext("There is no word in “{asked}”. Send, for example, /search inference").format(
                asked=shortened(asked)
            )
        case SearchTooLong(most):
            return gettext("That is too long to search for. Send a few words, at most {most} characters.").format(
                most=most
            )
        case NothingFound(asked):
            return gettext("Nothing found for “{asked}”. Try fewer or other words.").format(asked=shortened(asked))
        case NothingSaved():
            return gettext("You have not saved anything yet. Press “🔖 Save” below an item.")
        case PrivateOnly():
            return gettext("That works only in the private chat with me.")
        case AnsweredHere():
            return gettext("It stands here already, a little further up.")
        case Unavailable():
            return gettext("The archive cannot be reached just now. Please try again in a minute.")
        case TooFast(seconds):
            return ngettext(
                "That was a lot at once. Please wait {seconds} second.",
                "That was a lot at once. Please wait {seconds} seconds.",
                seconds,
            ).format(seconds=seconds)
        case _:
            assert_never(answer)


def _about_days(
    answer: NoIssueOn | DayToCome | DayMissing | DayUnclear | DayHint,
    gettext: Callable[[str], str],
    long_day: Callable[[date], str],
) -> str:
    match answer:
        case NoIssueOn():
            return _no_issue_on(answer, gettext, long_day)
        case DayToCome(day):
            return gettext("{day} is still to come. Send /latest for the newest issue.").format(day=long_day(day))
        case DayMissing(newest):
            return gettext(
                "Which day? Send, for example, /date {newest} or /date yesterday. /archive shows a calendar."
            ).format(newest=newest)
        case DayUnclear(asked, newest):
            text = gettext("“{asked}” is not a day. Send, for example, /date {newest} or /date yesterday.")
            return text.format(asked=shortened(asked), newest=newest)
        case DayHint():
            return gettext("Days with a number have an issue; tap one to open it.")
        case _:
            assert_never(answer)


def _no_issue_on(answer: NoIssueOn, gettext: Callable[[str], str], long_day: Callable[[date], str]) -> str:
    text = gettext("There was no issue on {day}.").format(day=long_day(answer.day))
    beside = [day for day in (answer.before, answer.after) if day is not None]
    if beside:
        text += gettext(" The nearest: {days}").format(days=gettext(", ").join(map(long_day, beside)))
    return text


class ArchiveNotices:
    """Short notices of what a press did."""

    _catalog: GNUTranslations

    def saved(self, *, on: bool) -> str:
        """Return the notice that an item was saved, or is saved no more."""
        gettext = self._catalog.gettext
        return gettext("Saved; /saved lists it.") if on else gettext("No longer saved.")

    def voted(self, *, up: bool | None) -> str:
        """Return the notice that a vote was taken."""
        gettext = self._catalog.gettext
        return gettext("Your vote was taken back.") if up is None else gettext("Thank you; your vote counts.")

    def show_it(self) -> str:
        """Return the label of the button that leads to an answer further up."""
        return self._catalog.gettext("↑ Show it")

    def nothing_to_post(self) -> str:
        """Return the label of the button that stands where an inline query finds nothing."""
        return self._catalog.gettext("Nothing found. Open the chat with me")

    def reading_commands(self) -> dict[str, str]:
        """Return the commands that read the archive, each with its description."""
        gettext = self._catalog.gettext
        return {
            "latest": gettext("Headlines of the newest issue"),
            "date": gettext("The issue of a day, such as /date 2026-02-12"),
            "archive": gettext("All issues, in a calendar"),
            "search": gettext("Search every issue, such as /search inference"),
            "saved": gettext("The items that you saved"),
        }
