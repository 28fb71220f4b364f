"""The files in `deploy/` name only settings, commands, places and exit codes that exist."""

from __future__ import annotations

import os
import re
from configparser import ConfigParser
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain.errors import DigestbotError
from bot.settings import PREFIX, Settings
from bot.web.address import ListenAddress

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"

SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}


def deploy_text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def deploy_yaml(name: str) -> dict[str, Any]:
    loaded = yaml.safe_load(deploy_text(name))
    assert isinstance(loaded, dict)
    return loaded


class UnitFile(ConfigParser):
    """Reads what systemd reads: unlike in other such files, upper and lower case count."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and no settings in the environment."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def unit() -> ConfigParser:
    parser = UnitFile(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.read_string(deploy_text("systemd/digestbot.service"))
    return parser


@pytest.fixture
def compose() -> dict[str, Any]:
    bot = deploy_yaml("compose.yaml")["services"]["bot"]
    assert isinstance(bot, dict)
    return bot


@pytest.mark.parametrize(
    "name",
    ["Dockerfile", "compose.yaml", "env.example", "runbook.md", "systemd/digestbot.service", "slack-manifest.yaml"],
)
def test_no_file_names_a_setting_that_does_not_exist(name: str) -> None:
    assert set(re.findall(rf"\b{PREFIX}[A-Z_]+", deploy_text(name))) <= SETTINGS


class TestEnvExample:
    def test_has_every_setting_once(self) -> None:
        named = re.findall(rf"^#?({PREFIX}[A-Z_]+)=", deploy_text("env.example"), re.MULTILINE)
        assert sorted(named) == sorted(SETTINGS)

    def test_explains_every_setting_in_the_line_before(self) -> None:
        lines = deploy_text("env.example").splitlines()
        settings = [place for place, line in enumerate(lines) if re.match(rf"#?{PREFIX}[A-Z_]+=", line)]
        assert [lines[place] for place in settings if not lines[place - 1].startswith("# ")] == []

    def test_is_accepted_as_it_is(self, bare: Path) -> None:
        copy = bare / ".env"
        copy.write_text(deploy_text("env.example"), "utf-8")
        settings = Settings(_env_file=copy)
        assert str(settings.posts) == "/srv/site/content/posts"
        assert settings.telegram_token is None
        assert settings.fixed_destinations == ()

    def test_shows_the_defaults_in_what_is_commented_out(self, bare: Path) -> None:
        everything = bare / ".env"
        everything.write_text(re.sub(rf"^#({PREFIX})", r"\1", deploy_text("env.example"), flags=re.MULTILINE), "utf-8")
        assert Settings(_env_file=everything) == Settings(_env_file=DEPLOY / "env.example")


class TestSystemdUnit:
    def test_starts_the_bot_with_its_settings(self, unit: ConfigParser) -> None:
        assert unit["Service"]["ExecStart"].endswith("/bin/digestbot run")
        assert unit["Service"]["EnvironmentFile"] == "/etc/digestbot/env"

    def test_keeps_the_database_where_the_unit_may_write(self, unit: ConfigParser) -> None:
        folder = f"/var/lib/{unit['Service']['StateDirectory']}/"
        assert f"sqlite:///{folder}" in unit["Service"]["Environment"]

    def test_starts_again_unless_a_setting_is_wrong(self, unit: ConfigParser) -> None:
        assert unit["Service"]["Restart"] == "on-failure"
        settings_error = next(kind for kind in DigestbotError.__subclasses__() if kind.__name__ == "SettingsError")
        assert int(unit["Service"]["RestartPreventExitStatus"]) == settings_error.exit_code

    def test_leaves_time_to_finish_what_is_in_flight(self, unit: ConfigParser) -> None:
        assert unit["Service"]["KillSignal"] == "SIGTERM"
        assert unit["Service"]["TimeoutStopSec"] == "30s"

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("DynamicUser", "yes"),
            ("NoNewPrivileges", "yes"),
            ("PrivateTmp", "yes"),
            ("ProtectHome", "read-only"),
            ("ProtectSystem", "strict"),
        ],
    )
    def test_may_do_little(self, unit: ConfigParser, setting: str, value: str) -> None:
        assert unit["Service"][setting] == value


class TestCompose:
    def test_cannot_write_to_the_posts(self, compose: dict[str, Any]) -> None:
        mount = next(volume for volume in compose["volumes"] if isinstance(volume, dict))
        assert mount["target"] == compose["environment"]["DIGESTBOT_POSTS"]
        assert mount["read_only"] is True

    def test_keeps_the_database_in_a_volume(self, compose: dict[str, Any]) -> None:
        volume, folder = next(volume for volume in compose["volumes"] if isinstance(volume, str)).split(":")
        assert volume in deploy_yaml("compose.yaml")["volumes"]
        assert f":-sqlite:///{folder}/" in compose["environment"]["DIGESTBOT_DATABASE_URL"], "unless .env names another"

    def test_publishes_the_port_that_the_bot_listens_on_where_the_settings_say(self, compose: dict[str, Any]) -> None:
        listen = ListenAddress.parse(compose["environment"]["DIGESTBOT_LISTEN"])
        assert compose["ports"] == [f"${{DIGESTBOT_LISTEN:-127.0.0.1:}}:{listen.port}"], "any free port without"
        assert ip_address(listen.host).is_unspecified

    def test_builds_from_the_dockerfile_that_is_there(self, compose: dict[str, Any]) -> None:
        context = DEPLOY / compose["build"]["context"]
        assert (context / compose["build"]["dockerfile"]).samefile(DEPLOY / "Dockerfile")

    def test_leaves_time_to_finish_what_is_in_flight(self, compose: dict[str, Any]) -> None:
        assert compose["stop_grace_period"] == "30s"
        assert compose["restart"] == "unless-stopped"


class TestDockerfile:
    def test_copies_only_what_exists_and_what_the_context_holds(self) -> None:
        allowed = re.findall(r"^!(\S+)$", (PROJECT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", deploy_text("Dockerfile"), re.MULTILINE):
            for source in sources.split():
                assert list(PROJECT.glob(source)), source
                assert any(source == name or source.startswith(f"{name}/") for name in allowed), source

    def test_installs_nothing_without_its_hash(self) -> None:
        joined = deploy_text("Dockerfile").replace("\\\n", " ")
        installs = re.findall(r"(?:pip install|uv build)[^&\n]*", joined)
        assert len(installs) == 4
        own = [install for install in installs if "/dist/*.whl" in install]
        assert [install for install in installs if install not in own and "--require-hashes" not in install] == []
        assert all("--no-deps" in install for install in own)

    def test_does_not_run_as_root(self) -> None:
        last_stage = deploy_text("Dockerfile").rsplit("\nFROM ", 1)[1]
        assert re.findall(r"^USER (\S+)$", last_stage, re.MULTILINE) == ["digestbot"]


class TestRunbook:
    def test_lists_every_exit_code(self) -> None:
        listed = {int(code) for code in re.findall(r"^\| (\d) \|", deploy_text("runbook.md"), re.MULTILINE)}
        raised = {DigestbotError.exit_code, *(kind.exit_code for kind in DigestbotError.__subclasses__())}
        assert listed == raised | {0}

    def test_names_only_files_that_exist(self) -> None:
        named = re.findall(r"\bdeploy/[\w./-]+\w", deploy_text("runbook.md"))
        assert named
        assert [name for name in named if name != "deploy/.env" and not (PROJECT / name).exists()] == []
