"""How soon readers are answered out of an archive of ten thousand posts, and how soon the bot is ready with it.

An update is handed to the application as a poll hands it over, and is timed until every call it leads to is answered
by a bare server in another process. Beside each stands a bare handler that makes the same calls with the same content
on the same transport, and nothing else; they take turns. Getting ready is everything between wiring and the first
delivery, with every module imported.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs
from telegram import Bot, Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.app import Services, opened_database, opened_services, prepare
from bot.domain.destination import Platform
from bot.logs import configure_logs
from bot.platforms.telegram.application import ReaderContext, TelegramApplication
from bot.platforms.telegram.commands import TelegramCommands
from bot.platforms.telegram.connection import telegram_bot
from bot.scheduling.clock import SystemClock
from bot.services.answers import Show
from bot.services.throttling import Throttle
from bot.settings import Settings
from formatters.actions import TurnToHeadlines, TurnToItem, encode
from formatters.parts import Json
from tests import written_posts
from tests.benchmarks.bare_server import NUMBER, BareServer, running
from tests.benchmarks.library_arguments import arguments_of

POSTS, ITEMS = 10_000, 3
ROUNDS = 600
WARM_UP = 50
DAY = date(2026, 2, 12)
TOKEN = "4242:bare-benchmark-token"
READER = 99
P50_BOUND, P99_BOUND = 1.5, 2.0
"""How many times as long as the bare handler's."""
SEARCH_BOUND = 0.050
READY_BOUND = 2.0
"""Seconds of a second start."""
_SEARCHES = ("推理", "缓存分层", "首字延迟 毫秒", "边缘", "rollback", "code", "量化", "第 2 条", "gpu 内存", "延迟")
_WORDS = ("推理", "量化", "rollback", "gpu 内存", "蒸馏", "agents", "检索", "长上下文", "对齐", "编译器")

Payload = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the bare handler's way to the same calls."""

    name: str
    update: Callable[[Bot], Update]
    ours: TelegramApplication
    bare: TelegramApplication


def main() -> bool:
    """Print the table; return whether the bounds hold."""
    configure_logs("info", secrets=())
    with tempfile.TemporaryDirectory() as folder, running(_answers()) as server:
        return asyncio.run(_measured(Path(folder), server))


async def _measured(folder: Path, server: BareServer) -> bool:
    _write(folder / "posts")
    settings = Settings(
        telegram_token=TOKEN, telegram_api_url=server.url, posts=folder / "posts", timezone="Asia/Shanghai",
        database_url=f"sqlite:///{folder / 'bench.db'}",
    )  # fmt: skip
    with capture_logs() as told:
        first, _ = await _start(settings)
    configure_logs("warning", secrets=())
    progress = [line for line in told if line["event"] == "reading posts"]
    print(f"{POSTS} posts of {ITEMS} items\nfirst start   {first:8.2f} s, {len(progress)} lines of progress")
    starts = [await _start(settings) for _ in range(3)]
    second, busy = (statistics.median(taken) for taken in zip(*starts, strict=True))
    print(f"second start  {second:8.2f} s  (at most {READY_BOUND}), {busy:.2f} s of them processor time")
    holds = [bool(progress), second <= READY_BOUND]
    async with _services(settings) as services, AsyncExitStack() as stack:
        await prepare(services)
        holds.append(await _search_holds(services))
        holds += [_compared(one.name, *await _timed(one, server)) for one in await _questions(services, server, stack)]
    return all(holds)


def _write(folder: Path) -> None:
    chosen = random.Random(7)  # the same posts every time
    for number in range(POSTS):
        day = DAY - timedelta(days=number)
        text = written_posts.digest(day, items=ITEMS, title=f"第 {number} 期｜{day}")
        words = " ".join(chosen.choices(_WORDS, k=12))
        written_posts.write(folder, f"{day}.md", f"{text}\n## 其他\n\n{words}，第 {number} 期。\n")


@asynccontextmanager
async def _services(settings: Settings) -> AsyncIterator[Services]:
    noon = datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC)
    async with (
        opened_database(settings) as database,
        opened_services(settings, SystemClock.starting_at(noon), database) as services,
    ):
        yield services


async def _start(settings: Settings) -> tuple[float, float]:
    """Return how long getting ready took, in seconds and in seconds of processor time."""
    gc.collect()
    begin, busy = time.perf_counter(), time.process_time()
    async with _services(settings) as services:
        await prepare(services)
        took = time.perf_counter() - begin, time.process_time() - busy
        count = len(services.library)
    if count != POSTS:
        raise AssertionError(f"{count} posts were read")
    return took


async def _search_holds(services: Services) -> bool:
    took: list[float] = []
    found = 0
    for words in _SEARCHES * 5:
        begin = time.perf_counter()
        answer = await services.conversation.browsing.search(words)
        took.append(time.perf_counter() - begin)
        found += isinstance(answer, Show)
    median = statistics.median(took)
    print(f"/search       {median * 1000:8.1f} ms median, {max(took) * 1000:.1f} ms at most  (at most 50 ms median)")
    return median <= SEARCH_BOUND and found == len(took)


