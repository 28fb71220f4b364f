"""Days and item numbers as readers write them, in Chinese and in English."""

from __future__ import annotations

import re
import unicodedata
from calendar import isleap
from datetime import date, timedelta

_DIGITS = {
    digit: str(value) for value, digits in enumerate("零〇 一壹 二两 三 四 五 六 七 八 九".split()) for digit in digits
}
_WEEKDAYS = {character: number for number, character in enumerate("一二三四五六日", 1)} | {"天": 7}
_ENGLISH_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_RELATIVE = {
    **dict.fromkeys(("今天", "今日", "today"), 0),
    **dict.fromkeys(("昨天", "昨日", "yesterday"), 1),
    **dict.fromkeys(("前天", "前日", "the day before yesterday", "day before yesterday"), 2),
    "大前天": 3,
}

_NUMBER = r"\d{1,5}|[零〇一壹二两三四五六七八九十百]{1,6}"
_ITEM = re.compile(
    rf"(?:第|no\.?|item|#|№)?\s*(?P<number>-?(?:\d{{1,15}}|{_NUMBER}))\s*(?:条|則|则|个|號|号|[.)、）])?", re.IGNORECASE
)
_WEEKDAY = re.compile(
    r"(?P<last>上(?:个|個)?|这(?:个|個)?|這(?:个|個)?|本)?(?:周|週|星期|礼拜|禮拜)(?P<day>[一二三四五六日天])"
)
_ENGLISH_WEEKDAY = re.compile(r"(?:(?P<last>last|this|on)\s+)?(?P<day>[a-z]{3,9})")
_AGO = re.compile(rf"(?P<number>{_NUMBER})\s*(?:天|日|days?)\s*(?:之前|以前|前|ago)")
_ISO = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})")
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_CHINESE = re.compile(
    rf"(?:(?P<year>\d{{4}}|今|去|前)\s*年)?\s*(?P<month>{_NUMBER})\s*月\s*(?P<day>{_NUMBER})\s*[日号號]?"
)
_MONTH_DAY = re.compile(r"(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})")
_DAY_MONTH = re.compile(r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s*(?:of\s+)?(?P<name>[a-z]{3,9})\.?,?\s*(?P<year>\d{4})?")
_MONTH_NAME_DAY = re.compile(r"(?P<name>[a-z]{3,9})\.?\s*(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s*(?P<year>\d{4}))?")


def number_from(text: str) -> int | None:
    """Return the item's number that a reader wrote, as in 3, #3, 第3条, 三, No. 3; None for anything else."""
    found = _ITEM.fullmatch(_normal(text))
    if found is None:
        return None
    written = found["number"]
    value = whole_number(written.removeprefix("-"))
    return value if value is None or not written.startswith("-") else -value


def whole_number(text: str) -> int | None:
    """Return a number below 1000 in Chinese, or any in digits; None for anything else."""
    if text.isdecimal():
        return int(text)
    if all(character in _DIGITS for character in text):
        return int("".join(_DIGITS[character] for character in text)) if text else None
    return _counted(text)


def _counted(text: str) -> int | None:
    """Return what 十, 二十三 or 一百零五 count."""
    total = 0
    hundreds, mark, rest = text.partition("百")
    if mark:
        if hundreds not in _DIGITS:
            return None
        total, text = 100 * int(_DIGITS[hundreds]), rest.lstrip("零〇")
    tens, mark, ones = text.partition("十")
    if mark:
        if tens and tens not in _DIGITS:
            return None
        total += 10 * int(_DIGITS.get(tens, 1))
    else:
        ones = text
    if ones and ones not in _DIGITS:
        return None
    return total + int(_DIGITS.get(ones, 0))


def day_from(text: str, today: date) -> date | None:
    """Return the day that a reader means on `today`; None where that is no day.

    A weekday is the latest one that is not to come; 本周三 and 上周三 are those of this week and of the one before,
    weeks beginning on Monday, and `last wednesday` is the latest before today. A day without a year is the latest
    that is not to come.
    """
    text = _normal(text)
    if (days := _RELATIVE.get(text)) is not None:
        return today - timedelta(days=days)
    for read in (_ago, _weekday, _english_weekday, _numeric, _named):
        if (day := read(text, today)) is not None:
            return day
    return None


def _normal(text: str) -> str:
    """Return the text in one width and case, its spaces single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _ago(text: str, today: date) -> date | None:
    found = _AGO.fullmatch(text)
    days = whole_number(found["number"]) if found else None
    return None if days is None or days >= today.toordinal() else today - timedelta(days=days)


def _weekday(text: str, today: date) -> date | None:
    found = _WEEKDAY.fullmatch(text)
    if found is None:
        return None
    wanted = _WEEKDAYS[found["day"]]
    this_week = today + timedelta(days=wanted - today.isoweekday())
    match (found["last"] or " ")[0]:
        case "上":
            return this_week - timedelta(days=7)
        case "这" | "這" | "本":
            return this_week
        case _:
            return _latest(wanted, today)


def _english_weekday(text: str, today: date) -> date | None:
    found = _ENGLISH_WEEKDAY.fullmatch(text)
    if found is None:
        return None
    for wanted, name in enumerate(_ENGLISH_WEEKDAYS, 1):
        if name.startswith(found["day"]):
            return _latest(wanted, today - timedelta(days=1) if found["last"] == "last" else today)
    return None


def _latest(weekday: int, until: date) -> date:
    return until - timedelta(days=(until.isoweekday() - weekday) % 7)


def _numeric(text: str, today: date) -> date | None:
    for pattern in (_ISO, _COMPACT, _CHINESE, _MONTH_DAY):
        if found := pattern.fullmatch(text):
            groups = found.groupdict()
            month, day = whole_number(groups["month"]), whole_number(groups["day"])
            return _on(_year(groups.get("year"), today), month, day, today)
    return None


def _named(text: str, today: date) -> date | None:
    found = _DAY_MONTH.fullmatch(text) or _MONTH_NAME_DAY.fullmatch(text)
    if found is None:
        return None
    for month, name in enumerate(_MONTHS, 1):
        if name.startswith(found["name"]) or (found["name"] == "sept" and month == 9):
            return _on(_year(found["year"], today), month, int(found["day"]), today)
    return None


def _year(text: str | None, today: date) -> int | None:
    before = {"今": 0, "去": 1, "前": 2}
    if text in before:
        return today.year - before[text]
    return int(text) if text else None


def _on(year: int | None, month: int | None, day: int | None, today: date) -> date | None:
    """Return the day; without a year the latest that is not to come."""
    if month is None or day is None:
        return None
    years = range(today.year, today.year - 9, -1) if year is None else (year,)
    for candidate in years:
        if (month, day) == (2, 29) and not isleap(candidate):
            continue
        try:
            found = date(candidate, month, day)
        except ValueError:
            return None
        if year is not None or found <= today:
            return found
    return None
