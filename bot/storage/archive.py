"""The archive in a database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.issues import ListedIssue, ref_of
from bot.ports.archive import ArchivedPost, ReadPost
from bot.storage import locks, passages
from bot.storage.archive_tables import contents, posts
from bot.storage.destination_rows import inserting
from bot.storage.engine import Database
from bot.storage.locks import Lock
from formatters.errors import Diagnostic, Severity
from formatters.issue import Issue
from formatters.stored_form import dump_issue, load_issue

_AT_ONCE = 500
"""Values in one statement: databases bound them."""

_ARCHIVED = (
    *(posts.c.place, posts.c.signature, posts.c.content_hash, posts.c.key, posts.c.title),
    *(posts.c.date, posts.c.kind, posts.c.draft, posts.c.diagnostics),
)


class SqlArchive:
    """`bot.ports.archive.Archive` on SQLite or PostgreSQL. Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def posts(self, reader: str) -> list[ArchivedPost]:
        """Return everything that this reader kept; forget what others did."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(*_ARCHIVED).where(posts.c.reader == reader))).all()
            others = (await connection.scalars(select(posts.c.place).where(posts.c.reader != reader))).all()
        if others:
            await self.forget(others)
        return [_archived(row) for row in rows]

    async def keep(self, read: Sequence[ReadPost], reader: str) -> None:
        """Keep what was read, in place of what was kept of the same files, and make it findable."""
        async with self._database.writing() as connection:
            await locks.take(connection, Lock.ARCHIVE)
            # what can be found of an issue depends on its date: the old passages go before the row changes
            await passages.remove(connection, await _numbers(connection, [one.archived.place for one in read]))
            rows = inserting(connection, posts).values([_values(one.archived, reader) for one in read])
            new = {column.name: column for column in rows.excluded if column.name != "id"}
            kept = rows.on_conflict_do_update(index_elements=[posts.c.place], set_=new)
            numbers = {row.place: row.id for row in await connection.execute(kept.returning(posts.c.place, posts.c.id))}
            await connection.execute(delete(contents).where(contents.c.post_id.in_(numbers.values())))
            issues = [(numbers[one.archived.place], one.issue) for one in read if one.issue is not None]
            if issues:
                trees = [{"post_id": number, "issue": dump_issue(issue)} for number, issue in issues]
                await connection.execute(insert(contents), trees)
            await passages.add(connection, issues)

    async def sign(self, signatures: Mapping[str, str]) -> None:
        """Give posts another signature."""
        if signatures:
            signed = update(posts).where(posts.c.place == bindparam("at")).values(signature=bindparam("now"))
            async with self._database.writing() as connection:
                rows = [{"at": place, "now": signature} for place, signature in signatures.items()]
                await connection.execute(signed, rows)

    async def forget(self, places: Collection[str]) -> None:
        """Forget the posts of files that are gone."""
        remaining = iter(places)
        while some := list(islice(remaining, _AT_ONCE)):
            async with self._database.writing() as connection:
                await locks.take(connection, Lock.ARCHIVE)
                numbers = await _numbers(connection, some)
                await passages.remove(connection, numbers)
                await connection.execute(delete(contents).where(contents.c.post_id.in_(numbers)))
                await connection.execute(delete(posts).where(posts.c.id.in_(numbers)))

    async def issue(self, place: str, content_hash: str) -> Issue | None:
        """Return what a file held, or None if that content is not kept."""
        wanted = (
            select(contents.c.issue)
            .join_from(contents, posts, posts.c.id == contents.c.post_id)
            .where(posts.c.place == place, posts.c.content_hash == content_hash)
        )
        async with self._database.reading() as connection:
            stored = await connection.scalar(wanted)
        return None if stored is None else load_issue(stored)


async def _numbers(connection: AsyncConnection, places: Collection[str]) -> Sequence[int]:
    return (await connection.scalars(select(posts.c.id).where(posts.c.place.in_(places)))).all()


def _values(one: ArchivedPost, reader: str) -> dict[str, Any]:
    listed = one.listed
    return {
        "place": one.place,
        "signature": one.signature,
        "content_hash": one.content_hash,
        "reader": reader,
        "key": listed.key if listed else None,
        "title": listed.title if listed else None,
        "date": listed.day if listed else None,
        "kind": listed.kind if listed else None,
        "draft": listed.draft if listed else None,
        "diagnostics": _told(one.diagnostics) if one.diagnostics else None,
    }


def _archived(row: Any) -> ArchivedPost:
    day: date | None = row.date
    listed = (
        None
        if row.key is None
        else ListedIssue(
            row.key,
            ref_of(row.key),
            row.title,
            day,
            row.kind,
            row.draft,
            row.content_hash,
            PurePosixPath(row.place),
        )
    )
    return ArchivedPost(row.place, row.signature, row.content_hash, listed, _understood(row.diagnostics))


def _told(diagnostics: Iterable[Diagnostic]) -> str:
    return json.dumps([asdict(one) for one in diagnostics])


def _understood(told: str | None) -> tuple[Diagnostic, ...]:
    found: list[dict[str, Any]] = json.loads(told) if told else []
    return tuple(Diagnostic(**{**one, "severity": Severity(one["severity"])}) for one in found)
