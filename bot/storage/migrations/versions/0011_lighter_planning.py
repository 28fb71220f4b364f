"""Planning writes less: what expires is found by when it was due, and no condition makes a table for every row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PUT_OFF = sa.text("state = 'pending' AND reason IS NOT NULL")
TROUBLED = sa.text("state = 'dead' OR state = 'gone' OR state = 'expired'")


def upgrade() -> None:
    for name, column, condition in (("expiry", "expires_at", PUT_OFF), ("troubled", "id", TROUBLED)):
        op.drop_index(f"ix_deliveries_{name}", "deliveries")
        op.create_index(
            f"ix_deliveries_{name}", "deliveries", [column], sqlite_where=condition, postgresql_where=condition
        )
