"""Owners and invited readers in a database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, literal_column, select, update

from bot.domain.membership import InvitationKey, Member, Redemption, Role
from bot.domain.person import Person
from bot.storage.destination_rows import inserting
from bot.storage.engine import Database
from bot.storage.member_tables import invitations, members

_FORGOTTEN_AFTER = timedelta(days=30)
"""How long a link that has expired is known as such."""


class SqlMembers:
    """`bot.ports.members.Members` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, person: Person) -> Member | None:
        """Return the person with their role."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(members).where(_is(person)))).one_or_none()
        return _member(row) if row is not None else None

    async def owners(self) -> list[Member]:
        """Return every owner, the first one first."""
        wanted = select(members).where(members.c.role == Role.OWNER)
        async with self._database.reading() as connection:
            rows = await connection.execute(wanted.order_by(members.c.since, members.c.platform, members.c.person))
            return [_member(row) for row in rows]

    async def invite(self, key: InvitationKey, *, uses: int, expires_at: datetime, now: datetime) -> None:
        """Remember an invitation; ValueError for one that nobody could use."""
        if uses < 1:
            raise ValueError(f"an invitation for {uses} people is none")
        values = {"role": key.role, "uses_left": uses, "made_at": now, "expires_at": expires_at}
        async with self._database.writing() as connection:
            old = invitations.c.expires_at < now - _FORGOTTEN_AFTER
            await connection.execute(delete(invitations).where(old))
            await connection.execute(inserting(connection, invitations).values(digest=key.digest, **values))

    async def redeem(self, key: InvitationKey, person: Person, *, language: str, now: datetime) -> Redemption:
        """Give the role, once a person; of two people at the last use one is told that it is used."""
        async with self._database.writing() as connection:
            this = invitations.c.digest == key.digest
            invitation = (await connection.execute(select(invitations).where(this).with_for_update())).one_or_none()
            if invitation is None:
                return Redemption.UNKNOWN
            role = await connection.scalar(select(members.c.role).where(_is(person)))
            if role in {Role.OWNER, invitation.role}:
                return Redemption.ALREADY
            if invitation.uses_left < 1:
                return Redemption.USED
            if invitation.expires_at <= now:
                return Redemption.EXPIRED
            await connection.execute(update(invitations).where(this).values(uses_left=invitations.c.uses_left - 1))
            joining = inserting(connection, members).values(
                platform=person.platform, person=person.id, role=invitation.role, language=language, since=now
            )
            an_owner = members.c.role == literal_column("'owner'")
            joining = joining.on_conflict_do_update(
                index_elements=[members.c.platform, members.c.person],
                set_={"role": case((an_owner, members.c.role), else_=joining.excluded.role), "language": language},
            )
            await connection.execute(joining)
        return Redemption.WELCOME

    async def remove(self, person: Person, role: Role) -> bool:
        """Take the role away; return whether the person had it."""
        async with self._database.writing() as connection:
            removing = delete(members).where(_is(person), members.c.role == role)
            return bool((await connection.execute(removing)).rowcount)


def _is(person: Person) -> ColumnElement[bool]:
    return and_(members.c.platform == person.platform, members.c.person == person.id)


def _member(row: Row[*tuple[Any, ...]]) -> Member:
    return Member(Person(row.platform, row.person), row.role, row.language, row.since)
