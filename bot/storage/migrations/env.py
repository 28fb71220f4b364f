"""What alembic runs: the migrations, in the transaction and on the connection of the caller."""

from __future__ import annotations

from alembic import context

from bot.storage.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    # the caller began a transaction that covers every step, on SQLite too
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
