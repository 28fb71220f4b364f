"""Small issues, plans and destinations to fill a ledger with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePath

from sqlalchemy import insert

from bot.domain.delivery import DAILY, Delivery, Rejected, Sent, Unknown
from bot.domain.destination import EVERY_LANE, Destination, Platform
from bot.domain.issues import KnownIssue
from bot.domain.subscription import Origin, Place
from bot.ports.lanes import Tenure
from bot.ports.ledger import Audience, EveryActive, Only, Plan
from bot.scheduling.clock import SystemClock
from bot.storage.engine import Database
from bot.storage.lanes import SqlLanes
from bot.storage.ledger import SqlLedger
from bot.storage.tables import destinations
from formatters.issue import Issue
from formatters.parts import Part
from formatters.views import Style

TESTER = "the test"
"""The worker that holds every lane."""
NOW = datetime(2026, 2, 12, 0, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def post(
    key: str = "2026-02-12", title: str = "日报", day: date | None = date(2026, 2, 12), text: str = "a"
) -> KnownIssue:
    issue = Issue(title=title, date=day, kind="digest")
    return KnownIssue(key=key, ref="", issue=issue, content_hash=text, path=PurePath(f"{key}.md"))


def chat(name: str = "1001", thread: str = "") -> Destination:
    return Destination(Platform.TELEGRAM, name, thread)


def channel(name: str = "C0001") -> Destination:
    return Destination(Platform.SLACK, name)


def some_parts(number: int) -> tuple[Part, ...]:
    return tuple(
        Part(f"item-{n}", {"text": f"<b>第{n}条</b> 😀", "n": [n, None, True]}, f"第{n}条 😀")
        for n in range(1, number + 1)
    )


def a_plan(
    audience: Audience | None = None,
    *,
    parts: int = 3,
    issue: str = "2026-02-12",
    occasion: str = DAILY,
    style: Style = Style.ITEMS,
) -> Plan:
    """Return a plan for Chinese readers on Telegram; for all of them unless an audience is given."""
    return Plan(
        issue_key=issue,
        content_hash="a",
        platform=Platform.TELEGRAM,
        style=style,
        language="zh",
        parts=some_parts(parts),
        occasion=occasion,
        audience=EveryActive(NOW) if audience is None else audience,
    )


def for_one(destination: Destination, *, parts: int = 3, issue: str = "2026-02-12", occasion: str = DAILY) -> Plan:
    plan = a_plan(Only(destination), parts=parts, issue=issue, occasion=occasion)
    return replace(plan, platform=destination.platform)


async def fill(database: Database, number: int) -> None:
    """Make `number` Telegram chats subscribe in Chinese."""
    async with database.writing() as connection:
        readers = [
            {
                "platform": Platform.TELEGRAM,
                "chat": str(n),
                "thread": "",
                "origin": Origin.READER,
                "language": "zh",
                "place": Place.PRIVATE,
                "style": Style.ITEMS,
                "active": True,
                "joined_at": NOW,
            }
            for n in range(number)
        ]
        await connection.execute(insert(destinations), readers)


async def claim(ledger: SqlLedger, *, now: datetime = NOW) -> list[Delivery]:
    return await ledger.claim(EVERY_LANE, holder=TESTER, now=now, limit=10)


async def claim_one(ledger: SqlLedger) -> Delivery:
    [delivery] = await claim(ledger)
    return delivery


async def send_part(ledger: SqlLedger, delivery: Delivery, outcome: Sent | Unknown | Rejected) -> Delivery:
    assert await ledger.intend(delivery, now=NOW)
    moved_on = await ledger.settle(delivery, outcome, now=NOW)
    assert moved_on is not None
    return moved_on


class FixedClock(SystemClock):
    """Shows one instant."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def now(self) -> datetime:
        return self._now


async def hold_every_lane(database: Database, *, worker: str = TESTER, now: datetime = NOW) -> Tenure:
    """Take every lane, as the only process does when it starts."""
    return await SqlLanes(database, FixedClock(now), alone=True).beat(worker, giving_up=(), may_take_over=True)


async def recover(ledger: SqlLedger, *, now: datetime) -> int:
    """Do what a restart does; return how many parts are in doubt."""
    tenure = await hold_every_lane(ledger.database, worker="the process before", now=now)
    await hold_every_lane(ledger.database, now=now)
    return tenure.in_doubt
