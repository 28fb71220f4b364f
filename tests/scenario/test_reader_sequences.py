"""Whatever readers type and press, in whatever order, beside issues that appear and go: nothing fails.

Every command is answered, every press is answered, and who left, pauses or was forgotten gets no issue.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from structlog.testing import capture_logs

from bot.domain.destination import Destination, Platform
from bot.ports.ledger import DeliveryFilter
from bot.sandbox.limits import SlackLimits, TelegramLimits
from bot.sandbox.server import Sandbox
from bot.sandbox.telegram_chats import Chat, Message
from bot.sandbox.telegram_people import Person
from tests.scenario.conftest import SCHEMA
from tests.scenario.world import World, eventually, running_bot

_Result = TypeVar("_Result")

COMMANDS = (
    "/today", "/latest", "/item", "/item 1", "/item 9", "/item 昨天 1", "/item 第一条", "/trends", "/watch", "/sources",
    "/date", "/date 昨天", "/date 2月12日", "/date 2031-01-01", "/date ?", "/archive", "/search", "/search 延迟",
    "/search 缓存 毫秒", "/search !!", "/saved", "/help", "/start 1-a-0000000000-1", "/nothing", "hello",
    "/settings", "/time", "/timezone", "/timezone ?", "/pause", "/pause ?", "/catchup", "/privacy", "/forget",
    "/advice", "/settings @nowhere", "/admin", "/why 1",
)  # fmt: skip
STALE = (
    "", "0:t:abc:1", "1:t:0000000000:1", "1:s:0000000000", "1:k:0000000000:1:1", "1:v:0000000000:1:u",
    "1:u:0000000000:1", "1:f:99:延迟", "1:m:2031:1", "1:m:1:13", "1:d:20260212", "1:d:20310101", "1:l:99",
    "1:x:0000000000:1:0", "1:e", "9:t:abc:1", "x" * 64, "1:c::p:cellar", "9:c::p:main", "1:c:-1001:p:main", "1:!s",
    "1:!q", "9:!s",
)  # fmt: skip

PRIVATE_ONLY = {"/nothing", "/admin", "/why 1"}
"""Commands that in a group may be meant for another bot."""
DELAYING = ("h", "z", "d", "w", "u", "a")
"""Verbs of menus that change when issues come, or whether: these have rules of their own."""

WHO = st.sampled_from(("Lin", "Mo"))
WHERE = st.sampled_from(("group", "topic"))
ANY = st.integers(0, 10_000)


class Readers(RuleBasedStateMachine):
    """Two people in their private chats, in a group and in a topic of a forum, and whoever writes the posts."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._subscribed: set[str] = set()
        self._paused: set[str] = set()
        self._issues: list[Path] = []
        self._count = 0

    def _do(self, what: Coroutine[Any, Any, _Result]) -> _Result:
        return self._runner.run(what)

    @initialize()
    def begin(self) -> None:
        self._do(self._begin())
        for who in self._people:
            self.start(who)
        self.publish(items=2)

    async def _begin(self) -> None:
        stack = self._stack
        self._logs = stack.enter_context(capture_logs())
        folder = Path(stack.enter_context(TemporaryDirectory()))
        posts = folder / "posts"
        posts.mkdir()
        schema = json.loads(SCHEMA.read_text(encoding="utf-8")) if SCHEMA.is_file() else None
        sandbox = Sandbox(telegram_limits=TelegramLimits.off(), slack_limits=SlackLimits.off(), schema=schema)
        await stack.enter_async_context(sandbox)
        self._telegram = sandbox.telegram
        self._world = World(sandbox, posts, folder / "digestbot.db", sandbox.slack.channel("daily"))
        self._people = {
            "Lin": sandbox.telegram.user(name="Lin"),
            "Mo": sandbox.telegram.user(name="Mo", language_code="en"),
        }
        members: dict[str, Any] = {"people": [self._people["Mo"]], "admins": [self._people["Lin"]]}
        self._places = {
            "group": (sandbox.telegram.supergroup("Group", **members), None),
            "topic": (sandbox.telegram.supergroup("Forum", topics={7: "AI"}, **members), 7),
        }
        alone = self._world.settings(slack_bot_token=None, slack_app_token=None, slack_channel=None)
        self._bot = await stack.enter_async_context(running_bot(alone, "10:00:00", quiet=0))

    # --- readers -------------------------------------------------------------------------------------------------

    @rule(who=WHO, text=st.sampled_from(COMMANDS))
    def ask(self, who: str, text: str) -> None:
        if not self._people[who].chat.blocked:
            assert self._do(self._people[who].ask(text)).text

    @rule(who=WHO, where=WHERE, text=st.sampled_from([text for text in COMMANDS if text.startswith("/")]))
    def ask_among_others(self, who: str, where: str, text: str) -> None:
        if text not in PRIVATE_ONLY and "1-a-" not in text:  # there, that is a plain /start
            assert self._do(self._asked(who, where, text))

    async def _asked(self, who: str, where: str, text: str) -> str:
        chat, topic = self._places[where]
        answer = await self._people[who].ask(text, chat=chat, topic=topic)
        assert answer.topic == topic
        return answer.text

    @rule(who=WHO)
    def start(self, who: str) -> None:
        if not self._people[who].chat.blocked:
            assert self._do(self._people[who].ask("/start")).text
            self._subscribed.add(who)
            self._paused.discard(who)

    @rule(who=WHO)
    def stop(self, who: str) -> None:
        if not self._people[who].chat.blocked:
            assert self._do(self._people[who].ask("/stop")).text
            self._subscribed.discard(who)

    @rule(who=WHO, pauses=st.booleans())
    def pause_or_resume(self, who: str, pauses: bool) -> None:
        if not self._people[who].chat.blocked:
            assert self._do(self._people[who].ask("/pause 3d" if pauses else "/resume")).text
            (self._paused.add if pauses and who in self._subscribed else self._paused.discard)(who)

    @rule(who=WHO)
    def have_all_forgotten(self, who: str) -> None:
        if not self._people[who].chat.blocked:
            question = self._do(self._people[who].ask("/forget"))
            self._press(who, question, question.buttons[0]["callback_data"])
            self._subscribed.discard(who)
            self._paused.discard(who)

    @rule(who=WHO, where=WHERE, joins=st.booleans())
    def start_or_stop_among_others(self, who: str, where: str, joins: bool) -> None:
        assert self._do(self._asked(who, where, "/start" if joins else "/stop"))
        if who == "Lin":  # an admin there
            (self._subscribed.add if joins else self._subscribed.discard)(where)

    @rule(who=WHO)
    def block_or_unblock(self, who: str) -> None:
        person = self._people[who]
        if person.chat.blocked:
            self._do(person.unblock())
        else:
            self._do(self._blocked(person))
            self._subscribed.discard(who)

    async def _blocked(self, person: Person) -> None:
        await person.block()
        await eventually(lambda: self._is_gone(person))

    async def _is_gone(self, person: Person) -> bool:
        here = Destination(Platform.TELEGRAM, str(person.id))
        return not await self._bot.services.conversation.subscribing.is_active(here)

    @rule(
        who=WHO,
        where=st.sampled_from(("private", "private", "group", "topic")),
        chosen=st.lists(st.tuples(ANY, ANY), min_size=1, max_size=6),
    )
    def press(self, who: str, where: str, chosen: list[tuple[int, int]]) -> None:
        """Press buttons one after the other, also those that a press brought forth."""
        for kind, which in chosen:
            self._press_one(who, self._chat(who, where), kind, which)

    def _press_one(self, who: str, chat: Chat, kind: int, which: int) -> None:
        """Press one of the buttons of one kind; a rare kind is as likely as a frequent one."""
        offered: dict[str, list[tuple[Message, str]]] = {}
        for message in chat.from_bot:
            for data in _offered(message):
                offered.setdefault(_kind(data), []).append((message, data))
        if offered and not chat.blocked:
            chosen = offered[sorted(offered)[kind % len(offered)]]
            self._press(who, *chosen[which % len(chosen)])

    @rule(who=WHO, item=st.integers(1, 3), chosen=st.lists(ANY, min_size=1, max_size=6))
    def read_an_item(self, who: str, item: int, chosen: list[int]) -> None:
        """Ask for an item and press what stands below it, also what the presses before made of that."""
        if not self._people[who].chat.blocked:
            shown = self._do(self._people[who].ask(f"/item {item}"))
            for which in chosen:
                if offered := _offered(shown):
                    self._press(who, shown, offered[which % len(offered)])

    @rule(who=WHO, where=st.sampled_from(("private", "group", "topic")), which=ANY, data=st.sampled_from(STALE))
    def press_what_is_stale(self, who: str, where: str, which: int, data: str) -> None:
        chat = self._chat(who, where)
        if chat.from_bot and not chat.blocked:
            self._press(who, chat.from_bot[which % len(chat.from_bot)], data)

    def _chat(self, who: str, where: str) -> Chat:
        return self._people[who].chat if where == "private" else self._places[where][0]

    def _press(self, who: str, message: Message, data: str) -> None:
        self._do(self._telegram.press(self._people[who].account, message, data).answered())

    @rule(who=WHO, words=st.sampled_from(("", "延迟", "!!", "没有的词")))
    def look_up(self, who: str, words: str) -> None:
        self._do(self._people[who].look_up(words))

    # --- issues --------------------------------------------------------------------------------------------------

    @rule(items=st.integers(0, 3))
    def publish(self, items: int) -> None:
        self._count += 1
        name = f"issue-{self._count}"
        self._issues.append(self._world.write(name=f"{name}.md", items=items, title=f"题目{name}"))
        self._do(self._published(name))
        for who, (chat, topic) in {
            **self._places,
            **{who: (one.chat, None) for who, one in self._people.items()},
        }.items():
            arrived = {message.topic for message in chat.from_bot if name in message.text}
            assert arrived == ({topic} if who in self._subscribed - self._paused else set()), who

    async def _published(self, name: str) -> None:
        await self._bot.app.look()
        await self._bot.released(name)
        planned = await self._bot.services.ledger.reports(DeliveryFilter(issue_key=name))
        assert len(planned) == len(self._subscribed - self._paused)

    @precondition(lambda self: self._issues)
    @rule(which=ANY)
    def delete(self, which: int) -> None:
        self._issues.pop(which % len(self._issues)).unlink()
        self._do(self._bot.app.look())

    def teardown(self) -> None:
        async def end() -> None:
            await self._bot.idle()
            await self._stack.aclose()

        self._do(end())
        self._runner.close()
        assert _troubles(self._logs) == []
        assert self._telegram.schema_violations == []


def _offered(message: Message) -> Sequence[str]:
    """Return what can be pressed without another issue coming later, or none at all."""
    pressed = [button["callback_data"] for button in message.buttons if "callback_data" in button]
    return [data for data in pressed if not (data.startswith("1:c:") and data.split(":")[3] in DELAYING)]


def _kind(data: str) -> str:
    _, kind, *rest = data.split(":")
    return f"{kind} {rest[1]}" if kind == "c" else kind


def _troubles(logs: Sequence[Any]) -> list[Any]:
    return [line for line in logs if line["log_level"] in {"error", "critical"}]


def test_whatever_readers_do_is_answered() -> None:
    # what fails is told as it was found: making it smaller would take an hour
    chosen = settings(
        max_examples=12, stateful_step_count=30, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Readers, settings=chosen)
