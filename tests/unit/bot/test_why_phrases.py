"""Why something did or did not arrive, in words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.delivery import DAILY, DeliveryReport, DeliveryState, PartState, Receipt
from bot.domain.destination import Destination, Platform
from bot.domain.subscription import Origin, Place, Preferences, Subscription
from bot.languages.why_phrases import why_phrases_of
from bot.services.explaining import Circumstances, Newest

NOW = datetime(2026, 2, 12, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
RELEASED = NOW - timedelta(minutes=90)
READER = Destination(Platform.TELEGRAM, "500000001")
PHRASES = why_phrases_of("en")
NEWEST = Newest("2026-02-12", RELEASED)
SUBSCRIBED = Subscription(
    id=1,
    destination=READER,
    origin=Origin.READER,
    preferences=Preferences.default(Platform.TELEGRAM, Place.PRIVATE, "zh"),
    active=True,
    joined_at=RELEASED - timedelta(days=3),
    ended_at=None,
    end_reason=None,
)
REPORT = DeliveryReport(
    id=7,
    issue_key="2026-02-12",
    title="A title",
    destination=READER,
    occasion=DAILY,
    state=DeliveryState.SENT,
    parts=3,
    receipts=(),
    attempts=0,
    reason=None,
    note=None,
    planned_at=RELEASED,
    due_at=RELEASED,
    finished_at=RELEASED + timedelta(minutes=1),
)


def receipt(part: str, state: PartState = PartState.SENT, reason: str | None = None) -> Receipt:
    return Receipt(0, part, state, "7" if state is PartState.SENT else None, "", reason, RELEASED)


def told(
    subscription: Subscription | None, newest: Newest | None, *reports: DeliveryReport, language: str = "en"
) -> str:
    return "\n".join(why_phrases_of(language).told(Circumstances(READER, subscription, newest, reports, NOW)))


def test_what_arrived_is_told_with_its_hour_in_the_digests_own_zone() -> None:
    arrived = replace(REPORT, receipts=(receipt("overview"), receipt("item-1"), receipt("closing")))
    assert list(PHRASES.delivery(arrived, NOW)) == [
        "2026-02-12, the daily delivery (7): 3 of 3 messages arrived, finished at 08:01."
    ]


def test_each_part_with_a_story_has_a_line() -> None:
    lost = receipt("item-1", PartState.UNKNOWN, "the connection broke")
    refused = receipt("closing", PartState.REJECTED, "message is too long")
    lines = list(PHRASES.delivery(replace(REPORT, receipts=(receipt("overview"), lost, refused)), NOW))
    assert lines[0].endswith("1 of 3 messages arrived, finished at 08:01.")
    assert lines[1].startswith("  item-1: may or may not have arrived at 08:00: the connection broke.")
    assert lines[2] == "  closing: refused at 08:00: message is too long."


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (DeliveryState.DEAD, "chat is too old", "given up at 08:01: chat is too old. To try again: digestbot"),
        (DeliveryState.GONE, "blocked", "does not want it: blocked. Once that is mended: digestbot"),
        (DeliveryState.EXPIRED, "not delivered within 24 hours", "too late at 08:01: not delivered within 24 hours."),
        (DeliveryState.LEASED, None, "it is being carried out right now"),
        (DeliveryState.PENDING, None, "it is due and waits its turn"),
    ],
)
def test_every_state_is_told_with_its_reason_and_what_to_do(
    state: DeliveryState, reason: str | None, words: str
) -> None:
    assert words in told(SUBSCRIBED, NEWEST, replace(REPORT, state=state, reason=reason))


def test_a_pause_that_a_platform_asked_for_is_told_with_its_end() -> None:
    waiting = replace(
        REPORT, state=DeliveryState.PENDING, due_at=NOW + timedelta(minutes=10), reason="Too Many Requests"
    )
    assert "0 of 3 messages arrived; it goes on at 09:40 (Too Many Requests)." in told(SUBSCRIBED, NEWEST, waiting)


def test_an_old_instant_is_told_with_its_date() -> None:
    old = replace(REPORT, finished_at=NOW - timedelta(days=1))
    assert "finished at 2026-02-11 09:30." in told(SUBSCRIBED, NEWEST, old)


AHEAD = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "report",
    [
        replace(REPORT, finished_at=AHEAD),
        replace(REPORT, state=DeliveryState.PENDING, planned_at=AHEAD, due_at=AHEAD),
        replace(REPORT, receipts=(replace(receipt("overview"), at=AHEAD),)),
    ],
    ids=["sent", "planned", "a part"],
)
def test_a_past_that_is_still_to_come_is_explained(report: DeliveryReport) -> None:
    for subscription, newest in ((SUBSCRIBED, NEWEST), (None, None)):
        assert "the clock ran ahead when they were noted" in told(subscription, newest, report).splitlines()[-1]
    assert "the clock" not in told(SUBSCRIBED, NEWEST, replace(REPORT, due_at=AHEAD))


def test_a_release_and_a_subscription_that_are_still_to_come_are_explained() -> None:
    assert "the clock ran ahead" in told(replace(SUBSCRIBED, joined_at=AHEAD), NEWEST)
    assert "the clock ran ahead" in told(SUBSCRIBED, replace(NEWEST, released_at=AHEAD))


def test_an_owner_who_reads_chinese_is_told_in_chinese() -> None:
    """All but what the ledger noted in English or in a platform's own words, and what is typed."""
    lost = receipt("item-1", PartState.UNKNOWN, "the connection broke")
    waits = replace(REPORT, state=DeliveryState.PENDING, due_at=NOW - timedelta(minutes=1), receipts=(lost,))
    late = replace(REPORT, finished_at=AHEAD)
    ended = replace(SUBSCRIBED, active=False, ended_at=RELEASED, end_reason="/stop")
    for found in (
        (None, NEWEST),
        (ended, NEWEST),
        (SUBSCRIBED, NEWEST, REPORT),
        (SUBSCRIBED, NEWEST, waits),
        (SUBSCRIBED, NEWEST, late),
    ):
        for line in told(*found, language="zh").splitlines():
            words = re.sub(r"digestbot [\w -]+|telegram:\d+|/\w+|items|zh|item-1|the connection broke", "", line)
            assert not re.search("[A-Za-z]{2,}", words), line
            assert re.search("[一-鿿]", words), line


