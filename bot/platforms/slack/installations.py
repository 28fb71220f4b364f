"""Where the app is installed: slack_sdk's stores on the bot's own database, with tokens encrypted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, cast
from uuid import uuid4

from cryptography.fernet import MultiFernet
from slack_sdk.oauth.installation_store.models.bot import Bot
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore, SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from sqlalchemy import ColumnElement, Table, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.platforms.slack.encryption import Encrypted

SECRET_COLUMNS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
STATE_SECONDS = 600

_logger = logging.getLogger("slack_sdk")


class Transactions(Protocol):
    """An open database, as far as the stores need it."""

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give a connection that sees one state of the database."""
        ...

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give a connection whose changes are kept when the block ends."""
        ...


class _Engine:
    """The two verbs of an engine that slack_sdk's stores use, on the database's own transactions."""

    def __init__(self, database: Transactions) -> None:
        self.connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]] = database.reading
        self.begin: Callable[[], AbstractAsyncContextManager[AsyncConnection]] = database.writing


class Installations(AsyncSQLAlchemyInstallationStore):
    """Every installation of one app (`client_id`)."""

    def __init__(self, client_id: str, database: Transactions, cipher: MultiFernet) -> None:
        super().__init__(client_id=client_id, engine=cast("AsyncEngine", _Engine(database)), logger=_logger)
        self._database = database
        for table in (self.bots, self.installations):
            _encrypt(table, cipher)

    async def find(self, team: str) -> Bot | None:
        """Return the newest installation in a workspace (T…), or of a whole organization (E…)."""
        c = self.bots.c
        newest = (
            self.bots.select()
            .where(self._of(self.bots, team), c.bot_token.is_not(None))
            .order_by(c.installed_at.desc(), c.id.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(newest)).mappings().one_or_none()
        return None if row is None else SQLAlchemyInstallationStore.build_bot_entity(row)

    async def installer(self, team: str) -> str | None:
        """Return the member who installed the app there last."""
        c = self.installations.c
        newest = (
            select(c.user_id).where(self._of(self.installations, team)).order_by(c.installed_at.desc(), c.id.desc())
        ).limit(1)
        async with self._database.reading() as connection:
            return (await connection.execute(newest)).scalar_one_or_none()

    async def remove(self, team: str) -> bool:
        """Forget everything of a workspace or organization; return whether there was anything."""
        removed = 0
        async with self._database.writing() as connection:
            for table in (self.bots, self.installations):
                removed += (await connection.execute(table.delete().where(self._of(table, team)))).rowcount
        return removed > 0

    async def count(self) -> int:
        """Return in how many places the app is installed; SettingsError if no key opens one of their tokens."""
        c = self.bots.c
        wanted = select(c.enterprise_id, c.team_id, c.bot_token).where(c.client_id == self.client_id)
        async with self._database.reading() as connection:
            return len({(row.enterprise_id, row.team_id) for row in await connection.execute(wanted)})

    async def encrypt_anew(self) -> int:
        """Write every secret again, closed with the first key; return how many."""
        written = 0
        async with self._database.writing() as connection:
            for table in (self.bots, self.installations):
                secret = [table.c[name] for name in SECRET_COLUMNS if name in table.c]
                for row in (await connection.execute(select(table.c.id, *secret))).mappings().all():
                    found: dict[str, Any] = {name: row[name] for name in row if name != "id" and row[name] is not None}
                    if found:
                        await connection.execute(update(table).where(table.c.id == row["id"]).values(**found))
                        written += len(found)
        return written

    def _of(self, table: Table, team: str) -> ColumnElement[bool]:
        """Return the condition that a row is of a workspace (T…), or of a whole organization (E…)."""
        place = table.c.team_id == team
        if not team.startswith("T"):
            place = and_(table.c.enterprise_id == team, table.c.team_id.is_(None))
        return and_(table.c.client_id == self.client_id, place)


def _encrypt(table: Table, cipher: MultiFernet) -> None:
    for name in SECRET_COLUMNS:
        if name in table.c:
            table.c[name].type = Encrypted(cipher)


class States(AsyncSQLAlchemyOAuthStateStore):
    """States of installations that have begun; each is taken once, also where two come at the same time."""

    def __init__(self, database: Transactions, now: Callable[[], datetime]) -> None:
        super().__init__(STATE_SECONDS, cast("AsyncEngine", _Engine(database)), _logger)
        self._database = database
        self._now = now

    async def async_issue(self, *_: Any, **__: Any) -> str:
        """Return a fresh state, and forget those that nobody came back with."""
        state, c = str(uuid4()), self.oauth_states.c
        now = _naive(self._now())
        async with self._database.writing() as connection:
            await connection.execute(self.oauth_states.delete().where(c.expire_at <= now))
            expires = now + timedelta(seconds=self.expiration_seconds)
            await connection.execute(self.oauth_states.insert().values(state=state, expire_at=expires))
        return state

    async def async_consume(self, state: str) -> bool:
        """Take a state; return whether it was there."""
        c = self.oauth_states.c
        alive = and_(c.state == state, c.expire_at > _naive(self._now()))
        async with self._database.writing() as connection:
            return (await connection.execute(self.oauth_states.delete().where(alive))).rowcount == 1


def _naive(instant: datetime) -> datetime:
    """Return UTC without saying so, as slack_sdk's columns keep it."""
    return instant.astimezone(UTC).replace(tzinfo=None)
