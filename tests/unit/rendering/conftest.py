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
def send_message(shared: Path) -> Draft202012Validator:
    """The Bot API's own description of `sendMessage`."""
    found = sorted((shared / "specs").glob("telegram-bot-api-*.schema.json"))
    if not found:
        pytest.skip("../shared/specs holds no Bot API schema")
    schema: dict[str, Any] = json.loads(found[-1].read_text())
    return Draft202012Validator({**schema["methods"]["sendMessage"], "$defs": schema["$defs"]})