async def _questions(services: Services, server: BareServer, stack: AsyncExitStack) -> list[Question]:
    """Return what is asked, each with a bare handler that answers with what ours answers with."""
    conversation = services.conversation
    ours = await _application(server, stack)
    # a benchmark asks faster than any reader may
    unthrottled = Throttle(services.clock, burst=10**9)
    TelegramCommands(replace(conversation, throttle=unthrottled), "zh").register(ours)
    known = await services.library.newest(DAY)
    if known is None:
        raise AssertionError("there is no newest issue")
    headlines = await conversation.query.headlines_of_today(subscribed=False, buttons=True)
    item = await conversation.query.item("2", paging=True)
    views = [answer.view for answer in (headlines, item) if isinstance(answer, Show)]
    both = [conversation.renderer.render(view, Platform.TELEGRAM, "zh").parts[0].payload for view in views]
    updates = _Updates()
    turn_to_item, turn_back = encode(TurnToItem(known.ref, 2)), encode(TurnToHeadlines(known.ref))
    return [
        Question(name, update, ours, await _echo(server, payload, stack))
        for name, update, payload in (
            ("/today", lambda bot: updates.message("/today", bot), both[0]),
            ("/item 2", lambda bot: updates.message("/item 2", bot), both[1]),
            ("/item of an old day", lambda bot: updates.message("/item 2001-03-04 2", bot), both[1]),
            ("a tap on a number", lambda bot: updates.press(turn_to_item, both[0], bot), both[1]),
            ("a tap on [headlines]", lambda bot: updates.press(turn_back, both[1], bot), both[0]),
        )
    ]


async def _application(server: BareServer, stack: AsyncExitStack) -> TelegramApplication:
    application: TelegramApplication = (
        Application.builder()
        .bot(telegram_bot(TOKEN, server.url))
        .context_types(ContextTypes(context=ReaderContext))
        .updater(None)
        .job_queue(None)
        .build()
    )
    await application.initialize()
    stack.push_async_callback(application.shutdown)
    return application


async def _echo(server: BareServer, payload: Payload, stack: AsyncExitStack) -> TelegramApplication:
    """Return an application that answers everything with one and the same message."""
    arguments = arguments_of(payload)

    async def say(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.effective_message is not None:
            await update.effective_message.reply_text(**arguments)

    async def turn(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        if update.callback_query is not None:
            await update.callback_query.edit_message_text(**arguments)
            await update.callback_query.answer()

    application = await _application(server, stack)
    application.add_handlers([MessageHandler(filters.ALL, say), CallbackQueryHandler(turn)])
    return application


class _Updates:
    """Updates as Telegram sends them."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def message(self, text: str, bot: Bot) -> Update:
        length = len(text.split(maxsplit=1)[0])
        entity = {"type": "bot_command", "offset": 0, "length": length}
        return self._update({"message": {**_message(text), "from": _USER, "entities": [entity]}}, bot)

    def press(self, data: str, shown: Payload, bot: Bot) -> Update:
        markup = shown.get("reply_markup")
        message = {**_message(str(shown["text"])), "from": _BOT, "reply_markup": markup}
        query = {"id": "1", "from": _USER, "chat_instance": "1", "data": data, "message": message}
        return self._update({"callback_query": query}, bot)

    def _update(self, content: dict[str, Any], bot: Bot) -> Update:
        return Update.de_json({"update_id": next(self._numbers), **content}, bot)


_USER = {"id": READER, "is_bot": False, "first_name": "Lin", "language_code": "zh"}
_BOT = {"id": 4242, "is_bot": True, "first_name": "Digest", "username": "digest_bot"}


def _message(text: str) -> dict[str, Any]:
    chat = {"id": READER, "type": "private", "first_name": "Lin"}
    return {"message_id": 7, "date": 1_772_755_200, "chat": chat, "text": text}


def _answers() -> dict[str, object]:
    sent = {**_message("…"), "message_id": NUMBER, "from": _BOT}
    return {
        "getMe": {"ok": True, "result": {**_BOT, "can_join_groups": True}},
        "sendMessage": {"ok": True, "result": sent},
        "editMessageText": {"ok": True, "result": sent},
        "answerCallbackQuery": {"ok": True, "result": True},
    }


async def _timed(question: Question, server: BareServer) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    bare: list[float] = []
    gc.collect()
    for _ in range(ROUNDS + WARM_UP):
        for application, took in ((question.bare, bare), (question.ours, ours)):
            update = question.update(application.bot)
            before = server.work().requests if len(took) < WARM_UP else 0
            begin = time.perf_counter()
            await application.process_update(update)
            took.append(time.perf_counter() - begin)
            if len(took) <= WARM_UP and server.work().requests - before != (2 if update.callback_query else 1):
                raise AssertionError(f"{question.name}: not answered by what a reader would get")
    return ours[WARM_UP:], bare[WARM_UP:]


def _compared(name: str, ours: list[float], bare: list[float]) -> bool:
    holds = True
    told = []
    for label, share, bound in (("p50", 0.5, P50_BOUND), ("p99", 0.99, P99_BOUND)):
        seconds = _quantile(ours, share)
        ratio = seconds / _quantile(bare, share)
        told.append(f"{label} {seconds * 1000:6.2f} ms, {ratio:4.2f} × bare (at most {bound})")
        holds &= ratio <= bound
    print(f"{name:22} {';  '.join(told)}")
    return holds


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
