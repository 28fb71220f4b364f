"""Corrections: when a post that was sent changes, so does what was sent of it; and recalls, which take it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

import structlog

from bot.domain.destination import Platform
from bot.domain.issues import KnownIssue, ListedIssue
from bot.ports.changes import Changes, Lineage, Target
from bot.ports.clock import Clock
from bot.ports.sender import Capabilities, Sender
from bot.services.library import Library
from bot.services.publish import Publisher
from formatters.editions import revised
from formatters.parts import Part
from formatters.views import IssueView, NoticeView, Style

_log = structlog.get_logger(__name__)

WINDOW = timedelta(hours=24)
"""For this long after it was planned a delivery is corrected by itself."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a correction would do to one lineage."""

    lineage: Lineage
    target: Target
    edited: tuple[str, ...]
    """Names of parts."""
    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.edited or self.added or self.removed)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a lineage is not corrected by itself."""

    lineage: Lineage
    reason: str
    final: bool
    """Whether it cannot be corrected on demand either."""
    sendable: bool = False
    """Whether what has not begun can be sent in the new form all the same."""


@dataclass(frozen=True, slots=True)
class Retraction:
    """What was delivered in one form, and what a recall can do about it."""

    lineage: Lineage
    reach: int
    """Deliveries."""
    capabilities: Capabilities | None
    """Of its platform; None where that is not configured at present."""


class Corrector:
    """Makes what was sent follow the post. Every method may be repeated: what is done already is not planned again."""

    def __init__(
        self,
        changes: Changes,
        publisher: Publisher,
        library: Library,
        senders: Mapping[Platform, Sender],
        *,
        clock: Clock,
        zone: tzinfo,
    ) -> None:
        """`zone` is the digest's own: the marks of updated items tell its time."""
        self._changes = changes
        self._publisher = publisher
        self._library = library
        self._senders = senders
        self._clock = clock
        self._zone = zone
        self._seen: dict[str, str | None] = {}
        """The content hash of each issue that was looked at, None for one whose post was gone."""
        self._looked_at: Mapping[str, ListedIssue] = {}
        self._completed = False

    async def look(self) -> bool:
        """Correct what changed of late; return whether deliveries may have been added. Cheap when nothing changed."""
        now = self._clock.now()
        added = 0
        if not self._completed:
            added = await self._changes.complete(now=now)
            self._completed = True
        present = self._library.by_key
        if present is self._looked_at:
            return added > 0
        changed = {key: one for key, one in present.items() if self._seen.get(key) != one.content_hash}
        gone = [key for key, seen in self._seen.items() if seen is not None and key not in present]
        since = now - WINDOW
        sent = set(await self._changes.issues_since(since)) if changed or gone else set()
        for key in sent & changed.keys():
            if (known := await self._library.load(changed[key])) is not None:
                added += await self._correct(known, since=since, now=now)
        for key in sent & set(gone):
            _tell_gone(key)
        self._seen |= {key: one.content_hash for key, one in changed.items()} | dict.fromkeys(gone)
        self._looked_at = present
        return added > 0

    async def _correct(self, known: KnownIssue, *, since: datetime, now: datetime) -> int:
        planned = 0
        for found in await self.proposals(known, since=since):
            match found:
                case Doubt(lineage, reason, sendable=sendable):
                    if sendable:
                        await self._refresh(known, lineage, now=now)
                    _log.warning("a sent issue changed and is not corrected", issue=known.key, style=str(lineage.style),
                                 problem=reason, advice=f"if it is meant: digestbot correct {known.key}")  # fmt: skip
                case Proposal(lineage) if lineage.content_hash != known.content_hash:
                    planned += await self.carry_out(known, found, since=since, now=now)
        if planned:
            _log.info("corrections planned", issue=known.key, deliveries=planned)
        return planned

    async def proposals(self, known: KnownIssue, *, since: datetime | None = None) -> list[Proposal | Doubt]:
        """Return what a correction would do to each lineage, those of `since` then if that is given."""
        at = f"{self._clock.now().astimezone(self._zone):%H:%M}"
        found: list[Proposal | Doubt] = []
        for lineage in await self._changes.lineages(known.key, since=since):
            doubt = self._doubt(lineage, known)
            if doubt is not None and (since is not None or doubt.final):
                found.append(doubt)
            else:
                found.append(await self._proposal(lineage, known, at))
        return found

    async def reach(self, lineage: Lineage, *, since: datetime | None = None) -> int:
        """Return how many deliveries a lineage has."""
        return sum((await self._changes.reach(lineage, since=since)).values())

    async def carry_out(
        self, known: KnownIssue, proposal: Proposal, *, now: datetime, since: datetime | None = None
    ) -> int:
        """Plan a correction; return how many deliveries were added. What has not begun is sent in its new form."""
        lineage = proposal.lineage
        await self._refresh(known, lineage, now=now)
        if not proposal.changes:
            return 0
        return await self._changes.correct(lineage, proposal.target, now=now, since=since)

    async def _refresh(self, known: KnownIssue, lineage: Lineage, *, now: datetime) -> None:
        await self._changes.refresh(lineage, await self._publisher.plan_like(known, lineage), now=now)

    def _doubt(self, lineage: Lineage, known: KnownIssue) -> Doubt | None:
        sender = self._senders.get(lineage.platform)
        if sender is None or not sender.capabilities.edit:
            return Doubt(lineage, f"messages of {lineage.platform} cannot be edited", final=True, sendable=True)
        if lineage.subjects is None:
            return Doubt(lineage, "it was sent by an older version, which did not note what to correct", final=True)
        if known.issue.draft:
            return Doubt(lineage, "it became a draft; to take it back: digestbot recall", final=True)
        was_digest = bool(lineage.subjects)
        if was_digest != bool(known.issue.items):
            became = "an essay" if was_digest else "a digest"
            return Doubt(lineage, f"it became {became}; recall it and publish it under another slug", final=True)
        left = revised(lineage.subjects, known.issue, at="", keep_numbers=True)
        if len(left.removed) * 2 > len(lineage.subjects):
            return Doubt(lineage, f"{len(left.removed)} of {len(lineage.subjects)} items are gone", final=False)
        return None

    async def _proposal(self, lineage: Lineage, known: KnownIssue, at: str) -> Proposal:
        # items that are messages of their own keep number and place, so that only what changed is touched
        own_messages = any(part.name.startswith("item-") for part in lineage.parts)
        revision = revised(lineage.subjects or (), known.issue, at=at, keep_numbers=own_messages)
        edition = replace(known, issue=revision.issue)
        view = await self._publisher.view_of(edition, lineage.style)
        if isinstance(view, IssueView):
            view = replace(view, notes=revision.notes, renumbered=revision.renumbered)
        parts = self._publisher.render(view, lineage.platform, lineage.style, lineage.language)
        target = Target(known.content_hash, (*parts, self.notice(lineage)), revision.subjects)
        return _compared(lineage, target, parts)

    def notice(self, lineage: Lineage) -> Part:
        """Return what takes the place of a message that cannot be deleted."""
        return self._publisher.render(NoticeView(), lineage.platform, Style.ITEMS, lineage.language)[0]

    async def recall(self, issue_key: str) -> tuple[int, int]:
        """Take an issue back; return how many deliveries do so, and how many that waited are stopped."""
        lineages = await self._changes.lineages(issue_key)
        notices = {(lineage.platform, lineage.language): self.notice(lineage) for lineage in lineages}
        return await self._changes.recall(issue_key, notices, now=self._clock.now())

    async def retractions(self, issue_key: str) -> list[Retraction]:
        """Return for each form in which the issue was delivered what a recall does; empty if nothing of it was sent."""
        found: list[Retraction] = []
        for lineage in await self._changes.lineages(issue_key):
            if reach := await self.reach(lineage):
                sender = self._senders.get(lineage.platform)
                found.append(Retraction(lineage, reach, sender.capabilities if sender else None))
        return found


def _compared(lineage: Lineage, target: Target, parts: tuple[Part, ...]) -> Proposal:
    before = {part.name: part for part in _without_notice(lineage.parts)}
    after = {part.name: part for part in parts}
    return Proposal(
        lineage,
        target,
        edited=tuple(
            name
            for name, part in after.items()
            if name in before and (before[name].digest, before[name].linked_digest) != (part.digest, part.linked_digest)
        ),
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
    )


def _without_notice(parts: tuple[Part, ...]) -> Iterator[Part]:
    return (part for part in parts if part.name != "notice")


def _tell_gone(key: str) -> None:
    _log.warning(
        "the post of a sent issue is gone or was refused; what was sent stays",
        issue=key,
        advice=f"to take it back: digestbot recall {key}",
    )
