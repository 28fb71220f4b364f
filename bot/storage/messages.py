"""Which message shows what, from the receipts."""

from __future__ import annotations

from sqlalchemy import select

from bot.domain.destination import Destination
from bot.ports.messages import SentPart
from bot.storage.destination_rows import deliveries_to
from bot.storage.engine import Database
from bot.storage.tables import deliveries, destinations, issues, receipts, renditions


class SqlMessages:
    """`Messages` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def shown(self, destination: Destination, message_id: str) -> SentPart | None:
        """Return what a message shows that was delivered to this chat."""
        async with self._database.reading() as connection:
            chat = (destinations.c.platform == destination.platform) & (destinations.c.chat == destination.chat)
            for number in (await connection.scalars(select(destinations.c.id).where(chat))).all():
                found = (
                    select(issues.c.ref, receipts.c.part, renditions.c.subjects)
                    .join_from(deliveries, issues, issues.c.id == deliveries.c.issue_id)
                    .join(receipts, receipts.c.delivery_id == deliveries.c.id)
                    .join(renditions, renditions.c.id == deliveries.c.rendition_id)
                    .where(deliveries_to(number), receipts.c.message_id == message_id)
                    .order_by(deliveries.c.id.desc())
                    .limit(1)
                )
                row = (await connection.execute(found)).one_or_none()
                if row is not None:
                    return SentPart(row.ref, row.part, row.subjects or ())
        return None
