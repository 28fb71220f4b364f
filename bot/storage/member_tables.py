"""Owners and invited readers, invitations, announcements."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Integer, Named, Table, Text, TypedColumns, literal_column

from bot.domain.announcement import AnnouncementState
from bot.domain.destination import Platform
from bot.domain.membership import Role
from bot.storage.columns import Instant, Word
from bot.storage.tables import METADATA


class _Members(TypedColumns):
    platform: Named[Platform] = Column(Word(Platform), primary_key=True)
    person: Named[str] = Column(Text, primary_key=True)
    """The platform's own id; no name."""
    role: Named[Role] = Column(Word(Role))
    language: Named[str | None] = Column(Text)
    since: Named[datetime] = Column(Instant)


members = Table("members", METADATA, _Members)


class _Invitations(TypedColumns):
    digest: Named[str] = Column(Text, primary_key=True)
    """Of the link's secret, which is kept nowhere."""
    role: Named[Role] = Column(Word(Role))
    uses_left: Named[int] = Column(Integer)
    made_at: Named[datetime] = Column(Instant)
    expires_at: Named[datetime] = Column(Instant)


invitations = Table("invitations", METADATA, _Invitations)


class _Announcements(TypedColumns):
    key: Named[str] = Column(Text, primary_key=True)
    text: Named[str] = Column(Text)
    platform: Named[Platform] = Column(Word(Platform))
    author: Named[str] = Column(Text)
    state: Named[AnnouncementState] = Column(Word(AnnouncementState))
    made_at: Named[datetime] = Column(Instant)
    decided_at: Named[datetime | None] = Column(Instant)


announcements = Table("announcements", METADATA, _Announcements)

IS_CONFIRMED = announcements.c.state == literal_column("'confirmed'")

# looked at every second while the bot runs, and nearly always empty
Index("ix_announcements_confirmed", announcements.c.made_at, sqlite_where=IS_CONFIRMED, postgresql_where=IS_CONFIRMED)
