"""Foreign keys that a step takes back."""

from __future__ import annotations

import re
from collections.abc import Collection

import sqlalchemy as sa
from alembic import op


def drop_foreign_keys(table: str, names: Collection[str]) -> None:
    """Remove these foreign keys of a table, whose rows stay as they are. RuntimeError if SQLite's table lacks one."""
    if op.get_bind().dialect.name == "postgresql":
        for name in names:
            op.drop_constraint(name, table, type_="foreignkey")
    else:
        _leave_out_of_sqlites_table(table, names)


def _leave_out_of_sqlites_table(table: str, names: Collection[str]) -> None:
    """Change the table's text alone, as https://sqlite.org/lang_altertable.html#otheralter tells to remove a foreign
    key: nothing about the rows changes, which may be millions."""
    connection = op.get_bind()
    declared = re.compile(rf",\s*CONSTRAINT ({'|'.join(names)}) FOREIGN KEY\s*\(\w+\) REFERENCES \w+ \(id\)")
    of_table = {"table": table}
    text = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :table")
    without, times = declared.subn("", connection.execute(text, of_table).scalar_one())
    if times != len(names):
        raise RuntimeError(f"the table {table} has {times} of the keys {', '.join(names)}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changing = sa.text("UPDATE sqlite_master SET sql = :without WHERE type = 'table' AND name = :table")
    connection.execute(changing, {**of_table, "without": without})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
