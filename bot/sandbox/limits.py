"""How often one may send, as the platforms enforce it.

Telegram: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this (30 messages a second
per bot, one a second in one chat with short bursts tolerated, 20 a minute in a group) and
https://core.telegram.org/bots/api#sendmessage (1000 a second with paid broadcasts).
Slack: https://docs.slack.dev/apis/web-api/rate-limits (chat.postMessage: one a second per channel, short bursts
tolerated). The size of a tolerated burst is documented by neither.
"""

import math
from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any `seconds`."""

    count: int
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`per_second` in the long run, `burst` at once after a pause."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class TelegramLimits:
    """Limits of a Telegram bot; None switches one off."""

    bot: Rate | None = Rate(30)
    paid_bot: Rate | None = Rate(1000)
    chat: Pace | None = Pace(1.0, 5)
    group: Rate | None = Rate(20, 60.0)

    @staticmethod
    def off() -> "TelegramLimits":
        """No limits at all."""
        return TelegramLimits(None, None, None, None)


@dataclass(frozen=True, slots=True)
class SlackLimits:
    """Limits of a Slack app; None switches one off."""

    channel: Pace | None = Pace(1.0, 5)

    @staticmethod
    def off() -> "SlackLimits":
        """No limits at all."""
        return SlackLimits(None)


class Throttled(Exception):
    """Too much in one scope; `retry_after` is in whole seconds."""

    def __init__(self, scope: Hashable, retry_after: int) -> None:
        super().__init__(f"{scope}: retry after {retry_after} s")
        self.scope = scope
        self.retry_after = retry_after


class Meter:
    """Counts what is let through per scope. A scope that overflowed stays closed until its pause is over."""

    def __init__(self) -> None:
        self._windows: dict[Hashable, deque[float]] = {}
        self._due: dict[Hashable, float] = {}
        self._closed: dict[Hashable, float] = {}

    def admit(self, now: float, scopes: Iterable[tuple[Hashable, Rate | Pace | None]]) -> None:
        """Count one message in all scopes, or none.

        `now` is in monotonic seconds. Raises Throttled for the first scope that is full.
        """
        wanted = [(scope, limit) for scope, limit in scopes if limit is not None]
        for scope, limit in wanted:
            wait = self._closed.get(scope, now) - now
            if wait <= 0:
                self._closed.pop(scope, None)
                wait = self._wait(scope, limit, now)
            if wait > 0:
                pause = max(1, math.ceil(wait))
                self._closed.setdefault(scope, now + pause)
                raise Throttled(scope, pause)
        for scope, limit in wanted:
            self._count(scope, limit, now)

    def _wait(self, scope: Hashable, limit: Rate | Pace, now: float) -> float:
        match limit:
            case Rate(count, seconds):
                window = self._windows.setdefault(scope, deque())
                while window and window[0] <= now - seconds:
                    window.popleft()
                return window[0] + seconds - now if len(window) >= count else 0.0
            case Pace(per_second, burst):
                return self._due.get(scope, now) - now - (burst - 1) / per_second

    def _count(self, scope: Hashable, limit: Rate | Pace, now: float) -> None:
        match limit:
            case Rate():
                self._windows[scope].append(now)
            case Pace(per_second, _):
                self._due[scope] = max(now, self._due.get(scope, now)) + 1 / per_second
