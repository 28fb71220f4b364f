"""Whatever readers type and press, in whatever order, beside issues that appear and go: nothing fails.

Every command is answered, every press is answered, and who left gets no issue.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import settings
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
)  # fmt: skip
STALE = (
    "", "0:t:abc:1", "1:t:0000000000:1", "1:s:0000000000", "1:k:0000000000:1:1", "1:v:0000000000:1:u",
    "1:u:0000000000:1", "1:f:99:延迟", "1:m:2031:1", "1:m:1:13", "1:d:20260212", "1:d:20310101", "1:l:99",
    "1:x:0000000000:1:0", "1:e", "9:t:abc:1", "x" * 64,
)  # fmt: skip

WHO = st.sampled_from(("Lin", "Mo"))
ANY = st.integers(0, 10_000)


class Readers(RuleBasedStateMachine):
    """Two people in their private chats and in one group, and whoever writes the posts."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._subscribed: set[str] = set()
        self._issues: list[Path] = []
        self._count = 0

    def _do(self, what: Coroutine[Any, Any, _Result]) -> _Result:
        return self._runner.run(what)

    @initialize()
    def begin(self) -> None:
        self._do(self._begin())
        for who in self._people:
            self.start(who)

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
        self._group = sandbox.telegram.supergroup(people=[self._people["Mo"]], admins=[self._people["Lin"]])
        alone = self._world.settings(slack_bot_token=None, slack_app_token=None, slack_channel=None)
        self._bot = await stack.enter_async_context(running_bot(alone, "10:00:00", quiet=0))

    # --- readers -------------------------------------------------------------------------------------------------

    @rule(who=WHO, text=st.sampled_from(COMMANDS))
    def ask(self, who: str, text: str) -> None:
        if not self._people[who].chat.blocked:
            assert self._do(self._people[who].ask(text)).text

    @rule(who=WHO, text=st.sampled_from([text for text in COMMANDS if text.startswith("/") and text != "/nothing"]))
    def ask_in_the_group(self, who: str, text: str) -> None:
        if "1-a-" not in text:  # there, it is a plain /start
            assert self._do(self._people[who].ask(text, chat=self._group)).text

    @rule(who=WHO)
    def start(self, who: str) -> None:
        if not self._people[who].chat.blocked:
            assert self._do(self._people[who].ask("/start")).text
            self._subscribed.add(who)

    @rule(who=WHO)
    def stop(self, who: str) -> None:
        if not self._people[who].chat.blocked:
            assert self._do(self._people[who].ask("/stop")).text
            self._subscribed.discard(who)

    @rule(who=WHO, joins=st.booleans())
    def start_or_stop_in_the_group(self, who: str, joins: bool) -> None:
        assert self._do(self._people[who].ask("/start" if joins else "/stop", chat=self._group)).text
        if who == "Lin":  # its admin
            (self._subscribed.add if joins else self._subscribed.discard)("group")

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

    @rule(who=WHO, in_group=st.booleans(), which=ANY)
    def press(self, who: str, in_group: bool, which: int) -> None:
        chat = self._group if in_group else self._people[who].chat
        offered = [(message, data) for message in chat.from_bot for data in _offered(message)]
        if offered and not chat.blocked:
            self._press(who, *offered[which % len(offered)])

    @rule(who=WHO, in_group=st.booleans(), which=ANY, data=st.sampled_from(STALE))
    def press_what_is_stale(self, who: str, in_group: bool, which: int, data: str) -> None:
        chat: Chat = self._group if in_group else self._people[who].chat
        if chat.from_bot and not chat.blocked:
            self._press(who, chat.from_bot[which % len(chat.from_bot)], data)

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
        listeners = {"group": self._group, **{who: person.chat for who, person in self._people.items()}}
        for who, chat in listeners.items():
            assert (who in self._subscribed) == any(name in message.text for message in chat.from_bot), who

    async def _published(self, name: str) -> None:
        await self._bot.app.look()
        await self._bot.released(name)
        planned = await self._bot.services.ledger.reports(DeliveryFilter(issue_key=name))
        assert len(planned) == len(self._subscribed)

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
    return [button["callback_data"] for button in message.buttons if "callback_data" in button]


def _troubles(logs: Sequence[Any]) -> list[Any]:
    return [line for line in logs if line["log_level"] in {"error", "critical"}]


def test_whatever_readers_do_is_answered() -> None:
    chosen = settings(max_examples=6, stateful_step_count=16, deadline=None, database=None, derandomize=True)
    run_state_machine_as_test(Readers, settings=chosen)
