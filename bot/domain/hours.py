"""The hour of the day, as people say it."""

from __future__ import annotations

import re
from datetime import time

from bot.domain.preference_changes import SetHour

_HOUR = re.compile(r"(\d{1,2})(?:[:\uff1a.](\d{2})|\s*[点點时時]\s*(半|\d{1,2}\s*分?)?)?\s*(am|pm)?", re.IGNORECASE)
_AT_RELEASE = frozenset({"off", "auto", "release", "发布", "即时", "發布", "即時"})


def parse_hour(text: str) -> SetHour | None:
    """Return the change that `7:30`, `7.30`, `7`, `7 pm`, `7点半` or `off` asks for; None for anything else."""
    text = " ".join(text.lower().split())
    if text in _AT_RELEASE:
        return SetHour(None)
    match = _HOUR.fullmatch(text)
    if match is None:
        return None
    hour, minute = int(match[1]), _minute(match[2] or match[3] or "")
    if match[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[4] == "pm" else 0)
    return SetHour(time(hour, minute)) if hour < 24 and minute < 60 else None


def _minute(text: str) -> int:
    if text == "半":
        return 30
    return int(text.rstrip("分").strip() or 0)
