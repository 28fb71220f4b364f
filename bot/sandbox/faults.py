"""Faults on demand: what networks and platforms do to a bot, scripted for tests.

A fault belongs to a method ("sendMessage", "chat.postMessage", or "*"), may be limited to one chat or channel,
skips the first `skip` matching calls and strikes `times` times (None: always).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from bot.sandbox.json_types import Json


class Stage(Enum):
    """When a fault strikes: before the request's body is read, before or after the platform did what was asked."""

    BEFORE_READING = "before reading"
    BEFORE_ACCEPTING = "before accepting"
    AFTER_ACCEPTING = "after accepting"


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait before going on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer this instead; `body` is sent as JSON if it is not a string."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Throttle:
    """Answer as the platform does when it is asked too often."""

    retry_after: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Close the connection without an answer; with `reset` the peer sees ECONNRESET."""

    reset: bool = False


Effect: TypeAlias = Delay | Respond | Throttle | Drop
Condition: TypeAlias = Callable[[Json], bool]


@dataclass(slots=True, eq=False)
class Fault:
    """One scripted fault; `struck` counts how often it did."""

    method: str
    stage: Stage
    effect: Effect
    times: int | None
    skip: int
    where: Condition | None
    seen: int = 0
    struck: int = 0

    def strikes(self, method: str, stage: Stage, parameters: Json) -> bool:
        """Say whether it hits this call, and count it."""
        if stage is not self.stage or self.method not in ("*", method):
            return False
        if self.where is not None and not self.where(parameters):
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True


class Faults:
    """The faults in force on one platform."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(
        self,
        method: str,
        effect: Effect,
        *,
        stage: Stage = Stage.BEFORE_ACCEPTING,
        times: int | None = 1,
        skip: int = 0,
        chat: int | str | None = None,
        where: Condition | None = None,
    ) -> Fault:
        """Put a fault in force; `chat` is a chat id or a channel id.

        Raises ValueError for a condition on a request that is not yet read.
        """
        if stage is Stage.BEFORE_READING and (chat is not None or where is not None):
            raise ValueError("a fault before reading cannot depend on what the request says; use another stage")
        fault = Fault(method, stage, effect, times, skip, _condition(chat, where))
        self._faults.append(fault)
        return fault

    def delay(self, method: str, seconds: float, *, after_accepting: bool = False, times: int | None = 1) -> Fault:
        """Let calls wait, before or after the platform does what was asked."""
        return self.add(method, Delay(seconds), stage=_stage(after_accepting), times=times)

    def respond(
        self,
        method: str,
        status: int,
        body: Any = None,
        *,
        after_accepting: bool = False,
        times: int | None = 1,
        skip: int = 0,
        chat: int | str | None = None,
    ) -> Fault:
        """Answer with a status of your own, having done what was asked or not."""
        stage = _stage(after_accepting)
        return self.add(method, Respond(status, body), stage=stage, times=times, skip=skip, chat=chat)

    def throttle(
        self, method: str, retry_after: int, *, times: int | None = 1, skip: int = 0, chat: int | str | None = None
    ) -> Fault:
        """Answer 429 as the platform would, for `retry_after` seconds as far as the bot is told."""
        return self.add(method, Throttle(retry_after), times=times, skip=skip, chat=chat)

    def drop(
        self,
        method: str,
        *,
        stage: Stage = Stage.AFTER_ACCEPTING,
        reset: bool = False,
        times: int | None = 1,
        skip: int = 0,
        chat: int | str | None = None,
    ) -> Fault:
        """Close the connection; by default after the message was delivered, so that its answer is lost."""
        return self.add(method, Drop(reset), stage=stage, times=times, skip=skip, chat=chat)

    def lift(self, fault: Fault) -> None:
        """Let a fault strike no more."""
        self._faults.remove(fault)

    def clear(self) -> None:
        """Be well again."""
        self._faults.clear()

    def effects(self, method: str, stage: Stage, parameters: Json) -> list[Effect]:
        """Return what happens to this call at this stage, in the order the faults were added."""
        return [fault.effect for fault in self._faults if fault.strikes(method, stage, parameters)]


def _stage(after_accepting: bool) -> Stage:
    return Stage.AFTER_ACCEPTING if after_accepting else Stage.BEFORE_ACCEPTING


def _condition(chat: int | str | None, where: Condition | None) -> Condition | None:
    if chat is None:
        return where
    wanted = str(chat)

    def same_chat(parameters: Json) -> bool:
        place = parameters.get("chat_id", parameters.get("channel"))
        return str(place) == wanted and (where is None or where(parameters))

    return same_chat
