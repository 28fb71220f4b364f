"""What is due lies in the order in which planning adds it, a queue for each platform, and no longer lane by lane.

So a plan writes the end of an index instead of 48 places in it. From now on a platform's lanes begin at a multiple of
64, so that a lane tells the queue: Slack's 48 to 59 become 64 to 75, the console's 60 to 63 become 128 to 131. Nor is a
delivery's destination looked up for each of a million rows, and a condition asks first what is cheap to tell.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.migrations.foreign_keys import drop_foreign_keys

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

QUEUE = sa.column("lane", sa.Integer) // sa.literal_column("64", sa.Integer)
MOVED = ((48, 59, 64), (60, 63, 128))


def upgrade() -> None:
    drop_foreign_keys("deliveries", ["fk_deliveries_destination_id"])
    for first, last, new in MOVED:
        for table, lane in (("destinations", "lane"), ("deliveries", "lane"), ("lanes", "number")):
            here = sa.column(lane, sa.Integer)
            moving = sa.update(sa.table(table, here)).where(here.between(first, last))
            op.execute(moving.values({here: here + (new - first)}))
    true = "true" if op.get_bind().dialect.name == "postgresql" else "1"
    changed: list[tuple[str, list[str | sa.ColumnElement[int]], str]] = [
        ("in_work", ["destination_id"], "epoch > 0 AND state IN ('pending', 'leased')"),
        ("due", [QUEUE, "due_at", "id"], "state = 'pending'"),
        ("urgent", ["due_at", "id"], f"urgent IS {true} AND state = 'pending'"),
        ("expiry", ["expires_at"], "reason IS NOT NULL AND state = 'pending'"),
        ("troubled", ["id"], "finished_at IS NOT NULL AND (state = 'dead' OR state = 'gone' OR state = 'expired')"),
    ]
    for name in ("unfinished", "due", "urgent", "expiry", "troubled"):
        op.drop_index(f"ix_deliveries_{name}", "deliveries")
    for name, columns, where in changed:
        only = sa.text(where)
        op.create_index(f"ix_deliveries_{name}", "deliveries", columns, sqlite_where=only, postgresql_where=only)
