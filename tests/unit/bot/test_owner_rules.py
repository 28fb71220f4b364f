"""Rules about owners that need no store: when they are told, what a link carries, what a button does."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alerts import (
    Alert,
    LatePost,
    ManyFailures,
    MissingPost,
    Refusal,
    RefusedPosts,
    are_many,
    is_alerted_on,
)
from bot.domain.membership import InvitationKey, Redemption, Role
from bot.languages import LANGUAGES, Language
from bot.languages.owner_phrases import owner_phrases_of
from bot.platforms.telegram import owner_buttons as buttons
from bot.services.announcing import Decision
from bot.services.membership import Link
from formatters.actions import decode as decode_of_readers
from formatters.rendering import notice

DAY = date(2026, 2, 12)
REFUSAL = Refusal("a.md", 3, "it has no date", "add one")
ALERTS: list[Alert] = [
    MissingPost(DAY, 1),
    MissingPost(DAY, 3),
    LatePost("日报", "2026-02-12"),
    ManyFailures("日报", "2026-02-12", 3, 50, "no luck"),
    ManyFailures("日报", "2026-02-12", 3, 50, None),
    RefusedPosts((REFUSAL,), DAY),
    RefusedPosts(tuple(Refusal(f"{n}.md", n, "broken", "mend it") for n in range(1, 9)), DAY),
]
ACTIONS: list[buttons.OwnerAction] = [
    *buttons.Order, buttons.Publish("0123456789"), buttons.Recall("0123456789"),
    buttons.Recall("announcement-20260212-0a1b2c"), buttons.Announce("announcement-20260212-0a1b2c"),
    buttons.Drop("announcement-20260212-0a1b2c"),
]  # fmt: skip


def test_a_missing_post_is_told_on_the_first_day_the_third_and_then_weekly() -> None:
    assert [days for days in range(1, 40) if is_alerted_on(days)] == [1, 3, 10, 17, 24, 31, 38]


@pytest.mark.parametrize(
    ("failed", "total", "told"),
    [
        (0, 0, False), (0, 10, False), (1, 1, True), (1, 20, True), (1, 21, False), (99, 1_000_000, False),
        (100, 1_000_000, True),
    ],
)  # fmt: skip
def test_failures_are_told_where_they_are_many(failed: int, total: int, *, told: bool) -> None:
    assert are_many(failed, total) is told


def test_ten_times_as_many_failures_are_told_again_and_one_more_is_not() -> None:
    keys = [ManyFailures("日报", "2026-02-12", failed, 10_000, None).key for failed in (500, 501, 999, 1000, 9999)]
    assert len(set(keys)) == 2


def test_the_keys_of_alerts_fit_into_a_ledger_of_posts_and_tell_them_apart() -> None:
    keys = {alert.key for alert in ALERTS}
    assert len(keys) == 5
    assert all(key.startswith("alert-") for key in keys)


@pytest.mark.parametrize("role", Role)
def test_a_link_carries_its_key_and_what_is_kept_does_not_tell_it(role: Role) -> None:
    key = InvitationKey.fresh(role)
    assert InvitationKey.parse(key.argument) == key
    assert len(key.argument) <= 64
    assert key.secret not in key.digest
    assert InvitationKey.fresh(role) != key


@pytest.mark.parametrize("argument", ["", "1-w-", "1-w-xyz", "1-x-" + "0" * 32, "1-w-" + "0" * 33, "1-a-0123456789-3"])
def test_anything_else_is_no_key(argument: str) -> None:
    assert InvitationKey.parse(argument) is None


@pytest.mark.parametrize("action", ACTIONS)
def test_a_button_does_what_it_stood_for(action: buttons.OwnerAction) -> None:
    data = buttons.encode(action)
    assert len(data.encode()) <= 64
    assert buttons.PATTERN.match(data)
    assert buttons.decode(data) == action
    assert decode_of_readers(data) is None


def test_every_action_is_tried() -> None:
    assert {type(action) for action in ACTIONS} == set(get_args(buttons.OwnerAction))


@given(st.text(max_size=64) | st.from_regex(r"1:!?[a-z]?(:[0-9a-z-]{0,9})?", fullmatch=True))
def test_any_other_data_is_none_or_written_the_same(data: str) -> None:
    action = buttons.decode(data)
    assert action is None or buttons.encode(action) == data


@pytest.mark.parametrize("language", LANGUAGES)
class TestPhrases:
    def test_of_alerts_differ_and_fit_into_a_message(self, language: Language) -> None:
        told = [owner_phrases_of(language).alert(alert) for alert in ALERTS]
        assert len(set(told)) == len(told)
        assert all("{" not in text and len(text) < 3500 for text in told)
        assert "no luck" in told[3]
        assert "a.md:3: it has no date; add one" in told[5]
        assert "5.md" in told[6]
        assert "6.md" not in told[6]

    def test_of_links_say_who_is_who(self, language: Language) -> None:
        phrases = owner_phrases_of(language)
        told = {phrases.redeemed(redemption, Role.OWNER) for redemption in Redemption}
        assert len(told) == len(Redemption)
        until = datetime(2026, 2, 19, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
        link = Link("https://t.me/bot?start=x", 20, until)
        assert link.address in phrases.invitation(link, open_to_all=False)
        assert "20" in phrases.invitation(link, open_to_all=True)

    def test_of_decisions_differ(self, language: Language) -> None:
        phrases = owner_phrases_of(language)
        decisions: tuple[Decision, ...] = ("confirmed", "cancelled", "sent before", "cancelled before", "too old")
        assert len({phrases.decided(decision, 2) for decision in decisions}) == len(decisions)


def test_commands_of_owners_are_described_in_both_languages() -> None:
    chinese, english = (owner_phrases_of(language).commands() for language in LANGUAGES)
    assert list(chinese) == list(english)
    assert all(chinese[name] != english[name] for name in english)


class TestANotice:
    def test_says_the_same_on_every_platform(self) -> None:
        text = "See https://example.com/a?b=1&c=2，谢谢 <all> @channel"
        assert notice.telegram(text).payload["text"] == notice.console(text).payload["text"] == text
        assert notice.slack(text).payload["text"] == "See https://example.com/a?b=1&amp;c=2，谢谢 &lt;all&gt; @channel"

    def test_in_slack_loses_nothing_and_links_addresses_alone(self) -> None:
        text = "https://a.example\n第二行 https://b.example/x。完"
        payload: Any = notice.slack(text).payload
        (block,) = payload["blocks"]
        elements = block["elements"][0]["elements"]
        assert "".join(one.get("url") or one["text"] for one in elements) == text
        assert [one["url"] for one in elements if one["type"] == "link"] == ["https://a.example", "https://b.example/x"]
