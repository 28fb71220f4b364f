"""What `--help` says, of every command, and how little it costs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from bot.cli import EXIT_CODES, app
from bot.domain.errors import DigestbotError
from tests.integration.cli.conftest import Digestbot

PROJECT = Path(__file__).resolve().parents[3]
COMMANDS = typer.main.get_group(app).commands
HEAVY = {
    "aiohttp", "aiosqlite", "alembic", "apscheduler", "babel", "httpx", "jinja2", "psycopg",
    "pydantic_settings", "slack_bolt", "slack_sdk", "sqlalchemy", "structlog", "telegram", "yaml",
}  # fmt: skip


def test_the_commands_are_those_of_the_documentation() -> None:
    assert list(COMMANDS) == [
        "run", "demo", "publish", "hold", "announce", "owner-link", "owners", "invite", "show", "preview", "check",
        "correct", "recall", "doctor", "migrate", "deliveries", "keys",
    ]  # fmt: skip


def test_without_a_command_there_is_help(digestbot: Digestbot) -> None:
    result = digestbot()
    for name in COMMANDS:
        assert re.search(rf"\b{name}\b", result.out + result.err)


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command_and_exit_code(digestbot: Digestbot, option: str) -> None:
    result = digestbot(option)
    assert result.code == 0
    for name in COMMANDS:
        assert re.search(rf"\b{name}\b", result.out)
    for code in "01234":
        assert re.search(rf"\b{code} \w", result.out)


def test_every_exit_code_is_documented() -> None:
    raised = {DigestbotError.exit_code, *(kind.exit_code for kind in DigestbotError.__subclasses__()), 0}
    assert {int(code) for code in re.findall(r"\b(\d) \w", EXIT_CODES)} == raised
    readme = (PROJECT / "README.md").read_text("utf-8")
    assert {int(code) for code in re.findall(r"\*\*(\d)\*\* ", readme)} == raised


@pytest.mark.parametrize("name", COMMANDS)
class TestACommand:
    def test_says_what_it_does(self, digestbot: Digestbot, name: str) -> None:
        result = digestbot(name, "--help")
        assert result.code == 0
        assert f"digestbot {name}" in result.out
        summary = (COMMANDS[name].help or "").split("\n")[0]
        assert len(summary) > 20
        assert summary[:40] in result.out

    def test_explains_every_option_and_argument(self, digestbot: Digestbot, name: str) -> None:
        result = digestbot(name, "--help")
        command = COMMANDS[name]
        for parameter in command.params:
            explained = str(getattr(parameter, "help", None) or "")
            assert explained.endswith(".") or "." in explained, f"{name} {parameter.name} lacks help"
            shown = parameter.opts[0] if parameter.param_type_name == "option" else str(parameter.name).upper()
            assert shown.removesuffix("S") in result.out

    def test_is_in_the_readme(self, digestbot: Digestbot, name: str) -> None:
        assert re.search(rf"^\| `{name}\b", (PROJECT / "README.md").read_text("utf-8"), re.MULTILINE)

    def test_refuses_an_unknown_option_with_where_help_is(self, digestbot: Digestbot, name: str) -> None:
        result = digestbot(name, "--nonsense")
        assert result.code == 2
        assert "--nonsense" in result.err
        assert f"Try 'digestbot {name} -h' for help." in result.err


def test_an_unknown_command_is_refused(digestbot: Digestbot) -> None:
    result = digestbot("nonsense")
    assert result.code == 2
    assert "nonsense" in result.err


def test_the_version_is_that_of_the_project(digestbot: Digestbot) -> None:
    stated = re.search(r'^version = "(.+)"$', (PROJECT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert stated
    assert digestbot("--version").out == f"digestbot {stated[1]}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["preview", "--help"]])
def test_help_loads_nothing_that_is_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; sys.argv[0] = 'digestbot'\n"
        "from bot.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print('|'.join(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert "typer" in ran.stderr
    assert set(ran.stderr.strip().split("|")) & HEAVY == set()


def test_every_command_that_a_text_names_exists() -> None:
    places = [*(PROJECT / "bot").rglob("*.py"), PROJECT / "README.md", *(PROJECT / "deploy").glob("*.*")]
    named: dict[str, str] = {}
    for place in places:
        for name in re.findall(
            r"(?:`|bin/|with: |from: |\$ |; |see |: )digestbot ([a-z]+(?:-[a-z]+)*)\b", place.read_text("utf-8")
        ):
            named[name] = place.name
    assert {"run", "demo", "publish", "deliveries", "check", "migrate", "doctor"} <= set(named)
    assert set(named) <= set(COMMANDS), named
