"""Words of one language, and the platforms' own judges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from formatters.words import Words
from tests.unit.rendering.makers import WORDS


@pytest.fixture(scope="session")
def words() -> Words:
    return WORDS


@pytest.fixture(scope="session")
def bot_api(shared: Path) -> dict[str, Any]:
    """The Bot API's own description as data."""
    found = sorted((shared / "specs").glob("telegram-bot-api-*.schema.json"))
    if not found:
        pytest.skip("../shared/specs holds no Bot API schema")
    schema: dict[str, Any] = json.loads(found[-1].read_text())
    return schema


@pytest.fixture(scope="session")
def send_message(bot_api: dict[str, Any]) -> Draft202012Validator:
    """The Bot API's own description of `sendMessage`."""
    return Draft202012Validator({**bot_api["methods"]["sendMessage"], "$defs": bot_api["$defs"]})


@pytest.fixture(scope="session")
def send_rich_message(bot_api: dict[str, Any]) -> Draft202012Validator:
    """The Bot API's own description of `sendRichMessage`."""
    return Draft202012Validator({**bot_api["methods"]["sendRichMessage"], "$defs": bot_api["$defs"]})
