"""The pages of a settings menu: their text and their buttons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import time
from typing import assert_never

from bot.domain.destination import Platform
from bot.domain.preference_changes import (
    SetHour,
    SetLanguage,
    SetPreviews,
    SetSilent,
    SetStyle,
    SetWeekday,
    SetWeekdays,
    SetZone,
)
from bot.domain.subscription import EVERY_DAY
from bot.languages import LANGUAGES
from bot.languages.settings_phrases import SettingsPhrases
from bot.languages.zones import OFFERED, city_of, offset_label, offsets_of, zone_of_offset
from bot.platforms.telegram.menu_actions import Deed, MenuAction, MenuButton, Page, PauseFor, encode_menu
from bot.services.preferring import ChatSettings
from formatters.parts import Json

_PAUSES = (1, 3, 7, 14, 30)
"""Days that can be tapped."""
_WORKDAYS = frozenset(range(1, 6))
_NIGHT, _HOURS_A_ROW, _DAYS_A_ROW, _OFFSETS_A_ROW = 24, 6, 4, 5

Row = list[tuple[str, MenuAction]]


class SettingsMenu:
    """One menu, in one language, for one place. `title` and `chat` name the place if the menu stands elsewhere."""

    def __init__(self, phrases: SettingsPhrases, *, chat: str = "", title: str = "") -> None:
        self._phrases = phrases
        self._labels = phrases.labels()
        self._chat = chat
        self._title = title

    def page(self, page: Page, settings: ChatSettings) -> dict[str, Json]:
        """Return a page as the payload of a message."""
        phrases = self._phrases
        match page:
            case Page.MAIN:
                return self.payload(phrases.summary(settings, title=self._title), self._main(settings))
            case Page.HOUR:
                return self.payload(phrases.ask_hour(settings), self._hours(settings))
            case Page.ZONE:
                return self.payload(phrases.ask_zone(settings), self._zones(settings))
            case Page.OFFSET:
                return self.payload(phrases.ask_zone(settings), self._offsets(settings))
            case Page.DAYS:
                return self.payload(phrases.ask_days(), self._days(settings))
            case Page.STYLE:
                return self.payload(phrases.ask_style(settings), self._styles(settings))
            case Page.LANGUAGE:
                return self.payload(phrases.ask_language(), self._languages(settings))
            case Page.PAUSE:
                return self.payload(phrases.ask_pause(settings), self._pauses(settings))
            case _:
                assert_never(page)

    def closed(self, settings: ChatSettings) -> dict[str, Json]:
        """Return the settings without any button."""
        return self.payload(self._phrases.summary(settings, title=self._title), [])

    def invitation(self) -> dict[str, Json]:
        """Return what the menu is where nobody ever subscribed."""
        rows: list[Row] = [[(self._labels["subscribe"], Deed.JOIN)]]
        return self.payload(self._phrases.not_subscribed(title=self._title), rows)

    def forgetting(self) -> dict[str, Json]:
        """Return the question before everything is erased."""
        rows: list[Row] = [[(self._labels["forget"], Deed.FORGET), (self._labels["keep"], Deed.KEEP)]]
        return self.payload(self._phrases.ask_forget(), rows)

    def payload(self, text: str, rows: Iterable[Row]) -> dict[str, Json]:
        """Return a text and its buttons as the payload of a message."""
        keyboard: list[Json] = [
            [{"text": label, "callback_data": encode_menu(MenuButton(self._chat, action))} for label, action in row]
            for row in rows
        ]
        payload: dict[str, Json] = {"text": text, "link_preview_options": {"is_disabled": True}}
        return payload | ({"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {})

    def _main(self, settings: ChatSettings) -> list[Row]:
        phrases, labels, preferences = self._phrases, self._labels, settings.preferences
        rows: list[Row] = [
            [(labels["hour"], Page.HOUR), (labels["zone"], Page.ZONE)],
            [(labels["days"], Page.DAYS), (labels["style"], Page.STYLE)],
            [
                (phrases.sound_button(silent=preferences.silent), SetSilent(not preferences.silent)),
                (phrases.previews_button(on=preferences.previews), SetPreviews(not preferences.previews)),
            ],
            [(labels["language"], Page.LANGUAGE), (labels["pause"], Page.PAUSE)],
        ]
        last: Row = [(labels["done"], Deed.DONE)]
        if not settings.active:
            last.insert(0, (labels["subscribe"], Deed.JOIN))
        elif self._chat and not settings.fixed:
            last.insert(0, (labels["unsubscribe"], Deed.LEAVE))
        return [*rows, last]

    def _hours(self, settings: ChatSettings) -> list[Row]:
        now = settings.preferences.hour
        hours = [time(hour) for hour in range(_NIGHT)]
        if now is not None and now not in hours:
            hours = sorted([*hours, now])
        buttons = [(self._phrases.clock(hour), SetHour(hour)) for hour in hours]
        return [
            *_rows(_chosen(buttons, SetHour(now)), _HOURS_A_ROW),
            _chosen([(self._labels["release"], SetHour(None))], SetHour(now)),
            self._back(),
        ]

    def _zones(self, settings: ChatSettings) -> list[Row]:
        now, language = SetZone(settings.preferences.zone), self._phrases.code
        buttons = [(city_of(zone, language), SetZone(zone)) for zone in OFFERED]
        home = (self._labels["home"], SetZone(None))
        last: Row = [*_chosen([home], now), (self._labels["offset"], Page.OFFSET)]
        return [*_rows(_chosen(buttons, now), 3), last, self._back()]

    def _offsets(self, settings: ChatSettings) -> list[Row]:
        offered = [(offset_label(minutes), zone_of_offset(minutes, settings.release)) for minutes in
                   offsets_of(settings.release.year)]  # fmt: skip
        buttons = [(label.removeprefix("UTC") or label, SetZone(zone)) for label, zone in offered if zone]
        chosen = _chosen(buttons, SetZone(settings.preferences.zone))
        return [*_rows(chosen, _OFFSETS_A_ROW), self._back(Page.ZONE)]

    def _days(self, settings: ChatSettings) -> list[Row]:
        kept = settings.preferences.weekdays
        days: Row = [
            (_ticked(self._phrases.weekday(day), ticked=day in kept), SetWeekday(day, day not in kept))
            for day in range(1, 8)
        ]
        sets: Row = [
            (self._labels["every day"], SetWeekdays(EVERY_DAY)),
            (self._labels["workdays"], SetWeekdays(_WORKDAYS)),
        ]
        return [*_rows(days, _DAYS_A_ROW), _chosen(sets, SetWeekdays(kept)), self._back()]

    def _styles(self, settings: ChatSettings) -> list[Row]:
        buttons: Row = [(self._phrases.style(style), SetStyle(style)) for style in settings.styles]
        return [*_rows(_chosen(buttons, SetStyle(settings.preferences.style)), 1), self._back()]

    def _languages(self, settings: ChatSettings) -> list[Row]:
        preferences = settings.preferences
        spoken: Row = [(self._phrases.language(language), SetLanguage(language)) for language in LANGUAGES]
        now = SetLanguage(preferences.language) if preferences.language_chosen else Deed.FOLLOW
        follow: Row = [(self._phrases.followed(preferences.place, Platform.TELEGRAM), Deed.FOLLOW)]
        return [_chosen(spoken, now), _chosen(follow, now), self._back()]

    def _pauses(self, settings: ChatSettings) -> list[Row]:
        lengths: Row = [(self._phrases.pause_button(days), PauseFor(days)) for days in _PAUSES]
        resume: list[Row] = [[(self._labels["resume"], Deed.RESUME)]] if settings.paused else []
        return [*_rows(lengths, 3), *resume, self._back()]

    def _back(self, page: Page = Page.MAIN) -> Row:
        return [(self._labels["main"], page)]


def _rows(buttons: Sequence[tuple[str, MenuAction]], length: int) -> list[Row]:
    return [list(buttons[start : start + length]) for start in range(0, len(buttons), length)]


def _chosen(buttons: Iterable[tuple[str, MenuAction]], now: MenuAction) -> Row:
    return [(_ticked(label, ticked=action == now), action) for label, action in buttons]


def _ticked(label: str, *, ticked: bool) -> str:
    return f"✓ {label}" if ticked else label
