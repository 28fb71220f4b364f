"""The archive's tables, as the newest migration leaves them.

posts ◀── contents        passages (the full-text index)

`passages` is a virtual table of FTS5 on SQLite, whose rows are `rowid, title, text`, and an ordinary one with a
`tsvector` on PostgreSQL. Both hold words that this program has taken apart (`bot.domain.search_words`), so both find
the same. A passage's number tells its day, its post and its place in the post: newer passages have higher numbers,
so that neither database has to sort.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import (
    DDL,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Identity,
    LargeBinary,
    Named,
    Table,
    Text,
    TypedColumns,
    event,
)
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.types import TypeDecorator

from bot.storage.columns import Id
from bot.storage.tables import METADATA


class Packed(TypeDecorator[str]):
    """Text that is read and written whole, never searched: compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> bytes | None:
        """Return the compressed bytes."""
        return None if value is None else zlib.compress(value.encode())

    def process_result_value(self, value: Any, _dialect: Dialect) -> str | None:
        """Return the text."""
        return None if value is None else zlib.decompress(value).decode()


class _Posts(TypedColumns):
    id: Named[int] = Column(Id, Identity(), primary_key=True)
    place: Named[str] = Column(Text, unique=True)
    """The file below the posts folder."""
    signature: Named[str] = Column(Text)
    content_hash: Named[str] = Column(Text)
    reader: Named[str] = Column(Text)
    """The way in which the post was read; another one may read another issue."""
    key: Named[str | None] = Column(Text)
    """Empty, as what follows, where the post was refused."""
    title: Named[str | None] = Column(Text)
    date: Named[date | None] = Column(Date)
    kind: Named[str | None] = Column(Text)
    draft: Named[bool | None] = Column(Boolean(create_constraint=False))
    diagnostics: Named[str | None] = Column(Text)
    """Of a refused post, as JSON."""


posts = Table("posts", METADATA, _Posts)


class _Contents(TypedColumns):
    post_id: Named[int] = Column(Id, ForeignKey("posts.id"), primary_key=True, autoincrement=False)
    issue: Named[str] = Column(Packed)


contents = Table("contents", METADATA, _Contents)

PASSAGES = "passages"
CREATE_PASSAGES = {
    "sqlite": (
        # Words come parted by spaces, and to this tokenizer every character beyond ASCII belongs to one. Sizes are
        # for bm25, which does not rank here. https://sqlite.org/fts5.html#ascii_tokenizer
        "CREATE VIRTUAL TABLE passages USING fts5(title, text, columnsize=0, tokenize='ascii')",
    ),
    "postgresql": (
        "CREATE TABLE passages (id BIGINT CONSTRAINT pk_passages PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX ix_passages_words ON passages USING gin (words)",
    ),
}


def _ddl(statement: str) -> ExecutableDDLElement:
    make: Callable[[str], ExecutableDDLElement] = DDL  # the class is not typed
    return make(statement)


for _dialect, _statements in CREATE_PASSAGES.items():
    for _statement in _statements:
        event.listen(METADATA, "after_create", _ddl(_statement).execute_if(dialect=_dialect))
event.listen(METADATA, "before_drop", _ddl("DROP TABLE IF EXISTS passages"))

_POST_BITS, _PLACE_BITS = 22, 10
PASSAGES_OF_A_POST = 1 << _PLACE_BITS


def passage_number(day: date, post_id: int, place: int) -> int:
    """Return the number of a post's passage at `place`, from 0. Within a day, later posts and earlier places rise."""
    return (day.toordinal() << _POST_BITS | post_id) << _PLACE_BITS | (PASSAGES_OF_A_POST - 1 - place)


def first_number(day: date) -> int:
    """Return the least number that a passage of `day` can have."""
    return day.toordinal() << (_POST_BITS + _PLACE_BITS)


def post_and_place(number: int) -> tuple[int, int]:
    """Return which post, and the place in it, a passage's number names."""
    return number >> _PLACE_BITS & ((1 << _POST_BITS) - 1), PASSAGES_OF_A_POST - 1 - (number & PASSAGES_OF_A_POST - 1)
