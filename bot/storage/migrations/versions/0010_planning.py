"""A delivery's issue and rendition are no longer looked up for each of a million rows."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KEYS = ("fk_deliveries_issue_id", "fk_deliveries_rendition_id")
DECLARED = re.compile(rf",\s*CONSTRAINT ({'|'.join(KEYS)}) FOREIGN KEY\s*\(\w+\) REFERENCES \w+ \(id\)")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in KEYS:
            op.drop_constraint(name, "deliveries", type_="foreignkey")
    else:
        _leave_out_of_sqlites_table()


def _leave_out_of_sqlites_table() -> None:
    """Change the table's text alone, as https://sqlite.org/lang_altertable.html#otheralter tells to remove a foreign
    key: nothing about the rows changes, which may be millions."""
    connection = op.get_bind()
    table = {"table": "deliveries"}
    declared = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    without, times = DECLARED.subn("", connection.execute(declared, table).scalar_one())
    if times != len(KEYS):
        raise RuntimeError(f"the table deliveries has {times} of the keys {', '.join(KEYS)}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changing = sa.text("UPDATE sqlite_master SET sql = :without WHERE type = 'table' AND name = :table")
    connection.execute(changing, {**table, "without": without})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
