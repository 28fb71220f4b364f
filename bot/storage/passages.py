"""The full-text index: adding, removing and finding passages, on SQLite (FTS5) and PostgreSQL (tsvector).

Both are given words that `bot.domain.search_words` made: letters and digits only, so that nothing that a reader
types can mean anything in either query language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.passages import passages_of
from bot.domain.search_words import Phrase, words_of
from bot.ports.search import Hit
from bot.storage.archive_tables import PASSAGES_OF_A_POST, first_number, passage_number, post_and_place, posts
from bot.storage.engine import Database
from formatters.issue import Issue

_LONGEST = 16_000
"""Words of a passage that can be found. PostgreSQL counts positions up to 16 383, and 256 of each word:
https://www.postgresql.org/docs/current/textsearch-limits.html"""
_GAP = 8
"""Positions between a title and its text, which no phrase may join."""

_ADD = {
    "sqlite": text("INSERT INTO passages (rowid, title, text) VALUES (:id, :title, :text)"),
    "postgresql": text("INSERT INTO passages (id, words) VALUES (:id, CAST(:words AS tsvector))"),
}
_REMOVE = {
    "sqlite": text("DELETE FROM passages WHERE rowid BETWEEN :first AND :last"),
    "postgresql": text("DELETE FROM passages WHERE id BETWEEN :first AND :last"),
}
_FIND = {
    "sqlite": text(
        "SELECT rowid FROM passages WHERE passages MATCH :query AND rowid < :bound"
        " ORDER BY rowid DESC LIMIT :limit OFFSET :offset"
    ),
    "postgresql": text(
        "SELECT id FROM passages WHERE words @@ CAST(:query AS tsquery) AND id < :bound"
        " ORDER BY id DESC LIMIT :limit OFFSET :offset"
    ),
}


async def add(connection: AsyncConnection, issues: Iterable[tuple[int, Issue]]) -> None:
    """Make issues, each with the number of its post, findable. Drafts and issues without a date are not."""
    rows: list[dict[str, object]] = []
    for post_id, issue in issues:
        if issue.date is None or issue.draft:
            continue
        for place, passage in enumerate(passages_of(issue)[:PASSAGES_OF_A_POST]):
            title, body = words_of(passage.title), passage.body_words()[:_LONGEST]
            row: dict[str, object] = {"id": passage_number(issue.date, post_id, place)}
            if connection.dialect.name == "sqlite":
                row |= {"title": " ".join(title), "text": " ".join(body)}
            else:
                row["words"] = _tsvector(title, body)
            rows.append(row)
    if rows:
        await connection.execute(_ADD[connection.dialect.name], rows)


async def remove(connection: AsyncConnection, post_ids: Sequence[int]) -> None:
    """Make these posts no longer findable; to be called while their rows still have the old dates."""
    if not post_ids:
        return
    dated = select(posts.c.id, posts.c.date).where(posts.c.id.in_(post_ids), posts.c.date.is_not(None))
    rows = [
        {"first": passage_number(day, number, PASSAGES_OF_A_POST - 1), "last": passage_number(day, number, 0)}
        for number, day in await connection.execute(dated)
        if day
    ]
    if rows:
        await connection.execute(_REMOVE[connection.dialect.name], rows)


def _tsvector(title: Sequence[str], body: Sequence[str]) -> str:
    """Return a tsvector as PostgreSQL reads it: each word with its positions, those of the title with weight A."""
    positions: dict[str, list[str]] = {}
    for place, word in enumerate(title, 1):
        positions.setdefault(word, []).append(f"{place}A")
    for place, word in enumerate(body, len(title) + _GAP):
        positions.setdefault(word, []).append(str(place))
    return " ".join(f"'{word}':{','.join(places)}" for word, places in positions.items())


class SqlSearch:
    """`bot.ports.search.Search` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, phrases: Sequence[Phrase], *, until: date, offset: int, limit: int) -> list[Hit]:
        """Return passages that hold every phrase."""
        if not phrases:
            return []
        in_title, elsewhere = (_fts5 if self._database.dialect == "sqlite" else _tsquery)(phrases)
        bound = first_number(until + timedelta(days=1))
        async with self._database.reading() as connection:

            async def found(query: str, *, offset: int, limit: int) -> list[int]:
                values = {"query": query, "bound": bound, "offset": offset, "limit": limit}
                return list((await connection.scalars(_FIND[connection.dialect.name], values)).all())

            titled = await found(in_title, offset=0, limit=offset + limit)
            numbers = titled[offset:]
            if len(numbers) < limit:
                skipped = max(0, offset - len(titled))
                numbers += await found(elsewhere, offset=skipped, limit=limit - len(numbers))
            named = [post_and_place(number) for number in numbers]
            wanted = select(posts.c.id, posts.c.key).where(posts.c.id.in_({number for number, _ in named}))
            keys = {row.id: row.key for row in await connection.execute(wanted)}
        return [Hit(key, place) for number, place in named if (key := keys.get(number))]


def _fts5(phrases: Sequence[Phrase]) -> tuple[str, str]:
    """Return the queries for what is in the title, and for what is not. https://sqlite.org/fts5.html#full_text_query_syntax"""
    whole = " AND ".join(f'"{" ".join(phrase.words)}"{" *" if phrase.open else ""}' for phrase in phrases)
    return f"{{title}} : ({whole})", f"({whole}) NOT ({{title}} : ({whole}))"


def _tsquery(phrases: Sequence[Phrase]) -> tuple[str, str]:
    """Do the same for PostgreSQL. https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY"""

    def whole(weight: str) -> str:
        return " & ".join(f"({' <-> '.join(_lexemes(phrase, weight))})" for phrase in phrases)

    return whole("A"), f"({whole('')}) & !({whole('A')})"


def _lexemes(phrase: Phrase, weight: str) -> list[str]:
    *others, last = phrase.words
    marks = ("*" if phrase.open else "") + weight
    named = [f"'{word}':{weight}" if weight else f"'{word}'" for word in others]
    return [*named, f"'{last}':{marks}" if marks else f"'{last}'"]
