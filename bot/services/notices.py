"""Words of our own to many: planned and carried out as an issue's deliveries are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from bot.domain.delivery import ALERT, ANNOUNCEMENT
from bot.domain.destination import Destination, Platform
from bot.ports.clock import Clock
from bot.ports.ledger import Audience, EveryActive, Ledger, Only, Plan
from bot.ports.subscriptions import Subscriptions
from formatters.parts import Part
from formatters.rendering import notice
from formatters.views import Style

_RENDERERS: Mapping[Platform, Callable[[str], Part]] = {
    Platform.TELEGRAM: notice.telegram,
    Platform.SLACK: notice.slack,
    Platform.CONSOLE: notice.console,
}
_LONGEST_TITLE = 60


class Notices:
    """Plans them. Planning twice adds nothing: of each key a destination gets one."""

    def __init__(self, ledger: Ledger, subscriptions: Subscriptions, clock: Clock) -> None:
        self._ledger = ledger
        self._subscriptions = subscriptions
        self._clock = clock

    async def to_everybody(self, key: str, text: str, *, joined_by: datetime) -> int:
        """Plan it for everybody who had subscribed by then; return how many deliveries were added."""
        await self._ledger.record_notice(key, _title(text), now=self._clock.now())
        added = 0
        for platform, style, language in sorted(await self._subscriptions.audiences()):
            plan = _plan(key, text, platform, style, language, audience=EveryActive(joined_by), occasion=ANNOUNCEMENT)
            added += await self._ledger.plan(plan, now=self._clock.now())
        return added

    async def to_each(self, key: str, texts: Iterable[tuple[Destination, str, str]]) -> int:
        """Plan it for destinations, subscribed or not, each with its language and text; return how many were added."""
        added = 0
        for to, language, text in texts:
            await self._ledger.record_notice(key, _title(text), now=self._clock.now())
            plan = _plan(key, text, to.platform, Style.ITEMS, language, audience=Only(to), occasion=ALERT)
            added += await self._ledger.plan(plan, now=self._clock.now())
        return added


def _plan(
    key: str, text: str, platform: Platform, style: Style, language: str, *, audience: Audience, occasion: str
) -> Plan:
    return Plan(
        issue_key=key,
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        platform=platform,
        style=style,
        language=language,
        parts=(_RENDERERS[platform](text),),
        occasion=occasion,
        audience=audience,
    )


def _title(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= _LONGEST_TITLE else line[:_LONGEST_TITLE] + "…"
