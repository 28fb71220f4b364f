"""How fast and how dearly messages leave, without pacing and ledger, beside what the SDKs do by themselves.

Everybody sends the same rendered message to the same bare server in another process. They take turns, so that a busy
machine slows all; ratios are those of one round, and their median counts. The server's own share of the time is shown.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from bot.domain.delivery import Sent
from bot.domain.destination import Destination, Platform
from formatters.parts import Part
from tests.benchmarks.bare_server import NUMBER, BareServer, running

ROUNDS = 7
TOKEN = "4242:bare-benchmark-token"
SAMPLE = Path(__file__).parents[2] / "bot/sandbox/posts/ai-daily-2026-03-06.md"

PATIENCE = {f"{phase}_timeout": 120.0 for phase in ("connect", "pool", "read", "write")}
"""Of python-telegram-bot: on a machine that does other things, too, its own 5 s are too few to connect in."""

Send = Callable[[int], Awaitable[None]]
"""Sends one message to the chat of this number."""

PTB, OURS, BARE = "python-telegram-bot, send_message", "ours, TelegramSender", "bare aiohttp loop"
PTB_ON_OURS = "send_message on our transport"
SLACK, OUR_SLACK = "slack_sdk, chat_postMessage", "ours, SlackSender"

FASTER = ((OURS, 64, PTB, 8, 2.5), (OURS, 64, PTB, 64, 5.0))
"""Who must be how many times as fast as whom, and at how many in flight."""
CPU_BOUND = 1.2
"""Processor time a message at 64 in flight, at most, beside one in flight."""
LEAST = 1000.0
"""Messages a second: what Telegram takes with paid broadcasts, https://core.telegram.org/bots/faq."""


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who sends `messages` with so many in flight."""

    name: str
    in_flight: int
    messages: int


CONTENDERS = (
    Contender(PTB, 1, 300), Contender(PTB, 8, 500), Contender(PTB, 64, 300),
    Contender(PTB_ON_OURS, 64, 1000),
    Contender(OURS, 1, 1000), Contender(OURS, 8, 2000), Contender(OURS, 64, 2000),
    Contender(BARE, 1, 1000), Contender(BARE, 64, 2000),
    Contender(SLACK, 1, 300), Contender(SLACK, 64, 500),
    Contender(OUR_SLACK, 1, 800), Contender(OUR_SLACK, 64, 1500),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """One round of one contender."""

    rate: float
    """Messages a second."""
    cpu: float
    """Seconds of our own processor time a message."""
    busy: float
    """Share of the time that the server worked."""


def main() -> bool:
    """Print the table; return whether the bounds hold."""
    parts = sample_parts()
    with running(answers(parts)) as server:
        runs = asyncio.run(measured(server, parts))
        work = server.work()
    show(runs, work.requests / work.cpu)
    return all([*speed_holds(runs), *cpu_holds(runs)])


def sample_parts() -> dict[Platform, Part]:
    """Return one item of a sample post, as each platform gets it."""
    from bot.languages import words_of
    from formatters.reading import read_post
    from formatters.rendering import slack_blocks, telegram_html
    from formatters.views import IssueView

    view = IssueView(read_post(SAMPLE.read_bytes(), name=SAMPLE.name, home=ZoneInfo("Asia/Shanghai")).issue)
    words = words_of("zh")
    return {
        Platform.TELEGRAM: telegram_html.render(view, words).parts[1],
        Platform.SLACK: slack_blocks.render(view, words).parts[1],
    }


def answers(parts: dict[Platform, Part]) -> dict[str, object]:
    """Return what the platforms answer to such a message: they repeat it, parsed."""
    telegram, slack = parts[Platform.TELEGRAM], parts[Platform.SLACK]
    entities = [{"type": "bold", "offset": 10 * n, "length": 8} for n in range(12)]
    message = {
        "message_id": NUMBER, "date": 1_772_755_200, "text": telegram.text, "entities": entities,
        "from": {"id": 4242, "is_bot": True, "first_name": "Digest", "username": "digest_bot"},
        "chat": {"id": 99, "type": "private", "first_name": "Lin"},
        "reply_markup": telegram.payload.get("reply_markup"),
        "link_preview_options": {"is_disabled": True},
    }  # fmt: skip
    posted = {"type": "message", "user": "U42", "bot_id": "B42", "app_id": "A42", "team": "T42", **slack.payload}
    return {
        "sendMessage": {"ok": True, "result": message},
        "chat.postMessage": {"ok": True, "channel": "C42", "ts": NUMBER, "message": posted},
    }


async def measured(server: BareServer, parts: dict[Platform, Part]) -> dict[Contender, list[Run]]:
    """Return each contender's rounds; a first one that warms up is not counted."""
    runs: dict[Contender, list[Run]] = {contender: [] for contender in CONTENDERS}
    async with senders(server, parts) as ready:
        for _ in range(ROUNDS + 1):
            for contender in CONTENDERS:
                runs[contender].append(await run_of(contender, ready[contender.name], server))
    return {contender: found[1:] for contender, found in runs.items()}


