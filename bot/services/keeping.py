"""Results that must not be forgotten, kept in memory while the database fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

import structlog

from bot.domain.errors import DatabaseError
from bot.ports.clock import Clock

_log = structlog.get_logger(__name__)

_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")

PAUSE = 1.0
"""Seconds between two tries."""


class Keeping:
    """Writes, and writes again until it succeeds: what is written is the same if it is written twice.

    An outage is told once, however many results wait for its end.
    """

    def __init__(self, clock: Clock, stopping: asyncio.Event) -> None:
        self._clock = clock
        self._stopping = stopping
        self._waiting = 0

    async def keep(
        self,
        write: Callable[_Arguments, Awaitable[_Result]],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Result:
        """Return what the write returned.

        When stopping, one failure is enough and DatabaseError is raised: the part stays in doubt, and is unknown at the
        next start.
        """
        try:
            return await write(*arguments, **named)
        except DatabaseError as error:
            if not self._waiting:
                _log.error("the ledger cannot be written; keeping the results and trying again", problem=str(error))
            if self._stopping.is_set():
                raise
        self._waiting += 1
        try:
            return await self._again(write, *arguments, **named)
        finally:
            self._waiting -= 1
            if not self._waiting:
                _log.info("the ledger can be written again")

    async def _again(
        self,
        write: Callable[_Arguments, Awaitable[_Result]],
        *arguments: _Arguments.args,
        **named: _Arguments.kwargs,
    ) -> _Result:
        while True:
            await self._clock.sleep(PAUSE)
            try:
                return await write(*arguments, **named)
            except DatabaseError:
                if self._stopping.is_set():
                    raise
