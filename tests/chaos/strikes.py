"""What happens to a bot. Each strike acts and returns; weather goes on for some seconds meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.sandbox.faults import Delay, Drop, Effect, Fault, Faults, Respond, Stage, Throttle
from bot.sandbox.json_types import Json
from tests.chaos.arena import Arena
from tests.chaos.members import CLOCKED_BOT
from tests.chaos.record import SENDING, part_named_by, sending_calls
from tests.chaos.verdict import Violation

Strike = Callable[[Arena], Awaitable[None]]

_CONNECTIONS = 48
"""At most so many requests can be on their way in connections that are aborted before they are read."""
_HOUR = 3600.0
_CHANCE = 0.06
"""Of a call to meet one of the faults that a gust is made of."""


async def kill(arena: Arena) -> None:
    """SIGKILL, and a new process at once."""
    if not arena.running:
        return
    member = arena.rng.choice(arena.running)
    await member.kill()
    arena.kills += 1
    before = len(arena.doubt.in_flight)
    await arena.remember_in_flight()
    arena.note(f"{member.name} is killed, {len(arena.doubt.in_flight) - before} parts in flight")
    arena.start()


async def stop(arena: Arena) -> None:
    """SIGTERM, and a new process once it ended."""
    if not arena.running:
        return
    member = arena.rng.choice(arena.running)
    arena.note(f"{member.name} is told to stop")
    try:
        code = await member.terminate(within=20)
    except TimeoutError:
        code = None
    except Exception as error:  # noqa: BLE001  # subprocess.TimeoutExpired, from another thread
        arena.note(f"{member.name} does not stop: {error}")
        code = None
    if code is None:
        arena.by_itself.append(Violation("it stops when told", None, f"{member.name} was still there after 20 s"))
        await member.kill()
    elif code not in (0, -15):  # -15: it was told before it could listen
        told = " / ".join(member.lines("", 3))
        arena.by_itself.append(Violation("it stops when told", None, f"{member.name} ended with {code}: {told}"))
    await arena.remember_in_flight()
    arena.note(f"{member.name} ended with {code}")
    arena.start()


async def freeze(arena: Arena) -> None:
    """SIGSTOP for some seconds."""
    if not arena.running:
        return
    member, seconds = arena.rng.choice(arena.running), arena.rng.uniform(1, 4)
    member.freeze()
    arena.note(f"{member.name} is frozen for {seconds:.1f} s")
    await arena.remember_in_flight()
    await asyncio.sleep(seconds)
    member.thaw()
    arena.note(f"{member.name} goes on")


async def outlive(arena: Arena) -> None:
    """SIGSTOP of one of several processes for so long that another one takes over, which does not know of its fate."""
    if len(arena.running) < 2:
        return
    member, seconds = arena.rng.choice(arena.running), arena.rng.uniform(34, 40)
    member.freeze()
    arena.note(f"{member.name} is frozen for {seconds:.1f} s, long enough to be given up")
    await arena.remember_in_flight()

    async def wake() -> None:
        await asyncio.sleep(seconds)
        member.thaw()
        arena.note(f"{member.name} goes on")

    arena.meanwhile(wake())


def database(name: str, shortest: float, longest: float) -> Strike:
    """Return the failure of the arena's database that has this name."""

    async def fail(arena: Arena) -> None:
        seconds = arena.rng.uniform(shortest, longest)
        processes = [member.process.pid for member in arena.running]

        async def failing() -> None:
            arena.note(f"{name} for {seconds:.1f} s")
            await arena.store.failures[name](seconds, processes)
            arena.note(f"{name}: over")

        arena.meanwhile(failing())

    return fail


async def flood(arena: Arena) -> None:
    """Telegram lets nothing of the bot's through for some seconds, and says so."""
    seconds = arena.rng.randint(1, 3)
    what = f"429 to the whole bot for {seconds} s"
    _begin(arena, arena.sandbox.telegram.faults, Throttle(seconds), seconds, what=what)


async def slow_mode(arena: Arena) -> None:
    """A few chats let nothing through for some seconds."""
    for reader in arena.rng.sample(arena.readers, 4):
        seconds = arena.rng.randint(1, 4)
        what = f"429 in telegram:{reader.id} for {seconds} s"
        _begin(arena, arena.sandbox.telegram.faults, Throttle(seconds), seconds, what=what, chat=reader.id)


async def slack_flood(arena: Arena) -> None:
    """Slack lets nothing through for some seconds."""
    seconds = arena.rng.randint(1, 3)
    what = f"429 from Slack for {seconds} s"
    _begin(arena, arena.sandbox.slack.faults, Throttle(seconds), seconds, what=what)


async def server_errors(arena: Arena) -> None:
    """Gateways fail, before or after the platform did what was asked."""
    _gusts(arena, "5xx", [Respond(status) for status in (500, 502, 503, 504)])


async def lost_connections(arena: Arena) -> None:
    """Connections break, before or after the platform did what was asked."""
    _gusts(arena, "connections break", [Drop(), Drop(reset=True)])


