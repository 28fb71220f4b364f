"""Numbers for the owners, counted in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ScalarSelect, and_, case, exists, func, literal_column, select

from bot.domain.delivery import DAILY, DeliveryState, PartState
from bot.ports.figures import Run, Subscribers
from bot.storage.engine import Database
from bot.storage.tables import IS_ACTIVE, IS_FIXED, deliveries, destinations, issues, receipts

_UNFINISHED = (DeliveryState.PENDING, DeliveryState.LEASED)
_FAILED = (DeliveryState.DEAD, DeliveryState.EXPIRED)


class SqlFigures:
    """`bot.ports.figures.Figures` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, issue_key: str) -> Run:
        """Return what became of an issue's daily deliveries: each counts once, by the worst that is known of it."""
        state = deliveries.c.state
        mine = receipts.c.delivery_id == deliveries.c.id
        what = case(
            (state.in_(_UNFINISHED), "pending"),
            (state.in_(_FAILED), "failed"),
            (and_(state == DeliveryState.GONE, IS_FIXED), "failed"),
            (state == DeliveryState.GONE, "gone"),
            (state != DeliveryState.SENT, "gone"),
            (exists().where(mine, receipts.c.state == PartState.REJECTED), "failed"),
            (exists().where(mine, receipts.c.state == PartState.UNKNOWN), "unknown"),
            else_="sent",
        )
        told = select(func.max(receipts.c.reason)).where(mine, receipts.c.state == PartState.REJECTED)
        judged = (
            select(what.label("what"), func.coalesce(deliveries.c.reason, told.scalar_subquery()).label("reason"))
            .join_from(deliveries, destinations, destinations.c.id == deliveries.c.destination_id)
            .where(deliveries.c.issue_id == _issue(issue_key), deliveries.c.occasion == DAILY)
            .subquery()
        )
        reason = case((judged.c.what == literal_column("'failed'"), judged.c.reason), else_=None)
        counted: dict[str, int] = dict.fromkeys(("sent", "pending", "failed", "gone", "unknown"), 0)
        reasons: dict[str, int] = {}
        async with self._database.reading() as connection:
            for row in await connection.execute(
                select(judged.c.what, reason.label("reason"), func.count().label("number")).group_by(
                    judged.c.what, reason
                )
            ):
                counted[row.what] += row.number
                if row.reason:
                    reasons[row.reason] = row.number
        return Run(**counted, reason=max(reasons, key=lambda one: (reasons[one], one), default=None))

    async def subscribers(self, *, since: datetime, now: datetime) -> Subscribers:
        """Return how many there are, and how many came and went."""
        platform, language = destinations.c.platform, destinations.c.language
        paused = and_(IS_ACTIVE, destinations.c.paused_until > now)
        joined = and_(IS_ACTIVE, destinations.c.joined_at >= since)
        left = and_(~IS_ACTIVE, destinations.c.ended_at >= since)
        async with self._database.reading() as connection:
            platforms = await connection.execute(
                select(platform, func.count()).where(IS_ACTIVE).group_by(platform).order_by(platform)
            )
            languages = await connection.execute(
                select(language, func.count()).where(IS_ACTIVE).group_by(language).order_by(language)
            )
            some = [
                (await connection.execute(select(func.count()).select_from(destinations).where(which))).scalar_one()
                for which in (paused, joined, left)
            ]
            return Subscribers(
                active={row[0]: row[1] for row in platforms},
                paused=some[0],
                languages={row[0]: row[1] for row in languages if row[0]},
                joined=some[1],
                left=some[2],
            )


def _issue(key: str) -> ScalarSelect[int]:
    return select(issues.c.id).where(issues.c.key == key).scalar_subquery()
