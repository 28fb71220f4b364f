"""The issues that there are, kept in step with the post source and the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import structlog

from bot.domain.issues import KnownIssue, eligible, newest, of_day
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.ports.posts import PostSource
from formatters.errors import Severity

_log = structlog.get_logger(__name__)


class Library:
    """Every issue that can be read, with the reference that the ledger knows it by."""

    def __init__(self, source: PostSource, ledger: Ledger, clock: Clock) -> None:
        self._source = source
        self._ledger = ledger
        self._clock = clock
        self._issues: tuple[KnownIssue, ...] = ()
        self._behind = False
        """Whether the source told of a change that the ledger does not know yet."""
        self.settling = 0
        """How many files of the last scan were too fresh to count."""

    async def refresh(self) -> bool:
        """Read what changed; return whether anything did. Raises PostsError if the source cannot be read."""
        scan = await self._source.scan()
        self.settling = scan.settling
        self._behind |= scan.changed
        if not self._behind:
            return False
        refs = await self._ledger.record_issues(scan.issues, now=self._clock.now())
        self._issues = tuple(replace(issue, ref=refs[issue.key]) for issue in scan.issues)
        for path, diagnostics in scan.refused:
            for diagnostic in diagnostics:
                tell = _log.error if diagnostic.severity is Severity.ERROR else _log.warning
                tell("post refused", post=str(path), line=diagnostic.line, problem=diagnostic.problem,
                           advice=diagnostic.advice)  # fmt: skip
        self._behind = False
        return True

    async def adopt(self, known: KnownIssue) -> KnownIssue:
        """Make the ledger know an issue that may be no part of the source, or too fresh; return it with its ref."""
        others = [issue for issue in self._issues if issue.key != known.key]
        refs = await self._ledger.record_issues([*others, known], now=self._clock.now())
        return replace(known, ref=refs[known.key])

    def newest(self, today: date) -> KnownIssue | None:
        """Return the newest issue that may be shown on `today`."""
        return newest(self._issues, today)

    def of_day(self, day: date) -> list[KnownIssue]:
        """Return the issues of `day`, the digest first."""
        return of_day(self._issues, day)

    def by_ref(self, ref: str, today: date) -> KnownIssue | None:
        """Return the issue that a button names, if it may be shown on `today`."""
        return next((known for known in eligible(self._issues, today) if known.ref == ref), None)

    def by_key(self, key: str, today: date) -> KnownIssue | None:
        """Return the issue of this key, if it may be shown on `today`."""
        return next((known for known in eligible(self._issues, today) if known.key == key), None)

    def __len__(self) -> int:
        return len(self._issues)
