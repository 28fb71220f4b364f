"""Compile the message catalogs while hatchling builds, so that every wheel and every editable install has them.

Compiled catalogs (`.mo`) are not kept in git; pyproject.toml names them as artifacts of the wheel.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogBuildHook(BuildHookInterface[Any]):
    """Compiles `bot/languages/locale/**/*.po` beside their sources."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before files are collected, for standard and editable wheels alike."""
        for source in sorted(Path(self.root, "bot", "languages", "locale").glob("**/*.po")):
            compile_catalog(source)


def compile_catalog(source: Path) -> None:
    """Write `source` compiled beside it, only if that changes the file.

    Entries marked fuzzy are left out: a guess is worse than the text of the other language.
    """
    with source.open("rb") as lines:
        catalog = read_po(lines, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    target = source.with_suffix(".mo")
    if not target.exists() or target.read_bytes() != compiled.getvalue():
        target.write_bytes(compiled.getvalue())
