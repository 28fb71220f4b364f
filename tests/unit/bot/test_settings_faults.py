"""How each mistake in the settings is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.settings import PREFIX, Settings, load_settings
from tests.unit.bot.conftest import Configure, faults
from tests.unit.bot.test_settings import ADDRESS, APP_TOKEN, BOT_TOKEN, KEY

pytestmark = pytest.mark.usefixtures("folder")

NO_ZONE = "is not an IANA time zone; use a name such as 'Asia/Shanghai'"
NO_HOUR = "is not an hour of the day; write it as HH:MM, such as 08:00"
NO_DATABASE = (
    "is not a URL of SQLite or PostgreSQL; write sqlite:///path/to/file.db or postgresql://user:password@host/name"
)


class TestFaults:
    def test_are_reported_together_each_by_its_name(self, environment: Configure) -> None:
        environment(
            TELEGRAM_TOKEN="letmein",
            TELEGRAM_CHATS="@daily_ai,daily",
            OWNERS="123,@lin",
            ACCESS="friends",
            TELEGRAM_API_URL="api.telegram.org",
            SLACK_BOT_TOKEN="xoxp-1",
            SLACK_APP_TOKEN="xoxb-1",
            SLACK_CHANNEL="#daily",
            SLACK_INSTALLER="ann",
            SLACK_COMMAND="digest",
            SLACK_API_URL="ftp://slack.com/api/",
            DELIVER_AT="25:00",
            WAIT_UNTIL="noon",
            TIMEZONE="Mars/Olympus",
            LANGUAGE="de",
            DATABASE_URL="mysql://u:p@h/d",
            LOG_LEVEL="loud",
            UNKNOWN="maybe",
            TELEGRAM_RATE="fast",
            TELEGRAM_PAID_RATE="5000",
            SITE_URL="site.example",
            DIALECT="mine",
            PUBLIC_URL="http://digest.example.com",
            LISTEN="8080",
            SLACK_SIGNING_SECRET="two words",
            SLACK_CLIENT_ID="tidings",
            SLACK_CLIENT_SECRET="two words",
            ENCRYPTION_KEYS="short",
        )
        told = faults()
        assert sorted(line.split(":")[0] for line in told) == sorted(
            PREFIX + name.upper() for name in Settings.model_fields if name != "posts"
        )

    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("TIMEZONE", "Mars/Olympus", f"'Mars/Olympus' {NO_ZONE}"),
            ("TIMEZONE", "Asia", f"'Asia' {NO_ZONE}"),
            ("TIMEZONE", "../../etc/passwd", f"'../../etc/passwd' {NO_ZONE}"),
            ("DELIVER_AT", "8", f"'8' {NO_HOUR}"),
            ("DELIVER_AT", "24:00", f"'24:00' {NO_HOUR}"),
            ("DELIVER_AT", "٠٨:٠٠", f"'٠٨:٠٠' {NO_HOUR}"),
            ("WAIT_UNTIL", "07:59", "07:59 is before DIGESTBOT_DELIVER_AT=08:00; make it the same or later"),
            ("LANGUAGE", "fr", "'fr' is not one of its values; write zh or en"),
            ("LOG_LEVEL", "loud", "'loud' is not one of its values; write debug, info, warning or error"),
            (
                "TELEGRAM_TOKEN",
                "letmein",
                "does not look like a bot token; copy it from @BotFather, such as 123456789:AAE…",
            ),
            ("TELEGRAM_API_URL", "local:80", "'local:80' is not a URL; it must begin with http:// or https://"),
            (
                "SLACK_API_URL",
                "http://127.0.0.1:8080",
                "'http://127.0.0.1:8080' does not end in /api/; it is the Web API's base, such as https://slack.com/api/",
            ),
            ("DATABASE_URL", "digest.db", NO_DATABASE),
            ("DATABASE_URL", "postgresql://[::1/d", NO_DATABASE),
        ],
    )
    def test_say_what_was_given_what_is_wrong_and_what_to_do(
        self, environment: Configure, name: str, value: str, told: str
    ) -> None:
        environment(**{name: value})
        assert faults() == [f"{PREFIX}{name}: {told}"]

    def test_a_later_delivery_must_not_pass_the_default_deadline(self, environment: Configure) -> None:
        environment(DELIVER_AT="13:00")
        assert faults() == [
            "DIGESTBOT_WAIT_UNTIL: 12:00 is before DIGESTBOT_DELIVER_AT=13:00; make it the same or later"
        ]

    def test_one_slack_token_alone_is_half_a_configuration(self, environment: Configure) -> None:
        environment(SLACK_BOT_TOKEN=BOT_TOKEN)
        assert faults() == [
            (
                "DIGESTBOT_SLACK_APP_TOKEN: is missing; Slack needs it beside DIGESTBOT_SLACK_BOT_TOKEN,"
                " or DIGESTBOT_SLACK_SIGNING_SECRET if it is to call"
            )
        ]

    def test_the_other_slack_token_alone_is_half_a_configuration_too(self, environment: Configure) -> None:
        environment(SLACK_APP_TOKEN=APP_TOKEN)
        assert faults() == [
            "DIGESTBOT_SLACK_APP_TOKEN: is set, but DIGESTBOT_SLACK_BOT_TOKEN is missing; Slack needs both"
        ]

    @pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"])
    @pytest.mark.parametrize("within", ["\n", "\r\n", "\t", " ", "\x7f", "ü"])
    def test_a_secret_that_no_header_could_carry_is_told(
        self, environment: Configure, folder: Path, name: str, within: str
    ) -> None:
        given = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": "8f742231b10e"}
        environment(PUBLIC_URL=ADDRESS, **(given | {name: given[name][:8] + within + given[name][8:]}))
        (told,) = faults()
        assert told.startswith(f"DIGESTBOT_{name}: holds a line break, a space or another character that it cannot")
        assert given[name][8:] not in told

    def test_space_and_line_ends_around_a_secret_do_no_harm(self, environment: Configure) -> None:
        environment(SLACK_BOT_TOKEN=f" {BOT_TOKEN}\n", SLACK_APP_TOKEN=f"{APP_TOKEN}\r\n")
        settings = load_settings()
        assert settings.slack_bot_token is not None
        assert settings.slack_app_token is not None
        assert settings.slack_bot_token.get_secret_value() == BOT_TOKEN
        assert settings.slack_app_token.get_secret_value() == APP_TOKEN

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"SLACK_SIGNING_SECRET": "8f74"}, "SLACK_SIGNING_SECRET: is set, but DIGESTBOT_PUBLIC_URL is missing"),
            ({"PUBLIC_URL": "https://d.example", "SLACK_CLIENT_SECRET": "x"}, "SLACK_CLIENT_SECRET: is set, but"),
            (
                {"PUBLIC_URL": "http://digest.example.com"},
                "PUBLIC_URL: 'http://digest.example.com' does not begin with",
            ),
            ({"PUBLIC_URL": "https://u:p@digest.example"}, "PUBLIC_URL: 'https://u:p@digest.example' is more than an"),
            ({"PUBLIC_URL": "https://digest.example/?a=b"}, "PUBLIC_URL: 'https://digest.example/?a=b' is more than"),
            ({"PUBLIC_URL": "https://[::1"}, "PUBLIC_URL: 'https://[::1' is not a URL"),
            ({"PUBLIC_URL": "https://digest.example:port"}, "PUBLIC_URL: 'https://digest.example:port' is not a URL"),
            ({"LISTEN": "0.0.0.0:70000"}, "LISTEN: '0.0.0.0:70000' is not an address to listen on; write HOST:PORT"),
            ({"ENCRYPTION_KEYS": f"{KEY},short"}, "ENCRYPTION_KEYS: holds what is not a key"),
        ],
    )
    def test_what_lets_platforms_call_the_bot_is_checked(
        self, environment: Configure, given: dict[str, str], told: str
    ) -> None:
        environment(**given)
        (fault,) = faults()
        assert fault.startswith(f"DIGESTBOT_{told}")

    def test_an_app_for_many_workspaces_needs_all_that_goes_with_it(self, environment: Configure) -> None:
        environment(PUBLIC_URL=ADDRESS, SLACK_CLIENT_ID="1001.2002")
        assert [fault.split(";")[0] for fault in faults()] == [
            "DIGESTBOT_SLACK_CLIENT_SECRET: is missing",
            "DIGESTBOT_ENCRYPTION_KEYS: is missing",
            "DIGESTBOT_SLACK_APP_TOKEN: is missing",
        ]

    @pytest.mark.parametrize("member", ["ann", "@ann", "C0123456789", "U01 23"])
    def test_an_installer_is_named_by_a_members_id(self, environment: Configure, member: str) -> None:
        environment(SLACK_INSTALLER=member)
        (fault,) = faults()
        assert fault.startswith(f"DIGESTBOT_SLACK_INSTALLER: {member!r} is not a member's id")

    @pytest.mark.parametrize("command", ["digest", "/", "/Digest", "/a b", "/today", "/item", "/" + "a" * 32])
    def test_a_command_is_one_that_slack_takes(self, environment: Configure, command: str) -> None:
        environment(SLACK_COMMAND=command)
        (fault,) = faults()
        assert fault.startswith(f"DIGESTBOT_SLACK_COMMAND: {command!r} cannot take every verb; write a slash")

    def test_swapped_slack_tokens_are_told_apart(self, environment: Configure) -> None:
        environment(SLACK_BOT_TOKEN=APP_TOKEN, SLACK_APP_TOKEN=BOT_TOKEN)
        bot, app = faults()
        assert bot.startswith("DIGESTBOT_SLACK_BOT_TOKEN: does not begin with xoxb-; copy the Bot User OAuth Token")
        assert app.startswith("DIGESTBOT_SLACK_APP_TOKEN: does not begin with xapp-; copy an app-level token")

    def test_a_wrong_kind_of_value_in_the_toml_file_is_told_with_the_settings_meaning(self, folder: Path) -> None:
        (folder / "digestbot.toml").write_text("posts = 3\n")
        (told,) = faults()
        assert told.startswith("DIGESTBOT_POSTS: ")
        assert told.endswith(" The folder that holds your posts; searched recursively for .md files.")

    def test_a_broken_toml_file_is_told_with_its_line(self, folder: Path) -> None:
        (folder / "digestbot.toml").write_text('language = "en"\ndeliver_at = 08:00\n')
        (told,) = faults()
        assert told.startswith("digestbot.toml is not valid TOML: ")
        assert "(at line 2, column 15)" in told
        assert told.endswith("; mend or remove the file")

    @pytest.mark.parametrize("name", [".env", "digestbot.toml"])
    def test_a_file_in_another_encoding_is_told(self, folder: Path, name: str) -> None:
        (folder / name).write_bytes("DIGESTBOT_LANGUAGE='中'".encode("utf-16"))
        (told,) = faults()
        assert "digestbot.toml or .env cannot be read: " in told
