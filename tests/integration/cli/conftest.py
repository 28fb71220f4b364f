"""The command line as an operator uses it, in a folder of its own and with nobody else's settings."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from bot.cli import command_line
from bot.settings import PREFIX
from tests.integration.cli.outside import Outside, Platforms


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


Digestbot = Callable[..., Result]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; output is wide and plain."""
    for name in [name for name in os.environ if name.startswith((PREFIX, "FORCE_COLOR", "CLICOLOR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def posts(here: Path) -> Path:
    folder = here / "posts"
    folder.mkdir()
    return folder


@pytest.fixture
def digestbot(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Digestbot:
    """Run a command in this process: `digestbot("check", "posts", TIMEZONE="UTC")`."""

    root, structure = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level

    def run(*arguments: str, **settings: str) -> Result:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["digestbot", *arguments])
            for name, value in settings.items():
                patch.setenv(PREFIX + name, value)
            capsys.readouterr()
            try:
                code = command_line()
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 0
            finally:
                root.handlers[:] = handlers
                root.setLevel(level)
                structlog.configure(**structure)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return Result(code, printed.out, printed.err)

    return run


@pytest.fixture
def outside(here: Path, posts: Path) -> Iterator[Outside]:
    with Platforms() as platforms:
        yield Outside(platforms, here)


@pytest.fixture
def bot(digestbot: Digestbot, outside: Outside) -> Digestbot:
    """The command line with settings for both platforms."""

    def run(*arguments: str, **settings: str) -> Result:
        return digestbot(*arguments, **(outside.settings | settings))

    return run
