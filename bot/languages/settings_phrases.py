"""What a menu of settings says, and what is said about pauses, privacy and channels, from the catalogs."""

from __future__ import annotations

from datetime import datetime, time
from functools import cache
from typing import assert_never

from babel.dates import format_datetime, format_time, get_day_names

from bot.domain.destination import Platform
from bot.domain.preference_changes import Refusal
from bot.domain.subscription import EVERY_DAY, Place
from bot.languages.catalog import translations
from bot.languages.zones import zone_label
from bot.services.forgetting import Forgotten
from bot.services.preferring import ChatSettings
from formatters.views import Style

_WORKDAYS = frozenset(range(1, 6))
_WEEKEND = EVERY_DAY - _WORKDAYS


class SettingsPhrases:
    """The sentences and labels of one language, as plain text without any markup."""

    def __init__(self, language: str) -> None:
        self.code = language
        self._catalog = translations(language)

    def commands(self) -> dict[str, str]:
        """Return each command's name and its description, in the order of /help."""
        gettext = self._catalog.gettext
        return {
            "settings": gettext("Time, time zone, days, form, language"),
            "time": gettext("When issues come, such as /time 7:30"),
            "timezone": gettext("Where you are, such as /timezone Munich"),
            "pause": gettext("Nothing for a while, such as /pause 3d"),
            "resume": gettext("End the pause"),
            "catchup": gettext("What you missed during a pause"),
            "privacy": gettext("What is kept about you"),
            "forget": gettext("Erase all of that"),
        }

    # --- what is chosen ------------------------------------------------------------------------------------------

    def summary(self, settings: ChatSettings, *, title: str = "") -> str:
        """Return all settings, one a line. `title` names the place where it is not the one that reads this."""
        gettext = self._catalog.gettext
        lines = [gettext("Settings of {title}").format(title=title) if title else gettext("Settings"), ""]
        if not settings.active:
            lines += [gettext("Not subscribed: nothing comes by itself."), ""]
        lines += [
            *self.lines(settings),
            gettext("Sound: {sound}").format(sound=self.sound(silent=settings.preferences.silent)),
            gettext("Link previews: {switch}").format(switch=self.switch(on=settings.preferences.previews)),
        ]
        if settings.active:
            lines += ["", self._next(settings)]
        return "\n".join(lines)

    def lines(self, settings: ChatSettings) -> list[str]:
        """Return the settings that every platform has, one a line."""
        gettext = self._catalog.gettext
        return [
            gettext("Delivery: {when}").format(when=self._delivery(settings)),
            gettext("Time zone: {zone}").format(zone=self._zone(settings)),
            gettext("Days: {days}").format(days=self.days(settings.preferences.weekdays)),
            gettext("Form: {form}").format(form=self.style(settings.preferences.style)),
            gettext("Language: {language}").format(language=self._spoken(settings)),
        ]

    def state(self, settings: ChatSettings) -> str:
        """Return when the next issue comes, or that there is a pause."""
        return self._next(settings)

    def _delivery(self, settings: ChatSettings) -> str:
        gettext, preferences = self._catalog.gettext, settings.preferences
        known = preferences.zone is not None
        release = self.hour(settings.release.astimezone(settings.arrival.tzinfo))
        if preferences.hour is None and known:
            return gettext("as soon as it is out (published at your {time})").format(time=release)
        if preferences.hour is None:
            text = gettext("as soon as it is out (published at {time}, {zone})")
            return text.format(time=release, zone=self._home(settings))
        if known:
            text = gettext("at your {hour} (published at your {time})")
            return text.format(hour=self.clock(preferences.hour), time=release)
        text = gettext("at {hour}, {zone} (published at {time})")
        return text.format(hour=self.clock(preferences.hour), time=release, zone=self._home(settings))

    def _zone(self, settings: ChatSettings) -> str:
        if settings.preferences.zone is not None:
            return zone_label(settings.preferences.zone, self.code, settings.release)
        return self._catalog.gettext("not chosen; that of the digest is {zone}").format(zone=self._home(settings))

    def _home(self, settings: ChatSettings) -> str:
        return zone_label(str(settings.release.tzinfo), self.code, settings.release)

    def _next(self, settings: ChatSettings) -> str:
        gettext, until = self._catalog.gettext, settings.preferences.paused_until
        if settings.paused and until is not None:
            return gettext("Paused until {moment}.").format(moment=self.moment(until, settings))
        if settings.next_arrival is None:
            return gettext("No issue is due.")
        return gettext("The next issue: {moment}.").format(moment=self.moment(settings.next_arrival, settings))

    def moment(self, instant: datetime, settings: ChatSettings) -> str:
        """Return an instant as the reader's clock and calendar show it."""
        form = "M月d日EEE HH:mm" if self.code == "zh" else "EEE, MMM d, HH:mm"
        return format_datetime(instant, form, tzinfo=settings.arrival.tzinfo, locale=self.code)

    def _spoken(self, settings: ChatSettings) -> str:
        name = self.language(settings.preferences.language)
        if settings.preferences.language_chosen:
            return name
        return f"{name} ({self.followed(settings.preferences.place, settings.destination.platform)})"

    def hour(self, instant: datetime) -> str:
        """Return the hour of the day, such as 08:00."""
        return format_time(instant, "HH:mm", tzinfo=instant.tzinfo, locale=self.code)

    def clock(self, hour: time) -> str:
        """Return an hour of any day, such as 08:00."""
        return f"{hour:%H:%M}"

    def days(self, weekdays: frozenset[int]) -> str:
        """Return a set of ISO weekdays."""
        gettext = self._catalog.gettext
        if weekdays == EVERY_DAY:
            return gettext("every day")
        if weekdays == _WORKDAYS:
            return gettext("Monday to Friday")
        if weekdays == _WEEKEND:
            return gettext("weekends")
        return gettext(", ").join(self.weekday(day) for day in sorted(weekdays))

    def weekday(self, day: int) -> str:
        """Return the short name of an ISO weekday."""
        return str(get_day_names("abbreviated", context="stand-alone", locale=self.code)[day - 1])

    def style(self, style: Style) -> str:
        """Return the name of a style."""
        gettext = self._catalog.gettext
        match style:
            case Style.ITEMS:
                return gettext("one message per item")
            case Style.THREAD:
                return gettext("overview, items in its thread")
            case Style.COMPACT:
                return gettext("one message that unfolds")
            case Style.HEADLINES:
                return gettext("headlines")
            case Style.RICH:
                return gettext("all in one message")
            case _:
                assert_never(style)

    def language(self, language: str) -> str:
        """Return a language's name in that language."""
        return {"zh": "中文", "en": "English"}.get(language, language)

    def followed(self, place: Place, platform: Platform) -> str:
        """Return whose language it is that nobody chose: only Telegram tells that of a reader's app."""
        gettext = self._catalog.gettext
        own = place is Place.PRIVATE and platform is Platform.TELEGRAM
        return gettext("as in your app") if own else gettext("as the digest")

    def sound(self, *, silent: bool) -> str:
        """Return whether deliveries make a sound."""
        return self._catalog.gettext("none") if silent else self._catalog.gettext("the first message rings")

    def switch(self, *, on: bool) -> str:
        """Return whether something is on."""
        return self._catalog.gettext("on") if on else self._catalog.gettext("off")

    # --- the menu ------------------------------------------------------------------------------------------------

    def labels(self) -> dict[str, str]:
        """Return the label of each page's button, and of those that leave a page."""
        gettext = self._catalog.gettext
        return {
            "hour": gettext("Time"),
            "zone": gettext("Time zone"),
            "days": gettext("Days"),
            "style": gettext("Form"),
            "language": gettext("Language"),
            "pause": gettext("Pause"),
            "offset": gettext("By offset"),
            "main": gettext("‹ Return"),
            "done": gettext("Done"),
            "subscribe": gettext("Subscribe"),
            "unsubscribe": gettext("Unsubscribe"),
            "resume": gettext("End the pause"),
            "release": gettext("As soon as it is out"),
            "home": gettext("As the digest"),
            "every day": gettext("Every day"),
            "workdays": gettext("Monday to Friday"),
            "forget": gettext("Erase everything"),
            "keep": gettext("Keep it"),
        }

    def sound_button(self, *, silent: bool) -> str:
        """Return the label of the switch for silence, which says what is."""
        return self._catalog.gettext("Sound: off") if silent else self._catalog.gettext("Sound: on")

    def previews_button(self, *, on: bool) -> str:
        """Return the label of the switch for previews, which says what is."""
        return self._catalog.gettext("Previews: on") if on else self._catalog.gettext("Previews: off")

    def ask_hour(self, settings: ChatSettings) -> str:
        """Return what the page of hours says."""
        gettext = self._catalog.gettext
        text = gettext("When shall issues come? Now: {when}.\n\nAny other time: send /time 7:30")
        return text.format(when=self._delivery(settings))

    def ask_zone(self, settings: ChatSettings) -> str:
        """Return what the page of zones says."""
        gettext = self._catalog.gettext
        text = gettext(
            "Where are you? Now: {zone}.\n\nAny other place: send a city or an offset, such as /timezone Munich"
            " or /timezone +5:30"
        )
        return text.format(zone=self._zone(settings))

    def ask_days(self) -> str:
        """Return what the page of weekdays says."""
        return self._catalog.gettext("On which days shall issues come?")

    def ask_style(self, settings: ChatSettings) -> str:
        """Return what the page of styles says: each with what it is."""
        lines = [f"• {self.style(style)}: {self._described(style)}" for style in settings.styles]
        return "\n".join([self._catalog.gettext("How shall issues look?"), "", *lines])

    def _described(self, style: Style) -> str:
        gettext = self._catalog.gettext
        match style:
            case Style.ITEMS:
                return gettext("an overview, then every item with its sources; only the first rings")
            case Style.THREAD:
                return gettext("the channel stays quiet, whoever is interested opens the thread")
            case Style.COMPACT:
                return gettext("headlines whose buttons open an item in place and fold it back")
            case Style.HEADLINES:
                return gettext("one message, whose titles open in the private chat with me")
            case Style.RICH:
                return gettext("the whole issue with headings and foldable items; needs a recent app")
            case _:
                assert_never(style)

    def ask_language(self) -> str:
        """Return what the page of languages says."""
        return self._catalog.gettext("In which language shall I speak here?")

    def ask_pause(self, settings: ChatSettings) -> str:
        """Return what the page of pauses says."""
        gettext = self._catalog.gettext
        text = gettext("For how long shall nothing come? What you miss can be read later with /catchup.")
        more = gettext("Any other length: send /pause 10d")
        return "\n\n".join([*([self._next(settings)] if settings.paused else []), text, more])

    def pause_button(self, days: int) -> str:
        """Return the label of a pause of so many days."""
        return self._catalog.ngettext("{count} day", "{count} days", days).format(count=days)

    # --- answers -------------------------------------------------------------------------------------------------

    def refusal(self, refusal: Refusal) -> str:
        """Return why a change was not made."""
        gettext = self._catalog.gettext
        match refusal:
            case Refusal.NOT_SUBSCRIBED:
                return gettext("There is no subscription here. Send /start to subscribe first.")
            case Refusal.NO_WEEKDAY:
                return gettext("One day has to be left. To get nothing for a while, use /pause.")
            case Refusal.STYLE_NOT_HERE:
                return gettext("Issues cannot have that form here.")
            case _:
                assert_never(refusal)

    def not_subscribed(self, *, title: str = "") -> str:
        """Return what the menu says where nobody ever subscribed."""
        gettext = self._catalog.gettext
        if title:
            return gettext("{title} does not get the digest.").format(title=title)
        return gettext("There is no subscription here yet.")

    def outdated_menu(self) -> str:
        """Return the answer to a menu of another version, or of a place that is no more."""
        return self._catalog.gettext("This menu is out of date. Send /settings for a new one.")

    def admins_only(self) -> str:
        """Return the answer to who may not change the settings."""
        return self._catalog.gettext("Only admins can change the settings here.")

    def not_managed(self, chat: str) -> str:
        """Return the answer about a channel that is not the reader's, or that the bot is not in."""
        gettext = self._catalog.gettext
        if not chat:
            return gettext("You are no admin there any more, or I am not in that channel any more.")
        text = gettext("I cannot find {chat} among your channels. Make me an admin there, and be one yourself.")
        return text.format(chat=chat)

    def arrived(self) -> str:
        """Return what the bot says when it comes into a group."""
        return self._catalog.gettext(
            "Hello! An admin can send /start to have the digest here every day. /today shows the newest issue to all."
        )

    def may_not_post(self, title: str) -> str:
        """Return what is missing where the bot is a channel's admin who may not post."""
        text = self._catalog.gettext("Allow me to post messages in {title}, or nothing can come there.")
        return text.format(title=title)

    def time_unclear(self) -> str:
        """Return the answer to /time with something that is no time."""
        return self._catalog.gettext(
            "At what time? Send, for example, /time 7:30, or /time off for as soon as it is out."
        )

    def zone_unclear(self, asked: str) -> str:
        """Return the answer to /timezone with a place that nobody knows."""
        gettext = self._catalog.gettext
        if not asked:
            return gettext("Where are you? Send a city or an offset, such as /timezone Munich or /timezone +5:30")
        text = gettext("I know no place “{asked}”. Send a larger city nearby, or an offset such as /timezone +5:30")
        return text.format(asked=asked)

    def pause_unclear(self) -> str:
        """Return the answer to /pause with something that is no length of time."""
        return self._catalog.gettext("For how long? Send, for example, /pause 3d or /pause 2w; a year at most.")

    def paused(self, settings: ChatSettings) -> str:
        """Return what /pause says."""
        text = self._catalog.gettext("{state} /start ends the pause, /catchup shows what you missed.")
        return text.format(state=self._next(settings))

    def resumed(self, settings: ChatSettings) -> str:
        """Return what is said when a pause ends early."""
        gettext = self._catalog.gettext
        return gettext("The pause is over. {state} /catchup shows what you missed.").format(state=self._next(settings))

    def missed(self) -> str:
        """Return the heading of what /catchup lists."""
        return self._catalog.gettext("What you missed during the pause:")

    def missed_nothing(self) -> str:
        """Return what /catchup says where nothing was missed."""
        return self._catalog.gettext("You missed nothing. /today shows the newest issue.")

    def welcome(self, settings: ChatSettings, *, joined: bool) -> str:
        """Return what /start says to who has hours or days of their own."""
        gettext = self._catalog.gettext
        if joined:
            text = gettext("You are subscribed, with your settings of before: {form}. {state} /settings changes them.")
        else:
            text = gettext("You are subscribed already: {form}. {state} /settings changes that.")
        return text.format(form=self.style(settings.preferences.style), state=self._next(settings))

    def privacy(self) -> str:
        """Return what /privacy says."""
        gettext = self._catalog.gettext
        return "\n\n".join(
            [
                gettext(
                    "What I keep: the number of this chat, its language and its settings; which issues were sent"
                    " here, with the numbers of those messages; and the items that you save or vote on. Of who was"
                    " invited, or operates me: that they were, and when."
                ),
                gettext("What I do not keep: names, user names, phone numbers, or anything that you write."),
                gettext(
                    "/stop ends the subscription and keeps the settings for your return. /forget erases it all, and an"
                    " invitation with it."
                ),
            ]
        )

    def ask_forget(self) -> str:
        """Return what /forget asks before it erases."""
        return self._catalog.gettext(
            "Erase the subscription, its settings, the record of what was sent here, and what you saved and voted on?"
            " Messages in this chat stay. This cannot be undone."
        )

    def forgotten(self, forgotten: Forgotten) -> str:
        """Return what is said when all was erased; of an owner, what stays."""
        gettext = self._catalog.gettext
        text = gettext("Everything about this chat is erased. /start begins anew.")
        if forgotten is Forgotten.ALL_BUT_OWNER:
            text += gettext(" You are an owner still; only digestbot owners --remove ends that.")
        return text

    def kept(self) -> str:
        """Return what is said when nothing was erased after all."""
        return self._catalog.gettext("Nothing was erased.")


@cache
def settings_phrases_of(language: str) -> SettingsPhrases:
    """Return the sentences of a language."""
    return SettingsPhrases(language)
