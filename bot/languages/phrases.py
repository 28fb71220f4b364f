"""The sentences that readers get, from the catalogs."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import assert_never

from babel.dates import format_time, get_timezone_name

from bot.languages.archive_sentences import ArchiveNotices, archive_sentence, shortened
from bot.languages.catalog import translations
from bot.languages.settings_phrases import settings_phrases_of
from bot.languages.words import long_day, short_day
from bot.services.answers import (
    Arrival,
    EssayHasNoItems,
    Extract,
    ItemNotFound,
    Lacking,
    NothingPublished,
    NumberMissing,
    NumberUnclear,
    OutdatedButton,
    OutdatedLink,
    Sentence,
    TodayNotYet,
)
from formatters.views import Style

_MENU = ("today", "item", "trends", "search", "settings", "stop", "help")


class Phrases(ArchiveNotices):
    """Every sentence of one language, as plain text without any markup."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._catalog = translations(language)

    def sentence(self, answer: Sentence) -> str:
        """Return the sentence for an answer that shows nothing."""
        gettext, ngettext = self._catalog.gettext, self._catalog.ngettext
        match answer:
            case TodayNotYet():
                return self._today_not_yet(answer)
            case NothingPublished():
                return gettext("Nothing has been published yet.")
            case ItemNotFound(day, count, asked, nearest):
                return ngettext(
                    "The {day} issue has {count} item; there is no item {asked}. Try /item {nearest}",
                    "The {day} issue has {count} items; there is no item {asked}. Try /item {nearest}",
                    count,
                ).format(day=self._day(day), count=count, asked=asked, nearest=nearest)
            case NumberMissing(day, count):
                return ngettext(
                    "Which item? The {day} issue has {count} item; send /item 1",
                    "Which item? The {day} issue has {count} items; for example, send /item {count}",
                    count,
                ).format(day=self._day(day), count=count)
            case NumberUnclear(asked, day, count):
                return ngettext(
                    "“{asked}” is not a number. The {day} issue has {count} item; send /item 1",
                    "“{asked}” is not a number. The {day} issue has {count} items; for example, send /item {count}",
                    count,
                ).format(asked=shortened(asked), day=self._day(day), count=count)
            case EssayHasNoItems(day):
                return gettext(
                    "The {day} issue is one article without items. Send /today and press “Send all” to read it."
                ).format(day=self._day(day))
            case Lacking(what, day):
                return self._lacking(what).format(day=self._day(day))
            case OutdatedButton():
                return gettext("This button is out of date. Send /today for the newest issue.")
            case OutdatedLink():
                return gettext("This link is out of date. Send /today for the newest issue.")
            case _:
                return archive_sentence(answer, self._catalog, lambda day: long_day(day, self._language))

    def _lacking(self, what: Extract) -> str:
        gettext = self._catalog.gettext
        match what:
            case Extract.TRENDS:
                return gettext("The {day} issue has no trends. Send /today to see what it has.")
            case Extract.WATCH:
                return gettext("The {day} issue has no watch list. Send /today to see what it has.")
            case Extract.SOURCES:
                return gettext("The {day} issue names no sources. Send /today to see what it has.")
            case Extract.ADVICE:
                return gettext("The {day} issue gives no advice. Send /today to see what it has.")
            case _:
                assert_never(what)

    def _today_not_yet(self, answer: TodayNotYet) -> str:
        gettext = self._catalog.gettext
        match answer.arrival, answer.subscribed:
            case Arrival.AT_RELEASE, True:
                text = gettext("Today’s issue ({day}) is not out yet; it will come here after {time}.")
            case Arrival.AT_RELEASE, False:
                text = gettext("Today’s issue ({day}) is not out yet; look again after {time}.")
            case Arrival.WHEN_PUBLISHED, True:
                text = gettext("Today’s issue ({day}) is not out yet; it will come here as soon as it is published.")
            case Arrival.WHEN_PUBLISHED, False:
                text = gettext("Today’s issue ({day}) is not out yet; look again later.")
            case _:
                text = gettext("There has been no issue today ({day}); the next one is due at {time} tomorrow.")
        text = text.format(day=self._day(answer.today), time=self.hour(answer.release))
        if answer.newest_day is not None:
            text += gettext(" The latest is from {day}.").format(day=self._day(answer.newest_day))
        return text

    def greeting(self, *, joined: bool, release: datetime, style: Style) -> str:
        """Return what /start says: what will come, when, and how loudly. `release` is in the digest's zone."""
        gettext = self._catalog.gettext
        if joined:
            text = gettext("You are subscribed: every day from {time} ({zone}) the new issue comes here, {form}.")
        else:
            text = gettext(
                "You are subscribed already: every day from {time} ({zone}) the new issue comes here, {form}."
            )
        return text.format(time=self.hour(release), zone=self._zone(release), form=self._form(style))

    def _form(self, style: Style) -> str:
        gettext = self._catalog.gettext
        match style:
            case Style.ITEMS | Style.THREAD:
                return gettext("one message per item, and only the first of them rings")
            case Style.COMPACT:
                return gettext("as one message of headlines that open in place")
            case Style.HEADLINES:
                return gettext("as one message of headlines that open in the private chat with me")
            case Style.RICH:
                return gettext("as one message")
            case _:
                assert_never(style)

    def subscribe_hint(self) -> str:
        """Return what a reader is told who followed a link without being subscribed."""
        return self._catalog.gettext("Send /start to get every issue here.")

    def farewell(self, *, was_subscribed: bool) -> str:
        """Return what /stop says."""
        gettext = self._catalog.gettext
        if was_subscribed:
            return gettext("You are unsubscribed; nothing more will come by itself. Send /start to come back.")
        return gettext("You were not subscribed. Send /start to subscribe.")

    def fixed_by_settings(self) -> str:
        """Return what /stop says where the operator named the chat."""
        return self._catalog.gettext("This chat gets the digest by the operator’s settings; ask them to change it.")

    def admins_only(self) -> str:
        """Return what a group's member who may not change the subscription is told."""
        return self._catalog.gettext("Only this group’s admins can change the subscription.")

    def unknown_command(self) -> str:
        """Return the answer to a command that there is not."""
        return self._catalog.gettext("There is no such command. Send /help for the list.")

    def not_a_command(self) -> str:
        """Return the answer to small talk in a private chat."""
        return self._catalog.gettext(
            "I only understand commands. Send /today for the newest issue, /help for the list."
        )

    def sending_all(self) -> str:
        """Return the notice that [send all] has begun."""
        return self._catalog.gettext("Here it comes.")

    def sending_all_directly(self) -> str:
        """Return the notice that [send all] has begun, in the reader's own conversation with the bot."""
        return self._catalog.gettext("Here it comes: look in your direct messages with this app.")

    def already_sent_all(self) -> str:
        """Return the notice that [send all] was pressed before."""
        return self._catalog.gettext("It has been sent already.")

    def open_newest(self) -> str:
        """Return the label of the button that opens the newest issue."""
        return self._catalog.gettext("Open")

    def apology(self, reference: str) -> str:
        """Return what a reader is told when something went wrong on our side."""
        text = self._catalog.gettext(
            "Sorry, something went wrong here. If it goes on, tell us this number: {reference}"
        )
        return text.format(reference=reference)

    def channel_subscribed(self, release: datetime) -> str:
        """Return what /digest subscribe says in Slack. `release` is in the digest's zone."""
        text = self._catalog.gettext(
            "This channel gets the digest every day from {time} ({zone}). The app must be in the channel: type /invite"
            " @digestbot here if it is not. /digest unsubscribe ends it."
        )
        return text.format(time=self.hour(release), zone=self._zone(release))

    def channel_unsubscribed(self) -> str:
        """Return what /digest unsubscribe says in Slack."""
        return self._catalog.gettext("This channel does not get the digest. /digest subscribe starts it.")

    def welcome_to_installer(self) -> str:
        """Return the message to whoever installed the app in a Slack workspace."""
        return self._catalog.gettext(
            "Thank you for installing the digest. To have it in a channel, type there: first /invite @digestbot, then"
            " /digest subscribe. /today shows the newest issue anywhere, to you alone."
        )

    def not_installed_here(self) -> str:
        """Return what is told in a workspace that removed the app, or never had it."""
        return self._catalog.gettext("This app is not installed in this workspace. Ask whoever manages its apps.")

    def installed_title(self) -> str:
        """Return the heading of the page that ends an installation."""
        return self._catalog.gettext("Installed")

    def installed(self, workspace: str) -> str:
        """Return what the page says that ends an installation in a workspace."""
        text = self._catalog.gettext(
            "The digest can now come to {workspace}. How to go on stands in your direct messages with this app."
        )
        return text.format(workspace=workspace)

    def not_installed_title(self) -> str:
        """Return the heading of the page that ends an installation that failed."""
        return self._catalog.gettext("Not installed")

    def not_installed(self) -> str:
        """Return what the page says that ends an installation that failed."""
        return self._catalog.gettext(
            "The installation was cancelled, took longer than ten minutes, or began in another browser. Begin again."
        )

    def commands(self) -> dict[str, str]:
        """Return each command's name and its description, in the order of /help."""
        gettext = self._catalog.gettext
        return {
            "today": gettext("Headlines of today’s issue"),
            "item": gettext("Read one item, such as /item 3"),
            "trends": gettext("Trends and what to watch"),
            "watch": gettext("What to watch alone"),
            "sources": gettext("Sources of every item"),
            "advice": gettext("What the issue advises to do"),
            "start": gettext("Subscribe to the daily digest"),
            "stop": gettext("Unsubscribe"),
            "help": gettext("All commands"),
        }

    def menu(self) -> dict[str, str]:
        """Return the commands that the menu offers, a few: the rest is in /help."""
        everything = self.everything()
        return {name: everything[name] for name in _MENU}

    def everything(self) -> dict[str, str]:
        """Return every command that Telegram has, in the order of /help."""
        return self.commands() | self.reading_commands() | settings_phrases_of(self._language).commands()

    def help(self) -> str:
        """Return the list of commands, one a line."""
        lines = [f"/{name} – {description}" for name, description in self.everything().items()]
        return "\n".join([self._catalog.gettext("Commands:"), *lines])

    def hour(self, instant: datetime) -> str:
        """Return the hour of the day, such as 08:00."""
        return format_time(instant, "HH:mm", tzinfo=instant.tzinfo, locale=self._language)

    def _zone(self, instant: datetime) -> str:
        if str(instant.tzinfo) == "Asia/Shanghai":
            return self._catalog.gettext("Beijing time")
        return get_timezone_name(instant, locale=self._language, width="long")

    def _day(self, day: date) -> str:
        return short_day(day, self._language)


@cache
def phrases_of(language: str) -> Phrases:
    """Return the sentences of a language."""
    return Phrases(language)
