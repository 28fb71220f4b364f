"""The ledger in a database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.delivery import Absent, Delivery, DeliveryReport, DeliveryState, Rejected, Sent, Unknown
from bot.domain.destination import Destination
from bot.domain.issues import Listed
from bot.domain.lifecycle import Event
from bot.ports.ledger import DeliveryFilter, Plan
from bot.storage import holding, issue_rows, leases, planning, rendition_rows, reopening, reports, set_back
from bot.storage.destination_rows import at_address, inserting
from bot.storage.engine import Database
from bot.storage.group_commit import GroupCommit
from bot.storage.missed import missed
from bot.storage.recording import Ending, GivenBack, Intent, Postponement, Settlement, told_of
from bot.storage.tables import IS_LEASED, IS_PENDING, deliveries, destinations, issues, marks, renditions
from bot.storage.withholding import withhold
from formatters.parts import Part

_RENDITIONS_KEPT = 16
"""Platforms × styles × languages × the issues under way: some tens of kilobytes each."""
_ENDS: Mapping[DeliveryState, Literal[Event.GIVE_UP, Event.END, Event.EXPIRE, Event.OVERTAKE]] = {
    DeliveryState.DEAD: Event.GIVE_UP,
    DeliveryState.GONE: Event.END,
    DeliveryState.EXPIRED: Event.EXPIRE,
    DeliveryState.WITHDRAWN: Event.OVERTAKE,
}


class SqlLedger:
    """`bot.ports.ledger.Ledger` on SQLite or PostgreSQL.

    Each method is one transaction, but for those in chunks, and for what becomes of parts, which is written in groups.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._commits = GroupCommit(database)
        database.on_close(self._commits.close)
        self._renditions: OrderedDict[int, tuple[Part, ...]] = OrderedDict()

    async def record_issues(self, issues: Sequence[Listed], *, now: datetime) -> dict[str, str]:
        """Remember issues; return the ref of each key. Writes only what changed."""
        async with self.database.reading() as connection:
            found = await issue_rows.compare(connection, issues)
        if found.changed or found.new:
            async with self.database.writing() as connection:
                found = await issue_rows.compare(connection, issues)
                await issue_rows.record(connection, found, now=now)
        return found.refs

    async def released_at(self, issue_key: str) -> datetime | None:
        """Return when the issue was released to its daily audience, or None."""
        async with self.database.reading() as connection:
            return await issue_rows.released_at(connection, issue_key)

    async def release(self, issue_key: str, *, now: datetime) -> datetime:
        """Note the release; return the instant that counts. LookupError for an issue that was never recorded."""
        async with self.database.writing() as connection:
            return await issue_rows.release(connection, issue_key, now=now)

    async def record_notice(self, key: str, title: str, *, now: datetime) -> bool:
        """Make the ledger know an announcement or an alert; return whether it is new."""
        async with self.database.writing() as connection:
            return await issue_rows.record_notice(connection, key, title, now=now)

    async def hold(self, issue_key: str, *, now: datetime) -> int:
        """Put off what has not begun of an issue's daily deliveries, for as long as they live; return how many."""
        return await holding.hold(self.database, issue_key, now=now)

    async def let_go(self, issue_key: str, *, now: datetime) -> int:
        """Make due what `hold` put off, at once or at its slot; return how many."""
        async with self.database.writing() as connection:
            return await holding.let_go(connection, issue_key, now=now)

    async def plan(self, plan: Plan, *, now: datetime) -> int:
        """Add the deliveries that are missing. LookupError for an issue that was never recorded."""
        return await planning.plan_deliveries(self.database, plan, now=now)

    async def count_as_delivered(self, plan: Plan, *, message_id: str, now: datetime) -> bool:
        """Note a delivery that was an answer. LookupError for an issue that was never recorded."""
        async with self.database.writing() as connection:
            return await planning.count_as_delivered(connection, plan, message_id=message_id, now=now)

    async def expire(self, *, now: datetime) -> int:
        """End what is past its time and has not begun, in chunks; return how many."""
        ended = 0
        while True:
            async with self.database.writing() as connection:
                some = await leases.expire_some(connection, now=now)
            if not some:
                return ended
            ended += some

    async def mend_time(self, *, now: datetime, just_now: bool) -> int:
        """Mend what a clock that ran ahead left behind, in chunks; return how many deliveries go on."""
        return await set_back.mend(self.database, now=now, just_now=just_now)

    async def claim(self, lanes: Collection[int], *, holder: str, now: datetime, limit: int) -> list[Delivery]:
        """Lease up to `limit` deliveries that are due."""
        if not lanes:
            return []
        async with self.database.reading() as connection:
            due = await leases.due(connection, sorted(lanes), now=now, limit=limit)
        if not due:
            return []
        async with self.database.writing() as connection:
            claimed = await leases.claim(connection, due, holder=holder, now=now)
            return [
                replace(lease.delivery, parts=await self._parts(connection, lease.rendition_id)) for lease in claimed
            ]

    async def _parts(self, connection: AsyncConnection, rendition_id: int) -> tuple[Part, ...]:
        """Return a rendition's parts. They never change, so the last ones are kept."""
        parts = self._renditions.get(rendition_id)
        if parts is None:
            wanted = select(renditions.c.parts).where(renditions.c.id == rendition_id)
            parts = (await connection.execute(wanted)).scalar_one()
            self._renditions[rendition_id] = parts
            if len(self._renditions) > _RENDITIONS_KEPT:
                self._renditions.popitem(last=False)
        self._renditions.move_to_end(rendition_id)
        return parts

    async def next_due(self) -> datetime | None:
        """Return when the first pending delivery is due."""
        async with self.database.reading() as connection:
            return await leases.next_due(connection)

    async def unfinished(self) -> int:
        """Return how many deliveries are pending or leased."""
        async with self.database.reading() as connection:
            pending, leased = [
                (await connection.execute(select(func.count()).select_from(deliveries).where(state))).scalar_one()
                for state in (IS_PENDING, IS_LEASED)
            ]
        return pending + leased

    async def intend(self, delivery: Delivery, *, now: datetime) -> bool:
        """Put the intent on record; False if the lease was lost, or the daily issue is no longer wanted there."""
        return await self._commits.write(Intent(delivery, now))

    async def settle(self, delivery: Delivery, outcome: Sent | Unknown | Rejected, *, now: datetime) -> Delivery | None:
        """Record the outcome; return the delivery moved on, or None if the lease was lost."""
        if not await self._commits.write(Settlement(delivery, outcome, now)):
            return None
        return delivery.settled(*told_of(outcome), at=now)

    async def complete(self, delivery: Delivery, *, now: datetime, note: str | None = None) -> None:
        """End, as sent, a delivery of which nothing is left to do that counts."""
        async with self.database.writing() as connection:
            await leases.complete(connection, delivery, now=now, note=note)

    async def resolve(self, delivery: Delivery, outcome: Sent | Absent, *, now: datetime) -> Delivery | None:
        """Record what a look told about the last step; None if the lease was lost."""
        async with self.database.writing() as connection:
            return await leases.resolve(connection, delivery, outcome, now=now)

    async def recalled_at(self, issue_key: str) -> datetime | None:
        """Return when an issue was recalled, or None."""
        async with self.database.reading() as connection:
            return await issue_rows.recalled_at(connection, issue_key)

    async def newest_issue(self) -> str | None:
        """Return the key of the newest issue that was ever read, by its date."""
        newest = select(issues.c.key).where(issues.c.date.is_not(None)).order_by(issues.c.date.desc(), issues.c.kind)
        async with self.database.reading() as connection:
            return await connection.scalar(newest.limit(1))

    async def postpone(self, delivery: Delivery, *, until: datetime, reason: str, counts: bool) -> None:
        """Take the intent back, end the lease, and make the delivery due at `until`."""
        await self._commits.write(Postponement(delivery, until, reason, counts))

    async def give_back(self, delivery: Delivery) -> None:
        """End the lease between two parts."""
        await self._commits.write(GivenBack(delivery))

    async def redirect(self, delivery: Delivery, to: Destination, *, now: datetime) -> Delivery | None:
        """Take the intent back and move the destination with its subscription and deliveries."""
        async with self.database.writing() as connection:
            return await leases.redirect(connection, delivery, to, now=now)

    async def fall_back(self, delivery: Delivery, reason: str) -> Delivery | None:
        """Go on with the spare parts; None if the lease was lost or there are none."""
        async with self.database.writing() as connection:
            parts = await rendition_rows.fall_back(connection, delivery, reason)
        return None if parts is None else replace(delivery, parts=parts, attempts=0, last_try=None)

    async def finish(self, delivery: Delivery, state: DeliveryState, reason: str, *, now: datetime) -> None:
        """End the delivery as dead, gone, expired or withdrawn; ValueError for another state."""
        event = _ENDS.get(state)
        if event is None:
            raise ValueError(f"a delivery is not finished as {state}")
        await self._commits.write(Ending(delivery, event, reason, now))

    async def reopen(self, issue_key: str, to: Destination | None, *, now: datetime) -> int:
        """Make ended daily deliveries pending again; return how many."""
        async with self.database.writing() as connection:
            return await reopening.reopen(connection, issue_key, to, now=now)

    async def requeue(self, ids: Collection[int], *, unknown: bool, now: datetime) -> list[int]:
        """Make ended deliveries pending again; return which."""
        async with self.database.writing() as connection:
            return await reopening.requeue(connection, ids, unknown=unknown, now=now)

    async def tally(self, issue_key: str, to: Destination | None) -> dict[DeliveryState, int]:
        """Return how many daily deliveries of an issue are in each state."""
        async with self.database.reading() as connection:
            return await reopening.tally(connection, issue_key, to)

    async def has_delivery(self, issue_key: str, destination: Destination, occasion: str) -> bool:
        """Return whether such a delivery exists."""
        wanted = (
            select(deliveries.c.id)
            .join_from(deliveries, issues, issues.c.id == deliveries.c.issue_id)
            .join(destinations, destinations.c.id == deliveries.c.destination_id)
            .where(issues.c.key == issue_key, at_address(destination), deliveries.c.occasion == occasion)
        )
        async with self.database.reading() as connection:
            return await connection.scalar(wanted) is not None

    async def withhold(self, destination: Destination, *, until: datetime, now: datetime) -> int:
        """End the daily deliveries that a pause forestalls; return how many."""
        async with self.database.writing() as connection:
            return await withhold(connection, destination, until=until, now=now)

    async def missed(self, destination: Destination, *, since: datetime, until: datetime) -> list[str]:
        """Return the keys of issues that were released meanwhile and not delivered."""
        async with self.database.reading() as connection:
            return await missed(connection, destination, since, until)

    async def reports(self, wanted: DeliveryFilter) -> list[DeliveryReport]:
        """Return the newest deliveries that fit, newest first."""
        async with self.database.reading() as connection:
            return await reports.reports(connection, wanted)

    async def mark(self, name: str, value: str) -> None:
        """Remember a small fact."""
        async with self.database.writing() as connection:
            row = inserting(connection, marks).values(name=name, value=value)
            await connection.execute(
                row.on_conflict_do_update(index_elements=[marks.c.name], set_={"value": row.excluded.value})
            )

    async def marked(self, name: str) -> str | None:
        """Return what was remembered under `name`."""
        async with self.database.reading() as connection:
            return await connection.scalar(select(marks.c.value).where(marks.c.name == name))

    async def all_marked(self, prefix: str) -> dict[str, str]:
        """Return what was remembered under every name that begins so."""
        # LIKE would not tell upper from lower case on SQLite
        wanted = select(marks.c.name, marks.c.value).where(func.substr(marks.c.name, 1, len(prefix)) == prefix)
        async with self.database.reading() as connection:
            return {row.name: row.value for row in await connection.execute(wanted)}
