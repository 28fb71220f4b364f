"""The tables, as the newest migration leaves them.

issues ◀── renditions ◀── deliveries ◀── receipts        marks        lanes, workers, paces
   ▲                        │  │
   └────────────────────────┘  └──▶ destinations (a subscription where `joined_at` is set)

A destination and its subscription share a row: planning a million deliveries then reads one table, and a chat
that gets a new address is one update. A destination that is only written to, never subscribed, has the
subscription's columns empty.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    FromClause,
    Identity,
    Index,
    Integer,
    MetaData,
    Named,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
    and_,
    false,
    literal_column,
    or_,
    text,
)

from bot.domain.change import Kind
from bot.domain.delivery import Deed, DeliveryState, PartState
from bot.domain.destination import LANES, LANES_APART, Platform, lane_of
from bot.domain.subscription import Origin, Place
from bot.storage.columns import Id, Instant, MinuteOfDay, Parts, Subjects, Weekdays, Word
from formatters.editions import Subject
from formatters.parts import Part
from formatters.views import Style

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _key() -> Column[int]:
    return Column(Id, Identity(), primary_key=True)


def _switch() -> Column[bool]:
    """Return a column for what is off unless somebody turns it on."""
    return Column(Boolean(create_constraint=False), server_default=false())


class _Issues(TypedColumns):
    id = _key()
    key: Named[str] = Column(Text, unique=True)
    ref: Named[str] = Column(Text, unique=True)
    title: Named[str] = Column(Text)
    date: Named[date | None] = Column(Date)
    kind: Named[str] = Column(Text)
    content_hash: Named[str] = Column(Text)
    first_seen_at: Named[datetime] = Column(Instant)
    released_at: Named[datetime | None] = Column(Instant)
    recalled_at: Named[datetime | None] = Column(Instant)


issues = Table("issues", METADATA, _Issues)


def _lane_of(context: Any) -> int:
    row = context.get_current_parameters()
    return lane_of(row["platform"], row["chat"])


class _Destinations(TypedColumns):
    id = _key()
    platform: Named[Platform] = Column(Word(Platform))
    chat: Named[str] = Column(Text)
    thread: Named[str] = Column(Text)
    origin: Named[Origin | None] = Column(Word(Origin))
    language: Named[str | None] = Column(Text)
    active: Named[bool] = Column(Boolean(create_constraint=False))
    joined_at: Named[datetime | None] = Column(Instant)
    ended_at: Named[datetime | None] = Column(Instant)
    end_reason: Named[str | None] = Column(Text)
    place: Named[Place | None] = Column(Word(Place))
    style: Named[Style | None] = Column(Word(Style))
    language_chosen: Named[bool] = _switch()
    hour: Named[time | None] = Column(MinuteOfDay)
    zone: Named[str | None] = Column(Text)
    weekdays: Named[frozenset[int]] = Column(Weekdays, server_default=text("127"))
    paused_until: Named[datetime | None] = Column(Instant)
    silent: Named[bool] = _switch()
    previews: Named[bool] = _switch()
    paused_at: Named[datetime | None] = Column(Instant)
    lane: Named[int] = Column(Integer, default=_lane_of, server_default=text("0"))


destinations = Table(
    "destinations",
    METADATA,
    _Destinations,
    UniqueConstraint("platform", "chat", "thread", name="uq_destinations_address"),
    CheckConstraint(
        "(joined_at IS NULL) = (origin IS NULL) AND (joined_at IS NULL) = (language IS NULL)", name="subscription"
    ),
)

# A partial index serves a query only if the query says the same in the statement itself; a bound parameter hides it.
IS_ACTIVE = destinations.c.active.is_(True)
HAS_LEFT = destinations.c.joined_at.is_not(None) & ~IS_ACTIVE
HAS_OWN_SLOT = destinations.c.hour.is_not(None) | (destinations.c.weekdays != literal_column("127"))
IS_FIXED = destinations.c.origin == literal_column("'settings'")

# the audiences of plans, in the order in which they are planned
Index(
    "ix_destinations_active",
    destinations.c.platform,
    destinations.c.style,
    destinations.c.language,
    destinations.c.id,
    sqlite_where=IS_ACTIVE,
    postgresql_where=IS_ACTIVE,
)
Index(
    "ix_destinations_fixed",
    destinations.c.platform,
    destinations.c.style,
    destinations.c.language,
    destinations.c.id,
    sqlite_where=IS_ACTIVE & IS_FIXED,
    postgresql_where=IS_ACTIVE & IS_FIXED,
)

# the hours that are not the release itself
Index(
    "ix_destinations_slots",
    destinations.c.platform,
    destinations.c.style,
    destinations.c.language,
    destinations.c.hour,
    destinations.c.zone,
    destinations.c.weekdays,
    destinations.c.id,
    sqlite_where=IS_ACTIVE & HAS_OWN_SLOT,
    postgresql_where=IS_ACTIVE & HAS_OWN_SLOT,
)


class _Renditions(TypedColumns):
    id = _key()
    issue_id: Named[int] = Column(Id, ForeignKey("issues.id"))
    content_hash: Named[str] = Column(Text)
    platform: Named[Platform] = Column(Word(Platform))
    style: Named[str] = Column(Text)
    language: Named[str] = Column(Text)
    digest: Named[str] = Column(Text)
    """Of the parts: a newer Digestbot may render the same post differently, and what was planned stays as it was."""
    size: Named[int] = Column(Integer)
    """How many parts."""
    parts: Named[tuple[Part, ...]] = Column(Parts)
    subjects: Named[tuple[Subject, ...] | None] = Column(Subjects)
    """Empty where a version planned it that could not correct."""
    used_at: Named[datetime | None] = Column(Instant)
    """When it was last planned for somebody as it is; empty for what only changes another one."""


renditions = Table(
    "renditions",
    METADATA,
    _Renditions,
    UniqueConstraint(
        "issue_id", "content_hash", "platform", "style", "language", "digest", name="uq_renditions_rendition"
    ),
)


class _Revisions(TypedColumns):
    id = _key()
    first_id: Named[int] = Column(Id, ForeignKey("renditions.id"))
    """What was delivered."""
    rendition_id: Named[int] = Column(Id, ForeignKey("renditions.id"))
    """What it is to become."""
    kind: Named[Kind] = Column(Word(Kind))
    since: Named[datetime | None] = Column(Instant)
    """Deliveries planned earlier are left as they are."""
    made_at: Named[datetime] = Column(Instant)
    planned: Named[bool] = Column(Boolean(create_constraint=False))
    """Whether every delivery of it was added."""


revisions = Table("revisions", METADATA, _Revisions)
Index("ix_revisions_first", revisions.c.first_id, revisions.c.id)


IDENTITY = ("issue_id", "destination_id", "occasion")
"""What makes a delivery the one that it is."""


class _Deliveries(TypedColumns):
    """Issues, renditions and destinations are named without a foreign key, which planning for a million would pay for
    with a look at each of their rows, and on PostgreSQL with a lock on it: a third of its time. Nothing ever deletes an
    issue or a rendition, and `destination_rows.erase` waits for whoever adds deliveries."""

    id = _key()
    issue_id: Named[int] = Column(Id)
    destination_id: Named[int] = Column(Id)
    occasion: Named[str] = Column(Text)
    rendition_id: Named[int] = Column(Id)
    state: Named[DeliveryState] = Column(Word(DeliveryState))
    epoch: Named[int] = Column(Integer)
    attempts: Named[int] = Column(Integer)
    due_at: Named[datetime] = Column(Instant)
    planned_at: Named[datetime] = Column(Instant)
    expires_at: Named[datetime] = Column(Instant)
    finished_at: Named[datetime | None] = Column(Instant)
    reason: Named[str | None] = Column(Text)
    silent: Named[bool] = _switch()
    previews: Named[bool] = _switch()
    note: Named[str | None] = Column(Text)
    """What an operator should know even if all went through, such as why another style was sent."""
    lane: Named[int] = Column(Integer, server_default=text("0"))
    urgent: Named[bool] = Column(Boolean(create_constraint=False), server_default=false())
    """Claimed before what is not: somebody waits for it, or it has begun."""
    base_id: Named[int | None] = Column(Id)
    """Of a change: the delivery that it changes. No foreign key, as SQLite adds none to a table that is there."""


deliveries = Table(
    "deliveries",
    METADATA,
    _Deliveries,
    # in this order planning appends; what concerns one destination is found through its (few hundred) issues
    UniqueConstraint(*IDENTITY, name="uq_deliveries_delivery"),
)

IS_PENDING = deliveries.c.state == literal_column("'pending'")
IS_LEASED = deliveries.c.state == literal_column("'leased'")
# Planning asks each condition of each row that it adds. So what no word has to be compared for comes first; and not IN:
# for three words SQLite makes a table for every row.
IS_TROUBLED = and_(
    deliveries.c.finished_at.is_not(None),
    or_(*(deliveries.c.state == literal_column(f"'{word}'") for word in ("dead", "gone", "expired"))),
)
IS_PUT_OFF = deliveries.c.reason.is_not(None) & IS_PENDING
"""It was tried, or is held back: its `due_at` says no more when it expires."""


def is_unfinished(state: ColumnElement[DeliveryState]) -> ColumnElement[bool]:
    """Return the condition that a delivery is not over."""
    return state.in_([literal_column(f"'{word}'") for word in ("pending", "leased")])


def is_in_work(row: FromClause) -> ColumnElement[bool]:
    """Return the condition that a delivery was claimed, now or before, and is not over."""
    return and_(row.c.epoch > literal_column("0"), is_unfinished(row.c.state))


IS_IN_WORK = is_in_work(deliveries)
IS_URGENT = deliveries.c.urgent.is_(True) & IS_PENDING

queue = deliveries.c.lane // literal_column(str(LANES_APART), Integer)
"""Which platform's deliveries these are, in the order of `LANES`."""
QUEUES = tuple(lanes.start // LANES_APART for lanes in LANES.values())
IN_ANY_QUEUE = queue.in_([literal_column(str(number)) for number in QUEUES])
"""Always so: it leads a statement that concerns all of them to the index of what is due."""

# Each holds only the rows that are asked for, so that what was delivered long ago costs nothing. What is due lies in
# the order in which planning adds it; by lanes it would be added in as many places, each of them a page to write.
Index(
    "ix_deliveries_due",
    queue,
    deliveries.c.due_at,
    deliveries.c.id,
    sqlite_where=IS_PENDING,
    postgresql_where=IS_PENDING,
)
Index("ix_deliveries_urgent", deliveries.c.due_at, deliveries.c.id, sqlite_where=IS_URGENT, postgresql_where=IS_URGENT)
Index(
    "ix_deliveries_in_work",
    deliveries.c.destination_id,
    sqlite_where=IS_IN_WORK,
    postgresql_where=IS_IN_WORK,
)
Index("ix_deliveries_expiry", deliveries.c.expires_at, sqlite_where=IS_PUT_OFF, postgresql_where=IS_PUT_OFF)
Index("ix_deliveries_leased", deliveries.c.lane, sqlite_where=IS_LEASED, postgresql_where=IS_LEASED)
Index("ix_deliveries_troubled", deliveries.c.id, sqlite_where=IS_TROUBLED, postgresql_where=IS_TROUBLED)


IS_CHANGE = deliveries.c.base_id.is_not(None)

Index(
    "ix_deliveries_changes", deliveries.c.base_id, deliveries.c.id, sqlite_where=IS_CHANGE, postgresql_where=IS_CHANGE
)


class _Receipts(TypedColumns):
    delivery_id: Named[int] = Column(Id, ForeignKey("deliveries.id"), primary_key=True)
    position: Named[int] = Column(Integer, primary_key=True)
    part: Named[str] = Column(Text)
    state: Named[PartState] = Column(Word(PartState))
    message_id: Named[str | None] = Column(Text)
    digest: Named[str] = Column(Text)
    reason: Named[str | None] = Column(Text)
    at: Named[datetime] = Column(Instant)
    deed: Named[Deed] = Column(Word(Deed), server_default=text("'new'"))


receipts = Table("receipts", METADATA, _Receipts, sqlite_with_rowid=False)

IS_SENDING = receipts.c.state == literal_column("'sending'")
IS_MISSING = receipts.c.state.in_([literal_column(f"'{word}'") for word in ("unknown", "rejected")])

Index("ix_receipts_missing", receipts.c.delivery_id, sqlite_where=IS_MISSING, postgresql_where=IS_MISSING)


class _Marks(TypedColumns):
    name: Named[str] = Column(Text, primary_key=True)
    value: Named[str] = Column(Text)


marks = Table("marks", METADATA, _Marks)


class _Lanes(TypedColumns):
    number: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    holder: Named[str | None] = Column(Text)
    """A worker's id."""
    epoch: Named[int] = Column(Integer)
    """Grows with every new holder."""
    leased_until: Named[datetime | None] = Column(Instant)
    """By the database's clock. Without it the holder is the only process there can be."""


lanes = Table("lanes", METADATA, _Lanes)


class _Workers(TypedColumns):
    id: Named[str] = Column(Text, primary_key=True)
    alive_until: Named[datetime | None] = Column(Instant)
    leads_until: Named[datetime | None] = Column(Instant)


workers = Table("workers", METADATA, _Workers)


class _Paces(TypedColumns):
    name: Named[str] = Column(Text, primary_key=True)
    """The budget: a platform and the bot's own number there."""
    free_at: Named[datetime] = Column(Instant)
    """When the next message may go, by the database's clock."""


paces = Table("paces", METADATA, _Paces)
