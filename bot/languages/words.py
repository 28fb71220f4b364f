"""The words that rendering needs, from the catalogs."""

from __future__ import annotations

from datetime import date
from functools import cache

from babel.dates import format_date, format_skeleton, get_day_names

from bot.languages.catalog import translations
from formatters.words import ListWords, Words


@cache
def words_of(language: str) -> Words:
    """Return the words of a language."""
    catalog = translations(language)
    gettext, ngettext = catalog.gettext, catalog.ngettext
    return Words(
        language=language,
        weekday=lambda day: format_date(day, "EEEE", locale=language),
        day=lambda day: long_day(day, language),
        items=lambda count: ngettext("{count} item", "{count} items", count).format(count=count),
        reading_time=lambda minutes: gettext("{minutes} min read").format(minutes=minutes),
        continued=lambda number, total: gettext(" (continued {number}/{total})").format(number=number, total=total),
        sources=gettext("Sources"),
        trends=gettext("Trends"),
        watch=gettext("What to watch"),
        previous=gettext("‹ Previous"),
        next=gettext("Next ›"),
        headlines=gettext("Headlines"),
        send_all=gettext("Send all"),
        label_separator=gettext(": "),
        ask_for_item=gettext("Send /item 3 to read item 3."),
        added=gettext("Added"),
        updated=lambda time: gettext("Updated {time}").format(time=time),
        withdrawn=gettext("This message was withdrawn."),
        read_privately=gettext("Read in private chat"),
        permalink=gettext("Link to this"),
        lists=_list_words(language),
    )


def _list_words(language: str) -> ListWords:
    gettext = translations(language).gettext
    names = get_day_names("abbreviated" if language == "en" else "narrow", "stand-alone", locale=language)
    return ListWords(
        month=lambda day: format_skeleton("yMMMM", day, locale=language),
        weekdays=tuple(names[number] for number in range(7)),
        found=lambda query: gettext("Search: {query}").format(query=query),
        saved=gettext("Saved"),
        archive=gettext("Archive"),
        gone=gettext("no longer there"),
        pick_a_day=gettext("Tap a number to open that day’s issue."),
        narrow=gettext("There is more: search for fewer words to turn pages."),
        save=gettext("🔖 Save"),
        is_saved=gettext("✓ Saved"),
        share=gettext("↗ Share"),
        all_headlines=gettext("All headlines"),
        back=gettext("‹ Back"),
        on=gettext("More ›"),
    )


def long_day(day: date, language: str) -> str:
    """Return 2026年2月12日 or February 12, 2026."""
    return format_date(day, "long", locale=language)


def short_day(day: date, language: str) -> str:
    """Return 2月12日 or Feb 12."""
    return format_date(day, "M月d日" if language == "zh" else "MMM d", locale=language)
