"""A delivery's issue and rendition are no longer looked up for each of a million rows."""

from __future__ import annotations

from bot.storage.migrations.foreign_keys import drop_foreign_keys

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEYS = ("fk_deliveries_issue_id", "fk_deliveries_rendition_id")


def upgrade() -> None:
    drop_foreign_keys("deliveries", KEYS)
