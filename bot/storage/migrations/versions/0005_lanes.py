"""Lanes and who holds them, what is urgent, and the pace of a token."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from bot.domain.destination import Platform, lane_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
PENDING = "state = 'pending'"
UNFINISHED = "state IN ('pending', 'leased')"
URGENT = "state = 'pending' AND urgent IS true"
LEASED = "state = 'leased'"
CHUNK = 10_000


def upgrade() -> None:
    for table in ("destinations", "deliveries"):
        op.add_column(table, sa.Column("lane", sa.Integer, server_default=sa.text("0"), nullable=False))
    op.add_column("deliveries", sa.Column("urgent", sa.Boolean, server_default=sa.false(), nullable=False))
    _give_lanes()
    op.execute("UPDATE deliveries SET lane = (SELECT lane FROM destinations WHERE id = deliveries.destination_id)")
    for name in ("ix_deliveries_due", "ix_deliveries_leased"):
        op.drop_index(name, "deliveries")
    _index("ix_deliveries_due", ["lane", "due_at", "id"], PENDING)
    _index("ix_deliveries_urgent", ["due_at", "id"], URGENT)
    _index("ix_deliveries_unfinished", ["destination_id", "id"], UNFINISHED)
    _index("ix_deliveries_leased", ["lane"], LEASED)
    op.create_table(
        "lanes",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("leased_until", INSTANT),
        sa.PrimaryKeyConstraint("number", name="pk_lanes"),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("alive_until", INSTANT),
        sa.Column("leads_until", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
    )
    op.create_table(
        "paces",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("free_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_paces"),
    )


def _give_lanes() -> None:
    """Write each destination's lane down; the databases have no hash function in common."""
    connection = op.get_bind()
    reached = 0
    chunk = sa.text("SELECT id, platform, chat FROM destinations WHERE id > :reached ORDER BY id LIMIT :size")
    while rows := connection.execute(chunk, {"reached": reached, "size": CHUNK}).all():
        lanes = [{"id": row.id, "lane": lane_of(Platform(row.platform), row.chat)} for row in rows]
        connection.execute(sa.text("UPDATE destinations SET lane = :lane WHERE id = :id"), lanes)
        reached = rows[-1].id


def _index(name: str, columns: list[str], where: str) -> None:
    # SQLite uses a partial index where the query has the very same words, and SQLAlchemy writes 1 for true there
    on_sqlite = where.replace("IS true", "IS 1")
    op.create_index(name, "deliveries", columns, sqlite_where=sa.text(on_sqlite), postgresql_where=sa.text(where))
