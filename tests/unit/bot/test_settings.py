"""What the operator chooses; how each mistake is told is in `test_settings_faults`."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bot.domain.destination import Destination, Platform
from bot.domain.errors import SettingsError
from bot.settings import Settings, load_settings, unknown_settings
from formatters.views import Style
from tests.unit.bot.conftest import Configure, faults

pytestmark = pytest.mark.usefixtures("folder")

TELEGRAM_TOKEN = "123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
BOT_TOKEN, APP_TOKEN = "xoxb-111-222-botsecret", "xapp-1-A0-333-appsecret"
ADDRESS, KEY = "https://digest.example.com", "Yx1sDpYhYkV3bJX0kXc0m8Jm1m0Yt6l0mJ8a5mUeQ1c="
DATABASE = "postgresql://digest:hunter2secret@db.example/digestbot"


class TestDefaults:
    def test_are_those_of_the_documentation(self) -> None:
        settings = load_settings()
        assert settings.deliver_at == time(8, 0)
        assert settings.wait_until == time(12, 0)
        assert settings.timezone == ZoneInfo("Asia/Shanghai")
        assert settings.language == "zh"
        assert settings.database_url.get_secret_value() == "sqlite:///digestbot.db"
        assert settings.telegram_api_url == "https://api.telegram.org"
        assert settings.slack_api_url == "https://slack.com/api/"
        assert settings.log_level == "info"
        assert settings.fixed_destinations == ()

    def test_stand_in_for_what_is_empty(self, environment: Configure) -> None:
        environment(**dict.fromkeys((name.upper() for name in Settings.model_fields), ""))
        assert load_settings() == Settings.model_construct()

    def test_hold_no_folder_of_posts(self) -> None:
        with pytest.raises(SettingsError, match="DIGESTBOT_POSTS is not set; name the folder"):
            _ = load_settings().posts_folder


class TestPrecedence:
    def test_the_environment_beats_the_env_file_which_beats_the_toml_file(
        self, folder: Path, environment: Configure
    ) -> None:
        (folder / "digestbot.toml").write_text('deliver_at = "06:00"\nwait_until = "10:00"\nlanguage = "en"\n')
        assert load_settings().deliver_at == time(6, 0)
        (folder / ".env").write_text("DIGESTBOT_DELIVER_AT=07:00\nDIGESTBOT_WAIT_UNTIL=11:00\n")
        assert load_settings().deliver_at == time(7, 0)
        environment(DELIVER_AT="09:00")
        settings = load_settings()
        assert (settings.deliver_at, settings.wait_until, settings.language) == (time(9, 0), time(11, 0), "en")

    def test_what_the_command_line_says_beats_them_all(self, environment: Configure) -> None:
        environment(LANGUAGE="zh")
        assert load_settings(language="en").language == "en"

    def test_what_is_empty_in_the_environment_does_not_hide_the_toml_file(
        self, folder: Path, environment: Configure
    ) -> None:
        (folder / "digestbot.toml").write_text('timezone = "Europe/Berlin"\n')
        environment(TIMEZONE="")
        assert load_settings().timezone == ZoneInfo("Europe/Berlin")


class TestValues:
    def test_chats_are_separated_by_commas_and_named_once(self, environment: Configure) -> None:
        environment(TELEGRAM_TOKEN=TELEGRAM_TOKEN, TELEGRAM_CHATS=" @daily_ai, -100123/45 ,,@daily_ai,")
        assert load_settings().fixed_destinations == (
            Destination(Platform.TELEGRAM, "@daily_ai"),
            Destination(Platform.TELEGRAM, "-100123", "45"),
        )

    def test_a_style_may_follow_a_chat(self, environment: Configure, folder: Path) -> None:
        environment(TELEGRAM_TOKEN=TELEGRAM_TOKEN, TELEGRAM_CHATS="@daily_ai=rich, -100123 = headlines,-100123/45")
        chats = (Destination(Platform.TELEGRAM, "@daily_ai"), Destination(Platform.TELEGRAM, "-100123"))
        settings = load_settings()
        assert settings.fixed_destinations == (*chats, Destination(Platform.TELEGRAM, "-100123", "45"))
        assert settings.fixed_styles == dict(zip(chats, (Style.RICH, Style.HEADLINES), strict=True))
        environment(TELEGRAM_CHATS="")
        (folder / "digestbot.toml").write_text('telegram_chats = ["@daily_ai=items"]\n')
        assert load_settings().fixed_styles == {chats[0]: Style.ITEMS}

    @pytest.mark.parametrize("word", ["compact", "loud", "", "rich=items"])
    def test_a_style_that_a_channel_has_not_is_told_with_those_that_it_has(
        self, environment: Configure, word: str
    ) -> None:
        environment(TELEGRAM_CHATS=f"@daily_ai={word}")
        with pytest.raises(SettingsError, match="write @daily_ai=items or =headlines or =rich"):
            load_settings()

    def test_the_toml_file_may_list_chats_and_state_hours_as_times(self, folder: Path) -> None:
        (folder / "digestbot.toml").write_text('telegram_chats = [-100123, "@daily_ai"]\ndeliver_at = 09:30:00\n')
        settings = load_settings()
        assert [destination.chat for destination in settings.telegram_chats] == ["-100123", "@daily_ai"]
        assert settings.deliver_at == time(9, 30)

    def test_destinations_of_a_platform_without_a_token_are_left_out(self, environment: Configure) -> None:
        environment(TELEGRAM_CHATS="@daily_ai", SLACK_CHANNEL="C0123456789")
        assert load_settings().fixed_destinations == ()
        environment(SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN=APP_TOKEN)
        assert load_settings().fixed_destinations == (Destination(Platform.SLACK, "C0123456789"),)

    def test_addresses_of_servers_are_brought_into_form(self, environment: Configure) -> None:
        environment(TELEGRAM_API_URL="http://127.0.0.1:8081/", SLACK_API_URL="http://127.0.0.1:8080/slack/api")
        settings = load_settings()
        assert settings.telegram_api_url == "http://127.0.0.1:8081"
        assert settings.slack_api_url == "http://127.0.0.1:8080/slack/api/"

    def test_space_around_a_token_is_no_part_of_it(self, environment: Configure) -> None:
        environment(TELEGRAM_TOKEN=f" {TELEGRAM_TOKEN}\n", SLACK_BOT_TOKEN=f"{BOT_TOKEN} ", SLACK_APP_TOKEN=APP_TOKEN)
        assert load_settings().secrets == (TELEGRAM_TOKEN, BOT_TOKEN, APP_TOKEN)

    def test_the_log_level_may_be_written_in_capitals(self, environment: Configure) -> None:
        environment(LOG_LEVEL="WARNING")
        assert load_settings().log_level == "warning"

    @pytest.mark.parametrize(
        "url", ["sqlite:///a.db", "sqlite:////var/lib/a.db", "postgresql://u:p@h/d", "postgres://h/d",
                "postgresql+psycopg://h/d", " sqlite:///a.db "]
    )  # fmt: skip
    def test_plain_urls_of_both_databases_are_taken(self, environment: Configure, url: str) -> None:
        environment(DATABASE_URL=url)
        assert load_settings().database_url.get_secret_value() == url.strip()

    def test_the_timetable_is_made_of_the_hours_and_the_zone(self, environment: Configure) -> None:
        environment(DELIVER_AT="23:59", WAIT_UNTIL="23:59", TIMEZONE="UTC")
        timetable = load_settings().timetable
        assert (timetable.deliver_at, timetable.wait_until, timetable.zone.key) == (time(23, 59), time(23, 59), "UTC")


class TestSecrets:
    def test_never_show_in_the_settings_themselves(self, environment: Configure) -> None:
        environment(
            TELEGRAM_TOKEN=TELEGRAM_TOKEN, SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_APP_TOKEN=APP_TOKEN, DATABASE_URL=DATABASE
        )
        settings = load_settings()
        for shown in (repr(settings), str(settings), settings.model_dump_json(), f"{settings.model_dump()}"):
            for secret in (TELEGRAM_TOKEN, BOT_TOKEN, APP_TOKEN, "hunter2secret"):
                assert secret not in shown

    def test_never_show_in_what_is_said_of_a_fault(self, environment: Configure) -> None:
        environment(
            TELEGRAM_TOKEN="AAEhBOweik6ad9r", SLACK_BOT_TOKEN=APP_TOKEN, SLACK_APP_TOKEN=BOT_TOKEN,
            DATABASE_URL=DATABASE.replace("postgresql", "mysql"),
        )  # fmt: skip
        with pytest.raises(ValidationError) as raw:
            Settings()
        for shown in ("\n".join(faults()), str(raw.value), repr(raw.value)):
            for secret in ("AAEhBOweik6ad9r", BOT_TOKEN, APP_TOKEN, "hunter2secret"):
                assert secret not in shown

    def test_the_databases_password_is_one_in_both_its_spellings(self, environment: Configure) -> None:
        environment(DATABASE_URL="postgresql://digest:p%40ss%2Fword@db.example/digestbot")
        assert load_settings().secrets == ("p%40ss%2Fword", "p@ss/word")


class TestMisspeltNames:
    def test_are_found_in_the_environment_and_in_both_files(self, folder: Path, environment: Configure) -> None:
        environment(TELEGRAM_TOKN="1", DELIVER_AT="08:00", EXTRA="1")
        (folder / ".env").write_text("DIGESTBOT_DELVER_AT=07:00\nDIGESTBOT_LANGUAGE=en\nOTHER=1\n")
        (folder / "digestbot.toml").write_text('timezone = "UTC"\nDIGESTBOT_POSTS = "posts"\n')
        assert unknown_settings() == [
            "DIGESTBOT_DELVER_AT",
            "DIGESTBOT_EXTRA",
            "DIGESTBOT_POSTS (in digestbot.toml)",
            "DIGESTBOT_TELEGRAM_TOKN",
        ]

    def test_are_not_suspected_where_there_are_none(self, environment: Configure) -> None:
        environment(POSTS="posts")
        assert unknown_settings() == []


def test_every_setting_has_a_sentence_of_its_own() -> None:
    descriptions = [field.description or "" for field in Settings.model_fields.values()]
    assert all(description.endswith(".") for description in descriptions)
    assert len(set(descriptions)) == len(descriptions)


def test_the_readme_names_every_setting_with_its_default() -> None:
    readme = (Path(__file__).resolve().parents[3] / "README.md").read_text("utf-8")
    rows = {
        cells[1].strip().strip("`"): cells[2].strip().strip("`")
        for line in readme.splitlines()
        if line.startswith("| `") and len(cells := line.split("|")) == 5
    }
    defaults = {
        name.upper(): f"{value:%H:%M}" if isinstance(value := getattr(load_settings(), name), time) else value
        for name in Settings.model_fields
    }
    assert set(defaults) <= set(rows)
    stated = {name: rows[name] for name in defaults if rows[name]}
    assert stated == {
        "ACCESS": defaults["ACCESS"],
        "DELIVER_AT": "08:00",
        "SLACK_COMMAND": "/digest",
        "WAIT_UNTIL": "12:00",
        "TIMEZONE": str(defaults["TIMEZONE"]),
        "LISTEN": str(defaults["LISTEN"]),
        "TELEGRAM_API_URL": defaults["TELEGRAM_API_URL"],
        "SLACK_API_URL": defaults["SLACK_API_URL"],
        "LANGUAGE": defaults["LANGUAGE"],
        "DATABASE_URL": load_settings().database_url.get_secret_value(),
        "LOG_LEVEL": defaults["LOG_LEVEL"],
        "UNKNOWN": defaults["UNKNOWN"],
        "TELEGRAM_RATE": f"{load_settings().telegram_rate:g}",
    }


class TestBeingCalled:
    def test_an_app_that_anybody_installs_needs_no_token(self, environment: Configure) -> None:
        environment(
            PUBLIC_URL=f"{ADDRESS}/bot/",
            LISTEN="[::1]:8443",
            SLACK_SIGNING_SECRET="8f742231b10e",
            SLACK_CLIENT_ID="1001.2002",
            SLACK_CLIENT_SECRET="client-secret",
            ENCRYPTION_KEYS=f"{KEY}, {KEY}",
            SLACK_CHANNEL="T0123456789/C0123456789",
        )
        settings = load_settings()
        assert settings.public_url == f"{ADDRESS}/bot"
        assert str(settings.listen) == "[::1]:8443"
        assert settings.uses_slack
        assert [str(one) for one in settings.fixed_destinations] == ["slack:T0123456789/C0123456789"]

    def test_every_secret_is_kept_out_of_logs(self, environment: Configure) -> None:
        environment(
            PUBLIC_URL=ADDRESS,
            SLACK_SIGNING_SECRET="8f742231b10e",
            SLACK_CLIENT_ID="1001.2002",
            SLACK_CLIENT_SECRET="client-secret",
            ENCRYPTION_KEYS=KEY,
        )
        assert set(load_settings().secrets) == {"8f742231b10e", "client-secret", KEY}

    def test_plain_http_is_for_this_machine(self, environment: Configure) -> None:
        environment(PUBLIC_URL="http://127.0.0.1:9000")
        assert load_settings().public_url == "http://127.0.0.1:9000"
