"""Settings, database and ledger, as the command line tells of them."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Digestbot

TELEGRAM_TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
COMMANDS = [["run"], ["publish"], ["check", "posts"], ["deliveries"], ["doctor"], ["migrate"]]


class TestSettings:
    @pytest.mark.parametrize("command", COMMANDS)
    def test_that_are_wrong_stop_every_command_with_all_their_faults(
        self, digestbot: Digestbot, command: list[str]
    ) -> None:
        result = digestbot(*command, TIMEZONE="Mars/Olympus", DELIVER_AT="8", SLACK_BOT_TOKEN="xoxb-1")
        assert result.code == 2
        assert [line.split(":")[1].strip() for line in result.err.splitlines()] == [
            "DIGESTBOT_SLACK_APP_TOKEN",
            "DIGESTBOT_DELIVER_AT",
            "DIGESTBOT_TIMEZONE",
        ]

    def test_may_come_from_a_broken_file(self, digestbot: Digestbot, here: Path) -> None:
        (here / "digestbot.toml").write_text("deliver_at = 08:00\n")
        result = digestbot("doctor")
        assert result.code == 2
        assert "digestbot.toml is not valid TOML: " in result.err
        assert "line 1" in result.err

    @pytest.mark.parametrize("command", ["run", "publish"])
    def test_with_neither_platform_point_to_the_demo(self, digestbot: Digestbot, posts: Path, command: str) -> None:
        result = digestbot(command, POSTS="posts")
        assert result.code == 2
        assert "Neither Telegram nor Slack is configured" in result.err
        assert "digestbot demo" in result.err

    @pytest.mark.parametrize("command", ["run", "publish"])
    def test_without_a_folder_of_posts_are_not_enough(self, digestbot: Digestbot, command: str) -> None:
        result = digestbot(command, TELEGRAM_TOKEN=TELEGRAM_TOKEN)
        assert result.code == 2
        assert "DIGESTBOT_POSTS is not set" in result.err

    @pytest.mark.parametrize("command", ["run", "publish"])
    def test_with_neither_platform_nor_posts_are_told_both(self, digestbot: Digestbot, command: str) -> None:
        result = digestbot(command)
        assert result.code == 2
        platform, folder = result.err.splitlines()
        assert platform.startswith("Error: Neither Telegram nor Slack is configured; ")
        assert folder.startswith("Error: DIGESTBOT_POSTS is not set; ")

    @pytest.mark.parametrize("command", ["run", "publish"])
    def test_that_name_a_missing_folder_are_told(self, digestbot: Digestbot, command: str) -> None:
        result = digestbot(command, POSTS="missing", TELEGRAM_TOKEN=TELEGRAM_TOKEN)
        assert result.code == 1
        assert result.err.count("DIGESTBOT_POSTS: 'missing' is not a folder") == 1

    def test_never_show_a_token(self, digestbot: Digestbot, posts: Path) -> None:
        result = digestbot("doctor", TELEGRAM_CHATS=TELEGRAM_TOKEN, SLACK_CHANNEL="xoxb-111-222-secret")
        assert result.code == 2
        assert TELEGRAM_TOKEN not in result.err
        assert "xoxb-111" not in result.err
        assert result.err.count("[secret]") == 2

    @pytest.mark.parametrize("option", ["--to", "--send-test"])
    def test_of_a_destination_say_which_forms_are_understood(self, digestbot: Digestbot, option: str) -> None:
        result = digestbot("publish" if option == "--to" else "doctor", option, "somewhere", POSTS="posts",
                           TELEGRAM_TOKEN=TELEGRAM_TOKEN)  # fmt: skip
        assert result.code == 2
        assert "'somewhere' is not a destination" in result.err
        assert option in result.err


class TestTheDatabase:
    @pytest.fixture
    def read_only(self, digestbot: Digestbot, here: Path) -> str:
        """The URL of a database that cannot be written, whoever runs this."""
        assert digestbot("migrate", DATABASE_URL="sqlite:///ledger.db").code == 0
        return f"sqlite:///file:{here}/ledger.db?mode=ro&uri=true"

    @pytest.mark.parametrize("command", ["run", "publish", "deliveries", "migrate"])
    def test_that_is_read_only_is_told_with_what_to_do(
        self, digestbot: Digestbot, posts: Path, read_only: str, command: str
    ) -> None:
        result = digestbot(command, POSTS="posts", TELEGRAM_TOKEN=TELEGRAM_TOKEN, DATABASE_URL=read_only)
        assert result.code == 4
        assert "ledger.db can be read but not written; make file and folder writable" in result.err
        assert "DIGESTBOT_DATABASE_URL" in result.err

    def test_in_a_missing_folder_is_told(self, digestbot: Digestbot) -> None:
        result = digestbot("migrate", DATABASE_URL="sqlite:///missing/ledger.db")
        assert result.code == 4
        assert "missing does not exist. Create it" in result.err

    def test_that_is_no_database_is_told_and_left_as_it_is(self, digestbot: Digestbot, here: Path) -> None:
        (here / "ledger.db").write_text("a diary, and no database at all\n" * 100)
        result = digestbot("deliveries", DATABASE_URL="sqlite:///ledger.db")
        assert result.code == 4
        assert "is damaged or is no SQLite database" in result.err
        assert (here / "ledger.db").read_text().startswith("a diary")

    def test_that_cannot_be_reached_is_told_without_its_password(self, digestbot: Digestbot) -> None:
        result = digestbot("migrate", DATABASE_URL="postgresql://digest:hunter2secret@127.0.0.1:1/x")
        assert result.code == 4
        assert "DIGESTBOT_DATABASE_URL" in result.err
        assert "hunter2secret" not in result.err + result.out

    def test_of_another_kind_is_a_matter_of_settings(self, digestbot: Digestbot) -> None:
        result = digestbot("migrate", DATABASE_URL="mysql://u:hunter2secret@h/d")
        assert result.code == 2
        assert "DIGESTBOT_DATABASE_URL: is not a URL of SQLite or PostgreSQL" in result.err
        assert "hunter2secret" not in result.err


class TestMigrate:
    def test_makes_the_tables_and_may_be_repeated(self, digestbot: Digestbot, here: Path) -> None:
        for _ in range(2):
            result = digestbot("migrate", DATABASE_URL="sqlite:///ledger.db")
            assert (result.code, result.out) == (0, "The database is up to date.\n")
        with sqlite3.connect(here / "ledger.db") as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        connection.close()
        assert {"issues", "deliveries", "destinations", "receipts"} <= names


class TestDeliveries:
    def test_of_a_new_database_are_none(self, digestbot: Digestbot) -> None:
        assert digestbot("deliveries").out == "No deliveries.\n"
        assert json.loads(digestbot("deliveries", "--json").out) == []

    @pytest.mark.parametrize(
        "arguments",
        [["--state", "lost"], ["--limit", "0"], ["--to", "nowhere"], ["--limit", "many"], ["--limit", str(2**63)]],
    )
    def test_are_not_listed_for_what_makes_no_sense(self, digestbot: Digestbot, arguments: list[str]) -> None:
        result = digestbot("deliveries", *arguments)
        assert result.code == 2
        assert arguments[0] in result.err

    @pytest.mark.parametrize("number", ["0", "-5", "x", str(2**63)])
    def test_are_not_tried_again_by_what_is_no_number_of_one(self, digestbot: Digestbot, number: str) -> None:
        result = digestbot("deliveries", "requeue", "--", number)
        assert result.code == 2
        assert "ID" in result.err


class TestDoctor:
    def test_tells_of_misspelt_settings(self, digestbot: Digestbot, here: Path, posts: Path) -> None:
        (here / ".env").write_text("DIGESTBOT_DELVER_AT=07:00\n")
        result = digestbot("doctor", POSTS="posts", TELEGRAM_TOKN="1")
        assert "DIGESTBOT_TELEGRAM_TOKN is not a setting; is it misspelt?" in result.err
        assert "DIGESTBOT_DELVER_AT is not a setting; is it misspelt?" in result.err

    def test_without_any_platform_still_checks_posts_and_database(self, digestbot: Digestbot, posts: Path) -> None:
        lines = digestbot("doctor", POSTS="posts").out.splitlines()
        assert [line.split()[0] for line in lines] == ["ok"] * 4 + ["fault"]
        assert [line.split()[1] for line in lines] == ["posts:", "database:", "telegram:", "slack:", "settings:"]

    def test_names_a_bad_post_with_its_line(self, digestbot: Digestbot, posts: Path) -> None:
        (posts / "bad.md").write_text("---\ntitle: a: b\n---\n\ntext\n")
        result = digestbot("doctor", POSTS="posts")
        assert result.code == 1
        assert "fault posts: posts/bad.md:2: error: " in result.out

    def test_goes_on_after_a_fault_and_ends_with_the_first_ones_code(self, digestbot: Digestbot) -> None:
        result = digestbot("doctor", POSTS="missing", DATABASE_URL="sqlite:///missing/x.db")
        assert result.code == 1
        assert "fault posts: " in result.out
        assert "fault database: " in result.out
        assert "ok    slack: not configured" in result.out

    def test_cannot_test_a_platform_that_is_not_configured(self, digestbot: Digestbot, posts: Path) -> None:
        result = digestbot("doctor", "--send-test", "telegram:@daily_ai", POSTS="posts")
        assert result.code == 2
        assert "telegram:@daily_ai cannot be reached: telegram is not configured" in result.out


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_demo_on_a_port_that_there_is_not_is_refused(digestbot: Digestbot, port: str) -> None:
    result = digestbot("demo", "--port", port)
    assert result.code == 2
    assert "--port" in result.err


def test_a_demo_without_posts_says_what_it_needs(digestbot: Digestbot, posts: Path) -> None:
    result = digestbot("demo", "--once", "--posts", "posts")
    assert result.code == 1
    assert "'posts' holds no post that can be shown" in result.err
    assert "digestbot check posts" in result.err


def test_a_demo_of_a_missing_folder_says_so(digestbot: Digestbot) -> None:
    result = digestbot("demo", "--once", "--posts", "missing")
    assert result.code == 1
    assert "'missing' is not a folder" in result.err


def test_json_of_an_endless_demo_is_refused(digestbot: Digestbot) -> None:
    result = digestbot("demo", "--json")
    assert result.code == 2
    assert "--json goes with --once" in result.err