async def slowness(arena: Arena) -> None:
    """Answers take up to a second more, before or after the platform did what was asked: much is in flight."""
    seconds = arena.rng.uniform(2, 5)
    for stage in (Stage.BEFORE_ACCEPTING, Stage.AFTER_ACCEPTING):
        for faults in (arena.sandbox.telegram.faults, arena.sandbox.slack.faults):
            _begin(arena, faults, Delay(arena.rng.uniform(0.2, 1)), seconds, stage=stage, chance=0.7)
    arena.note(f"answers are slow for {seconds:.1f} s")


async def unread(arena: Arena) -> None:
    """Connections are reset before the request is read."""
    times = arena.rng.randint(1, 8)
    arena.note(f"{times} requests are reset unread")
    faults = arena.sandbox.telegram.faults
    faults.add("sendMessage", Drop(reset=True), stage=Stage.BEFORE_READING, times=times)


async def offline(arena: Arena) -> None:
    """Both platforms are not there for some seconds."""
    seconds = arena.rng.uniform(0.5, 3)
    open_calls = [call for call in sending_calls(arena.sandbox) if call.done is None]
    for place in arena.places:
        named = {(place.address, name) for call in open_calls if place.is_at(call) and (name := part_named_by(call))}
        arena.doubt.withheld |= named
    arena.doubt.unnamed += _CONNECTIONS
    arena.note(f"both platforms are away for {seconds:.1f} s")
    await arena.sandbox.go_offline()

    async def away() -> None:
        await asyncio.sleep(seconds)
        await arena.sandbox.come_back()
        arena.note("both platforms are back")

    arena.meanwhile(away())


async def clock(arena: Arena) -> None:
    """The wall clock of all processes jumps, by seconds or an hour, forward or back."""
    assert arena.program == CLOCKED_BOT, "only a bot with a clock of its own can be told another time"
    jump = arena.rng.choice((-_HOUR, -60.0, -4.0, 4.0, 60.0, _HOUR))
    arena.set_clock(arena.shift + jump)
    arena.note(f"the clock jumps by {jump:+.0f} s and is {arena.shift:+.0f} s wrong")


async def turn_away(arena: Arena) -> None:
    """A reader blocks the bot."""
    staying = [reader for reader in arena.readers if not reader.chat.blocked]
    if len(staying) > 4:
        reader = arena.rng.choice(staying)
        arena.note(f"telegram:{reader.id} blocks the bot")
        await reader.block()


STRIKES: dict[str, Strike] = {
    "kill": kill,
    "stop": stop,
    "freeze": freeze,
    "outlive": outlive,
    "429 to all": flood,
    "429 in chats": slow_mode,
    "429 from Slack": slack_flood,
    "5xx": server_errors,
    "connections break": lost_connections,
    "slow": slowness,
    "unread": unread,
    "offline": offline,
    "clock": clock,
    "blocked": turn_away,
    "database locked": database("database locked", 1, 4),
    "database locked for long": database("database locked", 11, 14),  # longer than a statement waits for it
    "disk full": database("disk full", 1, 4),
    "database stopped": database("database stopped", 1, 4),
    "database crashed": database("database crashed", 0.5, 3),
    "database connections cut": database("database connections cut", 1, 3),
    "database answers lost": database("database answers lost", 1, 4),
    "tables locked": database("tables locked", 1, 4),
}


def _gusts(arena: Arena, what: str, effects: list[Effect]) -> None:
    """Let each effect strike some of the calls for a while, at either stage, on both platforms."""
    seconds = arena.rng.uniform(1, 4)
    for effect in effects:
        for stage in (Stage.BEFORE_ACCEPTING, Stage.AFTER_ACCEPTING):
            for faults in (arena.sandbox.telegram.faults, arena.sandbox.slack.faults):
                if stage is Stage.BEFORE_ACCEPTING or effect != Respond(503):  # a 503 says that it was not accepted
                    _begin(arena, faults, effect, seconds, stage=stage, chance=_CHANCE)
    arena.note(f"{what} for {seconds:.1f} s")


def _begin(
    arena: Arena,
    faults: Faults,
    effect: Effect,
    seconds: float,
    *,
    what: str = "",
    stage: Stage = Stage.BEFORE_ACCEPTING,
    chat: int | None = None,
    chance: float = 1.0,
) -> None:
    """Put a fault of sending in force for some seconds, for each call by chance."""

    def strikes(_call: Json) -> bool:
        return chance >= 1 or arena.weather.random() < chance

    method = SENDING[0] if faults is arena.sandbox.telegram.faults else SENDING[1]
    fault = faults.add(method, effect, stage=stage, times=None, chat=chat, where=strikes)
    if what:
        arena.note(what)
    arena.meanwhile(_end(arena, what, faults, fault, seconds))


async def _end(arena: Arena, what: str, faults: Faults, fault: Fault, seconds: float) -> None:
    await asyncio.sleep(seconds)
    faults.lift(fault)
    if what:
        arena.note(f"{what}: over, struck {fault.struck} times")
