"""What Slack's home tab, modals and shortcuts say, from the catalogs."""

from __future__ import annotations

from datetime import date
from functools import cache

from babel.dates import format_date

from bot.languages.catalog import translations
from bot.languages.words import short_day


class ViewPhrases:
    """The sentences and labels of one language, as plain text without any markup."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._catalog = translations(language)

    def labels(self) -> dict[str, str]:
        """Return the headings and buttons, by what they stand for."""
        gettext = self._catalog.gettext
        return {
            "archive": gettext("Archive"),
            "cancel": gettext("Cancel"),
            "close": gettext("Close"),
            "digest": gettext("The digest"),
            "newer": gettext("‹ Newer"),
            "older": gettext("Older ›"),
            "open": gettext("Open"),
            "remove": gettext("Remove"),
            "save": gettext("Save"),
            "saved": gettext("Saved"),
            "settings": gettext("Settings"),
            "start direct": gettext("Get it as direct messages"),
            "stop direct": gettext("Stop direct messages"),
        }

    def day(self, day: date) -> str:
        """Return a day of this year or another, such as Feb 12."""
        return short_day(day, self._language)

    def month(self, first: date) -> str:
        """Return a month, such as February 2026."""
        return format_date(first, "yyyy年M月" if self._language == "zh" else "MMMM y", locale=self._language)

    def and_more(self, count: int) -> str:
        """Return what stands below a list that is longer than there is room for."""
        text = self._catalog.ngettext("and {count} more", "and {count} more", count)
        return text.format(count=count)

    def nothing_saved(self) -> str:
        """Return what stands where saved items would."""
        return self._catalog.gettext(
            "Nothing saved yet. Press “🔖 Save” when you read an item here, or react with 🔖 to one in a channel."
        )

    def no_direct_messages(self) -> str:
        """Return what stands where the settings of direct messages would."""
        return self._catalog.gettext("The digest does not come to you as direct messages.")

    def gone(self) -> str:
        """Return what stands for a saved item that is no more."""
        return self._catalog.gettext("(no longer there)")

    # --- the form of settings ------------------------------------------------------------------------------------

    def form_title(self, *, own: bool) -> str:
        """Return the title of the form, at most 24 characters."""
        gettext = self._catalog.gettext
        return gettext("Your direct messages") if own else gettext("Settings of this channel")

    def fields(self) -> dict[str, str]:
        """Return the label of each field."""
        gettext = self._catalog.gettext
        return {
            "deliver": gettext("Delivery"),
            "hour": gettext("Time"),
            "zone": gettext("Time zone"),
            "days": gettext("Days"),
            "style": gettext("Form"),
            "language": gettext("Language"),
            "pause": gettext("Nothing until"),
        }

    def hints(self) -> dict[str, str]:
        """Return what stands below a field."""
        gettext = self._catalog.gettext
        return {
            "hour": gettext("Such as 8:30. Empty: as soon as an issue is out."),
            "zone": gettext("A city or an offset, such as Munich or +5:30. Empty: that of the digest."),
            "pause": gettext("The first day on which issues come again. Empty: no pause."),
        }

    def deliver(self, *, on: bool) -> str:
        """Return the two choices of delivery."""
        gettext = self._catalog.gettext
        return gettext("Every issue comes here") if on else gettext("Nothing comes by itself")

    def fixed(self) -> str:
        """Return why delivery cannot be chosen."""
        return self._catalog.gettext("The operator’s settings name this channel, so delivery itself stays on.")

    def hour_unclear(self) -> str:
        """Return what is wrong with an hour."""
        return self._catalog.gettext("That is no time of day. Write, for example, 8:30 or 20:00.")

    def zone_unclear(self) -> str:
        """Return what is wrong with a zone."""
        return self._catalog.gettext("No such place is known. Write a larger city nearby, or an offset such as +5:30.")

    def no_day(self) -> str:
        """Return what is wrong with no day at all."""
        return self._catalog.gettext("Choose at least one day. To get nothing for a while, set a day below.")

    def pause_unclear(self) -> str:
        """Return what is wrong with a pause."""
        return self._catalog.gettext("Choose a day after today, within a year.")

    def outdated_form(self) -> str:
        """Return what is said of a form that is no longer understood, or of another person's."""
        return self._catalog.gettext("This form is out of date and nothing was changed. Open the settings again.")

    # --- what the digest said about a message --------------------------------------------------------------------

    def about_title(self) -> str:
        """Return the title of what was found, at most 24 characters."""
        return self._catalog.gettext("In the digest")

    def nothing_about(self) -> str:
        """Return what is said where nothing was found."""
        return self._catalog.gettext("The digest has said nothing about this, as far as its links and words tell.")

    def nothing_to_look_for(self) -> str:
        """Return what is said of a message without words."""
        return self._catalog.gettext("There are no words or links in this message to look for.")

    def linked(self) -> str:
        """Return how an item was found whose source is linked in the message."""
        return self._catalog.gettext("the same link")


@cache
def view_phrases_of(language: str) -> ViewPhrases:
    """Return the sentences of a language."""
    return ViewPhrases(language)
