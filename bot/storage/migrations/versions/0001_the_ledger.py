"""The ledger: issues, destinations, renditions, deliveries, receipts, marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
ACTIVE = "active IS true"
FIXED = "active IS true AND origin = 'settings'"
PENDING = "state = 'pending'"
LEASED = "state = 'leased'"
TROUBLED = "state IN ('dead', 'gone', 'expired')"
MISSING = "state IN ('unknown', 'rejected')"


def upgrade() -> None:
    op.create_table(
        "issues",
        sa.Column("id", ID, sa.Identity(), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("date", sa.Date),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("released_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_issues"),
        sa.UniqueConstraint("key", name="uq_issues_key"),
        sa.UniqueConstraint("ref", name="uq_issues_ref"),
    )
    op.create_table(
        "destinations",
        sa.Column("id", ID, sa.Identity(), nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("origin", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("joined_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.Column("end_reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_destinations"),
        sa.UniqueConstraint("platform", "chat", "thread", name="uq_destinations_address"),
        sa.CheckConstraint(
            "(joined_at IS NULL) = (origin IS NULL) AND (joined_at IS NULL) = (language IS NULL)",
            name=op.f("ck_destinations_subscription"),
        ),
    )
    _index("ix_destinations_active", "destinations", ["platform", "language", "id"], ACTIVE)
    _index("ix_destinations_fixed", "destinations", ["platform", "language", "id"], FIXED)
    op.create_table(
        "renditions",
        sa.Column("id", ID, sa.Identity(), nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("style", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_renditions"),
        sa.UniqueConstraint(
            "issue_id", "content_hash", "platform", "style", "language", "digest", name="uq_renditions_rendition"
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_renditions_issue_id"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", ID, sa.Identity(), nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("destination_id", ID, nullable=False),
        sa.Column("occasion", sa.Text, nullable=False),
        sa.Column("rendition_id", ID, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("planned_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("issue_id", "destination_id", "occasion", name="uq_deliveries_delivery"),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name="fk_deliveries_issue_id"),
        sa.ForeignKeyConstraint(["destination_id"], ["destinations.id"], name="fk_deliveries_destination_id"),
        sa.ForeignKeyConstraint(["rendition_id"], ["renditions.id"], name="fk_deliveries_rendition_id"),
    )
    _index("ix_deliveries_due", "deliveries", ["due_at", "id"], PENDING)
    _index("ix_deliveries_expiry", "deliveries", ["expires_at"], PENDING)
    _index("ix_deliveries_leased", "deliveries", ["id"], LEASED)
    _index("ix_deliveries_troubled", "deliveries", ["id"], TROUBLED)
    op.create_table(
        "receipts",
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", "position", name="pk_receipts"),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name="fk_receipts_delivery_id"),
        sqlite_with_rowid=False,
    )
    _index("ix_receipts_missing", "receipts", ["delivery_id"], MISSING)
    op.create_table(
        "marks",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_marks"),
    )


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    # SQLite uses a partial index where the query has the very same words, and SQLAlchemy writes 1 for true there
    on_sqlite = where.replace("IS true", "IS 1")
    op.create_index(name, table, columns, sqlite_where=sa.text(on_sqlite), postgresql_where=sa.text(where))
