"""What subscribers prefer, what of it is frozen into a delivery, and what is to be told of one that went through."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
ACTIVE = "active IS true"
FIXED = "active IS true AND origin = 'settings'"
AUDIENCE = ["platform", "style", "language", "id"]
EVERY_DAY = "127"

# As until now: one message per item in Telegram, a thread in Slack. What kind of place a destination is, its address
# tells, but that a reader's -100… is a group, as nobody can type a command in a channel.
DEFAULTS = """
UPDATE destinations SET
    style = CASE platform WHEN 'slack' THEN 'thread' ELSE 'items' END,
    place = CASE
        WHEN platform = 'slack' AND (chat LIKE 'D%' OR chat LIKE 'U%') THEN 'private'
        WHEN platform = 'slack' THEN 'channel'
        WHEN thread <> '' THEN 'topic'
        WHEN chat LIKE '@%' OR chat LIKE '-100%' AND origin = 'settings' THEN 'channel'
        WHEN chat LIKE '-%' THEN 'group'
        ELSE 'private'
    END
WHERE joined_at IS NOT NULL
"""


def upgrade() -> None:
    for column in (
        sa.Column("place", sa.Text),
        sa.Column("style", sa.Text),
        sa.Column("language_chosen", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("hour", sa.Integer),
        sa.Column("zone", sa.Text),
        sa.Column("weekdays", sa.Integer, server_default=sa.text(EVERY_DAY), nullable=False),
        sa.Column("paused_until", INSTANT),
        sa.Column("silent", sa.Boolean, server_default=sa.false(), nullable=False),
        sa.Column("previews", sa.Boolean, server_default=sa.false(), nullable=False),
    ):
        op.add_column("destinations", column)
    op.execute(DEFAULTS)
    for name, where in (("ix_destinations_active", ACTIVE), ("ix_destinations_fixed", FIXED)):
        op.drop_index(name, "destinations")
        # SQLite uses a partial index where the query has the very same words, and SQLAlchemy writes 1 for true there
        on_sqlite = where.replace("IS true", "IS 1")
        op.create_index(
            name, "destinations", AUDIENCE, sqlite_where=sa.text(on_sqlite), postgresql_where=sa.text(where)
        )
    for name in ("silent", "previews"):
        op.add_column("deliveries", sa.Column(name, sa.Boolean, server_default=sa.false(), nullable=False))
    op.add_column("deliveries", sa.Column("note", sa.Text))
