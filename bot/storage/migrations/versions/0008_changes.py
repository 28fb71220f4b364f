"""Corrections and recalls: what an issue was delivered as, what it becomes, and what each step did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
CHANGES = sa.text("base_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("issues", sa.Column("recalled_at", INSTANT))
    op.add_column("renditions", sa.Column("subjects", sa.Text))
    op.add_column("renditions", sa.Column("used_at", INSTANT))
    # what was sent before can be recalled, though not corrected: what its items were was not noted
    op.execute(
        "UPDATE renditions SET used_at ="
        " (SELECT coalesce(released_at, first_seen_at) FROM issues WHERE issues.id = renditions.issue_id)"
    )
    op.add_column("deliveries", sa.Column("base_id", ID))
    op.add_column("receipts", sa.Column("deed", sa.Text, server_default=sa.text("'new'"), nullable=False))
    op.create_index(
        "ix_deliveries_changes", "deliveries", ["base_id", "id"], sqlite_where=CHANGES, postgresql_where=CHANGES
    )
    op.create_table(
        "revisions",
        sa.Column("id", ID, sa.Identity(), nullable=False),
        sa.Column("first_id", ID, nullable=False),
        sa.Column("rendition_id", ID, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("since", INSTANT),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("planned", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.ForeignKeyConstraint(["first_id"], ["renditions.id"], name="fk_revisions_first_id"),
        sa.ForeignKeyConstraint(["rendition_id"], ["renditions.id"], name="fk_revisions_rendition_id"),
    )
    op.create_index("ix_revisions_first", "revisions", ["first_id", "id"])
