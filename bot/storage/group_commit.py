"""Many changes in one transaction: what arrives while a commit is under way goes with the next one.

A commit waits for the disk. At a thousand messages a second two thousand of them could not be had; two hundred can.
When nothing is going on, a change is committed at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import DatabaseError
from bot.storage.engine import Database, synchronous_engine
from bot.storage.faults import explained
from bot.storage.recording import Change, record

WINDOW = 0.005
"""Seconds between the beginnings of two commits, at least: what arrives in between is one transaction."""


class GroupCommit:
    """Writes changes in groups, in a thread of its own: one hop between threads costs less than ten statements of an
    asynchronous driver. What fails fails alone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Change, asyncio.Future[bool]]] = []
        self._working: asyncio.Task[None] | None = None
        self._began = float("-inf")
        self._thread: ThreadPoolExecutor | None = None
        self._engine: Engine | None = None

    async def write(self, change: Change) -> bool:
        """Return, once it is on disk, whether the change's lease still counted.

        Raises DatabaseError if the database fails; it may then be unknown whether the commit came through.
        """
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((change, written))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await written

    async def close(self) -> None:
        """Close the connection, once what was begun is done."""
        if self._working is not None:
            await asyncio.wait({self._working})
        if self._thread is not None and self._engine is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
            self._thread.shutdown()
            self._thread = self._engine = None

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                # zero also lets everybody else who is ready have a say
                await asyncio.sleep(max(0.0, self._began + WINDOW - loop.time()))
                self._began = loop.time()
                await self._commit(self._next_group())
        finally:
            self._working = None

    def _next_group(self) -> list[tuple[Change, asyncio.Future[bool]]]:
        """Return what waits, but for second changes of one delivery, which wait for the first."""
        group: dict[int, tuple[Change, asyncio.Future[bool]]] = {}
        later: list[tuple[Change, asyncio.Future[bool]]] = []
        for one in self._waiting:
            number = one[0].delivery.id
            if number in group:
                later.append(one)
            else:
                group[number] = one
        self._waiting = later
        return list(group.values())

    async def _commit(self, group: Sequence[tuple[Change, asyncio.Future[bool]]]) -> None:
        try:
            results = await self._in_thread([change for change, _ in group])
        except DatabaseError as error:
            for _, written in group:
                _fail(written, error)
        except Exception as error:  # noqa: BLE001  # a fault of one change; it is told to whoever asked for it
            if len(group) == 1:
                _fail(group[0][1], error)
                return
            for one in group:
                await self._commit([one])
        else:
            for (_, written), result in zip(group, results, strict=True):
                if not written.done():
                    written.set_result(result)

    async def _in_thread(self, changes: Sequence[Change]) -> list[bool]:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "group-commit")
        async with self._database.exclusively():
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, changes)

    def _write(self, changes: Sequence[Change]) -> list[bool]:
        if self._engine is None:
            self._engine = synchronous_engine(self._database)
        with explained(self._database.place):
            try:
                return self._recorded(self._engine, changes)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # the server was restarted since the last time; writing twice is the same as once
                return self._recorded(self._engine, changes)

    @staticmethod
    def _recorded(engine: Engine, changes: Sequence[Change]) -> list[bool]:
        with engine.begin() as connection:
            return record(connection, changes)


def _fail(written: asyncio.Future[bool], error: Exception) -> None:
    if not written.done():
        written.set_exception(error)