class TestNothingWasPlanned:
    def test_because_nobody_subscribed(self) -> None:
        text = told(None, NEWEST)
        assert "never subscribed" in text
        assert "2026-02-12: nothing was planned for it. It goes to subscribers only" in text

    def test_because_the_subscription_ended(self) -> None:
        ended = replace(SUBSCRIBED, active=False, ended_at=RELEASED, end_reason="/stop")
        text = told(ended, NEWEST)
        assert "the subscription ended at 08:00: /stop." in text
        assert "The subscription had ended." in text

    def test_because_it_began_after_the_release(self) -> None:
        late = replace(SUBSCRIBED, joined_at=RELEASED + timedelta(minutes=5))
        assert "It was released at 08:00, before this subscription began; /today shows it" in told(late, NEWEST)

    def test_because_the_issue_was_not_released(self) -> None:
        assert "was not released yet" in told(SUBSCRIBED, Newest("2026-02-12", None))

    def test_because_there_is_a_pause(self) -> None:
        paused = replace(
            SUBSCRIBED, preferences=replace(SUBSCRIBED.preferences, paused_until=NOW + timedelta(hours=24))
        )
        assert "The subscription pauses until 2026-02-13 09:30." in told(paused, NEWEST)

    def test_although_it_should_have_been(self) -> None:
        assert "is digestbot run running?" in told(SUBSCRIBED, NEWEST)

    def test_before_there_was_any_issue(self) -> None:
        assert told(SUBSCRIBED, None).count("\n") == 0


def test_what_is_told_of_one_issue_is_not_taken_for_the_newest() -> None:
    older = replace(REPORT, issue_key="2026-02-11")
    text = told(SUBSCRIBED, NEWEST, older)
    assert text.index("2026-02-12: nothing was planned") < text.index("2026-02-11, the daily delivery (7)")
