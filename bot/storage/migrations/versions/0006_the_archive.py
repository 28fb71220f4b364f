"""The archive of posts with its full-text index; what readers save and how they vote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "posts",
        sa.Column("id", ID, sa.Identity(), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("date", sa.Date),
        sa.Column("kind", sa.Text),
        sa.Column("draft", sa.Boolean),
        sa.Column("diagnostics", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("place", name="uq_posts_place"),
    )
    op.create_table(
        "contents",
        sa.Column("post_id", ID, nullable=False, autoincrement=False),
        sa.Column("issue", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("post_id", name="pk_contents"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_contents_post_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TABLE passages (id BIGINT CONSTRAINT pk_passages PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_passages_words ON passages USING gin (words)")
    else:
        op.execute("CREATE VIRTUAL TABLE passages USING fts5(title, text, columnsize=0, tokenize='ascii')")
    for name, columns in (("saves", ()), ("votes", (sa.Column("up", sa.Boolean, nullable=False),))):
        op.create_table(
            name,
            sa.Column("platform", sa.Text, nullable=False),
            sa.Column("person", sa.Text, nullable=False),
            sa.Column("issue_id", ID, nullable=False),
            sa.Column("number", sa.Integer, nullable=False),
            *columns,
            sa.Column("at", INSTANT, nullable=False),
            sa.PrimaryKeyConstraint("platform", "person", "issue_id", "number", name=f"pk_{name}"),
            sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=f"fk_{name}_issue_id"),
        )
    op.create_index("ix_votes_issue_id", "votes", ["issue_id"])
