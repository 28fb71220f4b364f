"""Issues as the ledger remembers them: identity across edits and renames, and release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.issues import Listed, ref_of
from bot.storage.destination_rows import inserting
from bot.storage.tables import issues

NOTICE = "notice"
"""The kind of a row that stands for an announcement or an alert."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    """What an issue's row says about its post."""

    id: int
    key: str
    ref: str
    title: str
    date: date | None
    kind: str
    content_hash: str

    def fits(self, one: Listed) -> bool:
        """Return whether the row says what the post says."""
        said = (self.key, self.title, self.date, self.kind, self.content_hash)
        return said == (one.key, one.title, one.day, one.kind, one.content_hash)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How what the source holds differs from what is remembered."""

    same: dict[str, str]
    """The ref of each key that needs no change."""
    changed: list[tuple[_Remembered, Listed]]
    """Edited, or renamed."""
    new: list[tuple[str, Listed]]
    """With the ref that each gets."""

    @property
    def refs(self) -> dict[str, str]:
        """Return the ref of every key that the source holds."""
        return self.same | {one.key: row.ref for row, one in self.changed} | {one.key: ref for ref, one in self.new}


async def compare(connection: AsyncConnection, known: Sequence[Listed]) -> Comparison:
    """Compare; an unknown key with the title and date of a remembered issue that is gone is that one, renamed.

    Where several would fit, the one remembered last is taken.
    """
    rows = await connection.execute(
        select(
            issues.c.id, issues.c.key, issues.c.ref, issues.c.title, issues.c.date, issues.c.kind, issues.c.content_hash
        )
        .where(issues.c.kind != NOTICE)
        .order_by(issues.c.id)
    )
    remembered = {row.key: _Remembered(*row) for row in rows}
    refs = {row.ref for row in remembered.values()}
    held = {one.key for one in known}
    gone = {(row.title, row.date): row for row in remembered.values() if row.key not in held}
    found = Comparison({}, [], [])
    for one in known:
        row = remembered.get(one.key) or gone.pop((one.title, one.day), None)
        if row is None:
            ref = _free_ref(one.key, refs)
            refs.add(ref)
            found.new.append((ref, one))
        elif row.fits(one):
            found.same[one.key] = row.ref
        else:
            found.changed.append((row, one))
    return found


async def record(connection: AsyncConnection, found: Comparison, *, now: datetime) -> None:
    """Write the differences down."""
    for row, one in found.changed:
        await connection.execute(update(issues).where(issues.c.id == row.id).values(_values(one)))
    added = [{"ref": ref, "first_seen_at": now, "released_at": None, **_values(one)} for ref, one in found.new]
    if added:
        await connection.execute(insert(issues), added)


def _values(one: Listed) -> dict[str, str | date | None]:
    return {
        "key": one.key,
        "title": one.title,
        "date": one.day,
        "kind": one.kind,
        "content_hash": one.content_hash,
    }


def _free_ref(key: str, taken: set[str]) -> str:
    """Return the key's ref, or another one where an issue that once had this key, or chance, has taken it."""
    candidates = (ref_of(key if n == 0 else f"{key}\n{n}") for n in count())
    return next(ref for ref in candidates if ref not in taken)


async def record_notice(connection: AsyncConnection, key: str, title: str, *, now: datetime) -> bool:
    """Add a row for what is sent like an issue and is none; return whether it is new. Its key is its ref."""
    row = inserting(connection, issues).values(
        key=key, ref=key, title=title, date=None, kind=NOTICE, content_hash="", first_seen_at=now, released_at=now
    )
    return bool((await connection.execute(row.on_conflict_do_nothing())).rowcount)


async def released_at(connection: AsyncConnection, key: str) -> datetime | None:
    """Return when the issue was released, or None."""
    return await connection.scalar(select(issues.c.released_at).where(issues.c.key == key))


async def recalled_at(connection: AsyncConnection, key: str) -> datetime | None:
    """Return when the issue was recalled, or None."""
    return await connection.scalar(select(issues.c.recalled_at).where(issues.c.key == key))


async def release(connection: AsyncConnection, key: str, *, now: datetime) -> datetime:
    """Release the issue unless it was before; return the instant that counts; LookupError for an unknown key."""
    unreleased = update(issues).where(issues.c.key == key, issues.c.released_at.is_(None))
    await connection.execute(unreleased.values(released_at=now))
    released = await released_at(connection, key)
    if released is None:
        raise LookupError(f"the issue {key!r} was never recorded")
    return released


async def issue_id(connection: AsyncConnection, key: str) -> int:
    """Return the number of the issue's row; LookupError if the issue was never recorded."""
    number = await connection.scalar(select(issues.c.id).where(issues.c.key == key))
    if number is None:
        raise LookupError(f"the issue {key!r} was never recorded")
    return number
