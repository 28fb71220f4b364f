"""How long a pause lasts, as people say it."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(days=366)

_UNITS = {
    "h": "hours", "hour": "hours", "hours": "hours", "小时": "hours", "个小时": "hours", "小時": "hours",
    "d": "days", "day": "days", "days": "days", "天": "days", "日": "days",
    "w": "weeks", "week": "weeks", "weeks": "weeks", "周": "weeks", "週": "weeks", "星期": "weeks", "个星期": "weeks",
    "m": "months", "month": "months", "months": "months", "月": "months", "个月": "months", "個月": "months",
}  # fmt: skip
_MONTH = timedelta(days=30)
_DIGITS = {"一": 1, "两": 2, "兩": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, **_DIGITS}
_LENGTH = re.compile(r"(\d{1,4}|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")\s*(\D+)")


def parse_pause(text: str) -> timedelta | None:
    """Return the length that `3d`, `2 weeks`, `3天`, `一周` or a number of days alone names; None for anything else.

    It is more than nothing and at most `LONGEST`.
    """
    text = " ".join(text.lower().split())
    if text.isdecimal():
        text += "d"
    match = _LENGTH.fullmatch(text)
    if match is None or (unit := _UNITS.get(match[2])) is None:
        return None
    number = int(match[1]) if match[1].isdecimal() else _WORDS[match[1]]
    length = number * (_MONTH if unit == "months" else timedelta(**{unit: 1}))
    return length if timedelta(0) < length <= LONGEST else None
