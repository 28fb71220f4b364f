"""The form of settings: how it is filled in, and what of that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.hours import parse_hour
from bot.domain.pauses import LONGEST
from bot.domain.preference_changes import (
    Change,
    Pause,
    Resume,
    SetHour,
    SetLanguage,
    SetStyle,
    SetWeekdays,
    SetZone,
    changed,
)
from bot.languages.settings_phrases import SettingsPhrases
from bot.languages.view_phrases import ViewPhrases
from bot.platforms.slack.blocks import TITLE_CHARACTERS, Json, checkboxes, chooser, context, modal, plain_text, question
from bot.services.preferring import ChatSettings
from formatters.views import Style

CALLBACK = "settings"
DELIVER, HOUR, ZONE, DAYS, STYLE, LANGUAGE, PAUSE = "deliver", "hour", "zone", "days", "style", "language", "pause"
"""The fields, by block_id; each has one element, of the same action_id."""
_ON, _OFF = "on", "off"
_LANGUAGES = ("zh", "en")
_WEEKDAYS = range(1, 8)
_LONGEST_TYPED = 60


def settings_form(
    settings: ChatSettings, phrases: ViewPhrases, words: SettingsPhrases, *, own: bool, metadata: str
) -> Json:
    """Return the modal; `own` for a reader's direct messages, else a channel's."""
    labels, fields, hints = phrases.labels(), phrases.fields(), phrases.hints()
    preferences = settings.preferences
    choices = {value: phrases.deliver(on=value == _ON) for value in (_ON, _OFF)}
    chosen = _ON if settings.active else _OFF
    deliver = question(DELIVER, fields[DELIVER], chooser("radio_buttons", DELIVER, choices, chosen))
    styles = {style.value: words.style(style) for style in settings.styles}
    days = {str(day): words.weekday(day) for day in _WEEKDAYS}
    hour = f"{preferences.hour:%H:%M}" if preferences.hour else ""
    resumes = _resumes(settings)
    blocks = [
        context(phrases.fixed()) if settings.fixed else deliver,
        question(HOUR, fields[HOUR], _typed(HOUR, hour), hint=hints[HOUR], optional=True),
        question(ZONE, fields[ZONE], _typed(ZONE, preferences.zone or ""), hint=hints[ZONE], optional=True),
        # optional for Slack, so that what is said about it is said here, and in the reader's language
        question(
            DAYS,
            fields[DAYS],
            checkboxes(DAYS, days, [str(day) for day in preferences.weekdays]),
            optional=True,
        ),
        question(STYLE, fields[STYLE], chooser("radio_buttons", STYLE, styles, preferences.style.value)),
        question(
            LANGUAGE,
            fields[LANGUAGE],
            chooser(
                "static_select", LANGUAGE, {code: words.language(code) for code in _LANGUAGES}, preferences.language
            ),
        ),
        question(PAUSE, fields[PAUSE], _day(PAUSE, resumes), hint=hints[PAUSE], optional=True),
    ]
    form = modal(phrases.form_title(own=own), blocks, close=labels["cancel"], metadata=metadata, callback_id=CALLBACK)
    return form | {"submit": plain_text(labels["save"], TITLE_CHARACTERS)}


def _typed(action_id: str, value: str) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": action_id, "max_length": _LONGEST_TYPED}
    return element | ({"initial_value": value} if value else {})


def _day(action_id: str, value: date | None) -> Json:
    element: Json = {"type": "datepicker", "action_id": action_id}
    return element | ({"initial_date": value.isoformat()} if value else {})


def _resumes(settings: ChatSettings) -> date | None:
    """Return the day on which a pause ends; one that ends within a day, too, ends for a form of days on the next."""
    until = settings.preferences.paused_until
    if not settings.paused or until is None:
        return None
    local = until.astimezone(settings.arrival.tzinfo)
    return local.date() if local.time() == time() else local.date() + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a person wants."""

    deliver: bool | None
    """None where it could not be chosen."""
    changes: tuple[Change, ...]


def read_form(
    state: Json,
    settings: ChatSettings,
    phrases: ViewPhrases,
    find_zone: Callable[[str], str | None],
    *,
    now: datetime,
) -> Filled | Mapping[str, str]:
    """Return what was filled in, or what is wrong with it, by field. Fields that were left alone change nothing."""
    found: dict[str, Json] = state.get("values") or {}
    values: dict[str, Json] = {name: next(iter(one.values()), {}) for name, one in found.items()}
    errors: dict[str, str] = {}
    changes: list[Change] = []
    preferences = settings.preferences

    if (hour := _text(values.get(HOUR))) == "":
        changes.append(SetHour(None))
    elif (parsed := parse_hour(hour)) is not None:
        changes.append(parsed)
    else:
        errors[HOUR] = phrases.hour_unclear()

    typed = _text(values.get(ZONE))
    zone = typed if typed == preferences.zone else find_zone(typed) if typed else None
    if typed and zone is None:
        errors[ZONE] = phrases.zone_unclear()
    else:
        changes.append(SetZone(zone))

    days = frozenset(int(day) for day in _chosen_many(values.get(DAYS)) if day in {str(one) for one in _WEEKDAYS})
    if days:
        changes.append(SetWeekdays(days))
    else:
        errors[DAYS] = phrases.no_day()

    style = _chosen(values.get(STYLE))
    if style in {one.value for one in settings.styles}:
        changes.append(SetStyle(Style(style)))
    language = _chosen(values.get(LANGUAGE))
    if language in _LANGUAGES and language != preferences.language:
        changes.append(SetLanguage(language))

    home = ZoneInfo(zone) if zone else settings.release.tzinfo
    day = (values.get(PAUSE) or {}).get("selected_date")
    until = _midnight(str(day), now.astimezone(home)) if day else None
    if day and until is None:
        errors[PAUSE] = phrases.pause_unclear()
    elif until is not None and day != str(_resumes(settings)):
        changes.append(Pause(now, until))
    elif not day and settings.paused:
        changes.append(Resume(now))

    if errors:
        return errors
    wanted = _chosen(values.get(DELIVER))
    deliver = {_ON: True, _OFF: False}.get(wanted) if not settings.fixed else None
    platform = settings.destination.platform
    return Filled(deliver, tuple(one for one in changes if changed(preferences, one, platform) != preferences))


def _midnight(day: str, now: datetime) -> datetime | None:
    """Return the beginning of a day that is still to come, within a year."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    begins = datetime.combine(found, time(), now.tzinfo)
    return begins if found > now.date() and begins - now <= LONGEST else None


def _text(value: Json | None) -> str:
    return str((value or {}).get("value") or "").strip()


def _chosen(value: Json | None) -> str:
    return str(((value or {}).get("selected_option") or {}).get("value", ""))


def _chosen_many(value: Json | None) -> list[str]:
    return [str(one.get("value", "")) for one in (value or {}).get("selected_options") or ()]
