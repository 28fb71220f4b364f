"""Rendering needs no platform's library."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_renderers_imports_no_sdk() -> None:
    code = (
        "import sys, formatters.rendering.telegram_html, formatters.rendering.slack_blocks, "
        "formatters.rendering.plain_text; "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {
        "telegram",
        "slack_sdk",
        "slack_bolt",
        "aiohttp",
        "sqlalchemy",
        "babel",
        "markdown_it",
        "tdjson",
    }
