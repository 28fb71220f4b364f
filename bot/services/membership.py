"""Who may do what: owners operate the bot, and where it is by invitation only, others have to be let in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.destination import Destination, Platform
from bot.domain.membership import InvitationKey, Member, Redemption, Role
from bot.domain.person import Person
from bot.ports.clock import Clock
from bot.ports.members import Members
from bot.ports.subscriptions import Subscriptions
from bot.services.bot_name import BotName

_log = structlog.get_logger(__name__)

OWNER_LINK_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(days=7)
MOST_GUESTS = 10_000
"""People that one invitation may be for."""


@dataclass(frozen=True, slots=True)
class Link:
    """A fresh invitation."""

    address: str
    people: int
    expires_at: datetime


class Membership:
    """Knows owners and invited readers. Methods raise DatabaseError if the store fails."""

    def __init__(
        self,
        members: Members,
        subscriptions: Subscriptions,
        bot_name: BotName,
        clock: Clock,
        *,
        named: Iterable[Person] = (),
        by_invitation: bool = False,
    ) -> None:
        """`named` are the owners of the settings; `by_invitation`: nobody else may come in uninvited."""
        self._members = members
        self._subscriptions = subscriptions
        self._bot_name = bot_name
        self._clock = clock
        self._named = tuple(dict.fromkeys(named))
        self.by_invitation = by_invitation

    async def is_owner(self, person: Person) -> bool:
        """Return whether the person operates the bot."""
        if person in self._named:
            return True
        found = await self._members.find(person)
        return found is not None and found.role is Role.OWNER

    async def owners(self) -> list[Member]:
        """Return every owner, those of the settings first."""
        joined = await self._members.owners()
        named = [Member(person, Role.OWNER, None, None) for person in self._named]
        return [*named, *(member for member in joined if member.person not in self._named)]

    async def language_of(self, member: Member) -> str | None:
        """Return the language that somebody reads in, else that in which they became what they are, else None."""
        subscription = await self._subscriptions.find(Destination(member.person.platform, member.person.id))
        return subscription.preferences.language if subscription else member.language

    async def dismiss(self, person: Person) -> bool:
        """Make somebody an owner no longer; False for who was none, or is named by the settings."""
        removed = person not in self._named and await self._members.remove(person, Role.OWNER)
        if removed:
            _log.warning("somebody is an owner no longer", person=person.id)
        return removed

    async def admits(self, person: Person | None, *chats: tuple[Platform, str]) -> bool:
        """Return whether somebody may use the bot in a chat, given by all its names.

        Where it is by invitation: owners, whoever was invited, and in chats that ever subscribed everybody.
        """
        if not self.by_invitation:
            return True
        for chat in chats:
            if await self._subscriptions.knows(*chat):
                return True
        return person is not None and (person in self._named or await self._members.find(person) is not None)

    async def owner_link(self) -> Link:
        """Return a link that makes one person an owner. Raises PlatformError if the bot's name is not known."""
        return await self._link(Role.OWNER, 1, OWNER_LINK_LIFETIME)

    async def invitation(self, people: int = 1, lifetime: timedelta = INVITATION_LIFETIME) -> Link:
        """Return a link that lets so many people in. Raises PlatformError; ValueError for too few or too many."""
        if not 1 <= people <= MOST_GUESTS:
            raise ValueError(f"{people} is not a number of people; 1 to {MOST_GUESTS} can be invited with one link")
        return await self._link(Role.READER, people, lifetime)

    async def _link(self, role: Role, people: int, lifetime: timedelta) -> Link:
        name = await self._bot_name.get()
        now = self._clock.now()
        key = InvitationKey.fresh(role)
        await self._members.invite(key, uses=people, expires_at=now + lifetime, now=now)
        return Link(f"https://t.me/{name}?start={key.argument}", people, now + lifetime)

    async def redeem(self, key: InvitationKey, person: Person, *, language: str) -> Redemption:
        """Let somebody in who follows a link; an owner of the settings needs none."""
        if person in self._named:
            return Redemption.ALREADY
        redemption = await self._members.redeem(key, person, language=language, now=self._clock.now())
        if redemption is Redemption.WELCOME:
            log = _log.warning if key.role is Role.OWNER else _log.info
            log("an invitation was accepted", role=key.role, person=person.id)
        return redemption

    async def forget(self, person: Person) -> bool:
        """Forget that a reader was invited; an owner stays one. Return whether there was something to forget."""
        return await self._members.remove(person, Role.READER)