async def run_of(contender: Contender, send: Send, server: BareServer) -> Run:
    """Let a contender send its messages."""
    gc.collect()
    before = await asyncio.to_thread(server.work)
    chats = iter(range(1, contender.messages + 1))
    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(_work(send, chats) for _ in range(contender.in_flight)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = await asyncio.to_thread(server.work)
    if after.requests - before.requests != contender.messages:
        raise AssertionError(f"{contender.name}: the server has counted {after.requests - before.requests} messages")
    return Run(contender.messages / wall, cpu / contender.messages, (after.cpu - before.cpu) / wall)


async def _work(send: Send, chats: Iterator[int]) -> None:
    for chat in chats:
        await send(chat)


@asynccontextmanager
async def senders(server: BareServer, parts: dict[Platform, Part]) -> AsyncIterator[dict[str, Send]]:
    """Yield all of them, connected."""
    async with AsyncExitStack() as stack:
        yield {**await _telegram(server, parts[Platform.TELEGRAM], stack),
               **await _slack(server, parts[Platform.SLACK], stack)}  # fmt: skip


async def _telegram(server: BareServer, part: Part, stack: AsyncExitStack) -> dict[str, Send]:
    from telegram import Bot

    from bot.platforms.telegram.connection import telegram_bot
    from bot.platforms.telegram.request import as_json
    from bot.platforms.telegram.sender import TelegramSender
    from tests.benchmarks.library_arguments import arguments_of

    url = f"{server.url}/bot{TOKEN}/sendMessage"
    plain, ours = Bot(TOKEN, base_url=f"{server.url}/bot"), telegram_bot(TOKEN, server.url)
    for bot in (plain, ours):
        stack.push_async_callback(bot.request.shutdown)
    sender = TelegramSender(ours)
    session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    arguments, encoded = arguments_of(part.payload), as_json(part.payload)[1:]

    async def send_bare(chat: int) -> None:
        async with session.post(
            url, data=b'{"chat_id":%d,' % chat + encoded, headers={"Content-Type": "application/json"}
        ) as answer:
            await answer.json()

    async def send_plain(chat: int) -> None:
        await plain.send_message(chat, **arguments, disable_notification=True, **PATIENCE)  # type: ignore[arg-type]

    async def send_on_ours(chat: int) -> None:
        await ours.send_message(chat, **arguments, disable_notification=True)

    async def send(chat: int) -> None:
        outcome = await sender.send(part, to=Destination(Platform.TELEGRAM, str(chat)), silent=True, under=None)
        assert isinstance(outcome, Sent), outcome

    return {PTB: send_plain, PTB_ON_OURS: send_on_ours, OURS: send, BARE: send_bare}


async def _slack(server: BareServer, part: Part, stack: AsyncExitStack) -> dict[str, Send]:
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.platforms.slack.sender import SlackSender
    from bot.platforms.slack.web_api import slack_client, slack_session

    plain = AsyncWebClient("xoxb-bench", base_url=f"{server.url}/api/")
    session = await stack.enter_async_context(slack_session())
    sender = SlackSender(slack_client("xoxb-bench", f"{server.url}/api/", session), "digestbot")
    payload: dict[str, Any] = dict(part.payload)

    async def send_plain(chat: int) -> None:
        await plain.chat_postMessage(channel=f"C{chat}", **payload)

    async def send(chat: int) -> None:
        outcome = await sender.send(part, to=Destination(Platform.SLACK, f"C{chat}"), silent=True, under=None)
        assert isinstance(outcome, Sent), outcome

    return {SLACK: send_plain, OUR_SLACK: send}


def show(runs: dict[Contender, list[Run]], capacity: float) -> None:
    """Print medians."""
    print(f"one message a request, medians of {ROUNDS} interleaved rounds; the server alone could answer"
          f" {capacity:,.0f} requests a second\n")  # fmt: skip
    print(f"  {'':<36} {'in flight':>9} {'messages/s':>11} {'CPU, µs/message':>16} {'server busy':>12}")
    for name, group in itertools.groupby(runs.items(), key=lambda item: item[0].name):
        for contender, found in group:
            rate, cpu, busy = (statistics.median(values) for values in zip(*map(_figures, found), strict=True))
            print(f"  {name:<36} {contender.in_flight:>9} {rate:>11,.0f} {cpu * 1e6:>16,.0f} {busy:>12.0%}")
    print()


def _figures(run: Run) -> tuple[float, float, float]:
    return run.rate, run.cpu, run.busy


def speed_holds(runs: dict[Contender, list[Run]]) -> Iterator[bool]:
    """Print the ratios that have a bound and yield whether each is within it."""
    for name, in_flight, other, others_in_flight, bound in FASTER:
        pairs = zip(_of(runs, name, in_flight), _of(runs, other, others_in_flight), strict=True)
        ratio = statistics.median(mine.rate / theirs.rate for mine, theirs in pairs)
        print(f"  {name} at {in_flight} / {other} at {others_in_flight}: {ratio:.1f} times as fast (at least {bound})")
        yield ratio >= bound
    rate = statistics.median(run.rate for run in _of(runs, OURS, 64))
    print(f"  {OURS} at 64: {rate:,.0f} messages/s (at least {LEAST:,.0f})")
    yield rate >= LEAST


def cpu_holds(runs: dict[Contender, list[Run]]) -> Iterator[bool]:
    """Print what many in flight cost beside one and yield whether that is within the bound."""
    for name in (OURS, OUR_SLACK):
        ratio = statistics.median(
            many.cpu / one.cpu for many, one in zip(_of(runs, name, 64), _of(runs, name, 1), strict=True)
        )
        print(f"  {name}: CPU a message at 64 in flight is {ratio:.2f} of that at one (at most {CPU_BOUND})")
        yield ratio <= CPU_BOUND


def _of(runs: dict[Contender, list[Run]], name: str, in_flight: int) -> list[Run]:
    return next(
        found for contender, found in runs.items() if (contender.name, contender.in_flight) == (name, in_flight)
    )
