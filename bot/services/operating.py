"""What owners do with the bot from a chat, in one hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.destination import Destination
from bot.domain.issues import KnownIssue
from bot.ports.clock import Clock
from bot.ports.ledger import Ledger
from bot.services.announcing import Announcing, Decision
from bot.services.correct import Corrector, Retraction
from bot.services.explaining import Explaining
from bot.services.holding import Brake
from bot.services.library import Library
from bot.services.membership import Membership
from bot.services.publish import Publisher
from bot.services.status import Watchtower


@dataclass(frozen=True, slots=True)
class Sending:
    """Something that was sent."""

    key: str
    retractions: tuple[Retraction, ...]
    """What a recall does to each form in which it was sent."""


@dataclass(frozen=True, slots=True)
class Operating:
    """The services behind the owners' commands and buttons."""

    membership: Membership
    announcing: Announcing
    brake: Brake
    watchtower: Watchtower
    explaining: Explaining
    library: Library
    publisher: Publisher
    corrector: Corrector
    ledger: Ledger
    clock: Clock
    wake_drain: Callable[[], None]

    async def newest(self) -> KnownIssue | None:
        """Return today's issue, or the newest before it."""
        return await self.library.newest(self.brake.today)

    async def by_ref(self, ref: str) -> KnownIssue | None:
        """Return the issue that a button names, if it may still be sent."""
        return await self.library.by_ref(ref, self.brake.today)

    async def preview(self, known: KnownIssue, to: Destination, *, language: str, request: str) -> bool:
        """Send the issue to one owner, as a reader would get it; False if this request was served before.

        It is nobody's daily delivery, and does not release the issue.
        """
        added = await self.publisher.send_to(known, to, language=language, occasion=f"request:preview-{request}")
        self.wake_drain()
        return bool(added)

    async def publish(self, known: KnownIssue) -> int:
        """Send the issue now to everybody who lacks it, held back or not; return how many deliveries are to be made."""
        await self.brake.let_go()
        planned = await self.publisher.publish(known)
        planned += await self.ledger.reopen(known.key, None, now=self.clock.now())
        self.wake_drain()
        return planned

    async def sent(self, asked: str) -> Sending | None:
        """Return what a recall of this key takes back, without one of the newest issue; None if nothing was sent."""
        key = asked
        if not key:
            newest = next(self.library.listed_until(self.brake.today), None)
            key = newest.key if newest else ""
        retractions = await self.corrector.retractions(key) if key else []
        return Sending(key, tuple(retractions)) if retractions else None

    def key_of(self, ref: str) -> str:
        """Return the key of what a button names; that of an announcement is its ref."""
        listed = self.library.listed_by_ref(ref)
        return listed.key if listed else ref

    def ref_of(self, key: str) -> str:
        """Return what names it in a button."""
        listed = self.library.listed_by_key(key)
        return listed.ref if listed else key

    async def recall(self, key: str) -> tuple[int, int]:
        """Take it back everywhere; return how many deliveries do so, and how many that waited are stopped."""
        done = await self.corrector.recall(key)
        self.wake_drain()
        return done

    async def let_go(self) -> bool:
        """Hold today's issue back no longer; return whether it was."""
        was_held = await self.brake.let_go()
        self.wake_drain()
        return was_held

    async def announce(self, key: str) -> tuple[Decision, int]:
        """Confirm a draft; return what came of it, and how many get it."""
        decision = await self.announcing.confirm(key)
        self.wake_drain()
        return decision
