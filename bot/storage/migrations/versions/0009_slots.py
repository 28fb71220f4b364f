"""Hours of their own are found without looking at everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OWN_SLOT = "{active} AND (hour IS NOT NULL OR weekdays != 127)"


def upgrade() -> None:
    op.create_index(
        "ix_destinations_slots",
        "destinations",
        ["platform", "style", "language", "hour", "zone", "weekdays", "id"],
        # SQLite uses a partial index where the query has the very same words, and SQLAlchemy writes 1 for true there
        sqlite_where=sa.text(OWN_SLOT.format(active="active IS 1")),
        postgresql_where=sa.text(OWN_SLOT.format(active="active IS true")),
    )
