"""What every store of owners, invitations and announcements promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.announcement import Announcement, AnnouncementState
from bot.domain.destination import Platform
from bot.domain.membership import InvitationKey, Redemption, Role
from bot.domain.person import Person
from bot.storage.announcements import SqlAnnouncements
from bot.storage.engine import Database
from bot.storage.members import SqlMembers
from tests.contract.samples import HOUR, NOW


def person(number: int = 1) -> Person:
    return Person(Platform.TELEGRAM, str(number))


@pytest.fixture
def members(database: Database) -> SqlMembers:
    return SqlMembers(database)


@pytest.fixture
def announcements(database: Database) -> SqlAnnouncements:
    return SqlAnnouncements(database)


async def invited(members: SqlMembers, role: Role = Role.READER, uses: int = 1) -> InvitationKey:
    key = InvitationKey.fresh(role)
    await members.invite(key, uses=uses, expires_at=NOW + HOUR, now=NOW)
    return key


async def test_an_invitation_gives_its_role_once(members: SqlMembers) -> None:
    key = await invited(members, Role.OWNER)
    assert await members.find(person()) is None
    assert await members.redeem(key, person(), language="en", now=NOW) is Redemption.WELCOME
    assert await members.redeem(key, person(), language="zh", now=NOW + 2 * HOUR) is Redemption.ALREADY
    assert await members.redeem(key, person(2), language="zh", now=NOW) is Redemption.USED
    (owner,) = await members.owners()
    assert (owner.person, owner.role, owner.language, owner.since) == (person(), Role.OWNER, "en", NOW)
    assert await members.find(person()) == owner


async def test_one_that_is_too_old_or_unknown_gives_nothing(members: SqlMembers) -> None:
    key = await invited(members)
    assert await members.redeem(key, person(), language="zh", now=NOW + HOUR) is Redemption.EXPIRED
    other = InvitationKey(Role.OWNER, key.secret)
    assert await members.redeem(other, person(), language="zh", now=NOW) is Redemption.UNKNOWN
    assert await members.find(person()) is None


async def test_an_owner_who_follows_a_readers_link_stays_an_owner_and_uses_nothing_up(members: SqlMembers) -> None:
    await members.redeem(await invited(members, Role.OWNER), person(), language="zh", now=NOW)
    key = await invited(members)
    assert await members.redeem(key, person(), language="zh", now=NOW) is Redemption.ALREADY
    assert await members.redeem(key, person(2), language="zh", now=NOW) is Redemption.WELCOME
    assert [owner.person for owner in await members.owners()] == [person()]


async def test_a_reader_can_become_an_owner(members: SqlMembers) -> None:
    await members.redeem(await invited(members), person(), language="zh", now=NOW)
    key = await invited(members, Role.OWNER)
    assert await members.redeem(key, person(), language="en", now=NOW + HOUR / 2) is Redemption.WELCOME
    assert [owner.person for owner in await members.owners()] == [person()]


async def test_of_many_who_come_at_once_as_many_come_in_as_were_invited(members: SqlMembers) -> None:
    key = await invited(members, uses=3)
    came = await asyncio.gather(
        *(members.redeem(key, person(number), language="zh", now=NOW) for number in range(1, 9))
    )
    assert sorted(came) == sorted([Redemption.WELCOME] * 3 + [Redemption.USED] * 5)


async def test_only_the_role_that_is_named_is_taken_away(members: SqlMembers) -> None:
    await members.redeem(await invited(members, Role.OWNER), person(), language="zh", now=NOW)
    assert not await members.remove(person(), Role.READER)
    assert await members.remove(person(), Role.OWNER)
    assert not await members.remove(person(), Role.OWNER)
    assert await members.owners() == []


async def test_an_invitation_is_known_as_expired_for_a_month(members: SqlMembers) -> None:
    key = await invited(members)
    for days, told in ((29, Redemption.EXPIRED), (31, Redemption.UNKNOWN)):
        later = NOW + 24 * days * HOUR + HOUR
        await members.invite(InvitationKey.fresh(Role.READER), uses=1, expires_at=later + HOUR, now=later)
        assert await members.redeem(key, person(), language="zh", now=later) is told


async def test_an_invitation_for_nobody_is_refused(members: SqlMembers) -> None:
    with pytest.raises(ValueError, match="0 people"):
        await members.invite(InvitationKey.fresh(Role.READER), uses=0, expires_at=NOW, now=NOW)


def draft(key: str = "announcement-1") -> Announcement:
    return Announcement(key, "第一行\nsecond 😀", person(), AnnouncementState.DRAFT, NOW, None)


async def test_a_draft_is_decided_about_once(announcements: SqlAnnouncements) -> None:
    await announcements.add(draft())
    assert await announcements.find("announcement-1") == draft()
    assert await announcements.find("announcement-2") is None
    decisions = await asyncio.gather(
        announcements.decide("announcement-1", AnnouncementState.CONFIRMED, now=NOW + HOUR),
        announcements.decide("announcement-1", AnnouncementState.CANCELLED, now=NOW + HOUR),
        announcements.decide("announcement-1", AnnouncementState.CONFIRMED, now=NOW + HOUR),
    )
    assert sum(decisions) == 1
    found = await announcements.find("announcement-1")
    assert found is not None
    assert found.decided_at == NOW + HOUR


async def test_what_is_confirmed_is_listed_until_it_is_planned(announcements: SqlAnnouncements) -> None:
    for number in (1, 2, 3):
        await announcements.add(draft(f"announcement-{number}"))
    for number in (2, 1):
        await announcements.decide(f"announcement-{number}", AnnouncementState.CONFIRMED, now=NOW + HOUR)
    assert {one.key for one in await announcements.confirmed()} == {"announcement-1", "announcement-2"}
    await announcements.planned("announcement-1")
    await announcements.planned("announcement-3")
    assert [one.key for one in await announcements.confirmed()] == ["announcement-2"]
    untouched = await announcements.find("announcement-3")
    assert untouched is not None
    assert untouched.state is AnnouncementState.DRAFT
