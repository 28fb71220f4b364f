"""When an issue goes out by itself, and to whom: every rule of the schedule."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import PurePath

import pytest
from structlog.testing import capture_logs

from bot.domain.destination import Destination, Platform
from bot.domain.errors import DatabaseError
from bot.ports.ledger import Plan
from bot.storage.ledger import SqlLedger
from tests.integration.services.newsroom import (
    CHANNEL,
    KEY,
    TODAY,
    TOMORROW,
    YESTERDAY,
    Newsroom,
    at,
    chat,
    digest,
    essay,
)


@pytest.fixture
async def running(newsroom: Newsroom) -> Newsroom:
    """A bot that runs since yesterday, with a reader and a channel; today is about to begin."""
    await newsroom.start("2026-02-11 18:00")
    await newsroom.subscribe(chat())
    await newsroom.fix(CHANNEL)
    return newsroom


class TestTheDailyHour:
    async def test_releases_todays_issue_to_readers_and_to_the_settings_destinations(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        assert not await running.look("07:59:59")
        assert await running.planned() == []
        assert await running.look("08:00")
        assert await running.planned() == [CHANNEL, chat()]

    async def test_releases_once_however_often_it_looks(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        assert [await running.look(now) for now in ("08:00", "08:00:01", "09:00", "12:00", "18:00")] == [
            True, False, False, False, False,
        ]  # fmt: skip
        assert len(await running.reports()) == 2

    async def test_releases_once_however_often_the_bot_restarts(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("08:00")
        for now in ("08:01", "11:00", "13:00"):
            await running.start(now)
            await running.look()
        assert len(await running.reports()) == 2

    @pytest.mark.parametrize("day", [YESTERDAY, YESTERDAY - timedelta(days=30)])
    async def test_never_releases_what_is_dated_before_today(self, running: Newsroom, day: object) -> None:
        running.shelf.issues = [digest(YESTERDAY), digest(YESTERDAY - timedelta(days=30))]
        for now in ("08:00", "10:00", "12:00", "23:59"):
            assert not await running.look(now)
        assert await running.planned(str(day)) == []

    async def test_leaves_drafts_and_the_future_alone(self, running: Newsroom) -> None:
        running.shelf.issues = [digest(draft=True), digest(TOMORROW)]
        assert not await running.look("08:00")
        assert await running.planned() == []

    async def test_releases_two_posts_of_one_day_as_two_issues_the_digest_first(self, running: Newsroom) -> None:
        running.shelf.issues = [essay(), digest()]
        await running.look("08:00")
        assert await running.planned() == await running.planned(essay().key) == [CHANNEL, chat()]
        first = {report.id for report in await running.reports()}
        assert max(first) < min(report.id for report in await running.reports(essay().key))

    async def test_releases_each_day_its_own(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("08:00")
        running.shelf.issues.append(digest(TOMORROW))
        assert not await running.look(f"{TOMORROW} 07:59")
        assert await running.look(f"{TOMORROW} 08:00")
        assert len(await running.planned(str(TOMORROW))) == 2
        assert len(await running.reports()) == 2


class TestALatePost:
    async def test_goes_out_as_soon_as_it_appears(self, running: Newsroom) -> None:
        assert not await running.look("08:00")
        assert not await running.look("11:58")
        running.shelf.issues = [digest()]
        assert await running.look("11:59")
        assert len(await running.planned()) == 2

    async def test_may_follow_another_post_of_the_day(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("08:00")
        running.shelf.issues.append(essay())
        assert await running.look("10:00")
        assert len(await running.planned(essay().key)) == 2

    async def test_that_is_being_written_at_the_deadline_still_counts(self, running: Newsroom) -> None:
        running.shelf.settling = 1
        await running.look("11:59:59")
        await running.look("12:00")
        running.shelf.issues, running.shelf.settling = [digest()], 0
        assert await running.look("12:00:04")
        assert len(await running.planned()) == 2

    async def test_after_the_deadline_is_not_sent_and_the_log_says_how(self, running: Newsroom) -> None:
        with capture_logs() as before:
            await running.look("12:00")
        running.shelf.issues = [digest()]
        with capture_logs() as after:
            for now in ("12:00:01", "12:00:02", "18:00"):
                assert not await running.look(now)
        assert await running.planned() == []
        assert [entry["advice"] for entry in before] == ["once the post is there, send it with: digestbot publish"]
        assert [entry["advice"] for entry in after] == [f"send it with: digestbot publish posts/{KEY}.md"]

    async def test_after_the_deadline_is_not_sent_by_a_bot_that_starts_later(self, running: Newsroom) -> None:
        await running.look("12:00")
        running.shelf.issues = [digest()]
        await running.start("13:00")
        assert not await running.look()
        assert await running.planned() == []

    async def test_that_the_operator_published_is_not_told_of(self, running: Newsroom) -> None:
        await running.look("12:00")
        running.shelf.issues = [digest()]
        await running.library.refresh()
        await running.publisher.publish(digest())
        with capture_logs() as told:
            await running.look("12:10")
        assert [entry["event"] for entry in told if entry["log_level"] == "warning"] == []


class TestABotThatWasDown:
    @pytest.mark.parametrize("back", ["08:00:01", "11:59", "12:00:01", "15:00", "23:59"])
    async def test_catches_up_on_the_same_day(self, running: Newsroom, back: str) -> None:
        running.shelf.issues = [digest()]
        await running.start(back)
        assert await running.look()
        assert await running.planned() == [CHANNEL, chat()]

    async def test_does_not_catch_up_on_the_next_day(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.start(f"{TOMORROW} 00:00:01")
        for now in (f"{TOMORROW} 00:00:01", f"{TOMORROW} 08:00", f"{TOMORROW} 12:00"):
            await running.look(now)
        assert await running.planned() == []

    async def test_takes_what_is_there_at_its_return_and_no_more(self, running: Newsroom) -> None:
        await running.start("15:00")
        assert not await running.look()
        running.shelf.issues = [digest()]
        assert not await running.look("15:00:10")
        assert await running.planned() == []

    async def test_carries_an_interrupted_plan_through_even_after_the_deadline(self, running: Newsroom) -> None:
        running.ledger = Interrupted(running.database)
        await running.start("11:59:59")
        running.shelf.issues = [digest()]
        with pytest.raises(DatabaseError):
            await running.look()
        assert await running.planned() == []
        running.ledger = SqlLedger(running.database)
        await running.start("13:00")
        assert await running.look()
        assert await running.planned() == [CHANNEL, chat()]


class TestTheFirstStart:
    @pytest.mark.parametrize("now", ["08:00", "11:59:59"])
    async def test_before_the_deadline_serves_todays_issue(self, newsroom: Newsroom, now: str) -> None:
        newsroom.shelf.issues = [digest(), digest(YESTERDAY)]
        await newsroom.start(now)
        await newsroom.fix(CHANNEL)
        assert await newsroom.look()
        assert await newsroom.planned() == [CHANNEL]
        assert await newsroom.planned(str(YESTERDAY)) == []

    async def test_before_the_daily_hour_waits_for_it(self, newsroom: Newsroom) -> None:
        newsroom.shelf.issues = [digest()]
        await newsroom.start("06:00")
        await newsroom.fix(CHANNEL)
        assert not await newsroom.look()
        assert await newsroom.look("08:00")

    @pytest.mark.parametrize("now", ["12:00", "18:00", "23:59"])
    async def test_after_the_deadline_sends_nothing_that_day(self, newsroom: Newsroom, now: str) -> None:
        newsroom.shelf.issues = [digest()]
        await newsroom.start(now)
        await newsroom.fix(CHANNEL)
        assert not await newsroom.look()
        await newsroom.start("23:59:59")
        assert not await newsroom.look()
        assert await newsroom.planned() == []

    async def test_after_the_deadline_serves_the_next_day(self, newsroom: Newsroom) -> None:
        await newsroom.start("18:00")
        await newsroom.fix(CHANNEL)
        newsroom.shelf.issues = [digest(TOMORROW)]
        assert await newsroom.look(f"{TOMORROW} 08:00")
        assert await newsroom.planned(str(TOMORROW)) == [CHANNEL]


class TestTheAudience:
    async def test_is_who_subscribed_before_the_release(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.subscribe(chat(1002), joined="2026-02-12 07:59:59")
        await running.look("08:00")
        await running.subscribe(chat(1003), joined="2026-02-12 08:00:01")
        await running.start("08:05")
        await running.look()
        assert await running.planned() == [CHANNEL, chat(1001), chat(1002)]

    async def test_of_a_late_post_includes_who_joined_while_it_was_awaited(self, running: Newsroom) -> None:
        await running.look("08:00")
        await running.subscribe(chat(1002), joined="2026-02-12 10:00")
        running.shelf.issues = [digest()]
        await running.look("10:30")
        assert chat(1002) in await running.planned()

    async def test_is_nobody_who_left(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.subscriptions.unsubscribe(chat(), reason="/stop", now=at("07:00"))
        await running.look("08:00")
        assert await running.planned() == [CHANNEL]

    async def test_includes_a_destination_that_the_settings_named_before_the_deadline(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("08:00")
        other = replace(CHANNEL, chat="C0000000002")
        await running.start("11:00")
        await running.fix(CHANNEL, other)
        await running.look()
        assert await running.planned() == [CHANNEL, other, chat()]

    async def test_excludes_a_destination_that_the_settings_named_after_the_deadline(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("08:00")
        await running.start("12:30")
        await running.fix(CHANNEL, replace(CHANNEL, chat="C0000000002"))
        await running.look()
        assert await running.planned() == [CHANNEL, chat()]

    async def test_gets_each_its_own_language(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.subscribe(chat(1002), language="en")
        await running.look("08:00")
        (chinese,) = [one for one in await running.claim() if one.destination == chat()]
        (english,) = [one for one in await running.reports() if one.destination == chat(1002)]
        assert "星期四" in chinese.parts[0].text
        assert english.parts == len(chinese.parts)

    async def test_in_a_forum_is_the_topic(self, running: Newsroom) -> None:
        topic = Destination(Platform.TELEGRAM, "-1001234567890", "45")
        await running.subscribe(topic)
        running.shelf.issues = [digest()]
        await running.look("08:00")
        assert topic in await running.planned()


class TestAnIssue:
    async def test_that_was_renamed_after_its_release_is_not_released_again(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("08:00")
        running.shelf.issues = [replace(digest(), key="renamed", path=PurePath("posts/renamed.md"))]
        await running.look("08:10")
        await running.start("08:20")
        await running.look()
        assert len(await running.reports("renamed")) == 2
        assert await running.reports() == []

    async def test_that_was_edited_after_its_release_is_not_released_again(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("08:00")
        running.shelf.issues = [replace(digest(items=5), content_hash="another")]
        for restart in (False, True):
            if restart:
                await running.start("09:00")
            await running.look("09:00")
        assert len(await running.reports()) == 2

    async def test_that_was_taken_back_before_the_hour_is_not_released(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("07:59")
        running.shelf.issues = []
        assert not await running.look("08:00")


class TestTheNextRelease:
    @pytest.mark.parametrize(
        ("now", "release"),
        [("06:00", "08:00"), ("07:59:59", "08:00"), ("12:00", "2026-02-13 08:00"), ("23:00", "2026-02-13 08:00")],
    )
    async def test_is_the_next_daily_hour(self, running: Newsroom, now: str, release: str) -> None:
        await running.look(now)
        assert (await running.watch.next_release()) == at(release)
        assert (await running.watch.next_release()).tzinfo == running.timetable.zone

    async def test_is_now_while_todays_issue_is_awaited(self, running: Newsroom) -> None:
        await running.look("09:30")
        assert (await running.watch.next_release()) == at("09:30")

    async def test_is_now_while_a_bot_that_was_down_has_to_catch_up(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.start("15:00")
        assert await running.watch.next_release() == at("15:00")

    async def test_is_tomorrow_for_a_bot_that_restarts_after_todays_issue_is_out(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("08:00")
        await running.start("09:30")
        assert await running.watch.next_release() == at(f"{TOMORROW} 08:00")

    async def test_is_tomorrow_once_todays_issue_is_out(self, running: Newsroom) -> None:
        running.shelf.issues = [digest()]
        await running.look("09:30")
        assert (await running.watch.next_release()) == at(f"{TOMORROW} 08:00")


class Interrupted(SqlLedger):
    """Fails after the release is on record and before anything is planned."""

    async def plan(self, plan: Plan, *, now: object) -> int:
        raise DatabaseError("the disk is full")


def test_today_is_a_thursday_so_that_weekdays_in_texts_can_be_told() -> None:
    assert TODAY.isoweekday() == 4
