"""The queue of updates, polled or pushed: https://core.telegram.org/bots/api#getting-updates."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sandbox.changes import Changes
from bot.sandbox.json_types import Json
from bot.sandbox.telegram_errors import CONFLICT, ENDED_BY_WEBHOOK, WEBHOOK_IS_ACTIVE

FIRST_UPDATE = 700_000_001
MAX_BATCH = 100
# Only these have to be asked for; everything else comes by default.
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(slots=True, eq=False)
class _Poll:
    woken: asyncio.Event
    ousted: bool = False


class UpdateQueue:
    """Updates until they are confirmed by a higher offset or taken by a webhook; one poll at a time."""

    def __init__(self, changes: Changes) -> None:
        self._pushes = False
        self._changes = changes
        self._pending: list[Json] = []
        self._next_id = FIRST_UPDATE
        self._allowed: Sequence[str] | None = None
        self._poll: _Poll | None = None
        self._closed = False

    @property
    def pending(self) -> Sequence[Json]:
        """Updates that no poll has confirmed yet."""
        return tuple(self._pending)

    @property
    def polled(self) -> bool:
        """Whether a poll is waiting right now."""
        return self._poll is not None

    @property
    def pushes(self) -> bool:
        """Whether a webhook gets the updates, so that polls are refused; setting it ends the present poll."""
        return self._pushes

    @pushes.setter
    def pushes(self, pushes: bool) -> None:
        self._pushes = pushes
        if pushes and self._poll:
            self._poll.woken.set()

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Keep only these kinds from now on, the usual ones if there are none; None leaves it as it is."""
        if kinds is not None:
            self._allowed = list(kinds)

    def confirm(self, number: int) -> None:
        """Forget an update that a webhook took."""
        self._pending = [update for update in self._pending if update["update_id"] != number]

    def add(self, kind: str, payload: Json) -> int | None:
        """Queue an update and return its id, None if the bot did not ask for its kind."""
        if kind not in self._allowed if self._allowed else kind in NOT_BY_DEFAULT:
            return None
        update_id, self._next_id = self._next_id, self._next_id + 1
        self._pending.append({"update_id": update_id, kind: payload})
        self._changes.note()
        if self._poll:
            self._poll.woken.set()
        return update_id

    def clear(self) -> None:
        """Forget what is pending."""
        self._pending.clear()

    def close(self) -> None:
        """Send waiting polls home, now and from now on."""
        self._closed = True
        if self._poll:
            self._poll.woken.set()

    async def get(self, offset: int, limit: int, timeout: float, allowed: Sequence[str] | None) -> list[Json]:
        """Return up to `limit` updates, waiting up to `timeout` seconds for the first.

        Confirms everything before `offset`; a negative offset keeps only that many of the newest. Raises the
        409 of Telegram when another poll or a webhook takes over meanwhile.
        """
        if self._pushes:
            raise WEBHOOK_IS_ACTIVE
        if self._poll:
            self._poll.ousted = True
            self._poll.woken.set()
        poll = self._poll = _Poll(asyncio.Event())
        self.allow(allowed)
        self._confirm(offset)
        try:
            if not self._pending and timeout > 0 and not self._closed:
                self._changes.note()
                await self._wait(poll, timeout)
            if poll.ousted:
                raise CONFLICT
            if self._pushes:
                raise ENDED_BY_WEBHOOK
            return self._pending[: max(1, min(limit, MAX_BATCH))]
        finally:
            if self._poll is poll:
                self._poll = None

    async def _wait(self, poll: _Poll, timeout: float) -> None:
        try:
            async with asyncio.timeout(timeout):
                await poll.woken.wait()
        except TimeoutError:
            return

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._pending = self._pending[offset:]
        else:
            self._pending = [update for update in self._pending if update["update_id"] >= offset]
