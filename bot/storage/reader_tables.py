"""What readers keep: the items that they saved, and how they voted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Named, Table, Text, TypedColumns

from bot.domain.destination import Platform
from bot.storage.columns import Id, Instant, Word
from bot.storage.tables import METADATA


class _Saves(TypedColumns):
    platform: Named[Platform] = Column(Word(Platform), primary_key=True)
    person: Named[str] = Column(Text, primary_key=True)
    """The platform's own id; no name."""
    issue_id: Named[int] = Column(Id, ForeignKey("issues.id"), primary_key=True, autoincrement=False)
    number: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    at: Named[datetime] = Column(Instant)


saves = Table("saves", METADATA, _Saves)


class _Votes(TypedColumns):
    platform: Named[Platform] = Column(Word(Platform), primary_key=True)
    person: Named[str] = Column(Text, primary_key=True)
    issue_id: Named[int] = Column(Id, ForeignKey("issues.id"), primary_key=True, autoincrement=False)
    number: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    up: Named[bool] = Column(Boolean(create_constraint=False))
    at: Named[datetime] = Column(Instant)


votes = Table("votes", METADATA, _Votes)

Index("ix_votes_issue_id", votes.c.issue_id)
