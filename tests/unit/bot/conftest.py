"""What tests of settings may ask for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.errors import SettingsError
from bot.settings import PREFIX, load_settings

Configure = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and nothing of ours in the environment."""
    for name in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Set settings by their names without prefix."""

    def set_all(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(PREFIX + name, value)

    return set_all


def faults() -> list[str]:
    """Return the lines that refuse the present settings."""
    with pytest.raises(SettingsError) as refused:
        load_settings()
    return str(refused.value).splitlines()
