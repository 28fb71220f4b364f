"""owner-link, owners, invite, hold and announce."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Digestbot
from tests.integration.cli.outside import Outside


class TestOwnerLink:
    def test_prints_a_link_alone_and_keeps_no_secret(self, bot: Digestbot, here: Path) -> None:
        first, second = bot("owner-link"), bot("owner-link")
        for printed in (first, second):
            assert printed.code == 0
            (line,) = printed.out.splitlines()
            assert line.startswith("https://t.me/")
            secret = line.rpartition("-")[2]
            assert len(secret) == 32
            for file in here.glob("*.db*"):
                assert secret.encode() not in file.read_bytes()
        assert first.out != second.out
        assert "one person and one hour" in first.err

    def test_needs_telegram(self, bot: Digestbot) -> None:
        result = bot("owner-link", TELEGRAM_TOKEN="")
        assert result.code == 3
        assert "DIGESTBOT_TELEGRAM_TOKEN is not set" in result.err


class TestOwners:
    def test_are_listed_and_dismissed(self, bot: Digestbot) -> None:
        assert bot("owners").out == "No owners. Become one with: digestbot owner-link\n"
        assert bot("owners", OWNERS="12, 34").out.splitlines() == [
            "telegram:12  by DIGESTBOT_OWNERS",
            "telegram:34  by DIGESTBOT_OWNERS",
        ]
        refused = bot("owners", "--remove", "12", OWNERS="12")
        assert refused.code == 2
        assert "take it out there" in refused.err
        unknown = bot("owners", "--remove", "99")
        assert unknown.code == 2
        assert "99 is no owner" in unknown.err


class TestInvite:
    def test_prints_a_link_and_for_how_many_it_is(self, bot: Digestbot) -> None:
        printed = bot("invite", "--people", "20", "--days", "1", ACCESS="invite")
        assert printed.code == 0
        assert printed.out.startswith("https://t.me/")
        assert printed.err.strip() == "It lets 20 people in, for 1 day."
        assert "DIGESTBOT_ACCESS=open" in bot("invite").err

    @pytest.mark.parametrize("option", [("--people", "0"), ("--days", "0"), ("--people", "many")])
    def test_refuses_what_makes_no_sense(self, bot: Digestbot, option: tuple[str, str]) -> None:
        assert bot("invite", *option).code == 2


class TestHold:
    def test_is_told_once_and_ends(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        assert bot("hold").out == "Today's issue is held back. Let it go with: digestbot hold --off\n"
        assert bot("hold").out == "Today's issue is held back already.\n"
        assert bot("hold", "--off").out == "Today's issue is held back no longer.\n"
        assert bot("hold", "--off").out == "Today's issue is not held back.\n"

    def test_ends_with_publish(self, bot: Digestbot, outside: Outside) -> None:
        outside.write()
        reader = outside.subscriber()
        bot("hold")
        assert bot("publish").code == 0
        assert reader.messages
        assert bot("hold", "--off").out == "Today's issue is not held back.\n"


class TestAnnounce:
    def test_reaches_everybody_once(self, bot: Digestbot, outside: Outside) -> None:
        reader = outside.subscriber()
        result = bot("announce", "--yes", "We move\non Monday.")
        assert result.code == 0
        assert result.out.startswith("2 deliveries planned: announcement-")
        assert reader.texts == ["We move\non Monday."]
        assert [message.text for message in outside.channel.from_bot] == ["We move\non Monday."]
        listed = bot("deliveries")
        assert listed.out.count("announcement") >= 2

    @pytest.mark.parametrize("text", ["  ", "😀" * 2049])
    def test_refuses_what_is_no_message(self, bot: Digestbot, outside: Outside, text: str) -> None:
        reader = outside.subscriber()
        assert bot("announce", "--yes", text).code == 2
        assert reader.messages == []

    def test_asks_nothing_where_nothing_can_be_sent(self, digestbot: Digestbot, posts: Path) -> None:
        result = digestbot("announce", "Hello", POSTS="posts")
        assert result.code == 2
        assert "Neither Telegram nor Slack is configured" in result.err
        assert "Send this" not in result.out + result.err

    def test_asks_first(self, bot: Digestbot, outside: Outside, here: Path) -> None:
        reader = outside.subscriber()
        assert bot("announce", "Hello").code == 1
        assert reader.messages == []
        (database,) = here.glob("*.db")
        with sqlite3.connect(database) as ledger:
            assert ledger.execute("SELECT count(*) FROM announcements").fetchone() == (0,)
