"""Whatever owners and others type and press, in whatever order: every press is answered, and nothing fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.domain.destination import Platform
from bot.domain.person import Person as Somebody
from bot.platforms.telegram.owner_buttons import VERSION
from bot.sandbox.telegram_people import Person
from tests.scenario.owners import ALONE, link_of, owner_of
from tests.scenario.world import Bot, World

TYPED = (
    "/admin", "/preview", "/publish", "/hold", "/recall", "/recall 2026-02-12", "/announce", "/announce 你好",
    "/invite", "/invite 3", "/invite x", "/why", "/why 1", "/start", "/stop", "/today", "/help", "hello",
)  # fmt: skip
MADE_UP = (
    "1:!s", "1:!h", "1:!g", "1:!n", "1:!p:0123456789", "1:!a:announcement-1", "1:!r:nothing", "2:!s", "1:!", "1:!q:x",
)  # fmt: skip

WHO = st.sampled_from(("owner", "reader", "former owner"))
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("type"), WHO, st.sampled_from(TYPED)),
        st.tuples(st.just("press"), WHO, st.integers(0, 30)),
        st.tuples(st.just("make up"), WHO, st.sampled_from(MADE_UP)),
    ),
    min_size=1,
    max_size=8,
)


@dataclass
class Stage:
    """One running bot on which every sequence is played."""

    bot: Bot
    world: World
    people: dict[str, Person]
    presses: list[Any] = field(default_factory=list)
    answered: int = 0

    async def play(self, moves: list[tuple[str, str, Any]]) -> None:
        for kind, name, what in moves:
            person = self.people[name]
            if kind == "type":
                await person.send(what)
            elif kind == "press":
                self._press_some(person, what)
            elif person.messages:
                self.presses.append(self.world.sandbox.telegram.press(person.account, person.messages[-1], what))
        for press in self.presses:
            await press.answered()
            self.answered += 1
        self.presses.clear()

    def _press_some(self, person: Person, number: int) -> None:
        offered = [
            (message, button["callback_data"])
            for message in person.messages[-6:]
            for button in message.buttons
            if button.get("callback_data", "").startswith(f"{VERSION}:!")
        ]
        if offered:
            message, data = offered[number % len(offered)]
            self.presses.append(self.world.sandbox.telegram.press(person.account, message, data))


def drawn() -> list[list[tuple[str, str, Any]]]:
    """Return sequences of moves, the same in every run; drawn before anything else runs that draws lots."""
    found: list[list[tuple[str, str, Any]]] = []

    @settings(max_examples=30, deadline=None, database=None, derandomize=True, phases=[Phase.generate])
    @given(MOVES)
    def note(moves: list[tuple[str, str, Any]]) -> None:
        found.append(moves)

    note()
    return found


async def test_whatever_is_typed_and_pressed_is_answered(world: World) -> None:
    olga, chosen = owner_of(world)
    reader, former = world.sandbox.telegram.user(name="Lin"), world.sandbox.telegram.user(language_code="en")
    subscriber = await world.subscriber("Wu")
    world.write(items=1)
    sequences = drawn()
    with capture_logs() as logs:
        async with world.bot("09:00:00", **chosen | ALONE) as bot:
            await former.follow(await link_of(bot))
            await former.receives(1)
            await former.ask("/admin")
            await former.ask("/publish")
            await bot.services.owning.membership.dismiss(Somebody(Platform.TELEGRAM, str(former.id)))
            stage = Stage(bot, world, {"owner": olga, "reader": reader, "former owner": former})

            for moves in sequences:
                await stage.play(moves)
            await bot.idle()
    assert [log for log in logs if log["log_level"] in {"error", "critical"}] == []
    assert stage.answered > 20, "sequences that press nothing show nothing"
    announced = [text for text in subscriber.texts if text == "你好"]
    confirmed = [text for text in olga.texts if text.startswith("通知正在发给")]
    assert len(announced) <= len(confirmed)
    assert not [text for text in former.texts if text.startswith("The message above goes to")]
