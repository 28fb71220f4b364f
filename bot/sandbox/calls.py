"""What a bot asked of the platform: every call, in order of arrival."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from bot.sandbox.changes import PATIENCE, Changes
from bot.sandbox.json_types import Json


@dataclass(slots=True, eq=False)
class Call:
    """One API call. `at` and `done` are monotonic seconds; `status` stays None if no answer was sent."""

    number: int
    method: str
    parameters: Json
    at: float
    accepted: bool = False
    status: int | None = None
    answer: Any = None
    done: float | None = None


class CallLog(Sequence[Call]):
    """All calls so far; `of` picks those of one method, `wait_for` waits for some."""

    def __init__(self, changes: Changes) -> None:
        self._calls: list[Call] = []
        self._changes = changes

    def open(self, method: str, at: float) -> Call:
        """Note a call that just arrived."""
        call = Call(len(self._calls) + 1, method, {}, at)
        self._calls.append(call)
        return call

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Call]: ...
    def __getitem__(self, index: int | slice) -> Call | Sequence[Call]:
        return self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def of(self, *methods: str) -> list[Call]:
        """Return the calls of these methods."""
        return [call for call in self._calls if call.method in methods]

    def clear(self) -> None:
        """Forget what was asked so far."""
        self._calls.clear()

    async def wait_for(
        self,
        method: str,
        *,
        count: int = 1,
        where: Callable[[Json], bool] = lambda _: True,
        within: float = PATIENCE,
    ) -> list[Call]:
        """Return the finished calls of a method once there are `count` of them.

        Raises TimeoutError.
        """

        def finished() -> list[Call] | None:
            found = [call for call in self.of(method) if call.done is not None and where(call.parameters)]
            return found if len(found) >= count else None

        return await self._changes.until(finished, within=within, what=f"{count} × {method}")
