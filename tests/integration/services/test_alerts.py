"""Alerts to owners over a real ledger: no storm, nothing twice, nothing lost by a restart."""

from __future__ import annotations

from pathlib import PurePath

import pytest

from bot.domain.destination import Platform
from bot.domain.errors import DatabaseError
from bot.domain.person import Person
from bot.ports.ledger import DeliveryFilter
from formatters.errors import Diagnostic, Severity
from tests.integration.services.newsroom import TODAY, Newsroom, chat, digest

OWNER = Person(Platform.TELEGRAM, "77")


@pytest.fixture
async def owned(newsroom: Newsroom) -> Newsroom:
    """A bot with one owner that runs since yesterday."""
    newsroom.named_owners = (OWNER,)
    await newsroom.start("2026-02-11 18:00")
    return newsroom


async def looked(newsroom: Newsroom, now: str) -> int:
    """Look as the bot does every second, and return how many messages to owners were planned."""
    await newsroom.look(now)
    return await newsroom.owning.alerts.look()


async def told(newsroom: Newsroom) -> int:
    """Return how many messages to owners there are in the ledger."""
    reports = await newsroom.ledger.reports(DeliveryFilter(limit=1000))
    return sum(report.issue_key.startswith("alert-") for report in reports)


def refuse(newsroom: Newsroom, *problems: str) -> None:
    """Let the folder hold these broken posts, and nothing else that is broken."""
    newsroom.shelf.refused = tuple(
        (PurePath(f"{name}.md"), (Diagnostic(Severity.ERROR, f"{name}.md", 1, problem, "mend it"),))
        for name, _, problem in (one.partition(":") for one in problems)
    )
    newsroom.shelf.forget()


async def test_a_missing_post_is_told_once_however_often_it_is_looked_for(owned: Newsroom) -> None:
    planned = [await looked(owned, now) for now in ("11:59", "12:00", "12:00:01", "18:00")]
    assert planned == [0, 1, 0, 0]
    await owned.start("18:01")
    assert await looked(owned, "18:01") == 0
    assert await told(owned) == 1


async def test_a_day_that_is_held_back_is_not_missing(owned: Newsroom) -> None:
    owned.clock.set("09:00")
    await owned.owning.operating.brake.hold()
    assert await looked(owned, "12:00") == 0


async def test_a_post_that_is_being_written_is_told_every_ten_minutes_at_most(owned: Newsroom) -> None:
    planned = []
    for minute in range(30):
        for second in (0, 30):
            refuse(owned, f"draft:fault {minute}.{second}")
            planned.append(await looked(owned, f"10:{minute:02}:{second:02}"))
    assert sum(planned) == 3
    assert planned[0] == 1


async def test_what_is_refused_meanwhile_is_told_together_afterwards(owned: Newsroom) -> None:
    refuse(owned, "a:one")
    assert await looked(owned, "10:00") == 1
    refuse(owned, "a:one", "b:two", "c:three")
    assert await looked(owned, "10:05") == 0
    assert await looked(owned, "10:10") == 1
    assert await looked(owned, "10:30") == 0
    await owned.start("10:31")
    refuse(owned, "a:one", "b:two", "c:three")
    assert await looked(owned, "10:31") == 0


async def test_a_post_that_is_mended_and_broken_again_is_told_again(owned: Newsroom) -> None:
    for now, problems, expected in (
        ("10:00", ["a:one"], 1),
        ("10:20", [], 0),
        ("2026-02-13 10:40", ["a:one"], 1),
    ):
        refuse(owned, *problems)
        assert await looked(owned, now) == expected


async def test_without_owners_nothing_is_remembered_as_told(newsroom: Newsroom) -> None:
    await newsroom.start("2026-02-11 18:00")
    refuse(newsroom, "a:one")
    assert await looked(newsroom, "12:00") == 0
    newsroom.named_owners = (OWNER,)
    await newsroom.start("12:01")
    refuse(newsroom, "a:one")
    assert await looked(newsroom, "12:01") == 2, "the missing post and the refused one"


async def test_a_failing_database_is_told_to_whoever_looks_and_the_next_look_goes_on(owned: Newsroom) -> None:
    alerts = owned.owning.alerts
    await owned.look("12:00")
    async with owned.database.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE marks RENAME TO lost")
    with pytest.raises(DatabaseError):
        await alerts.look()
    async with owned.database.writing() as connection:
        await connection.exec_driver_sql("ALTER TABLE lost RENAME TO marks")
    assert await alerts.look() == 1


async def test_an_alert_reaches_its_owner_as_a_delivery_does(owned: Newsroom) -> None:
    await owned.subscribe(chat(5))
    await looked(owned, "12:00")
    await owned.deliver_due()
    assert [request.to for request in owned.telegram.requests] == [chat(77)]
    await owned.deliver_due()
    assert len(owned.telegram.requests) == 1


async def test_a_release_ends_the_days_without_a_post(owned: Newsroom) -> None:
    assert await looked(owned, "12:00") == 1
    owned.shelf.issues = [digest(TODAY.replace(day=13))]
    owned.clock.set("2026-02-13 07:00")
    assert [await looked(owned, f"2026-02-13 {hour}") for hour in ("09:00", "12:00")] == [0, 0]
    assert await looked(owned, "2026-02-14 12:00") == 1
