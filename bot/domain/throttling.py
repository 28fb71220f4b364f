"""Whom a "too many requests" concerns, as neither Telegram nor Slack says which of its limits was hit.

Telegram's text is the same for one group's slow mode and for the bot's whole budget, and its makers say that clients
cannot tell them apart (https://github.com/tdlib/td/issues/715); Slack's `ratelimited` stands for the channel's limit
and for the workspace's (https://docs.slack.dev/apis/web-api/rate-limits). What others are answered tells.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.delivery import Outcome, Scope, Sent, Throttled

_MOST_REMEMBERED = 10_000
"""Places that are remembered for a limit of their own; beyond that all are forgotten, which costs a pause each."""


class ScopeEvidence:
    """Judges the refusals of one token by what its other requests are answered.

    1. Two places that are refused, with nothing accepted from a request begun in between: it concerns everybody.
    2. A place that is refused again after others were accepted: it concerns that place alone.
    3. Else it is what it is likelier to be there.
    """

    def __init__(self) -> None:
        self._begun = 0
        self._refused: dict[str, int] = {}
        """Refused places, each with how many requests had begun by then."""
        self._own: set[str] = set()
        """Places that stayed refused while others were not."""

    def begin(self) -> int:
        """Return the number of a request that begins now."""
        self._begun += 1
        return self._begun

    def judge(self, outcome: Outcome, *, place: str, begun: int, likely: Scope) -> Outcome:
        """Return the outcome of request `begun` to `place`; if it is a refusal, with its scope."""
        match outcome:
            case Sent():
                if self._refused or self._own:
                    self._accepted(place, begun)
                return outcome
            case Throttled():
                return replace(outcome, scope=self._scope(place, likely))
            case _:
                return outcome

    def _accepted(self, place: str, begun: int) -> None:
        self._own.discard(place)
        past = {refused for refused, at in self._refused.items() if at < begun}
        for refused in past:
            del self._refused[refused]
        if len(self._own) >= _MOST_REMEMBERED:
            self._own.clear()
        self._own |= past - {place}

    def _scope(self, place: str, likely: Scope) -> Scope:
        self._refused[place] = self._begun
        if len(self._refused) > 1:
            return Scope.PLATFORM
        return Scope.CHAT if place in self._own else likely
